import { metricFacts, type Labels, type Metric, type Predictions } from '../../domain/task.ts';
import { quantileOfSorted } from './bootstrap.ts';
import { risingOrder } from './metrics.ts';

/**
 * The answer that looks at no column, as good as such an answer can be for its metric: the same for every row, except where
 * guessing beats any constant. macro_f1 rewards naming each class now and then, and in a short list a random order has a
 * higher average precision than one tie; there classes and order are dealt, or a model of pure noise would seem worth using.
 */
export type Baseline = { kind: 'classes'; shares: number[]; decided: number | 'dealt' } | { kind: 'value'; value: number };

/** Fitted on training labels alone, so that it is beaten or not on the same terms as a model. */
export function fitBaseline(metric: Metric, labels: Labels): Baseline {
  if (labels.kind === 'values') return { kind: 'value', value: bestConstant(metric, labels.values) };
  const counts = new Float64Array(labels.classCount);
  for (const code of labels.codes) counts[code]++;
  // A class without a training row would cost the baseline an infinite loss; half a row for each class is little and enough.
  const added = counts.includes(0) ? 0.5 : 0;
  const total = labels.codes.length + added * labels.classCount;
  const shares = Array.from(counts, (count) => (count + added) / total);
  if (metric === 'macro_f1' || metric === 'average_precision') return { kind: 'classes', shares, decided: 'dealt' };
  // Whoever always says "positive" has the best f1 of a constant; for the other metrics it is the most frequent class.
  return { kind: 'classes', shares, decided: metric === 'f1' ? 1 : counts.indexOf(Math.max(...counts)) };
}

/** Moves no loss that anyone could see, and puts the rows in an order. */
const ORDER_STEP = 1e-9;

export function predictBaseline(baseline: Baseline, rowCount: number): Predictions {
  if (baseline.kind === 'value') return { kind: 'values', values: new Float64Array(rowCount).fill(baseline.value) };
  const { shares, decided } = baseline;
  const probabilities = new Float64Array(rowCount * shares.length);
  for (let row = 0; row < rowCount; row++) probabilities.set(shares, row * shares.length);
  if (decided !== 'dealt') return { kind: 'classes', probabilities, decided: new Int32Array(rowCount).fill(decided), classCount: shares.length };
  const dealt = new Int32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const place = placeOf(row);
    probabilities[row * shares.length] -= ORDER_STEP * (place - 0.5);
    probabilities[row * shares.length + 1] += ORDER_STEP * (place - 0.5);
    let left = place;
    while (dealt[row] < shares.length - 1 && left >= shares[dealt[row]]) left -= shares[dealt[row]++];
  }
  return { kind: 'classes', probabilities, decided: dealt, classCount: shares.length };
}

/** Golden-ratio steps round the unit interval: evenly spread, no column looked at, and the same every time. */
const placeOf = (row: number) => ((row + 0.5) * 0.6180339887498949) % 1;

function bestConstant(metric: Metric, values: Float64Array): number {
  if (metricFacts[metric].needs !== 'value') throw new RangeError(`${metric} judges classes, and was given numbers`);
  switch (metric) {
    case 'mae':
      return quantileOfSorted(values.toSorted(), 0.5);
    case 'median_absolute_error':
      return middleOfShortestHalf(values.toSorted());
    case 'mape':
      return weightedMedian(
        values,
        values.map((value) => 1 / Math.max(Math.abs(value), Number.EPSILON)),
      );
    case 'rmsle':
      return Math.expm1(meanOf(values.map((value) => Math.log1p(Math.max(value, 0)))));
    default:
      return meanOf(values);
  }
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Half of the values lie within the shortest such interval, so its middle has the smallest median distance. */
function middleOfShortestHalf(sorted: Float64Array): number {
  const half = Math.floor(sorted.length / 2);
  let best = 0;
  for (let at = 0; at + half < sorted.length; at++) if (sorted[at + half] - sorted[at] < sorted[best + half] - sorted[best]) best = at;
  return (sorted[best] + sorted[best + half]) / 2;
}

function weightedMedian(values: Float64Array, weights: Float64Array): number {
  const order = risingOrder(values);
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let seen = 0;
  for (const row of order) {
    seen += weights[row];
    if (seen >= half) return values[row];
  }
  return values[order[order.length - 1]];
}
