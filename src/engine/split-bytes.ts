import type { PreparedData } from './prepare-data.ts';

/** Which rows are locked and which are validated by which fold, as a run keeps it. */
export function splitBytes({ split }: PreparedData): Uint8Array {
  const rows = { test: [...split.test], folds: split.folds.map(({ train, validate }) => ({ train: train.length, validate: [...validate] })) };
  return new TextEncoder().encode(JSON.stringify(rows));
}
