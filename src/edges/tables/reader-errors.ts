/** How a reader fails, in words for the user. */
import { ModelwrightError, unreachable } from '../../domain/error.ts';
import type { GuestEnding } from '../guest/index.ts';
import { tooLargeForReader } from './load-limits.ts';
import type { ReaderReply } from './reader-wire.ts';

/** What the reader says of its failure, as ours. */
export function asError({ code, message, hint, place }: Extract<ReaderReply, { kind: 'failed' }>['error'], named: (text: string) => string): ModelwrightError {
  const { file, row, column } = place;
  return new ModelwrightError({
    code,
    message: named(message),
    hint: named(hint),
    place: { ...(file !== undefined && { file: named(file) }), ...(row !== undefined && { row }), ...(column !== undefined && { column }) },
  });
}

export function endingError(ending: GuestEnding, path: string | undefined): ModelwrightError {
  switch (ending.kind) {
    case 'exit':
      return readerEnded(ending.code, ending.signal);
    case 'limit':
      return tooLargeForReader(path);
    case 'nonsense':
      return readerNonsense(ending.problem);
    default:
      return unreachable(ending);
  }
}

/** Whoever speaks so is broken, or somebody else speaks through it. */
export const readerNonsense = (what: string, cause?: unknown) =>
  new ModelwrightError({
    code: 'MW1112',
    message: `The process that reads tables was ended: what it sent is no answer (${what}).`,
    hint: 'The file may be broken in a way the reader cannot bear. Save the table as CSV anew and try again.',
    cause,
  });

export function readerEnded(code: number | null, signal: string | null): ModelwrightError {
  return new ModelwrightError({
    code: 'MW1112',
    message: `The process that reads tables ended before it answered${signal ? ` (signal ${signal})` : code === null ? '' : ` (exit code ${code})`}.`,
    hint: 'The file may be broken in a way the reader cannot bear, or the machine ran out of memory. Save the table as CSV anew and try again.',
  });
}

export function readerSilent(timeLimitMs: number): ModelwrightError {
  return new ModelwrightError({
    code: 'MW1113',
    message: `The table was not read within ${Math.round(timeLimitMs / 1000)} s.`,
    hint: 'Give fewer rows or columns, or a Parquet file.',
  });
}
