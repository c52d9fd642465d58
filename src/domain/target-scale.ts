import type { Labels, Metric } from './task.ts';

/** How labels become what learners are trained on, and back. Numbers are standardised so that float32 sums stay exact. */
export type TargetScale = { kind: 'identity' } | { kind: 'standardised'; mean: number; scale: number; isLog1p: boolean };

/** For rmsle the logarithm is trained, so that the squared error of training is the error that is scored. */
export function fitTargetScale(labels: Labels, rows: Int32Array, metric: Metric): TargetScale {
  if (labels.kind === 'classes') return { kind: 'identity' };
  const isLog1p = metric === 'rmsle';
  const value = (row: number) => (isLog1p ? Math.log1p(Math.max(0, labels.values[row])) : labels.values[row]);
  let sum = 0;
  for (const row of rows) sum += value(row);
  const mean = sum / rows.length;
  let squares = 0;
  for (const row of rows) squares += (value(row) - mean) ** 2;
  return { kind: 'standardised', mean, scale: Math.sqrt(squares / rows.length) || 1, isLog1p };
}

/** Labels on the training scale: class codes as they are, numbers standardised. */
export function toTrainingScale(labels: Labels, scale: TargetScale): Float64Array {
  if (labels.kind === 'classes') return Float64Array.from(labels.codes);
  if (scale.kind === 'identity') return labels.values;
  return labels.values.map((value) => ((scale.isLog1p ? Math.log1p(Math.max(0, value)) : value) - scale.mean) / scale.scale);
}

/** Numbers in the user's unit again. */
export function fromTrainingScale(values: Float64Array, scale: TargetScale): Float64Array {
  if (scale.kind === 'identity') return values;
  return values.map((value) => {
    const raw = value * scale.scale + scale.mean;
    return scale.isLog1p ? Math.expm1(raw) : raw;
  });
}
