import { ModelwrightError } from '../../domain/error.ts';

/** What the system or DuckDB says when the answers cannot be written. */
export function cannotWrite(cause: unknown): ModelwrightError {
  const said = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  const isFull = /No space left on device|ENOSPC/i.test(said);
  return new ModelwrightError({
    code: isFull ? 'MW3011' : 'MW3019',
    message: isFull ? 'There is no room left on the disk for the answers.' : `The answers could not be written as Parquet: ${said}`,
    hint: isFull ? 'Free some space, or write to another disk with --out.' : 'Check the disk and the folder named with --out.',
    cause,
  });
}
