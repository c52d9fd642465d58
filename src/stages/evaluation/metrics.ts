/**
 * The rules a model is judged by, as scikit-learn defines them, each as a function of whole-number row weights: the plain
 * value is that of weights of one, a bootstrap resample that of its counts. What can be prepared once (losses, sorted
 * order) is prepared before the first weights arrive, so that a resample costs one pass over the rows.
 *
 * Where scikit-learn leaves a value undefined, ours is the one that claims nothing: roc_auc of a single class is 0.5.
 * macro_f1 is the plain mean over the classes that occur in the truth; scikit-learn's default adds classes that were only predicted.
 * A truth outside 0 … classCount − 1 is a class the model does not know: probability 0, never decided right.
 */
import type { Labels, Metric, Predictions } from '../../domain/task.ts';
import { unreachable } from '../../domain/error.ts';

/** The value of a metric when row i counts `weights[i]` times. The weights must not all be 0. */
export type WeightedMetric = (weights: Int32Array) => number;

type ClassPredictions = Extract<Predictions, { kind: 'classes' }>;

/** The distance of 1 to the next double: scikit-learn's clip for log loss and floor for percentages. */
const EPSILON = Number.EPSILON;

export const rowCountOf = (rows: Labels | Predictions): number => {
  if (rows.kind === 'values') return rows.values.length;
  return 'codes' in rows ? rows.codes.length : rows.decided.length;
};

export const onesFor = (rowCount: number): Int32Array => new Int32Array(rowCount).fill(1);

export function measureMetric(metric: Metric, labels: Labels, predictions: Predictions): number {
  return metricOver(metric, labels, predictions)(onesFor(rowCountOf(labels)));
}

/** Prepares a metric over some rows. Throws `RangeError` when labels and predictions are not of the same rows and kind. */
export function metricOver(metric: Metric, labels: Labels, predictions: Predictions): WeightedMetric {
  const rowCount = rowCountOf(labels);
  if (rowCount === 0) throw new RangeError('a metric needs at least one row');
  if (rowCountOf(predictions) !== rowCount) throw new RangeError(`${rowCountOf(predictions)} predictions for ${rowCount} labels`);
  switch (metric) {
    case 'roc_auc': {
      const { truth, scores } = rankingOf(metric, labels, predictions);
      return rocAucOver(truth, scores);
    }
    case 'average_precision': {
      const { truth, scores } = rankingOf(metric, labels, predictions);
      return averagePrecisionOver(truth, scores);
    }
    case 'log_loss': {
      const { codes, of } = classesOf(metric, labels, predictions);
      return meanOver(logLossOfRows(codes, of));
    }
    case 'brier': {
      const { codes, of } = classesOf(metric, labels, predictions);
      return meanOver(brierOfRows(codes, of));
    }
    case 'accuracy': {
      const { codes, of } = classesOf(metric, labels, predictions);
      return meanOver(Float64Array.from(codes, (code, row) => (code === of.decided[row] ? 1 : 0)));
    }
    case 'balanced_accuracy':
      return countsOver(metric, labels, predictions, balancedAccuracy);
    case 'macro_f1':
      return countsOver(metric, labels, predictions, macroF1);
    case 'f1':
      return countsOver(metric, labels, predictions, (counts) => f1OfClass(counts, 1));
    case 'mcc':
      return countsOver(metric, labels, predictions, matthews);
    case 'rmse': {
      const { truth, values } = valuesOf(metric, labels, predictions);
      return meanOver(
        truth.map((value, row) => (value - values[row]) ** 2),
        Math.sqrt,
      );
    }
    case 'mae': {
      const { truth, values } = valuesOf(metric, labels, predictions);
      return meanOver(truth.map((value, row) => Math.abs(value - values[row])));
    }
    case 'rmsle': {
      const { truth, values } = valuesOf(metric, labels, predictions);
      return meanOver(
        truth.map((value, row) => (Math.log1p(value) - Math.log1p(Math.max(values[row], 0))) ** 2),
        Math.sqrt,
      );
    }
    case 'mape': {
      const { truth, values } = valuesOf(metric, labels, predictions);
      return meanOver(truth.map((value, row) => Math.abs(value - values[row]) / Math.max(Math.abs(value), EPSILON)));
    }
    case 'r2': {
      const { truth, values } = valuesOf(metric, labels, predictions);
      return r2Over(truth, values);
    }
    case 'median_absolute_error': {
      const { truth, values } = valuesOf(metric, labels, predictions);
      return medianOver(truth.map((value, row) => Math.abs(value - values[row])));
    }
    default:
      return unreachable(metric);
  }
}

function classesOf(metric: Metric, labels: Labels, predictions: Predictions): { codes: Int32Array; of: ClassPredictions } {
  if (labels.kind !== 'classes' || predictions.kind !== 'classes') throw new RangeError(`${metric} judges classes, and was given numbers`);
  if (labels.classCount !== predictions.classCount) throw new RangeError(`${predictions.classCount} classes predicted of ${labels.classCount}`);
  return { codes: labels.codes, of: predictions };
}

function valuesOf(metric: Metric, labels: Labels, predictions: Predictions): { truth: Float64Array; values: Float64Array } {
  if (labels.kind !== 'values' || predictions.kind !== 'values') throw new RangeError(`${metric} judges numbers, and was given classes`);
  return { truth: labels.values, values: predictions.values };
}

/** Whether each row is of class 1, and the probability it was given. */
function rankingOf(metric: Metric, labels: Labels, predictions: Predictions): { truth: Uint8Array; scores: Float64Array } {
  const { codes, of } = classesOf(metric, labels, predictions);
  if (of.classCount !== 2) throw new RangeError(`${metric} judges two classes, not ${of.classCount}`);
  const scores = new Float64Array(codes.length);
  for (let row = 0; row < scores.length; row++) scores[row] = of.probabilities[2 * row + 1];
  return { truth: Uint8Array.from(codes, (code) => (code === 1 ? 1 : 0)), scores };
}

function meanOver(losses: Float64Array, finish: (mean: number) => number = (mean) => mean): WeightedMetric {
  return (weights) => {
    let sum = 0;
    let total = 0;
    for (let row = 0; row < losses.length; row++) {
      sum += weights[row] * losses[row];
      total += weights[row];
    }
    return finish(sum / total);
  };
}

/** −ln of the probability given to the true class, row by row. */
export function logLossOfRows(codes: Int32Array, { probabilities, classCount }: Pick<ClassPredictions, 'probabilities' | 'classCount'>): Float64Array {
  const losses = new Float64Array(codes.length);
  for (let row = 0; row < losses.length; row++) {
    const code = codes[row];
    const given = code >= 0 && code < classCount ? probabilities[row * classCount + code] : 0;
    losses[row] = -Math.log(Math.min(Math.max(given, EPSILON), 1 - EPSILON));
  }
  return losses;
}

/** Two classes: the squared error of class 1. More: the squared errors of all classes, added. */
function brierOfRows(codes: Int32Array, { probabilities, classCount }: ClassPredictions): Float64Array {
  const losses = new Float64Array(codes.length);
  const first = classCount === 2 ? 1 : 0;
  for (let row = 0; row < losses.length; row++) {
    let sum = codes[row] >= 0 && codes[row] < classCount ? 0 : 1;
    for (let k = first; k < classCount; k++) sum += (probabilities[row * classCount + k] - (codes[row] === k ? 1 : 0)) ** 2;
    losses[row] = sum;
  }
  return losses;
}

/** Rows sorted by rising score; `isNew[i]` marks the first of equal scores. */
function sortByScore(scores: Float64Array): { order: Int32Array; isNew: Uint8Array } {
  const order = risingOrder(scores);
  const isNew = Uint8Array.from(order, (row, at) => (at === 0 || scores[row] !== scores[order[at - 1]] ? 1 : 0));
  return { order, isNew };
}

export function risingOrder(scores: Float64Array): Int32Array {
  return Int32Array.from(scores, (_, row) => row).sort((a, b) => scores[a] - scores[b] || a - b);
}

/** The share of (positive, negative) pairs in the right order, ties counted half. */
function rocAucOver(truth: Uint8Array, scores: Float64Array): WeightedMetric {
  const { order, isNew } = sortByScore(scores);
  return (weights) => {
    let pairs = 0;
    let positives = 0;
    let negatives = 0;
    let tiedPositives = 0;
    let tiedNegatives = 0;
    for (let at = 0; at < order.length; at++) {
      if (isNew[at] === 1) {
        pairs += tiedPositives * (negatives + tiedNegatives / 2);
        positives += tiedPositives;
        negatives += tiedNegatives;
        tiedPositives = 0;
        tiedNegatives = 0;
      }
      const row = order[at];
      if (truth[row] === 1) tiedPositives += weights[row];
      else tiedNegatives += weights[row];
    }
    pairs += tiedPositives * (negatives + tiedNegatives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
    return positives === 0 || negatives === 0 ? 0.5 : pairs / (positives * negatives);
  };
}

/** Precision at each distinct score, weighted by the recall it adds. Without a positive it is 0. */
function averagePrecisionOver(truth: Uint8Array, scores: Float64Array): WeightedMetric {
  const { order, isNew } = sortByScore(scores);
  return (weights) => {
    let sum = 0;
    let positives = 0;
    let rows = 0;
    let tiedPositives = 0;
    for (let at = order.length - 1; at >= 0; at--) {
      const row = order[at];
      rows += weights[row];
      if (truth[row] === 1) tiedPositives += weights[row];
      if (isNew[at] === 1 && tiedPositives > 0) {
        positives += tiedPositives;
        sum += (positives / rows) * tiedPositives;
        tiedPositives = 0;
      }
    }
    return positives === 0 ? 0 : sum / positives;
  };
}

/** How often each class was true, was decided, and was both. Class metrics need no more than these margins of the confusion matrix. */
export type ClassCounts = { truth: Float64Array; decided: Float64Array; both: Float64Array };

function countsOver(metric: Metric, labels: Labels, predictions: Predictions, finish: (counts: ClassCounts) => number): WeightedMetric {
  const { codes, of } = classesOf(metric, labels, predictions);
  const { decided, classCount } = of;
  // One slot more for classes the model does not know.
  const truths = codes.map((code) => (code >= 0 && code < classCount ? code : classCount));
  const counts = { truth: new Float64Array(classCount + 1), decided: new Float64Array(classCount + 1), both: new Float64Array(classCount + 1) };
  return (weights) => {
    counts.truth.fill(0);
    counts.decided.fill(0);
    counts.both.fill(0);
    for (let row = 0; row < truths.length; row++) {
      const weight = weights[row];
      counts.truth[truths[row]] += weight;
      counts.decided[decided[row]] += weight;
      if (truths[row] === decided[row]) counts.both[truths[row]] += weight;
    }
    return finish(counts);
  };
}

/** The mean recall of the classes that occur. */
export function balancedAccuracy({ truth, both }: ClassCounts): number {
  let sum = 0;
  let present = 0;
  for (let k = 0; k < truth.length; k++) {
    if (truth[k] === 0) continue;
    sum += both[k] / truth[k];
    present++;
  }
  return sum / present;
}

export function f1OfClass({ truth, decided, both }: ClassCounts, k: number): number {
  const total = truth[k] + decided[k];
  return total === 0 ? 0 : (2 * both[k]) / total;
}

export function macroF1(counts: ClassCounts): number {
  let sum = 0;
  let present = 0;
  for (let k = 0; k < counts.truth.length; k++) {
    if (counts.truth[k] === 0) continue;
    sum += f1OfClass(counts, k);
    present++;
  }
  return sum / present;
}

/** Matthews' correlation for any number of classes (Gorodkin's R_K); 0 where one side is constant. */
export function matthews({ truth, decided, both }: ClassCounts): number {
  let rows = 0;
  let right = 0;
  let products = 0;
  let truthSquares = 0;
  let decidedSquares = 0;
  for (let k = 0; k < truth.length; k++) {
    rows += truth[k];
    right += both[k];
    products += truth[k] * decided[k];
    truthSquares += truth[k] ** 2;
    decidedSquares += decided[k] ** 2;
  }
  const spread = (rows ** 2 - truthSquares) * (rows ** 2 - decidedSquares);
  return spread === 0 ? 0 : (right * rows - products) / Math.sqrt(spread);
}

/** 1 − squared error / spread. A truth without spread: 1 when met exactly, otherwise 0. */
function r2Over(truth: Float64Array, values: Float64Array): WeightedMetric {
  // Centred once, so that the spread does not drown in rounding; on a constant truth the differences are exactly 0.
  const isConstant = truth.every((value) => value === truth[0]);
  const center = isConstant ? truth[0] : truth.reduce((sum, value) => sum + value, 0) / truth.length;
  const centered = truth.map((value) => value - center);
  const errors = truth.map((value, row) => (value - values[row]) ** 2);
  return (weights) => {
    let total = 0;
    let sum = 0;
    let squares = 0;
    let error = 0;
    for (let row = 0; row < truth.length; row++) {
      const weight = weights[row];
      total += weight;
      sum += weight * centered[row];
      squares += weight * centered[row] * centered[row];
      error += weight * errors[row];
    }
    const spread = squares - (sum * sum) / total;
    // Below this it is rounding: the resample holds one value only.
    if (spread <= squares * 1e-14) return error === 0 ? 1 : 0;
    return 1 - error / spread;
  };
}

/** The middle value, or the mean of the two middle ones. */
function medianOver(values: Float64Array): WeightedMetric {
  const order = risingOrder(values);
  return (weights) => {
    let total = 0;
    for (let row = 0; row < weights.length; row++) total += weights[row];
    const lowerAt = Math.floor((total - 1) / 2);
    const upperAt = Math.floor(total / 2);
    let seen = 0;
    let lower = Number.NaN;
    for (const row of order) {
      const before = seen;
      seen += weights[row];
      if (before <= lowerAt && lowerAt < seen) lower = values[row];
      if (upperAt < seen) return (lower + values[row]) / 2;
    }
    return lower;
  };
}
