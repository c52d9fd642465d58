import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { storageError } from './storage-error.ts';
import { removeUnfinished, temporaryName } from './temporary-name.ts';

/**
 * Writes a file whole or not at all: temporary name, synced, renamed, folder synced. `unfinishedFolder` is where the temporary
 * file stands meanwhile; it must be on the same disk.
 */
export async function writeFileAtomically(path: string, parts: Uint8Array[], unfinishedFolder: string): Promise<void> {
  const unfinished = join(unfinishedFolder, temporaryName('file'));
  try {
    await writeSynced(unfinished, parts, 0o600);
    await rename(unfinished, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await removeUnfinished(unfinished);
    throw storageError(cause, dirname(path));
  }
}

/** Writes a new file and waits until the disk has it. */
export async function writeSynced(path: string, parts: Uint8Array[], mode: number): Promise<void> {
  await using file = await open(path, 'wx', mode);
  for (const part of parts) await file.writeFile(part);
  await file.sync();
}

/** A name is on disk only when its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
