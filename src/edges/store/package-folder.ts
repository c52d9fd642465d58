import { constants } from 'node:fs';
import { lstat, mkdir, open, opendir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ModelwrightError } from '../../domain/error.ts';
import { syncFolder, writeSynced } from './atomic-file.ts';
import type { Home } from './home.ts';
import { makeFolder } from './make-folder.ts';
import { storageError } from './storage-error.ts';
import { removeUnfinished, sweepUnfinished, temporaryName } from './temporary-name.ts';

/** A package in memory: plain files by name. */
export type PackageFiles = Map<string, Uint8Array>;

export type PackageLimits = { maxFiles: number; maxFileBytes: number; maxTotalBytes: number };

/** Room for five times the largest package that a plan allows; far below what would trouble a small machine. */
const LIMITS: PackageLimits = { maxFiles: 64, maxFileBytes: 256 << 20, maxTotalBytes: 320 << 20 };

const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Who may read what is written: `owner` inside the home, `umask` where the user named the place. */
type Readers = 'owner' | 'umask';

/**
 * Writes the folder whole or not at all. A destination that already holds exactly these files is left as it is, so that a
 * resumed run may repeat the step; any other is refused (MW1453).
 */
export async function writePackage(files: PackageFiles, destination: string, readers: Readers = 'owner'): Promise<void> {
  for (const name of files.keys()) if (!FILE_NAME.test(name)) throw new Error(`"${name}" cannot be the name of a file in a package`);
  const target = resolve(destination);
  const parent = dirname(target);
  const unfinished = join(parent, temporaryName(basename(target)));
  try {
    makeFolder(parent, readers === 'owner' ? 0o700 : 0o777);
    await sweepUnfinished(parent);
    if (await isThere(target)) {
      if (await holdsExactly(target, files)) return;
      throw taken(target);
    }
    await mkdir(unfinished, { mode: readers === 'owner' ? 0o700 : 0o777 });
    for (const [name, bytes] of files) await writeSynced(join(unfinished, name), [bytes], readers === 'owner' ? 0o600 : 0o666);
    await syncFolder(unfinished);
    await rename(unfinished, target);
    await syncFolder(parent);
  } catch (cause) {
    await removeUnfinished(unfinished);
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') throw taken(target);
    throw storageError(cause, parent);
  }
}

/** Reads a folder that anyone may have made: plain files only, none through a link, all bounded. Proves nothing about what they hold. */
export async function readPackage(folder: string, limits: PackageLimits = LIMITS): Promise<PackageFiles> {
  try {
    const facts = await lstat(folder);
    if (!facts.isDirectory()) throw unreadable(folder, facts.isSymbolicLink() ? 'it is a symbolic link; name the folder itself' : 'it is not a folder');
    const names: string[] = [];
    for await (const entry of await opendir(folder)) {
      if (names.length >= limits.maxFiles) throw unreadable(folder, `it holds more than ${limits.maxFiles} files`);
      if (!FILE_NAME.test(entry.name)) throw unreadable(folder, `the name ${JSON.stringify(entry.name)} cannot be in a package`);
      names.push(entry.name);
    }
    const files: PackageFiles = new Map();
    let totalBytes = 0;
    for (const name of names.toSorted()) {
      const bytes = await readPlainFile(folder, name, Math.min(limits.maxFileBytes, limits.maxTotalBytes - totalBytes));
      totalBytes += bytes.length;
      files.set(name, bytes);
    }
    return files;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw unreadable(folder, 'it is not there');
    throw storageError(cause, folder);
  }
}

/** A copy for someone else, at a place the user named. */
export async function copyPackage(folder: string, destination: string): Promise<void> {
  await writePackage(await readPackage(folder), destination, 'umask');
}

/** Removes a package of this home; renamed first, so that nobody ever sees half of one. Nothing happens when it is not there. */
export async function removePackage(home: Home, folder: string): Promise<void> {
  const target = resolve(folder);
  const inside = relative(home.modelsFolder, target);
  if (inside === '' || inside.startsWith('..') || inside.includes(sep)) throw new Error(`only packages of this home are removed; ${target} is none`);
  const unfinished = join(home.modelsFolder, temporaryName(basename(target)));
  try {
    if (!(await isThere(target))) return;
    await rename(target, unfinished);
    await syncFolder(home.modelsFolder);
    await rm(unfinished, { recursive: true, force: true });
  } catch (cause) {
    throw storageError(cause, target);
  }
}

/** NOFOLLOW and NONBLOCK: a link is refused and a pipe does not make us wait; read by the open file, so that it cannot be swapped in between. */
async function readPlainFile(folder: string, name: string, maxBytes: number): Promise<Uint8Array> {
  let file;
  try {
    file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ELOOP' || code === 'ENXIO') throw unreadable(folder, `"${name}" is not a plain file`);
    throw cause;
  }
  await using opened = file;
  const facts = await opened.stat();
  if (!facts.isFile()) throw unreadable(folder, `"${name}" is not a plain file`);
  if (facts.size > maxBytes) throw unreadable(folder, `"${name}" is larger than a package may be`);
  const bytes = new Uint8Array(facts.size);
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await opened.read(bytes, at, bytes.length - at);
    if (bytesRead === 0) throw unreadable(folder, `"${name}" became shorter while it was read`);
    at += bytesRead;
  }
  return bytes;
}

async function holdsExactly(folder: string, files: PackageFiles): Promise<boolean> {
  const present = await readPackage(folder).catch(() => undefined);
  if (present?.size !== files.size) return false;
  return [...files].every(([name, bytes]) => {
    const other = present.get(name);
    return other !== undefined && Buffer.compare(other, bytes) === 0;
  });
}

const isThere = async (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return false;
      throw cause;
    },
  );

const taken = (target: string): ModelwrightError =>
  new ModelwrightError({
    code: 'MW1453',
    message: `${target} cannot be made: something else is already there.`,
    hint: 'Name a folder that does not exist yet. Nothing was changed.',
    place: { file: target },
  });

const unreadable = (folder: string, problem: string): ModelwrightError =>
  new ModelwrightError({
    code: 'MW1452',
    message: `${folder} is not a package that can be read: ${problem}.`,
    hint: 'Name the folder of a package, or get a fresh copy of it with `modelwright export`.',
    place: { file: folder },
  });
