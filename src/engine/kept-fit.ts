import { z } from 'zod';
import { decodeBundle, encodeBundleParts, type Bundle, type BundleArray } from '../domain/bundle.ts';
import type { FileRef } from '../domain/event.ts';
import type { FitResult } from '../edges/sandbox/index.ts';
import type { FileStore } from '../edges/store/index.ts';
import { readKept } from './read-kept.ts';

/** What a model is made of; what else a fit told stands in its event. */
export type FitToKeep = Omit<FitResult, 'settled'>;

/** The result of an execution on disk, under its hash: a resumed run reads it instead of fitting again. */
export async function keepFit(files: FileStore, runId: string, result: FitToKeep): Promise<FileRef> {
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

const doubles = z.instanceof(Float64Array);
const ints = z.instanceof(Int32Array);
const bytes = z.instanceof(Uint8Array);
const link = z.enum(['none', 'sigmoid', 'softmax']);

const Trees = z.strictObject({
  kind: z.literal('trees'),
  link,
  outputs: z.int(),
  comparison: z.enum(['<=', '<']),
  base: doubles,
  treeStart: ints,
  treeOutput: ints,
  feature: ints,
  threshold: doubles,
  left: ints,
  right: ints,
  missingLeft: bytes,
  leafWidth: z.int(),
  leafValues: doubles,
});
const Linear = z.strictObject({
  kind: z.literal('linear'),
  link,
  outputs: z.int(),
  columns: ints,
  fill: doubles,
  low: doubles,
  high: doubles,
  center: doubles,
  scale: doubles,
  coefficients: doubles,
  intercept: doubles,
  textCoefficients: doubles,
});
const floats = z.instanceof(Float32Array);
const Network = z.strictObject({
  kind: z.literal('network'),
  link,
  outputs: z.int(),
  members: z.int(),
  width: z.int(),
  layers: z.int(),
  columns: ints,
  fill: floats,
  low: floats,
  high: floats,
  center: floats,
  scale: floats,
  factors: floats,
  first: floats,
  hidden: floats,
  biases: floats,
  heads: floats,
  headBiases: doubles,
});

const KeptMeta = z.strictObject({ rounds: z.int().min(0), fitted: z.record(z.string(), z.unknown()) });
const KeptFit = z.strictObject({
  fitted: z.discriminatedUnion('kind', [Trees, Linear, Network]),
  predictions: doubles,
  rounds: z.int(),
  probes: z.strictObject({ matrix: floats, textRows: ints, answers: doubles }),
});

/** Reads what `keepFit` wrote; throws MW3014 for what it cannot have written. The numbers are as they were checked at the wall. */
export async function readFit(files: FileStore, runId: string, ref: FileRef): Promise<FitToKeep> {
  const kept = await files.get(runId, ref);
  return readKept('a fit', runId, ref, () => fitOf(decodeBundle(kept)));
}

function fitOf({ meta, arrays }: Bundle): FitToKeep {
  const { rounds, fitted } = KeptMeta.parse(meta);
  const fittedArrays = Object.entries(arrays).flatMap(([name, array]) => (name.startsWith('fitted.') ? [[name.slice(7), array] as const] : []));
  return KeptFit.parse({
    fitted: { ...fitted, ...Object.fromEntries(fittedArrays) },
    predictions: arrays['predictions'],
    rounds,
    probes: { matrix: arrays['probeMatrix'], textRows: arrays['probeTextRows'], answers: arrays['probeAnswers'] },
  });
}
