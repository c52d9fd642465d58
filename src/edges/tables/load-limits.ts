import { ModelwrightError, type ErrorPlace } from '../../domain/error.ts';
import { MAX_ROW_LENGTH } from './parse-delimited.ts';

/** What a reader needs to open a file; `tempDirectory` takes what does not fit in memory. */
export type LoadOptions = { tempDirectory: string; memoryBytes: number; threads: number; maxColumns: number };

export function checkWidth(path: string, width: number, options: LoadOptions): void {
  if (width <= options.maxColumns) return;
  throw new ModelwrightError({
    code: 'MW1114',
    message: `The file "${path}" has ${width} columns; at most ${options.maxColumns} can be read.`,
    hint: 'Keep the columns that matter and give those.',
    place: { file: path },
  });
}

/** What DuckDB says when it runs out of memory or disk, told as ours. */
export function tooLarge(path: string, cause: unknown): ModelwrightError | undefined {
  if (!(cause instanceof Error) || !/Out of Memory Error|No space left on device/i.test(cause.message)) return undefined;
  return tooLargeForReader(path, cause);
}

export const tooLargeForReader = (path: string | undefined, cause?: unknown) =>
  new ModelwrightError({
    code: 'MW1114',
    message: `${path === undefined ? 'The table' : `The file "${path}"`} is too large for the memory and disk that the reader may use.`,
    hint: 'Free disk space, give fewer columns or rows, or raise the memory limit.',
    ...(path !== undefined && { place: { file: path } }),
    cause,
  });

export const rowTooLong = (where: string, place: ErrorPlace) =>
  new ModelwrightError({
    code: 'MW1114',
    message: `There are more than ${MAX_ROW_LENGTH >> 20} MB in ${where}.`,
    hint: 'Shorten its longest cell, or leave that column out.',
    place,
  });
