import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRunId, type Home } from './home.ts';
import { storageError } from './storage-error.ts';
import { sweepUnfinished, temporaryName } from './temporary-name.ts';

/** A folder for one run's passing needs. */
export type Scratch = { folder: string; close(): Promise<void> };

/** Made anew each time and gone with its process: what a killed one left is swept by the next that opens one. */
export async function openScratch(home: Home, runId: string): Promise<Scratch> {
  const folder = join(home.temporaryFolder, temporaryName(checkRunId(runId)));
  await sweepUnfinished(home.temporaryFolder);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (cause) {
    throw storageError(cause, home.temporaryFolder);
  }
  return { folder, close: () => rm(folder, { recursive: true, force: true }) };
}
