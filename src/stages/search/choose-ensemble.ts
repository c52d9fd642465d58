/**
 * Which candidates answer together, and with what weights: greedy selection with replacement (Caruana 2004) on what the
 * candidates said of rows they did not fit. A sum of the chosen answers is kept, so that a step costs one pass a candidate.
 */
import type { Random } from '../../domain/random.ts';
import { metricFacts, type Labels, type Metric, type Predictions } from '../../domain/task.ts';
import { jackknifeStandardError, logLossOfRows, measureMetric, metricOver, pairedOver, unitsFor } from '../evaluation/index.ts';
import { takeRowsOf } from './sample-rows.ts';

export type EnsembleRequest = {
  metric: Metric;
  labels: Labels;
  /** Row-major answers on the training scale for the rows of `labels`: class probabilities, or one number a row. */
  candidates: readonly { id: string; values: Float64Array }[];
  /** Answers on the training scale, of any row count, as predictions in the user's unit. */
  asPredictions: (values: Float64Array) => Predictions;
  random: Random;
  /** Whether a set of candidates may answer together within the plan's limits on answering. */
  isAffordable?: (ids: readonly string[]) => boolean;
};

const STEPS = 25;
/** Steps without any gain before the selection ends. */
const PATIENCE = 6;
/** The judged gain over the best single candidate, in standard errors, that more members must be worth. */
const MIN_GAIN = 0.1;
/** Rows, and cells, that a step looks at: more would cost seconds and change no weight that matters. */
const MAX_ROWS = 50_000;
const MAX_SORTED_ROWS = 6_000;
const MAX_CELLS = 250_000;

/** Weights that add to 1, by candidate id, the chosen ones only. The best single candidate alone unless more have shown that they are worth it. */
export function chooseEnsemble(request: EnsembleRequest): Map<string, number> {
  const { metric, random, candidates, isAffordable = () => true } = request;
  if (candidates.length === 0) throw new RangeError('an ensemble needs at least one candidate');
  const affordable = candidates.filter(({ id }) => isAffordable([id]));
  // Where not even one candidate is affordable, the best one is: making it cheaper is the caller's work.
  const pool = affordable.length > 0 ? affordable : candidates;
  const single = new Map([[pool[bestSingle(request, pool)].id, 1]]);
  if (pool.length === 1) return single;

  const sample = sampleOf(request, pool);
  const rowCount = sample.rows.length;
  if (rowCount < 4) return single;
  const halfOf = random.shuffle(Uint8Array.from({ length: rowCount }, (_, row) => row % 2));
  const together = new Float64Array(sample.values[0].length);
  const alone = new Float64Array(together.length);
  const width = together.length / rowCount;
  for (const half of [0, 1]) {
    const learnt = partOf(sample, halfOf, half);
    const counts = select(request, pool, learnt);
    const best = startOf(objectiveOf(metric, learnt.labels, request.asPredictions), learnt);
    for (let row = 0; row < rowCount; row++) {
      if (halfOf[row] === half) continue;
      for (let at = row * width; at < (row + 1) * width; at++) {
        alone[at] = sample.values[best][at];
        for (let one = 0; one < pool.length; one++) together[at] += counts[one] * sample.values[one][at];
      }
    }
  }
  const gain = pairedOver(metric, sample.labels, request.asPredictions(together), request.asPredictions(alone));
  const judged = gain(new Int32Array(rowCount).fill(1));
  const standardError = jackknifeStandardError(gain, unitsFor(rowCount, null, random), random);
  if (!(judged > MIN_GAIN * standardError)) return single;
  const shares = select(request, pool, sample);
  return new Map(pool.flatMap(({ id }, one) => (shares[one] > 0 ? [[id, shares[one]] as const] : [])));
}

type Rows = { rows: Int32Array; labels: Labels; values: Float64Array[] };

function bestSingle({ metric, labels, asPredictions }: EnsembleRequest, pool: EnsembleRequest['candidates']): number {
  const sign = metricFacts[metric].isHigherBetter ? 1 : -1;
  const tieBreak = labels.kind === 'classes' ? labels.codes : null;
  const scores = pool.map(({ values }) => {
    const predictions = asPredictions(values);
    const loss = tieBreak && predictions.kind === 'classes' ? meanOf(logLossOfRows(tieBreak, predictions)) : 0;
    return sign * measureMetric(metric, labels, predictions) - TIE_WEIGHT * loss;
  });
  return scores.indexOf(Math.max(...scores));
}

function sampleOf({ metric, labels, random }: EnsembleRequest, pool: EnsembleRequest['candidates']): Rows {
  const rowCount = labels.kind === 'classes' ? labels.codes.length : labels.values.length;
  const width = pool[0].values.length / rowCount;
  const isSorted = metric === 'roc_auc' || metric === 'average_precision' || metric === 'median_absolute_error';
  const limit = Math.min(isSorted ? MAX_SORTED_ROWS : MAX_ROWS, Math.floor(MAX_CELLS / width));
  const all = Int32Array.from({ length: rowCount }, (_, row) => row);
  const rows = rowCount <= limit ? all : random.shuffle(all).slice(0, limit).sort();
  return { rows, ...takeRowsOf(labels, pool.map(({ values }) => values), rows) };
}

function partOf(sample: Rows, halfOf: Uint8Array, half: number): Rows {
  const rows = Int32Array.from(halfOf.keys().filter((row) => halfOf[row] === half));
  return { rows, ...takeRowsOf(sample.labels, sample.values, rows) };
}

function startOf(objective: Objective, { values }: Rows): number {
  const scores = values.map((own) => objective(null, own, 0));
  return scores.indexOf(Math.max(...scores));
}

/** The share of each candidate: those of the best sum on the way. */
function select({ metric, asPredictions, isAffordable = () => true }: EnsembleRequest, pool: EnsembleRequest['candidates'], learnt: Rows): Float64Array {
  const objective = objectiveOf(metric, learnt.labels, asPredictions);
  const counts = new Float64Array(pool.length);
  const sum = new Float64Array(learnt.values[0].length);
  let best = { score: Number.NEGATIVE_INFINITY, counts: counts.slice(), size: 0 };
  for (let step = 0; step < STEPS && step - best.size < PATIENCE; step++) {
    const scores = pool.map(({ id }, one) => {
      const isNew = counts[one] === 0;
      if (step > 0 && isNew && !isAffordable([...pool.filter((_, other) => counts[other] > 0).map((member) => member.id), id])) return Number.NEGATIVE_INFINITY;
      return objective(step === 0 ? null : sum, learnt.values[one], step);
    });
    const next = scores.indexOf(Math.max(...scores));
    counts[next]++;
    for (let at = 0; at < sum.length; at++) sum[at] += learnt.values[next][at];
    if (scores[next] > best.score) best = { score: scores[next], counts: counts.slice(), size: step + 1 };
  }
  return best.counts.map((count) => count / best.size);
}

/** How good (sum + own) / (members + 1) is, higher better; `sum` null: own alone. */
type Objective = (sum: Float64Array | null, own: Float64Array, members: number) => number;

/** Class metrics move in steps: between equal steps the lower log loss wins. */
const TIE_WEIGHT = 1e-6;

function objectiveOf(metric: Metric, labels: Labels, asPredictions: (values: Float64Array) => Predictions): Objective {
  if (labels.kind === 'values') return valueObjective(metric, labels, asPredictions);
  const { codes, classCount } = labels;
  if (metric === 'log_loss') return (sum, own, members) => -meanLogLoss(codes, classCount, sum, own, members);
  if (metric === 'roc_auc' || metric === 'average_precision') return rankObjective(metric, codes);
  if (metric === 'brier') {
    return (sum, own, members) => {
      let error = 0;
      for (let at = 0; at < own.length; at++) {
        const isTrue = codes[Math.floor(at / classCount)] === at % classCount ? 1 : 0;
        error += (((sum ? sum[at] : 0) + own[at]) / (members + 1) - isTrue) ** 2;
      }
      return -error / codes.length;
    };
  }
  // The prepared metric reads this array anew at each call.
  const decided = new Int32Array(codes.length);
  const measure = metricOver(metric, labels, { kind: 'classes', probabilities: new Float64Array(0), decided, classCount });
  const ones = new Int32Array(codes.length).fill(1);
  // Accuracy is prepared from the decided classes, so it is counted here.
  const value = metric === 'accuracy' ? () => codes.reduce((right, code, row) => right + (code === decided[row] ? 1 : 0), 0) / codes.length : () => measure(ones);
  return (sum, own, members) => {
    for (let row = 0, at = 0; row < codes.length; row++) {
      let best = 0;
      let bestValue = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classCount; k++, at++) {
        const total = sum ? sum[at] + own[at] : own[at];
        if (total > bestValue) {
          best = k;
          bestValue = total;
        }
      }
      decided[row] = best;
    }
    return value() - TIE_WEIGHT * meanLogLoss(codes, classCount, sum, own, members);
  };
}

function valueObjective(metric: Metric, labels: Labels, asPredictions: (values: Float64Array) => Predictions): Objective {
  const sign = metricFacts[metric].isHigherBetter ? 1 : -1;
  let blend = new Float64Array(0);
  return (sum, own, members) => {
    if (blend.length !== own.length) blend = new Float64Array(own.length);
    for (let at = 0; at < own.length; at++) blend[at] = ((sum ? sum[at] : 0) + own[at]) / (members + 1);
    return sign * measureMetric(metric, labels, asPredictions(blend));
  };
}

/** Probabilities are multiplied and the logarithm taken of sixteen at once: the floor to the 16th power is still a double. */
function meanLogLoss(codes: Int32Array, classCount: number, sum: Float64Array | null, own: Float64Array, members: number): number {
  let loss = 0;
  let product = 1;
  for (let row = 0; row < codes.length; row++) {
    const at = row * classCount + codes[row];
    product *= Math.max(((sum ? sum[at] : 0) + own[at]) / (members + 1), Number.EPSILON);
    if (row % 16 === 15) {
      loss -= Math.log(product);
      product = 1;
    }
  }
  return (loss - Math.log(product)) / codes.length;
}

/** Positives and negatives are sorted apart, as plain numbers, which is many times faster than sorting rows, and then merged. */
function rankObjective(metric: 'roc_auc' | 'average_precision', codes: Int32Array): Objective {
  const positives = codes.reduce((sum, code) => sum + (code === 1 ? 1 : 0), 0);
  const high = new Float64Array(positives);
  const low = new Float64Array(codes.length - positives);
  return (sum, own) => {
    let highAt = 0;
    let lowAt = 0;
    for (let row = 0; row < codes.length; row++) {
      const at = 2 * row + 1;
      const score = sum ? sum[at] + own[at] : own[at];
      if (codes[row] === 1) high[highAt++] = score;
      else low[lowAt++] = score;
    }
    high.sort();
    low.sort();
    return metric === 'roc_auc' ? shareInOrder(high, low) : stepwisePrecision(high, low);
  };
}

function shareInOrder(high: Float64Array, low: Float64Array): number {
  let below = 0;
  let upTo = 0;
  let pairs = 0;
  for (const score of high) {
    while (below < low.length && low[below] < score) below++;
    while (upTo < low.length && low[upTo] <= score) upTo++;
    pairs += (below + upTo) / 2;
  }
  return high.length === 0 || low.length === 0 ? 0.5 : pairs / (high.length * low.length);
}

function stepwisePrecision(high: Float64Array, low: Float64Array): number {
  let above = 0;
  let precision = 0;
  for (let at = high.length - 1; at >= 0; ) {
    let first = at;
    while (first > 0 && high[first - 1] === high[at]) first--;
    while (above < low.length && low[low.length - 1 - above] >= high[at]) above++;
    const found = high.length - first;
    precision += ((at - first + 1) * found) / (found + above);
    at = first - 1;
  }
  return high.length === 0 ? 0 : precision / high.length;
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
