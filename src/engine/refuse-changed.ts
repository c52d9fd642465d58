import { ModelwrightError } from '../domain/error.ts';
import type { DatasetRef } from '../domain/plan.ts';
import type { OpenedFile } from '../edges/tables/index.ts';

/** A run goes on, and is repeated, with the very bytes that it began with. `known` is null before it has read any. */
export function refuseChangedFile(known: DatasetRef | null, file: OpenedFile, aim: 'resume' | 'replay'): void {
  if (known === null || known.sha256 === file.sha256) return;
  throw new ModelwrightError({
    code: 'MW1120',
    message: 'The data file has changed since this run began.',
    hint: `Put the file back as it was to ${aim}, or start a new build on the new file.`,
    place: { file: known.path },
  });
}
