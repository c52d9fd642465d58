import { decodeBundle, encodeBundleParts, type BundleArray } from '../domain/bundle.ts';
import type { FileRef } from '../domain/event.ts';
import type { Fitted } from '../domain/fitted.ts';
import type { FitResult } from '../edges/sandbox/index.ts';
import type { FileStore } from '../edges/store/index.ts';

/** The result of an execution on disk, under its hash: a resumed run reads it instead of fitting again. */
export async function keepFit(files: FileStore, runId: string, result: FitResult): Promise<FileRef> {
  const { fitted, predictions, rounds, probes } = result;
  const arrays: Record<string, BundleArray> = { predictions, probeMatrix: probes.matrix, probeTextRows: probes.textRows, probeAnswers: probes.answers };
  const facts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fitted)) {
    if (typeof value === 'object' && value !== null) arrays[`fitted.${name}`] = value;
    else facts[name] = value;
  }
  const { head, parts } = encodeBundleParts({ meta: { rounds, fitted: facts }, arrays });
  return files.put(runId, head, ...parts);
}

/** Reads what `keepFit` wrote. The bytes are our own and their hash was checked: the shape is as it was checked at the wall. */
export async function readFit(files: FileStore, runId: string, ref: FileRef): Promise<FitResult> {
  const { meta, arrays } = decodeBundle(await files.get(runId, ref));
  const { rounds, fitted } = meta as { rounds: number; fitted: object };
  const fittedArrays = Object.entries(arrays).flatMap(([name, array]) => (name.startsWith('fitted.') ? [[name.slice(7), array] as const] : []));
  return {
    // The file is ours and unchanged (its hash is its name), so the casts restate what `keepFit` took apart.
    fitted: { ...fitted, ...Object.fromEntries(fittedArrays) } as unknown as Fitted,
    predictions: arrays['predictions'] as Float64Array,
    rounds,
    probes: {
      matrix: arrays['probeMatrix'] as Float32Array,
      textRows: arrays['probeTextRows'] as Int32Array,
      answers: arrays['probeAnswers'] as Float64Array,
    },
  };
}
