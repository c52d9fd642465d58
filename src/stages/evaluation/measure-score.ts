import type { Random } from '../../domain/random.ts';
import type { Gain, Score } from '../../domain/score.ts';
import { metricFacts, type Labels, type Metric, type Predictions } from '../../domain/task.ts';
import { bootstrapInterval, unitsFor } from './bootstrap.ts';
import { metricOver, onesFor, rowCountOf, type WeightedMetric } from './metrics.ts';

const RESAMPLES = 2000;

/** A quantile does not move with each single row: no jackknife for it. */
const isSmooth = (metric: Metric) => metric !== 'median_absolute_error';

/**
 * The one maker of a `Score`: the metric and its 95 % interval over 2,000 resamples of the rows, or of whole `groups`
 * (a code a row; below 0: the row stands alone). The same random source gives the same interval.
 */
export function measureScore(request: {
  metric: Metric;
  labels: Labels;
  predictions: Predictions;
  groups?: Int32Array | null;
  random: Random;
  resamples?: number;
}): Score {
  const { metric, labels, predictions, groups = null, random, resamples = RESAMPLES } = request;
  const rowCount = rowCountOf(labels);
  const statistic = metricOver(metric, labels, predictions);
  const value = statistic(onesFor(rowCount));
  const interval = bootstrapInterval(statistic, value, unitsFor(rowCount, groups, random), random, { resamples, isSmooth: isSmooth(metric) });
  const low = interval.isDegenerate && value === 1 && labels.kind === 'classes' ? lowOfPerfect(labels) : interval.low;
  const score = { metric, value, low: Math.min(low, value), high: interval.high, rowCount };
  // The receipt: this is the one place that may say so.
  return score as Score;
}

/** How much better `a` is than `b` on the same rows; both are measured on the same resamples. */
export function measurePaired(request: {
  metric: Metric;
  labels: Labels;
  a: Predictions;
  b: Predictions;
  groups?: Int32Array | null;
  random: Random;
  resamples?: number;
}): Gain {
  const { metric, labels, a, b, groups = null, random, resamples = RESAMPLES } = request;
  const rowCount = rowCountOf(labels);
  const statistic = pairedOver(metric, labels, a, b);
  const value = statistic(onesFor(rowCount));
  const { low, high } = bootstrapInterval(statistic, value, unitsFor(rowCount, groups, random), random, { resamples, isSmooth: isSmooth(metric) });
  const gain = { metric, value, low, high, rowCount };
  // The receipt: this is the one place that may say so.
  return gain as Gain;
}

/** The gain of `a` over `b` as a weighted metric: positive is better. */
export function pairedOver(metric: Metric, labels: Labels, a: Predictions, b: Predictions): WeightedMetric {
  const ofA = metricOver(metric, labels, a);
  const ofB = metricOver(metric, labels, b);
  const sign = metricFacts[metric].isHigherBetter ? 1 : -1;
  // Adding 0 turns −0 into 0, which is what people should read.
  return (weights) => sign * (ofA(weights) - ofB(weights)) + 0;
}

/**
 * No resample of faultless rows holds a fault, so the bootstrap would claim certainty. The rule of three instead: without a
 * fault in m rows up to 3 / m may be wrong. The rarest class has the fewest rows to show one.
 */
function lowOfPerfect(labels: Extract<Labels, { kind: 'classes' }>): number {
  const counts = new Map<number, number>();
  for (const code of labels.codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Math.max(0, 1 - 3 / Math.min(...counts.values()));
}
