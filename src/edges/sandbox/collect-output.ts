/**
 * Takes the files that a program left in its output folder. Whoever filled the folder is not believed: every step goes through a descriptor of
 * the folder and never follows a link, only plain files of the list are taken, and what is taken are bytes, copied and hashed once. Nothing in the
 * folder is renamed, given another owner or mode, or run.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, opendirSync, readSync, type Dir, type Stats } from 'node:fs';

/** Names that may be there, with the most that each may weigh. */
export type OutputManifest = ReadonlyMap<string, { maxBytes: number; isNeeded: boolean }>;

export type OutputFile = { bytes: Uint8Array; sha256: string };

/** A name that is not on the list is refused; so many are looked at before. */
const MAX_NAMES = 64;

// Node has no openat(2): a name below /proc/self/fd/N is looked up in the very folder that the descriptor stands for.
const inFolder = (folder: number) => `/proc/self/fd/${folder}`;

/**
 * @param folder as the host sees it, for instance `/proc/PID/root/output`
 * @throws RangeError naming the first thing that does not belong there; nothing is taken then
 */
export function collectOutput(folder: string, manifest: OutputManifest): Map<string, OutputFile> {
  const directory = openAs(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW, 'the output folder');
  try {
    const { dev } = fstatSync(directory);
    const files = new Map<string, OutputFile>();
    for (const name of namesIn(directory)) {
      const rule = manifest.get(name);
      if (!rule) throw new RangeError(`${shown(name)} is not a file that a program may leave`);
      files.set(name, takeFile(directory, name, rule.maxBytes, dev));
    }
    for (const [name, { isNeeded }] of manifest) if (isNeeded && !files.has(name)) throw new RangeError(`"${name}" is missing`);
    return files;
  } finally {
    closeSync(directory);
  }
}

/** As the folder says them, byte by byte; one that is no UTF-8 comes out as a name that no list has. */
function namesIn(directory: number): string[] {
  const names: string[] = [];
  let entries: Dir | undefined;
  try {
    entries = opendirSync(inFolder(directory), { bufferSize: MAX_NAMES });
    for (let entry = entries.readSync(); entry; entry = entries.readSync()) {
      names.push(entry.name);
      if (names.length > MAX_NAMES) throw new RangeError(`the output folder holds more than ${MAX_NAMES} names`);
    }
  } catch (cause) {
    throw asRangeError(cause, 'the output folder');
  } finally {
    entries?.closeSync();
  }
  return names.sort();
}

function takeFile(directory: number, name: string, maxBytes: number, folderDevice: number): OutputFile {
  // Not blocking: a pipe would wait for somebody to write into it.
  const file = openAs(`${inFolder(directory)}/${name}`, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY, shown(name));
  try {
    const facts = fstatSync(file);
    refuseOdd(name, facts, maxBytes, folderDevice);
    const bytes = new Uint8Array(facts.size);
    let filled = 0;
    for (let count = -1; count !== 0 && filled < bytes.length; filled += count) count = readSync(file, bytes, filled, bytes.length - filled, filled);
    if (filled !== bytes.length || fstatSync(file).size !== facts.size) throw new RangeError(`${shown(name)} changed while it was taken`);
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    closeSync(file);
  }
}

function refuseOdd(name: string, facts: Stats, maxBytes: number, folderDevice: number): void {
  if (!facts.isFile()) throw new RangeError(`${shown(name)} is no plain file`);
  if (facts.dev !== folderDevice) throw new RangeError(`${shown(name)} lies on another device`);
  if (facts.nlink !== 1) throw new RangeError(`${shown(name)} has ${facts.nlink} names`);
  if (facts.size > maxBytes) throw new RangeError(`${shown(name)} holds ${facts.size} bytes of at most ${maxBytes}`);
  if (facts.blocks * 512 < facts.size) throw new RangeError(`${shown(name)} says to be larger than it is`);
}

function openAs(path: string, flags: number, what: string): number {
  try {
    return openSync(path, flags);
  } catch (cause) {
    throw asRangeError(cause, what);
  }
}

/** What a hostile folder can make happen is its own fault; anything else is ours. */
function asRangeError(cause: unknown, what: string): unknown {
  if (!(cause instanceof Error) || !('code' in cause)) return cause;
  if (cause.code === 'ELOOP') return new RangeError(`${what} is a link`);
  return ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ENXIO', 'ENAMETOOLONG', 'EISDIR', 'ERR_INVALID_ARG_VALUE'].includes(String(cause.code))
    ? new RangeError(`${what} cannot be opened (${String(cause.code)})`)
    : cause;
}

const shown = (name: string) => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
