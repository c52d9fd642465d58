#!/usr/bin/env node
/**
 * Makes a fresh clone (or an installed package) ready: npm packages, system packages, the trainer's Python environment. Node built-ins
 * only, Node 20 or newer. Each step looks first and does nothing when there is nothing to do, so running it again takes well under a second.
 * Whatever it makes gets its final name when it is complete: killed half-way, the next run begins that step again.
 *
 *     node scripts/setup.mjs [--dev]      --dev: also the tools that check the Python half (ruff, pytest) and, as root, a browser to open reports in
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  cacheRoots,
  developerFolder,
  developerLock,
  environmentFolders,
  installHarness,
  partialName,
  publish,
  readPython,
  requirementsLock,
} from './environment.mjs';
import { findGuestFiles, findNode } from './guest-files.mjs';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const wantsDeveloperTools = process.argv.includes('--dev');
const isRoot = process.getuid?.() === 0;
const OLDEST_NODE = 20;
const OLDEST_PYTHON = [3, 11];
const ENVIRONMENT_ERROR = 3;

/** A fault of the machine that its owner can mend; shown without a stack. */
class SetupError extends Error {}

const say = (line) => process.stdout.write(`${line}\n`);
const seconds = (startedMs) => `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;

function folderSizeMegabytes(folder) {
  const { status, stdout } = spawnSync('du', ['-sm', folder], { encoding: 'utf8' });
  return status === 0 ? `${Number.parseInt(stdout, 10)} MB` : 'size unknown';
}

const onPath = (program) => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

/** A killed setup must not leave an installer at work that the next one would meet. */
const diesWithUs = process.platform === 'linux' && onPath('setpriv') ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];

/** Calls `action` every `count` seconds until the returned function is called. */
function everySeconds(count, action) {
  const timer = setInterval(action, count * 1000);
  return () => clearInterval(timer);
}

/** The beginning and the end of what a program said: the cause may stand at either. */
const said = (lines) => (lines.length <= 40 ? lines : [...lines.slice(0, 20), '…', ...lines.slice(-20)]).join('\n');

/** Runs a program to its end; `onLine` sees each line it prints. Rejects with what it said when it fails. */
function run(program, words, { env = process.env, cwd = packageRoot, onLine = () => {} } = {}) {
  return new Promise((done, fail) => {
    const [first, ...rest] = [...diesWithUs, program, ...words];
    const child = spawn(first, rest, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines = [];
    for (const stream of [child.stdout, child.stderr]) {
      let pending = '';
      stream.setEncoding('utf8').on('data', (text) => {
        const whole = (pending + text).split('\n');
        pending = whole.pop();
        for (const line of whole) {
          lines.push(line);
          onLine(line);
        }
      });
    }
    child.on('error', (error) => fail(new SetupError(`${program} cannot be started: ${error.message}`)));
    child.on('close', (code, signal) =>
      code === 0 ? done() : fail(new SetupError(`${[program, ...words].join(' ')} ended with ${signal ?? code}:\n${said(lines)}`)),
    );
  });
}

/** When a process started, as the kernel counts it: with the id it names one process and never a later one. Undefined when it has ended. */
function startOf(pid) {
  if (process.platform !== 'linux') return isKnown(pid) ? 'running' : undefined;
  const [state, ...fields] = readIfThere(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
  // Killed, but its parent has not asked yet: it does nothing any more.
  return state === '' || state === 'Z' ? undefined : fields[18];
}

function isKnown(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Only one setup at a time works on what `file` guards; another waits. The lock of a killed one is taken over. */
async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
  const mine = `${process.pid} ${startOf(process.pid)}`;
  for (let hasSaid = false; ;) {
    try {
      const handle = openSync(file, 'wx', 0o644);
      writeSync(handle, mine);
      closeSync(handle);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = readIfThere(file);
    const [pid, start] = holder.split(' ');
    // An empty file is a holder between opening and writing, unless it stays empty.
    const isStale = holder ? startOf(Number(pid)) !== start : isOlderThan(file, 5_000);
    if (isStale) {
      // Two waiters could both see the dead holder; only the one whose removal still finds that holder's words may remove it.
      if (readIfThere(file) === holder) unlinkIfThere(file);
      continue;
    }
    if (!hasSaid) say(`  another setup is at work (process ${pid}); waiting for it`);
    hasSaid = true;
    await new Promise((later) => setTimeout(later, 250));
  }
  try {
    return await work();
  } finally {
    if (readIfThere(file) === mine) unlinkIfThere(file);
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function unlinkIfThere(file) {
  try {
    unlinkSync(file);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function isOlderThan(file, ageMs) {
  try {
    return Date.now() - statSync(file).mtimeMs > ageMs;
  } catch {
    return false;
  }
}

// ── npm packages ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const lockFile = join(packageRoot, 'package-lock.json');
const installedFile = join(packageRoot, 'node_modules', '.package-lock.json');
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** What of the lock `node_modules` lacks. A package for another platform may be absent. */
function missingNpmPackages() {
  if (!existsSync(installedFile)) return ['everything'];
  const installed = readJson(installedFile).packages;
  return Object.entries(readJson(lockFile).packages)
    .filter(([place, { version, optional }]) => {
      if (place === '') return false;
      if (!installed[place]) return optional !== true;
      return installed[place].version !== version || !existsSync(join(packageRoot, place, 'package.json'));
    })
    .map(([place]) => place);
}

function checkLock() {
  const asked = readJson(join(packageRoot, 'package.json'));
  const locked = readJson(lockFile).packages[''];
  for (const group of ['dependencies', 'optionalDependencies', 'devDependencies']) {
    const isSame = JSON.stringify(Object.entries(asked[group] ?? {}).sort()) === JSON.stringify(Object.entries(locked[group] ?? {}).sort());
    if (!isSame) throw new SetupError(`package-lock.json does not know the ${group} of package.json. Type: npm install --ignore-scripts`);
  }
}

async function setUpNpm() {
  // The published package has no lock: npm itself installed what it needs.
  if (!existsSync(lockFile)) return;
  const unfinished = join(packageRoot, '.cache', 'npm-unfinished');
  const isDone = () => !existsSync(unfinished) && missingNpmPackages().length === 0;
  if (isDone()) return;
  await withLock(join(packageRoot, '.cache', 'setup.lock'), async () => {
    if (isDone()) return;
    checkLock();
    const startedMs = Date.now();
    const modules = join(packageRoot, 'node_modules');
    say('  npm packages  about 730 MB on disk, with Node 24');
    // npm takes a folder for a package as soon as it has a package.json, so what an interrupted installation left is not to be built on.
    if (existsSync(unfinished) || !existsSync(installedFile)) rmSync(modules, { recursive: true, force: true });
    writeFileSync(unfinished, '');
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
    // Not `npm ci`: that refuses a lock without the packages of every other platform, and a registry need not serve them all. The check below stands in for it.
    const words = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
    // onnxruntime-node would fetch GPU libraries.
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
    const stop = everySeconds(10, () => say(`  npm packages  ${folderSizeMegabytes(modules)} after ${seconds(startedMs)}`));
    try {
      await run(npm[0], [...npm.slice(1), ...words], { env });
    } finally {
      stop();
    }
    const missing = missingNpmPackages();
    if (missing.length > 0)
      throw new SetupError(`npm did not install ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ' …' : ''} at the locked version.`);
    unlinkIfThere(unfinished);
    say(`  npm packages  ${folderSizeMegabytes(modules)} in ${seconds(startedMs)}`);
  });
}

// ── system packages ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

function hasLibrary(name) {
  const folders = ['/usr/lib', '/usr/lib64', '/lib', '/lib64', '/usr/local/lib'];
  const multiarch = existsSync('/usr/lib') ? readdirSync('/usr/lib').filter((entry) => entry.endsWith('-linux-gnu')) : [];
  return [...folders, ...multiarch.map((entry) => join('/usr/lib', entry))].some((folder) => existsSync(join(folder, name)));
}

async function setUpSystem(python) {
  if (process.platform !== 'linux') return;
  const missing = [];
  if (!onPath('bwrap')) missing.push('bubblewrap');
  if (!hasLibrary('libgomp.so.1')) missing.push('libgomp1');
  // Debian keeps venv's pip apart; any other Python brings it along.
  if (python?.executable.startsWith('/usr/bin/') && !python.hasVenv) missing.push('python3-venv');
  // A test opens a report in a real browser; without one it is skipped.
  if (wantsDeveloperTools && isRoot && !['chromium', 'chromium-browser', 'google-chrome'].some(onPath)) missing.push('chromium');
  if (missing.length === 0) return;
  if (isRoot && onPath('apt-get')) {
    const startedMs = Date.now();
    say(`  system packages  ${missing.join(', ')}`);
    const install = () =>
      run('apt-get', ['install', '-y', '--no-install-recommends', ...missing], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    try {
      await install();
    } catch {
      await run('apt-get', ['update']); // the list of packages is missing or old
      await install();
    }
    say(`  system packages  done in ${seconds(startedMs)}`);
    return;
  }
  const remedy = `sudo apt-get install -y ${missing.join(' ')}`;
  const isFatal = missing.some((name) => name !== 'bubblewrap');
  if (isFatal) throw new SetupError(`This machine lacks ${missing.join(', ')}. Type:\n    ${remedy}\nand run this again.`);
  say(`  bubblewrap is missing, so training would run without its cage. Type:\n    ${remedy}`);
}

// ── Python ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const question = `
import importlib.util as u, json, os, sys, sysconfig
print(json.dumps({'version': list(sys.version_info[:3]), 'executable': os.path.realpath(sys.executable), 'basePrefix': sys.base_prefix,
  'stdlib': sysconfig.get_path('stdlib'), 'hasVenv': all(u.find_spec(m) for m in ('venv', 'ensurepip'))}))`;

function askPython(program) {
  const { status, stdout } = spawnSync(program, ['-I', '-c', question], { encoding: 'utf8' });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

/** Whether a stranger may walk down to `path` and read it: the job is another user than the one who starts it. */
function isOpenToOthers(path) {
  for (let at = realpathSync(path), isFirst = true; ; at = dirname(at), isFirst = false) {
    if ((statSync(at).mode & (isFirst ? 0o005 : 0o001)) !== (isFirst ? 0o005 : 0o001)) return false;
    if (at === dirname(at)) return true;
  }
}

const isNewEnough = ([major, minor]) => major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1];

function findPython() {
  const names = ['python3', 'python3.13', 'python3.12', 'python3.11'];
  const candidates = [
    ...['/usr/bin', '/usr/local/bin'].flatMap((folder) => names.map((name) => join(folder, name))).filter((file) => existsSync(file)),
    ...names.filter(onPath),
  ];
  const refused = [];
  for (const program of candidates) {
    const python = askPython(program);
    if (!python) continue;
    const version = python.version.join('.');
    if (!isNewEnough(python.version)) refused.push(`${program} is ${version}`);
    else if (isRoot && !(isOpenToOthers(python.stdlib) && isOpenToOthers(dirname(python.executable))))
      refused.push(`${program} (${version}) lies where only its owner can read`);
    else return python;
  }
  const seen = refused.length > 0 ? ` Seen: ${refused.join('; ')}.` : '';
  throw new SetupError(
    `Python ${OLDEST_PYTHON.join('.')} or newer is needed, in a place that every user can read.${seen} Type:\n    sudo apt-get install -y python3 python3-venv\nand run this again.`,
  );
}

/** Settings of the caller's Python must not leak into the environment we build. */
const cleanEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(PYTHON|VIRTUAL_ENV|PIP_(USER|TARGET|PREFIX|REQUIRE|NO_DEPS|NO_COMPILE))/.test(name)),
);

const pip = ['-I', '-m', 'pip', '--disable-pip-version-check', '--no-input'];
const pinned = (lock) => ['install', '--require-hashes', '--no-deps', '--only-binary', ':all:', '-r', lock];

/** One line a package as pip fetches it; a live line on a terminal. */
function pipProgress(label, lock) {
  const isElsewhere = process.platform === 'darwin' ? "sys_platform != 'darwin'" : "sys_platform == 'darwin'";
  const total = readFileSync(lock, 'utf8')
    .match(/^[\w.-]+==.*/gm)
    .filter((line) => !line.includes(isElsewhere)).length;
  let fetched = 0;
  return (line) => {
    const [, wheel, size] = /^\s*(?:Downloading|Using cached) ([\w.]+-[\w.]+)-\S+(?: \(([^)]+)\))?/.exec(line) ?? [];
    if (wheel) say(`  ${label}  ${++fetched} of ${total}  ${wheel}${size ? `  ${size}` : ''}`);
    else if (line.startsWith('Installing collected')) say(`  ${label}  unpacking`);
  };
}

function checkRoot(root) {
  mkdirSync(root, { recursive: true, mode: 0o755 });
  if (isRoot && !isOpenToOthers(root)) {
    throw new SetupError(
      `The cache folder ${root} cannot be read by the user that training runs as. Open the way to it, or name another one in MODELWRIGHT_CACHE.`,
    );
  }
}

/** Removes what killed setups left behind. */
function sweep(root) {
  for (const entry of readdirSync(root)) {
    const pid = /^\.partial-(\d+)-/.exec(entry)?.[1];
    // A child of the killed setup may still write for a moment.
    if (pid && startOf(Number(pid)) === undefined) rmSync(join(root, entry), { recursive: true, force: true, maxRetries: 5 });
  }
}

async function buildEnvironment(folder, python) {
  const startedMs = Date.now();
  say(`  training environment  about 185 MB to fetch, 690 MB on disk, with Python ${python.version.join('.')}, into ${folder}`);
  const partial = partialName(folder);
  try {
    mkdirSync(partial, { mode: 0o755 });
    const environment = join(partial, 'env');
    const executable = join(environment, 'bin', 'python3');
    // Copied, not linked: the cage mounts this folder elsewhere, where a link to the base would lead nowhere.
    await run(python.executable, ['-I', '-m', 'venv', '--copies', environment], { env: cleanEnvironment });
    await run(executable, [...pip, ...pinned(requirementsLock)], { env: cleanEnvironment, onLine: pipProgress('training environment', requirementsLock) });
    // The job has no use for an installer.
    await run(executable, [...pip, 'uninstall', '--yes', 'pip', 'setuptools'], { env: cleanEnvironment });
    const site =
      'import importlib.metadata as m, json, os, sys, sysconfig; print(json.dumps({"sitePackages": os.path.relpath(sysconfig.get_path("purelib"), sys.prefix), "versions": {d.name: d.version for d in m.distributions()}}))';
    const { stdout } = spawnSync(executable, ['-I', '-c', site], { encoding: 'utf8' });
    const ready = { format: 1, pythonVersion: python.version.join('.'), basePrefix: python.basePrefix, stdlib: python.stdlib, ...JSON.parse(stdout) };
    writeFileSync(join(partial, 'ready.json'), `${JSON.stringify(ready, null, 2)}\n`, { mode: 0o644 });
    // An environment whose base was taken away keeps the final name; it is of no use to anybody.
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    publish(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
  say(`  training environment  ${folderSizeMegabytes(folder)} in ${seconds(startedMs)}`);
}

/** ruff and pytest, as a plain folder that any Python of the right version can put on its path. */
async function buildDeveloperTools(folder, python) {
  const startedMs = Date.now();
  say('  developer tools  about 12 MB to fetch');
  const partial = partialName(folder);
  const builder = `${partial}-builder`;
  try {
    mkdirSync(partial, { mode: 0o755 });
    await run(python.executable, ['-I', '-m', 'venv', builder], { env: cleanEnvironment });
    await run(join(builder, 'bin', 'python3'), [...pip, ...pinned(developerLock), '--target', partial], {
      env: cleanEnvironment,
      onLine: pipProgress('developer tools', developerLock),
    });
    publish(partial, folder);
  } finally {
    for (const left of [partial, builder]) rmSync(left, { recursive: true, force: true });
  }
  say(`  developer tools  ${folderSizeMegabytes(folder)} in ${seconds(startedMs)}`);
}

async function setUpPython(root) {
  const { python: folder } = environmentFolders(root);
  const tools = wantsDeveloperTools ? developerFolder(root) : undefined;
  const isComplete = () => readPython(folder) !== undefined && (!tools || existsSync(tools));
  if (!isComplete()) {
    const python = findPython();
    await setUpSystem(python);
    checkRoot(root);
    await withLock(join(root, '.setup.lock'), async () => {
      sweep(root);
      if (!readPython(folder)) await buildEnvironment(folder, python);
      if (tools && !existsSync(tools)) await buildDeveloperTools(tools, python);
    });
  }
  await setUpSystem();
  installHarness(root);
}

// ── what reads strangers' files in a cage ─────────────────────────────────────────────────────────────────────────────────────────

/** Only Linux has the cage. Done by the Node that will run there: it alone can take types out of our sources. */
async function setUpGuests(root) {
  const isDone = () => findGuestFiles([root], process.getuid?.() ?? -1) !== undefined;
  if (process.platform !== 'linux' || isDone()) return;
  await withLock(join(root, '.setup.lock'), async () => {
    if (isDone()) return;
    const startedMs = Date.now();
    const install = `import { installGuest } from ${JSON.stringify(new URL('guest-files.mjs', import.meta.url))}; if (installGuest(${JSON.stringify(root)}).isNew) console.log('new');`;
    let isNew = false;
    await run(findNode().program, ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', install], {
      onLine: (line) => (isNew ||= line === 'new'),
    });
    // A few sources that were edited are no news.
    if (isNew) say(`  caged readers  ${folderSizeMegabytes(findGuestFiles([root], process.getuid?.() ?? -1).runtime)} in ${seconds(startedMs)}`);
  });
}

async function main() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE)
    throw new SetupError(`Node ${OLDEST_NODE} or newer is needed; this is ${process.versions.node}.`);
  process.umask(0o022); // what we make must be readable by the user that jobs run as
  const [root] = cacheRoots({
    override: process.env.MODELWRIGHT_CACHE && resolve(process.env.MODELWRIGHT_CACHE),
    userId: process.getuid?.() ?? -1,
    home: homedir(),
    xdgCacheHome: process.env.XDG_CACHE_HOME,
  });
  await setUpNpm();
  await setUpPython(root);
  await setUpGuests(root);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = ENVIRONMENT_ERROR;
}
