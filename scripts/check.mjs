/**
 * Every check of the project, one after the other, each timed; goes on after a failure so that one run shows all of them. The very last line is
 * `N passed, N failed` over everything: a tool counts as one, a test suite as its tests.
 *
 *     node scripts/check.mjs [NAME…]      only the named ones
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoots, developerFolder, findTrainingEnvironment, installHarness } from './environment.mjs';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const userId = process.getuid?.() ?? -1;
const roots = cacheRoots({
  override: process.env.MODELWRIGHT_CACHE && resolve(process.env.MODELWRIGHT_CACHE),
  userId,
  home: homedir(),
  xdgCacheHome: process.env.XDG_CACHE_HOME,
});
installHarness(roots[0]);
const training = findTrainingEnvironment(roots, userId);
const developer = roots.map((root) => developerFolder(root)).find((folder) => existsSync(folder));
if (training.kind === 'missing' || !developer) {
  console.error('The checks need what `node scripts/setup.mjs --dev` installs.');
  process.exit(3);
}

const reports = mkdtempSync(join(tmpdir(), 'modelwright-checks-'));
const tool = (name, words = []) => [process.execPath, [join(packageRoot, 'node_modules', name), ...words]];
const oneCheck = (exitCode) => (exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

/** Counts of a report; a runner that failed without a failing test (it could not even load one) counts as one failure. */
function withExitCode(counts, exitCode) {
  return counts && (exitCode === 0 || counts.failed > 0) ? counts : { passed: counts?.passed ?? 0, failed: Math.max(counts?.failed ?? 0, 1) };
}

function vitestCounts(exitCode) {
  const file = join(reports, 'vitest.json');
  if (!existsSync(file)) return withExitCode(undefined, exitCode || 1);
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'));
  const unloaded = testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length;
  return withExitCode({ passed: numPassedTests, failed: numFailedTests + unloaded }, exitCode);
}

function attackCounts(exitCode) {
  const file = join(reports, 'attacks.json');
  return withExitCode(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined, exitCode);
}

function pytestCounts(exitCode) {
  const file = join(reports, 'pytest.xml');
  const suite = existsSync(file) ? /<testsuite [^>]*>/.exec(readFileSync(file, 'utf8'))?.[0] : undefined;
  if (!suite) return withExitCode(undefined, exitCode || 1);
  const count = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  return withExitCode({ passed: count('tests') - failed - count('skipped'), failed }, exitCode);
}

const pythonPath = [developer, join(packageRoot, 'harness')].join(delimiter);

const checks = [
  { name: 'types', command: tool('typescript/bin/tsc', ['--noEmit']), count: oneCheck },
  { name: 'lint', command: tool('oxlint/bin/oxlint', ['--deny-warnings']), count: oneCheck },
  { name: 'format', command: tool('oxfmt/bin/oxfmt', ['--check']), count: oneCheck },
  { name: 'unused', command: tool('knip/bin/knip.js', ['--no-progress']), count: oneCheck },
  { name: 'ruff', command: [join(developer, 'bin', 'ruff'), ['check', '--no-cache', 'harness']], count: oneCheck },
  { name: 'ruff-format', command: [join(developer, 'bin', 'ruff'), ['format', '--check', '--no-cache', 'harness']], count: oneCheck },
  {
    name: 'pyright',
    command: tool('pyright/index.js', ['--pythonpath', training.executable, '-p', 'harness']),
    count: oneCheck,
    env: { PYTHONPATH: pythonPath },
  },
  {
    name: 'tests',
    command: tool('vitest/vitest.mjs', [
      'run',
      // They have a check of their own.
      '--exclude=tests/attacks/**',
      '--reporter=default',
      '--reporter=json',
      '--reporter=./scripts/evidence-reporter.ts',
      `--outputFile.json=${join(reports, 'vitest.json')}`,
    ]),
    count: vitestCounts,
  },
  { name: 'attacks', command: tool('../scripts/attacks.ts', ['--counts', join(reports, 'attacks.json')]), count: attackCounts },
  {
    name: 'python',
    command: [training.executable, ['-B', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', `--junitxml=${join(reports, 'pytest.xml')}`, 'harness']],
    count: pytestCounts,
    env: { PYTHONPATH: pythonPath },
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => checks.every((check) => check.name !== name));
if (unknown.length > 0) {
  console.error(`No check is named ${unknown.join(', ')}; there are: ${checks.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

/** A check that hangs must not take the others with it; its whole process group goes. */
const LIMIT_MS = 12 * 60_000;

const runCheck = ({ command: [program, words], env }) =>
  new Promise((done) => {
    const child = spawn(program, words, { cwd: packageRoot, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
    const end = () => process.kill(-child.pid, 'SIGKILL');
    const timer = setTimeout(() => {
      console.error(`stopped after ${LIMIT_MS / 60_000} minutes`);
      end();
    }, LIMIT_MS);
    // In a group of its own it does not hear the terminal's Ctrl-C.
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);
    child.on('close', () => {
      clearTimeout(timer);
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, end);
    });
    child.on('error', (error) => {
      console.error(error.message);
      done(127);
    });
    child.on('close', (code) => done(code ?? 128));
  });

const results = [];
try {
  for (const check of checks.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    console.log(`\n── ${check.name}`);
    const startedMs = performance.now();
    const counts = check.count(await runCheck(check));
    results.push({ name: check.name, ...counts, durationMs: performance.now() - startedMs });
  }
} finally {
  rmSync(reports, { recursive: true, force: true });
}

console.log('\n── summary');
for (const { name, passed, failed, durationMs } of results) {
  console.log(
    `${failed === 0 ? '✓' : '✗'} ${name.padEnd(12)} ${`${passed} passed, ${failed} failed`.padEnd(26)} ${(durationMs / 1000).toFixed(1).padStart(6)} s`,
  );
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
process.exitCode = sum('failed') > 0 ? 1 : 0;
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
