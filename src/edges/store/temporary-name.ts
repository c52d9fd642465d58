import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, thisProcess } from './process-identity.ts';

const PATTERN = /\.mw-(\d{1,10})-([a-z0-9_]{1,64})-[0-9a-f]{12}\.part$/;

/** A name for something unfinished, told apart from everyone else's; it names its process, so that it can be swept when that is gone. */
export function temporaryName(label: string): string {
  const { pid, startedAt } = thisProcess();
  // 40 characters keep the whole below the 255 bytes of a file name in any script.
  return `.${label.slice(0, 40)}.mw-${pid}-${startedAt}-${randomBytes(6).toString('hex')}.part`;
}

export const isTemporaryName = (name: string): boolean => PATTERN.test(name);

/** Removes what processes that are gone left unfinished in `folder`. A folder that cannot be listed holds nothing of ours. */
export async function sweepUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, pid, startedAt] = PATTERN.exec(name) ?? [];
    if (pid === undefined || startedAt === undefined || isRunning({ pid: Number(pid), startedAt })) continue;
    await removeUnfinished(join(folder, name));
  }
}

/** Never fails: the fault that left it unfinished must not be hidden, someone else may be sweeping too, and the next sweep tries again. */
export async function removeUnfinished(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}
