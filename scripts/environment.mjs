/**
 * Where the trainer's Python environment and the copy of `harness/` lie. Setup makes them, the sandbox edge finds them; both
 * import this one file, so they cannot look in different places. Plain JavaScript of Node built-ins, because setup runs before
 * anything is installed and on Node 20.
 *
 *     <cache root>/env-<hash of requirements.lock and platform>/ready.json, env/       700 MB, rebuilt only when the lock changes
 *     <cache root>/harness-<hash of the sources>/*.py                                   a few KB, copied whenever a source changes
 *
 * They lie outside the clone and the home because the caged job runs as another user, and homes and clones are often closed to others.
 * A folder under its final name is complete: both are made under another name and renamed.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const FORMAT = 1;

export const harnessSources = join(packageRoot, 'harness');
export const requirementsLock = join(harnessSources, 'requirements.lock');
/** Only a clone has it. */
export const developerLock = join(harnessSources, 'requirements-dev.lock');
/** What a user types when something is missing. */
export const setupCommand = `node ${join(packageRoot, 'scripts', 'setup.mjs')}`;

/**
 * Folders that may hold the environment, best first; setup writes into the first. Root shares the system's cache with every user of the
 * machine, everyone else may use that one too but writes into their own.
 */
export function cacheRoots({ override, userId, home, xdgCacheHome }) {
  if (override) return [override];
  const shared = '/var/cache/modelwright';
  const own = join(xdgCacheHome || join(home, '.cache'), 'modelwright');
  return userId === 0 ? [shared] : [own, shared];
}

export const shortHash = (parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
};

/** The Python files that run inside the cage, relative to `harness/`, sorted. Tests stay outside. */
export function harnessFiles() {
  return readdirSync(harnessSources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.py') && !/(^|\/)(tests?\/|test_|conftest)/.test(file))
    .sort();
}

/** The folders that this version of Modelwright uses under a cache root, whether they exist or not. */
export function environmentFolders(root) {
  const lock = readFileSync(requirementsLock);
  const sources = harnessFiles().flatMap((file) => [file, readFileSync(join(harnessSources, file))]);
  return {
    python: join(root, `env-${shortHash([String(FORMAT), process.platform, process.arch, lock])}`),
    harness: join(root, `harness-${shortHash(sources)}`),
  };
}

/** Where the tools that check the Python half lie under a cache root: a folder of packages, to be put on an interpreter's path. */
export const developerFolder = (root) => join(root, `dev-${shortHash([String(FORMAT), process.platform, process.arch, readFileSync(developerLock)])}`);

/** A folder that somebody else could write would let them choose what we run. */
export function isTrustedFolder(folder, userId) {
  const { uid, mode } = statSync(folder);
  return (uid === 0 || uid === userId) && (mode & 0o022) === 0;
}

const isTextByName = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((text) => typeof text === 'string');

/** What `ready.json` says when the interpreter it was made from is still there; undefined otherwise. */
export function readPython(folder) {
  let ready;
  try {
    ready = JSON.parse(readFileSync(join(folder, 'ready.json'), 'utf8'));
  } catch {
    return undefined;
  }
  if (ready?.format !== FORMAT) return undefined;
  const { pythonVersion, basePrefix, stdlib, versions } = ready;
  // A note that somebody edited or a disk damaged is as good as none: set-up makes the environment anew.
  const isWhole = [pythonVersion, basePrefix, stdlib, ready.sitePackages].every((text) => typeof text === 'string' && text !== '' && !text.includes('\0'));
  if (!isWhole || !isTextByName(versions)) return undefined;
  // An upgraded system Python takes its library away and leaves our copy of the interpreter with nothing to import.
  if (!existsSync(join(stdlib, 'os.py'))) return undefined;
  const environment = join(folder, 'env');
  return {
    pythonVersion,
    basePrefix,
    stdlib,
    versions,
    environment,
    executable: join(environment, 'bin', 'python3'),
    sitePackages: join(environment, ready.sitePackages),
  };
}

/** Finds what training needs, or says what is missing. Reads only; a few milliseconds. */
export function findTrainingEnvironment(roots, userId) {
  for (const root of roots) {
    const folders = environmentFolders(root);
    const python = existsSync(root) && isTrustedFolder(root, userId) ? readPython(folders.python) : undefined;
    if (python && existsSync(folders.harness)) return { kind: 'ready', ...python, harness: folders.harness };
  }
  return { kind: 'missing', lookedIn: roots, remedy: setupCommand };
}

/** A name beside `folder` that no other process uses; `sweep` knows by the process id whether its maker still lives. */
export const partialName = (folder) => join(dirname(folder), `.partial-${process.pid}-${Math.random().toString(36).slice(2, 8)}`);

/** Gives a finished folder its final name. When another process was faster, theirs stands and ours goes: both are the same. */
export function publish(partial, folder) {
  try {
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}

/** Copies the harness where the cage can read it; nothing to do when the sources have not changed. Returns the folder. */
export function installHarness(root) {
  const { harness } = environmentFolders(root);
  if (existsSync(harness)) return harness;
  mkdirSync(root, { recursive: true, mode: 0o755 });
  const partial = partialName(harness);
  mkdirSync(partial, { mode: 0o755 });
  for (const file of harnessFiles()) {
    mkdirSync(dirname(join(partial, file)), { recursive: true, mode: 0o755 });
    cpSync(join(harnessSources, file), join(partial, file));
  }
  publish(partial, harness);
  return harness;
}
