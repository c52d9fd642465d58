/** How a file is opened by us, who may, for a reader who may not: of its bytes nothing is made here but their hash. */
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { ModelwrightError } from '../../domain/error.ts';
import { fileChanged } from '../../domain/file-changed.ts';
import { isAddress } from './is-address.ts';

const PIECE_BYTES = 1 << 20;

/** Throws MW1101, MW1102 or MW1103 where there is no file to be read. */
export async function openToRead(path: string): Promise<FileHandle> {
  await lookAt(path);
  let file: FileHandle | undefined;
  try {
    // Should it have become a pipe meanwhile, opening waits for nobody.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    refuseOthers(path, await file.stat());
    return file;
  } catch (cause) {
    await file?.close();
    throw accessError(path, cause);
  }
}

export async function lookAt(path: string): Promise<Stats> {
  try {
    const facts = await stat(path);
    refuseOthers(path, facts);
    return facts;
  } catch (cause) {
    throw accessError(path, cause);
  }
}

export type FileIdentity = { sha256: string; sizeBytes: number };

/** The hash of all bytes, read without moving the place where others read. Throws MW1121 where the file grows or shrinks meanwhile. */
export async function identityOf(file: FileHandle, path: string): Promise<FileIdentity> {
  const { size } = await file.stat();
  const sha256 = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of file.createReadStream({ start: 0, autoClose: false, highWaterMark: PIECE_BYTES })) {
    sha256.update(piece);
    sizeBytes += piece.length;
  }
  if (sizeBytes !== size) throw fileChanged(path);
  return { sha256: sha256.digest('hex'), sizeBytes };
}

function refuseOthers(path: string, facts: Stats): void {
  if (facts.isFile()) return;
  throw new ModelwrightError({
    code: 'MW1103',
    message: `"${path}" is ${whatIs(facts)} and no file.`,
    hint: facts.isFIFO() ? 'A table is read more than once: write it to a file and name that.' : 'Name the file that holds the table.',
    place: { file: path },
  });
}

const whatIs = (facts: Stats) => (facts.isDirectory() ? 'a folder' : facts.isFIFO() ? 'a pipe' : facts.isSocket() ? 'a socket' : 'a device');

export function accessError(path: string, cause: unknown): unknown {
  if (cause instanceof ModelwrightError || !(cause instanceof Error) || !('code' in cause)) return cause;
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
    return new ModelwrightError({
      code: 'MW1101',
      ...(path === ''
        ? { message: 'No file is named: the path is empty.', hint: 'Name the file that holds the table.' }
        : isAddress(path)
          ? { message: `"${path}" is an address, and no file of this machine.`, hint: 'Download it first, and give the path of the file.' }
          : { message: `There is no file "${path}".`, hint: 'Check the path; a relative one starts at the current folder.' }),
      place: { file: path },
      cause,
    });
  }
  return new ModelwrightError({
    code: 'MW1102',
    message: `The file "${path}" cannot be read (${String(cause.code)}).`,
    hint: 'Check that you may read it: `ls -l FILE`.',
    place: { file: path },
    cause,
  });
}
