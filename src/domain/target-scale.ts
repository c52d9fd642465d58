import type { Labels, Metric } from './task.ts';

/** How labels become what learners are trained on, and back. Numbers are standardised so that float32 sums stay exact. */
export type TargetScale = { kind: 'identity' } | { kind: 'standardised'; mean: number; scale: number; isLog1p: boolean };

/** For rmsle the logarithm is trained, so that the squared error of training is the error that is scored. */
export function fitTargetScale(labels: Labels, metric: Metric): TargetScale {
  if (labels.kind === 'classes') return { kind: 'identity' };
  const isLog1p = metric === 'rmsle';
  const values = isLog1p ? labels.values.map((value) => Math.log1p(Math.max(0, value))) : labels.values;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { kind: 'standardised', mean, scale: Math.sqrt(variance) || 1, isLog1p };
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
