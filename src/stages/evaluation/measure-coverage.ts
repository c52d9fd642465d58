import { intervalsAround, type Coverage, type PredictionInterval } from '../../domain/prediction-interval.ts';

/** So unlikely must so few covered rows be by chance, and so far below the level, before it is called too low. */
const LEAST_LIKELY = 0.01;
const FAR_BELOW = 0.02;

/** How many of these rows lie in their interval, ends included, and how wide it is. */
export function measureCoverage(interval: PredictionInterval, labels: Float64Array, predictions: Float64Array): Coverage {
  const { low, high } = intervalsAround(interval, predictions);
  const rowCount = labels.length;
  let coveredCount = 0;
  let meanWidth = 0;
  for (let row = 0; row < rowCount; row++) {
    if (labels[row] >= low[row] && labels[row] <= high[row]) coveredCount++;
    meanWidth += Math.min(Number.MAX_VALUE, high[row] - low[row]) / rowCount;
  }
  const isFar = coveredCount / rowCount < interval.level - FAR_BELOW;
  return { level: interval.level, coveredCount, rowCount, meanWidth, isLow: isFar && chanceOfAtMost(coveredCount, rowCount, interval.level) < LEAST_LIKELY };
}

/** That of `count` rows at most `most` do what each does with probability `share` (binomial). */
export function chanceOfAtMost(most: number, count: number, share: number): number {
  let logChance = count * Math.log1p(-share);
  let sum = Math.exp(logChance);
  for (let hits = 1; hits <= most; hits++) {
    logChance += Math.log((count - hits + 1) / hits) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(logChance);
  }
  return Math.min(1, sum);
}
