import { z } from 'zod';
import { ModelwrightError } from '../domain/error.ts';
import type { FileRef } from '../domain/event.ts';

/**
 * Reads a kept file whose hash was right: what it holds can still be another version's, or somebody's who writes in the home. `what` is
 * what it should be; a reader's refusal becomes MW3014.
 */
export function readKept<T>(what: string, runId: string, ref: FileRef, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof RangeError || cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause;
    throw new ModelwrightError({
      code: 'MW3014',
      message: `The file ${ref.sha256.slice(0, 12)} of the run ${runId} is not ${what} as this version keeps it.`,
      hint: `Use the version that wrote it, or remove the run with \`modelwright rm ${runId}\` and build again.`,
      cause,
    });
  }
}
