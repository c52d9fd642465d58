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

/**
 * @param entries dictionary entries of all rows, one array a dictionary
 * @param entryCounts number of entries of each dictionary, rare and missing included
 * @param fitRows rows whose labels may be used
 */
export function fitFoldStatistics(
  entries: Int32Array[],
  entryCounts: number[],
  dictionaries: number[],
  labels: StatisticLabels,
  fitRows: Int32Array,
  random: Random,
): FoldStatistics {
  const part = new Uint8Array(fitRows.length);
  for (let i = 0; i < part.length; i++) part[i] = i % INNER_PARTS;
  random.shuffle(part);
  const columnCount = dictionaries.length * labels.columnCount;
  const fitted = new Float32Array(fitRows.length * columnCount);
  const lookups: LookupColumn[] = [];
  for (const dictionary of dictionaries) {
    const size = entryCounts[dictionary];
    const rowEntries = entries[dictionary];
    for (let column = 0; column < labels.columnCount; column++) {
      const sums = new Float64Array(size * INNER_PARTS);
      const counts = new Float64Array(size * INNER_PARTS);
      for (let i = 0; i < fitRows.length; i++) {
        const at = part[i] * size + rowEntries[fitRows[i]];
        sums[at] += labels.valueOf(fitRows[i], column);
        counts[at]++;
      }
      const allSums = new Float64Array(size);
      const allCounts = new Float64Array(size);
      const partSums = new Float64Array(INNER_PARTS);
      const partCounts = new Float64Array(INNER_PARTS);
      for (let p = 0; p < INNER_PARTS; p++) {
        for (let entry = 0; entry < size; entry++) {
          allSums[entry] += sums[p * size + entry];
          allCounts[entry] += counts[p * size + entry];
          partSums[p] += sums[p * size + entry];
          partCounts[p] += counts[p * size + entry];
        }
      }
      const total = partSums.reduce((a, b) => a + b, 0);
      const totalCount = fitRows.length;
      const smoothed = (sum: number, count: number, mean: number) => (sum + SMOOTHING_ROWS * mean) / (count + SMOOTHING_ROWS);
      const overall = total / Math.max(1, totalCount);
      const table = Array.from(allSums, (sum, entry) => Math.fround(smoothed(sum, allCounts[entry], overall)));
      const out = lookups.length * fitRows.length;
      for (let i = 0; i < fitRows.length; i++) {
        const entry = rowEntries[fitRows[i]];
        const p = part[i];
        const mean = (total - partSums[p]) / Math.max(1, totalCount - partCounts[p]);
        fitted[out + i] = smoothed(allSums[entry] - sums[p * size + entry], allCounts[entry] - counts[p * size + entry], mean);
      }
      lookups.push({ dictionary, values: table });
    }
  }
  return {
    lookups,
    fitted,
    encode(rows) {
      const values = new Float32Array(rows.length * columnCount);
      lookups.forEach((lookup, column) => {
        const rowEntries = entries[lookup.dictionary];
        for (let i = 0; i < rows.length; i++) values[column * rows.length + i] = lookup.values[rowEntries[rows[i]]] ?? Number.NaN;
      });
      return values;
    },
  };
}
