import { statfsSync } from 'node:fs';
import { z } from 'zod';
import { ModelwrightError } from '../../domain/error.ts';

/** Below this a disk counts as full when SQLite reports no more than "I/O error". */
const FULL_BELOW_BYTES = 256 << 10;

type SystemFacts = { code?: string; errcode?: number; message: string };

/**
 * What the system or SQLite said of `place`, as an error a user can act on. A row that its schema refuses is damage. What is not the machine's fault (a wrong statement,
 * a bug) comes back as it was.
 */
export function storageError(cause: unknown, place: string): Error {
  if (cause instanceof ModelwrightError) return cause;
  if (!(cause instanceof Error)) return new Error(String(cause));
  const { code, errcode, message }: SystemFacts = cause;
  const faults = { cause, place: { file: place } };
  // A row of another shape than its table: no statement of ours wrote it.
  const isOddRow = cause instanceof z.ZodError;
  switch (isOddRow ? 'damaged' : code === 'ERR_SQLITE_ERROR' ? sqliteFault(errcode ?? 0, message, place) : systemFault(code)) {
    case 'full':
      return new ModelwrightError({
        code: 'MW3011',
        message: `The disk is full: ${place} could not be written.`,
        hint: 'Free some space on that disk, or put the home on another with --home; then go on with `modelwright resume`. What was written before is kept.',
        ...faults,
      });
    case 'denied':
      return new ModelwrightError({
        code: 'MW3010',
        message: `No permission to read and write ${place}.`,
        hint: 'Change its owner or permissions, check that its disk is not mounted read-only, or choose another place (--home DIR for the home).',
        ...faults,
      });
    case 'busy':
      return new ModelwrightError({
        code: 'MW3017',
        message: `Another process held ${place} for longer than ten seconds.`,
        hint: 'Try again. If it goes on, look for a process that hangs with this home open.',
        ...faults,
      });
    case 'damaged':
      return new ModelwrightError({
        code: 'MW3014',
        message: `${place} is damaged: ${isOddRow ? 'a row holds what cannot be in it' : message}.`,
        hint: 'Put it back from a backup, or move it away: a new one is made then. Packages in the folder models/ stay usable by their path.',
        ...faults,
      });
    case 'failed':
      return new ModelwrightError({
        code: 'MW3019',
        message: `The system could not read or write ${place}: ${message}.`,
        hint: 'Check the disk and its mount, then try again.',
        ...faults,
      });
    case undefined:
      return cause;
  }
}

type Fault = 'full' | 'denied' | 'busy' | 'damaged' | 'failed' | undefined;

function systemFault(code: string | undefined): Fault {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'full';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'denied';
    case 'EIO':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
    case 'EFBIG':
    case 'EXDEV':
    case 'ESTALE':
      return 'failed';
    default:
      return undefined;
  }
}

/** The numbers are SQLite's primary result codes, the low byte of the extended one. */
function sqliteFault(errcode: number, message: string, place: string): Fault {
  switch (errcode & 0xff) {
    case 1:
      // Our statements are right and name what every home has: what is missing was lost from the file.
      return /^(no such (table|column)|unsupported file format|malformed database schema)/.test(message) ? 'damaged' : undefined;
    case 13:
      return 'full';
    case 3:
    case 8:
    case 23:
      return 'denied';
    case 14:
      return isDiskFull(place) ? 'full' : 'denied';
    case 5:
    case 6:
      return 'busy';
    case 11:
    case 26:
      return 'damaged';
    case 7:
      return 'failed';
    case 10:
      // A full disk shows as a bare I/O error where SQLite grows its shared memory.
      return isDiskFull(place) ? 'full' : 'failed';
    default:
      return undefined;
  }
}

function isDiskFull(place: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize < FULL_BELOW_BYTES;
  } catch {
    return false;
  }
}
