import type { Labels, Predictions } from '../../domain/task.ts';
import { quantileOfSorted } from './bootstrap.ts';
import { risingOrder } from './metrics.ts';

/** Rows of like probability: what was said on average and how often it was so. */
export type ReliabilityBin = { meanPredicted: number; shareObserved: number; rowCount: number };

/** `expectedError`: the mean distance of the two over all rows (expected calibration error). */
export type Reliability = { bins: ReliabilityBin[]; expectedError: number };

type ClassLabels = Extract<Labels, { kind: 'classes' }>;
type ClassPredictions = Extract<Predictions, { kind: 'classes' }>;

/**
 * Do probabilities mean what they say? Of class 1 for two classes, of the most probable class for more. Bins of equal row
 * count, so that each holds enough rows to judge; equal probabilities are never parted.
 */
export function measureReliability(labels: ClassLabels, predictions: ClassPredictions, binCount = 10): Reliability {
  const { probabilities, classCount } = predictions;
  const rowCount = labels.codes.length;
  const said = new Float64Array(rowCount);
  const isSo = new Uint8Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    let top = 1;
    if (classCount > 2) {
      top = 0;
      for (let k = 1; k < classCount; k++) if (probabilities[row * classCount + k] > probabilities[row * classCount + top]) top = k;
    }
    said[row] = probabilities[row * classCount + top];
    isSo[row] = labels.codes[row] === top ? 1 : 0;
  }
  const order = risingOrder(said);
  const bins: ReliabilityBin[] = [];
  let from = 0;
  for (let bin = 1; bin <= binCount && from < rowCount; bin++) {
    let to = Math.max(from + 1, Math.round((bin * rowCount) / binCount));
    while (to < rowCount && said[order[to]] === said[order[to - 1]]) to++;
    let sumSaid = 0;
    let sumSo = 0;
    for (let at = from; at < to; at++) {
      sumSaid += said[order[at]];
      sumSo += isSo[order[at]];
    }
    bins.push({ meanPredicted: sumSaid / (to - from), shareObserved: sumSo / (to - from), rowCount: to - from });
    from = to;
  }
  const expectedError = bins.reduce((sum, bin) => sum + Math.abs(bin.meanPredicted - bin.shareObserved) * bin.rowCount, 0) / rowCount;
  return { bins, expectedError };
}

/** Rows of true class i decided as class j, at [i][j]. */
export function confusionMatrix(labels: ClassLabels, predictions: ClassPredictions): number[][] {
  const matrix = Array.from({ length: predictions.classCount }, () => Array.from({ length: predictions.classCount }, () => 0));
  labels.codes.forEach((code, row) => {
    if (code >= 0 && code < predictions.classCount) matrix[code][predictions.decided[row]]++;
  });
  return matrix;
}

/** Truth minus prediction: the mean and some quantiles, each with the share of rows below it. */
export type ResidualSummary = { mean: number; quantiles: { share: number; value: number }[] };

export function summariseResiduals(truth: Float64Array, values: Float64Array, shares: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95]): ResidualSummary {
  const residuals = truth.map((value, row) => value - values[row]).sort();
  const mean = residuals.reduce((sum, value) => sum + value, 0) / residuals.length;
  return { mean, quantiles: shares.map((share) => ({ share, value: quantileOfSorted(residuals, share) })) };
}
