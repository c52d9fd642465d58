/** A file as the user of a cage may open it. */
import { constants, closeSync, fchmodSync, fstatSync, openSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ModelwrightError } from '../../domain/error.ts';
import { fileChanged } from '../../domain/file-changed.ts';
import type { GuestFile } from '../guest/index.ts';

const READABLE_BY_OTHERS = 0o004;

/** `release`: closes what was opened for it, once the guest has been started. */
export type ShownFile = { file: GuestFile | undefined; release(): void };

/**
 * Root reads every file; the user whom a cage runs as does not. Such a file is copied to one without a name, which every holder of its descriptor
 * may open and no one else can find. `folder`: of ours alone, where the copy lies.
 */
export async function showFile(file: GuestFile | undefined, folder: string): Promise<ShownFile> {
  const asItIs = { file, release: () => {} };
  if (file?.use !== 'read' || process.getuid?.() !== 0) return asItIs;
  const before = fstatSync(file.descriptor);
  if ((before.mode & READABLE_BY_OTHERS) !== 0) return asItIs;
  const descriptor = await copyWithoutName(file.descriptor, folder);
  const after = fstatSync(file.descriptor);
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    closeSync(descriptor);
    throw fileChanged(file.path);
  }
  return { file: { ...file, descriptor }, release: () => closeSync(descriptor) };
}

async function copyWithoutName(source: number, folder: string): Promise<number> {
  const path = join(folder, `.modelwright-${process.pid}-${randomBytes(8).toString('hex')}`);
  try {
    await copyFile(`/proc/self/fd/${source}`, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const descriptor = openSync(path, 'r');
    await rm(path);
    fchmodSync(descriptor, 0o444);
    return descriptor;
  } catch (cause) {
    await rm(path, { force: true });
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC')) throw cause;
    throw new ModelwrightError({
      code: 'MW3011',
      message: 'There is no room left on the disk for the copy that a closed file is read from.',
      hint: 'Free some space, put the home on another disk with --home, or let other users read the file.',
      cause,
    });
  }
}
