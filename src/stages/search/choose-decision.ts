/**
 * From probabilities to a class, as the metric rewards it: a threshold for two classes, a multiplier a class for more, learnt
 * on answers out of the folds and kept only where rows that did not choose it gain.
 */
import { decide } from '../../domain/decide-classes.ts';
import type { DecisionRule } from '../../domain/event.ts';
import type { Random } from '../../domain/random.ts';
import { metricFacts, type Labels, type Metric } from '../../domain/task.ts';
import { unreachable } from '../../domain/error.ts';
import {
  balancedAccuracy,
  f1OfClass,
  jackknifeStandardError,
  macroF1,
  matthews,
  pairedOver,
  risingOrder,
  unitsFor,
  type ClassCounts,
  type ErrorCosts,
} from '../evaluation/index.ts';
import { dealByClass, takeRowsOf } from './sample-rows.ts';

type ClassLabels = Extract<Labels, { kind: 'classes' }>;
type Rows = { labels: ClassLabels; probabilities: Float64Array };

/** Gain over the most probable class, in standard errors, that another rule must show on rows that did not choose it. */
const MIN_GAIN = 0.7;
/** More rows would cost seconds and move a multiplier by less than its error. */
const MAX_CELLS = 600_000;

/**
 * `costs`: what the two errors of a task of two classes cost. Where they differ they decide, whatever the metric: of honest probabilities the
 * cheapest threshold follows from them alone (Elkan, The Foundations of Cost-Sensitive Learning, 2001).
 */
export function chooseDecision(request: Rows & { metric: Metric; random: Random; costs: ErrorCosts | null }): DecisionRule {
  const { metric, random, costs } = request;
  if (costs && request.labels.classCount === 2 && costs.falsePositive !== costs.falseNegative) {
    return { kind: 'threshold', threshold: costs.falsePositive / (costs.falsePositive + costs.falseNegative) };
  }
  if (metricFacts[metric].needs !== 'class') return { kind: 'argmax' };
  const all = sampleOf(request, random);
  const { codes, classCount } = all.labels;
  const halfOf = dealByClass(codes, classCount, 2, random);
  const decided = new Int32Array(codes.length);
  for (const half of [0, 1]) {
    const learning = Int32Array.from(codes.keys().filter((row) => halfOf[row] === half));
    const judging = Int32Array.from(codes.keys().filter((row) => halfOf[row] !== half));
    if (learning.length === 0 || judging.length === 0) return { kind: 'argmax' };
    const rule = learnRule(metric, take(all, learning), random);
    decide(take(all, judging).probabilities, classCount, rule).forEach((code, at) => (decided[judging[at]] = code));
  }
  const given = { kind: 'classes', probabilities: all.probabilities, classCount } as const;
  const gain = pairedOver(metric, all.labels, { ...given, decided }, { ...given, decided: decide(all.probabilities, classCount, { kind: 'argmax' }) });
  const standardError = jackknifeStandardError(gain, unitsFor(codes.length, null, random), random);
  const isWorthIt = gain(new Int32Array(codes.length).fill(1)) > MIN_GAIN * standardError;
  return isWorthIt ? learnRule(metric, all, random) : { kind: 'argmax' };
}

function sampleOf({ labels, probabilities }: Rows, random: Random): Rows {
  const limit = Math.floor(MAX_CELLS / labels.classCount);
  if (labels.codes.length <= limit) return { labels, probabilities };
  return take({ labels, probabilities }, random.shuffle(Int32Array.from(labels.codes.keys())).slice(0, limit));
}

function take({ labels, probabilities }: Rows, rows: Int32Array): Rows {
  const taken = takeRowsOf(labels, [probabilities], rows);
  return { labels: { ...labels, codes: taken.labels.kind === 'classes' ? taken.labels.codes : new Int32Array(0) }, probabilities: taken.values[0] };
}

const learnRule = (metric: Metric, rows: Rows, random: Random): DecisionRule =>
  rows.labels.classCount === 2 ? learnThreshold(metric, rows, random) : learnMultipliers(metric, rows);

/** The metric of class counts: what a sweep over thresholds can keep up to date. */
function valueOf(metric: Metric, counts: ClassCounts): number {
  switch (metric) {
    case 'accuracy':
      return counts.both.reduce((sum, count) => sum + count, 0) / counts.truth.reduce((sum, count) => sum + count, 0);
    case 'balanced_accuracy':
      return balancedAccuracy(counts);
    case 'macro_f1':
      return macroF1(counts);
    case 'f1':
      return f1OfClass(counts, 1);
    case 'mcc':
      return matthews(counts);
    case 'roc_auc':
    case 'average_precision':
    case 'log_loss':
    case 'brier':
    case 'rmse':
    case 'mae':
    case 'rmsle':
    case 'r2':
    case 'mape':
    case 'median_absolute_error':
      throw new RangeError(`${metric} does not judge decided classes`);
    default:
      return unreachable(metric);
  }
}

/** The best threshold of one sample jumps about; the median over resamples of it does less. */
const RESAMPLES = 15;

function learnThreshold(metric: Metric, { labels, probabilities }: Rows, random: Random): DecisionRule {
  const rowCount = labels.codes.length;
  const scores = Float64Array.from({ length: rowCount }, (_, row) => probabilities[2 * row + 1]);
  const order = risingOrder(scores);
  const thresholds = Float64Array.from({ length: RESAMPLES }, () => {
    const weights = new Int32Array(rowCount);
    for (let draw = 0; draw < rowCount; draw++) weights[random.below(rowCount)]++;
    return bestThreshold(metric, labels.codes, scores, order, weights);
  });
  return { kind: 'threshold', threshold: thresholds.sort()[(RESAMPLES - 1) / 2] };
}

function bestThreshold(metric: Metric, codes: Int32Array, scores: Float64Array, order: Int32Array, weights: Int32Array): number {
  const counts: ClassCounts = { truth: new Float64Array(2), decided: new Float64Array(2), both: new Float64Array(2) };
  for (let row = 0; row < codes.length; row++) counts.truth[codes[row]] += weights[row];
  // It begins with every row decided positive; the threshold rises past one row after the other.
  counts.decided[1] = counts.truth[0] + counts.truth[1];
  counts.both[1] = counts.truth[1];
  let best = { value: valueOf(metric, counts), threshold: scores[order[0]] / 2 };
  for (let at = 0; at < order.length; at++) {
    const row = order[at];
    counts.decided[1] -= weights[row];
    counts.decided[0] += weights[row];
    if (codes[row] === 1) counts.both[1] -= weights[row];
    else counts.both[0] += weights[row];
    const next = at + 1 < order.length ? scores[order[at + 1]] : 1;
    if (next === scores[row] && at + 1 < order.length) continue;
    const value = valueOf(metric, counts);
    // Half-way between two scores: a packaged file's rounding cannot carry a row across.
    if (value > best.value) best = { value, threshold: (scores[row] + next) / 2 };
  }
  return best.threshold;
}

const MULTIPLIER_LIMIT = 50;
const SWEEPS = 2;

/** From powers of the inverse class shares, then one class after the other to its best multiplier while the others stand still. */
function learnMultipliers(metric: Metric, { labels, probabilities }: Rows): DecisionRule {
  const { codes, classCount } = labels;
  const truth = new Float64Array(classCount);
  for (const code of codes) truth[code]++;
  const clamped = (value: number) => Math.min(Math.max(value, 1 / MULTIPLIER_LIMIT), MULTIPLIER_LIMIT);
  const starts = [0, 0.25, 0.5, 0.75, 1].map((power) => {
    const values = Array.from(truth, (count) => (count === 0 ? 1 : clamped((codes.length / classCount / count) ** power)));
    return { values, score: valueOf(metric, countsOf(codes, truth, decide(probabilities, classCount, { kind: 'multipliers', values }))) };
  });
  // The first of equals is the nearest to doing nothing.
  let { values, score } = starts.reduce((best, start) => (start.score > best.score ? start : best));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const before = score;
    for (let k = 0; k < classCount; k++) {
      if (truth[k] === 0) continue;
      const found = bestMultiplier(metric, k, values, truth, codes, probabilities);
      if (found.score <= score + 1e-9) continue;
      score = found.score;
      values = values.with(k, clamped(found.value));
    }
    if (score <= before + 1e-6) break;
  }
  return { kind: 'multipliers', values };
}

function countsOf(codes: Int32Array, truth: Float64Array, decided: Int32Array): ClassCounts {
  const counts: ClassCounts = { truth, decided: new Float64Array(truth.length), both: new Float64Array(truth.length) };
  codes.forEach((code, row) => {
    counts.decided[decided[row]]++;
    if (decided[row] === code) counts.both[code]++;
  });
  return counts;
}

/** A row becomes class k's once its multiplier passes (best other product) / (its own probability): rows are let in by rising ratio. */
function bestMultiplier(
  metric: Metric,
  k: number,
  values: number[],
  truth: Float64Array,
  codes: Int32Array,
  probabilities: Float64Array,
): { value: number; score: number } {
  const classCount = values.length;
  const counts: ClassCounts = { truth, decided: new Float64Array(classCount), both: new Float64Array(classCount) };
  const rows: number[] = [];
  const ratios: number[] = [];
  const rivals: number[] = [];
  for (let row = 0; row < codes.length; row++) {
    const from = row * classCount;
    let rival = k === 0 ? 1 : 0;
    let product = Number.NEGATIVE_INFINITY;
    for (let other = 0; other < classCount; other++) {
      const value = probabilities[from + other] * values[other];
      if (other !== k && value > product) {
        rival = other;
        product = value;
      }
    }
    const ratio = product / probabilities[from + k];
    const isAlways = ratio < 1 / MULTIPLIER_LIMIT;
    const decided = isAlways ? k : rival;
    counts.decided[decided]++;
    if (codes[row] === decided) counts.both[decided]++;
    if (isAlways || !(ratio <= MULTIPLIER_LIMIT)) continue;
    rows.push(row);
    ratios.push(ratio);
    rivals.push(rival);
  }
  const order = risingOrder(Float64Array.from(ratios));
  let best = { value: 1 / MULTIPLIER_LIMIT, score: valueOf(metric, counts) };
  for (let at = 0; at < order.length; at++) {
    const one = order[at];
    const code = codes[rows[one]];
    counts.decided[rivals[one]]--;
    if (code === rivals[one]) counts.both[code]--;
    counts.decided[k]++;
    if (code === k) counts.both[k]++;
    const next = at + 1 < order.length ? ratios[order[at + 1]] : MULTIPLIER_LIMIT;
    if (next === ratios[one]) continue;
    const score = valueOf(metric, counts);
    if (score > best.score) best = { value: Math.sqrt(ratios[one] * next), score };
  }
  return best;
}
