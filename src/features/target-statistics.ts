/**
 * Target statistics of category levels: for each level the smoothed mean of the labels (Micci-Barreca 2001). A row that trains
 * never meets its own label: training rows get the statistics of the other inner parts; rows to be scored, and later the rows
 * to be answered, get those of all training rows of the fold.
 */
import type { Random } from '../domain/random.ts';
import type { LookupColumn } from './feature-file.ts';

/** Label columns whose means are taken: one for binary (is it the positive class) and regression, one a class otherwise. */
export type StatisticLabels = { columnCount: number; valueOf(row: number, column: number): number };

/** Pseudo-rows of the overall mean mixed into each level's mean. */
const SMOOTHING_ROWS = 10;
const INNER_PARTS = 5;

export type FoldStatistics = {
  /** Tables for the feature file, dictionary by dictionary, label column by label column. */
  lookups: LookupColumn[];
  /** Column-major values for the fitted rows, in the order of `fitRows`: out of the inner parts. */
  fitted: Float32Array;
  /** Column-major values for any other rows, from the tables. */
  encode(rows: Int32Array): Float32Array;
};

/** The rows whose labels may be used. `blocks`: rows of one block (equal rows, a group) stand in for each other, so they share an inner part; −1: alone. */
type FittedRows = { rows: Int32Array; blocks: Int32Array };

/**
 * @param entries dictionary entries of all rows, one array a dictionary
 * @param entryCounts number of entries of each dictionary, rare and missing included
 */
export function fitFoldStatistics(
  entries: Int32Array[],
  entryCounts: number[],
  dictionaries: number[],
  labels: StatisticLabels,
  { rows: fitRows, blocks }: FittedRows,
  random: Random,
): FoldStatistics {
  const part = dealParts(fitRows, blocks, random);
  const rowCount = fitRows.length;
  const partRows = new Float64Array(INNER_PARTS);
  for (const p of part) partRows[p]++;
  const columnCount = dictionaries.length * labels.columnCount;
  const fitted = new Float32Array(rowCount * columnCount);
  const lookups: LookupColumn[] = [];
  for (let column = 0; column < labels.columnCount; column++) {
    const values = Float64Array.from(fitRows, (row) => labels.valueOf(row, column));
    const partTotals = new Float64Array(INNER_PARTS);
    for (let i = 0; i < rowCount; i++) partTotals[part[i]] += values[i];
    const overall = sumOf(partTotals) / Math.max(1, rowCount);
    const overallWithout = Float64Array.from(partTotals, (_, p) => sumWithout(partTotals, p) / Math.max(1, rowCount - partRows[p]));
    dictionaries.forEach((dictionary, place) => {
      const size = entryCounts[dictionary];
      const entryOf = entries[dictionary];
      const sums = new Float64Array(size * INNER_PARTS);
      const counts = new Float64Array(size * INNER_PARTS);
      for (let i = 0; i < rowCount; i++) {
        const at = entryOf[fitRows[i]] * INNER_PARTS + part[i];
        sums[at] += values[i];
        counts[at]++;
      }
      const table = new Array<number>(size);
      const without = new Float64Array(size * INNER_PARTS);
      for (let entry = 0; entry < size; entry++) {
        const ofEntry = sums.subarray(entry * INNER_PARTS, (entry + 1) * INNER_PARTS);
        const rowsOfEntry = counts.subarray(entry * INNER_PARTS, (entry + 1) * INNER_PARTS);
        table[entry] = Math.fround(smoothed(sumOf(ofEntry), sumOf(rowsOfEntry), overall));
        for (let p = 0; p < INNER_PARTS; p++) without[entry * INNER_PARTS + p] = smoothed(sumWithout(ofEntry, p), sumWithout(rowsOfEntry, p), overallWithout[p]);
      }
      const at = place * labels.columnCount + column;
      for (let i = 0; i < rowCount; i++) fitted[at * rowCount + i] = without[entryOf[fitRows[i]] * INNER_PARTS + part[i]];
      lookups[at] = { dictionary, values: table };
    });
  }
  return {
    lookups,
    fitted,
    encode(rows) {
      const values = new Float32Array(rows.length * columnCount);
      lookups.forEach((lookup, column) => {
        const entryOf = entries[lookup.dictionary];
        for (let i = 0; i < rows.length; i++) values[column * rows.length + i] = lookup.values[entryOf[rows[i]]] ?? Number.NaN;
      });
      return values;
    },
  };
}

const smoothed = (sum: number, count: number, mean: number) => (sum + SMOOTHING_ROWS * mean) / (count + SMOOTHING_ROWS);

function sumOf(parts: Float64Array): number {
  let sum = 0;
  for (let p = 0; p < INNER_PARTS; p++) sum += parts[p];
  return sum;
}

/** The other parts are added up; subtracting the one would leave a trace of it in the last bits. */
function sumWithout(parts: Float64Array, without: number): number {
  let sum = 0;
  for (let p = 0; p < INNER_PARTS; p++) if (p !== without) sum += parts[p];
  return sum;
}

/** An inner part for each row, at random and of about equal size; a block goes where its first row was dealt. */
function dealParts(rows: Int32Array, blocks: Int32Array, random: Random): Uint8Array {
  const part = random.shuffle(Uint8Array.from(rows, (_, i) => i % INNER_PARTS));
  const ofBlock = new Map<number, number>();
  for (let i = 0; i < rows.length; i++) {
    const block = blocks[rows[i]];
    if (block < 0) continue;
    const known = ofBlock.get(block);
    if (known === undefined) ofBlock.set(block, part[i]);
    else part[i] = known;
  }
  return part;
}
