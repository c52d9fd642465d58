import type { Table } from '../domain/column.ts';
import { compileForTable } from './compile.ts';
import type { FeatureToEncode } from './fit-encoder.ts';

/** On fewer rows a mean of two or three labels misleads more often than it helps (measured). */
const MIN_ROWS = 2_000;
/** More levels than this make a package heavy; a level a row says nothing of others. */
const MAX_VALUES = 30_000;
/** Fewer are told apart by a few splits. */
const MIN_VALUES = 5;
/** Rows that share their value with another one. */
const MIN_SHARED = 0.5;
/** Distinct values, of those that were to be expected. */
const MAX_OF_EXPECTED = 0.6;
/** So many neighbouring values at a time are taken to lie evenly. */
const PART_VALUES = 20;
/** Far more than rows, and few enough to be reckoned with. */
const MOST_PLACES = 1e15;
/** A mean a value is a column a fold for each of them. */
const MAX_FEATURES = 8;

/**
 * Numbers that are also read as levels: those whose values come again far more often than measurements of that fineness would, such as a code, a
 * price of a catalogue, a rate of a table or the weight of a stratum. Which one it is then says more than how large it is. Whole years, ages and
 * marks repeat because they are coarse: of them trees know all there is to know. Decided by the numbers alone, never by labels.
 */
export function markRepeatedNumbers(features: readonly FeatureToEncode[], table: Table): FeatureToEncode[] {
  if (table.rowCount < MIN_ROWS) return [...features];
  const ratios = features.map(({ as, expression }) => {
    if (as !== 'number' || expression.kind !== 'column' || expression.type !== 'number') return 1;
    const column = compileForTable(expression)(table);
    return column.type === 'number' ? distinctOfExpected(column.values) : 1;
  });
  const repeated = [...ratios.keys()].filter((index) => ratios[index] <= MAX_OF_EXPECTED).toSorted((a, b) => ratios[a] - ratios[b] || a - b);
  const chosen = new Set(repeated.slice(0, MAX_FEATURES));
  return features.map((feature, index) => (chosen.has(index) ? { ...feature, as: 'number and levels' } : feature));
}

/**
 * How many distinct values there are beside the number there would be if, among neighbours, every step of the column's own grid were as likely as any
 * other: the mean over parts of the range, so that one value that fills half of the rows does not decide. 1 where there is no use in asking.
 */
export function distinctOfExpected(values: Float64Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct: number[] = [];
  const counts: number[] = [];
  let step = Number.POSITIVE_INFINITY;
  for (const value of sorted) {
    const last = distinct.length - 1;
    if (last >= 0 && value === distinct[last]) {
      counts[last]++;
      continue;
    }
    if (last >= 0) step = Math.min(step, value - distinct[last]);
    if (distinct.push(value) > MAX_VALUES) return 1;
    counts.push(1);
  }
  const shared = counts.reduce((sum, count) => sum + (count > 1 ? count : 0), 0);
  if (distinct.length < MIN_VALUES || shared < MIN_SHARED * sorted.length) return 1;
  let sum = 0;
  for (let first = 0; first < distinct.length; first += PART_VALUES) {
    const end = Math.min(first + PART_VALUES, distinct.length);
    const places = Math.min((distinct[end - 1] - distinct[first]) / step + 1, MOST_PLACES);
    const rowCount = counts.slice(first, end).reduce((all, count) => all + count, 0);
    sum += Math.min(end - first, ((end - first) * (end - first)) / Math.max(1, -places * Math.expm1(-rowCount / places)));
  }
  return sum / distinct.length;
}
