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
/** At this many rows greedy and equal weights count alike. */
const SHRINKING_ROWS = 1_000;
/** The best candidates that equal weights are for. */
const MAX_EQUAL = 5;
/** Standard errors by which a candidate must be behind the best to be left out of the equal weights. */
const CLEARLY_WORSE = 2;
/** A smaller share is not worth a member. */
const LEAST_SHARE = 0.02;
/** Rows, and cells, that a step looks at: more would cost seconds and change no weight that matters. */
const MAX_ROWS = 50_000;
const MAX_SORTED_ROWS = 6_000;
const MAX_CELLS = 250_000;

/**
 * Weights that add to 1, by candidate id, the chosen ones only: greedy weights, drawn towards equal ones over the best few where rows are few,
 * because a choice among many on few rows is partly luck (docs/decisions/ensemble-weights-are-shrunk.md).
 */
export function chooseEnsemble(request: EnsembleRequest): Map<string, number> {
  const { candidates, isAffordable = () => true } = request;
  if (candidates.length === 0) throw new RangeError('an ensemble needs at least one candidate');
  const affordable = candidates.filter(({ id }) => isAffordable([id]));
  // Where not even one candidate is affordable, the best one is: making it cheaper is the caller's work.
  const pool = affordable.length > 0 ? affordable : candidates;
  const best = bestSingle(request, pool);
  if (pool.length === 1 || affordable.length === 0) return new Map([[pool[best].id, 1]]);
  const sample = sampleOf(request, pool);
  const greedy = select(request, pool, sample);
  const equal = equalShares(request, pool, sample, best, greedy);
  const trust = sample.rows.length / (sample.rows.length + SHRINKING_ROWS);
  const shares = greedy.map((share, one) => trust * share + (1 - trust) * equal[one]).map((share) => (share < LEAST_SHARE ? 0 : share));
  const sum = shares.reduce((all, share) => all + share, 0);
  return new Map(pool.flatMap(({ id }, one) => (shares[one] > 0 ? [[id, shares[one] / sum] as const] : [])));
}

/** Equal shares of the best few that are not clearly worse than the best one and that may answer together with the greedy choice. */
function equalShares(request: EnsembleRequest, pool: EnsembleRequest['candidates'], sample: Rows, best: number, greedy: Float64Array): Float64Array {
  const { metric, random, asPredictions, isAffordable = () => true } = request;
  const rowCount = sample.rows.length;
  const gains = sample.values.map((values, one) => {
    if (one === best) return { one, lead: 0, isClear: false };
    const lead = pairedOver(metric, sample.labels, asPredictions(sample.values[best]), asPredictions(values));
    const value = lead(new Int32Array(rowCount).fill(1));
    return { one, lead: value, isClear: rowCount > 3 && value > CLEARLY_WORSE * jackknifeStandardError(lead, unitsFor(rowCount, null, random), random) };
  });
  const together = new Set(pool.flatMap(({ id }, one) => (greedy[one] > 0 ? [id] : [])));
  const chosen: number[] = [];
  for (const { one, isClear } of gains.toSorted((a, b) => a.lead - b.lead)) {
    if (chosen.length === MAX_EQUAL || isClear || !isAffordable([...together, pool[one].id])) continue;
    together.add(pool[one].id);
    chosen.push(one);
  }
  const shares = new Float64Array(pool.length);
  for (const one of chosen.length > 0 ? chosen : [best]) shares[one] = 1 / Math.max(1, chosen.length);
  return shares;
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
  return {
    rows,
    ...takeRowsOf(
      labels,
      pool.map(({ values }) => values),
      rows,
    ),
  };
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
  const value =
    metric === 'accuracy' ? () => codes.reduce((right, code, row) => right + (code === decided[row] ? 1 : 0), 0) / codes.length : () => measure(ones);
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
  for (let at = high.length - 1; at >= 0;) {
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
