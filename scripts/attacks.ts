/**
 * Runs every attack on the cage: as the user who calls it and, where that is root, once more as an ordinary user. Prints what was proved for each, and
 * ends with one line over both.
 *
 *     node scripts/attacks.ts            exit code 0: none failed
 *     node scripts/attacks.ts --write    writes docs/attacks.md from what was found
 *     node scripts/attacks.ts --counts FILE    also writes how many tests passed and failed
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RanAttack } from './attack-reporter.ts';
import { attacksPage, judgeAttacks, type RunOfAttacks } from './judge-attacks.ts';

const packageRoot = join(import.meta.dirname, '..');
/** Without an account on any machine, and another than those of the cages. */
const ORDINARY_USER = 61_182;

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false }, counts: { type: 'string' } } });
const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'modelwright-attacks-'));
chmodSync(folder, 0o755);

/** Runs the attacks and reads what the reporter wrote; undefined where it could write nothing. */
function run(name: string, words: string[], prefix: string[], environment: Record<string, string>): Promise<RanAttack[] | undefined> {
  const report = join(folder, name, 'report.json');
  // Read as it is: an ordinary user may not write the copy that vitest would make beside it.
  const vitest = [
    process.execPath,
    join(packageRoot, 'node_modules/vitest/vitest.mjs'),
    'run',
    'tests/attacks',
    '--configLoader=native',
    '--reporter=./scripts/attack-reporter.ts',
    ...words,
  ];
  const [program, ...rest] = [...prefix, ...vitest];
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      cwd: packageRoot,
      env: { ...process.env, ...environment, MODELWRIGHT_ATTACK_REPORT: report },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve(existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as RanAttack[]) : undefined));
  });
}

async function asThisUser(): Promise<RunOfAttacks> {
  mkdirSync(join(folder, 'own'));
  const ran = await run('own', ['--reporter=default', '--reporter=./scripts/evidence-reporter.ts'], [], {});
  return { user: isRoot ? 'root' : 'an ordinary user', ran: ran ?? [], reason: ran ? null : 'the tests could not be run' };
}

async function asOrdinaryUser(): Promise<RunOfAttacks> {
  const user = 'an ordinary user';
  const home = join(folder, 'ordinary');
  mkdirSync(home, { mode: 0o755 });
  chownSync(home, ORDINARY_USER, ORDINARY_USER);
  const prefix = [
    'setpriv',
    `--reuid=${ORDINARY_USER}`,
    `--regid=${ORDINARY_USER}`,
    '--clear-groups',
    '--no-new-privs',
    '--inh-caps=-all',
    '--bounding-set=-all',
    '--',
  ];
  const canRead = spawnSync(prefix[0], [...prefix.slice(1), 'test', '-r', join(packageRoot, 'node_modules/vitest/vitest.mjs')]);
  if (canRead.status !== 0) return { user, ran: [], reason: `an ordinary user cannot read ${packageRoot}: clone it where everyone may read` };
  const ran = await run('ordinary', ['--reporter=dot'], prefix, {
    HOME: home,
    XDG_CACHE_HOME: home,
    XDG_CONFIG_HOME: home,
    TMPDIR: home,
    MODELWRIGHT_PROBE_FOLDER: home,
  });
  return { user, ran: ran ?? [], reason: ran ? null : 'the tests could not be run' };
}

try {
  const runs = [await asThisUser()];
  if (isRoot) runs.push(await asOrdinaryUser());
  const judged = judgeAttacks(runs);
  for (const line of judged.lines) console.log(line);
  if (values.write) {
    const machine = `${process.platform} ${process.arch}, kernel ${release()}`;
    writeFileSync(join(packageRoot, 'docs/attacks.md'), attacksPage(judged, { machine, date: new Date().toISOString().slice(0, 10) }));
  }
  if (values.counts !== undefined) writeFileSync(values.counts, JSON.stringify(judged.tests));
  process.exitCode = judged.tests.failed === 0 && judged.isWhole ? 0 : 1;
  console.log(judged.lastLine);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
