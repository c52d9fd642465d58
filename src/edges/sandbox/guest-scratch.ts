/** The folder on the disk that one guest may write in: its own, gone with it, and swept when its maker was killed. */
import { chmodSync, chownSync, fstatSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type ScratchFolder = {
  path: string;
  /** What lies in it, and what the process holds open after it was removed. */
  use(processId: number | undefined): { sizeBytes: number; fileCount: number };
  remove(): void;
};

const PREFIX = '.scratch-';
/** Where the system does not tell when a process started, nothing is swept. */
const UNKNOWN = 'unknown';
const BLOCK_BYTES = 512;

let made = 0;

/**
 * @param parent a folder that the guest's user can walk through @param user who is to own it, where that is not we
 * @param input the file that the guest was handed, which is none of what it wrote
 */
export function makeScratchFolder(parent: string, user: number | undefined, input: number | undefined): ScratchFolder {
  sweep(parent);
  made += 1;
  const path = join(parent, `${PREFIX}${process.pid}-${startOf(process.pid) ?? UNKNOWN}-${made}`);
  mkdirSync(path, { mode: 0o700 });
  if (user !== undefined) chownSync(path, user, user);
  const inputFile = input === undefined ? undefined : fstatSync(input).ino;
  return {
    path,
    use: (processId) => {
      chmodSync(path, 0o700); // a guest may shut its own folder, which is ours to look into
      const lying = readdirSync(path, { encoding: 'buffer' }).map((name) =>
        lstatSync(Buffer.concat([Buffer.from(`${path}/`), name]), { throwIfNoEntry: false }),
      );
      const sizes = [...lying.map((facts) => (facts?.blocks ?? 0) * BLOCK_BYTES), ...(processId === undefined ? [] : removedSizes(processId, inputFile))];
      return { sizeBytes: sizes.reduce((sum, size) => sum + size, 0), fileCount: sizes.length };
    },
    remove: () => {
      chmodSync(path, 0o700);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** How much a guest may put on the disk: half of what is free there. */
export function scratchRoom(folder: string): number {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const { bavail, bsize } = statfsSync(folder);
  return Math.floor((bavail * bsize) / 2);
}

/** Files without a name take room too, as long as they are open. */
function removedSizes(processId: number, inputFile: number | undefined): number[] {
  const folder = `/proc/${processId}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => {
      const place = join(folder, name);
      if (!readlinkSync(place).endsWith(' (deleted)')) return [];
      const facts = statSync(place);
      return facts.isFile() && facts.nlink === 0 && facts.ino !== inputFile ? [facts.blocks * BLOCK_BYTES] : [];
    });
  } catch {
    return []; // it has just ended, or a file was closed meanwhile: the next look tells
  }
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [pid, start] = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-') : [];
    // Whoever is not there any more, and whoever has a number again that another had.
    if (pid !== undefined && (startOf(Number(pid)) ?? UNKNOWN) !== start) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** When a process started, in ticks of the kernel; with its number it names one process. */
function startOf(processId: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
