/**
 * Target statistics of category levels: for each level the smoothed mean of the labels (Micci-Barreca 2001). A row that trains
 * never meets its own label: training rows get the statistics of the other inner parts; rows to be scored, and later the rows
 * to be answered, get those of all training rows of the fold.
 */
import type { Random } from '../domain/random.ts';
import type { TaskKind } from '../domain/task.ts';
import type { FoldColumns } from './feature-file.ts';
import type { LookupColumn } from './level-sums.ts';

/** Label columns whose means are taken: one for binary (is it the positive class) and regression, one a class otherwise. */
export type StatisticLabels = { columnCount: number; valueOf(row: number, column: number): number };

/** With more classes than this a mean a class would be too many columns for what they tell. */
const MAX_CLASSES = 8;

/** How many label columns a task has; 0: its statistics would not be worth their columns. */
export function statisticColumnCount(task: TaskKind, classCount: number): number {
  if (task !== 'multiclass') return 1;
  return classCount <= MAX_CLASSES ? classCount : 0;
}

/** The label columns of a task's labels: numbers on the training scale, or class codes. */
export function statisticLabels({ task, classes }: { task: TaskKind; classes: readonly string[] }, trainingLabels: Float64Array): StatisticLabels {
  const columnCount = statisticColumnCount(task, classes.length);
  if (task !== 'multiclass') return { columnCount, valueOf: (row) => trainingLabels[row] };
  return { columnCount, valueOf: (row, column) => (trainingLabels[row] === column ? 1 : 0) };
}

/** Pseudo-rows of the overall mean mixed into each level's mean. */
const SMOOTHING_ROWS = 10;
const INNER_PARTS = 5;

/** The rows whose labels may be used. `blocks`: rows of one block (equal rows, a group) stand in for each other, so they share an inner part; −1: alone. */
export type FittedRows = { rows: Int32Array; blocks: Int32Array };

/**
 * Columns dictionary by dictionary, label column by label column.
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
): FoldColumns<LookupColumn> {
  const part = dealParts(fitRows, blocks, random, INNER_PARTS);
  const rowCount = fitRows.length;
  const columnCount = dictionaries.length * labels.columnCount;
  const fitted = new Float32Array(rowCount * columnCount);
  const lookups: LookupColumn[] = [];
  const targets = Array.from({ length: labels.columnCount }, (_, column) => targetOf(labels, column, fitRows, part));
  for (const dictionary of dictionaries) {
    const cellCount = entryCounts[dictionary] * INNER_PARTS;
    const cellOf = fitRows.map((row, i) => entries[dictionary][row] * INNER_PARTS + part[i]);
    const counts = new Float64Array(cellCount);
    for (const cell of cellOf) counts[cell]++;
    for (const { values, overall, overallWithout } of targets) {
      const sums = new Float64Array(cellCount);
      for (let i = 0; i < rowCount; i++) sums[cellOf[i]] += values[i];
      const table: number[] = [];
      const without = new Float64Array(cellCount);
      for (let first = 0; first < cellCount; first += INNER_PARTS) {
        table.push(Math.fround(smoothed(sumOf(sums, first), sumOf(counts, first), overall)));
        for (let p = 0; p < INNER_PARTS; p++) without[first + p] = smoothed(sumOf(sums, first, p), sumOf(counts, first, p), overallWithout[p]);
      }
      const at = lookups.length * rowCount;
      for (let i = 0; i < rowCount; i++) fitted[at + i] = without[cellOf[i]];
      lookups.push({ dictionary, values: table });
    }
  }
  return {
    columns: lookups,
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

/** One label column of the fitted rows, its mean, and its mean without each of the inner parts. */
function targetOf(labels: StatisticLabels, column: number, rows: Int32Array, part: Uint8Array) {
  const values = Float64Array.from(rows, (row) => labels.valueOf(row, column));
  const sums = new Float64Array(INNER_PARTS);
  const counts = new Float64Array(INNER_PARTS);
  for (let i = 0; i < rows.length; i++) {
    sums[part[i]] += values[i];
    counts[part[i]]++;
  }
  const overallWithout = Float64Array.from({ length: INNER_PARTS }, (_, p) => sumOf(sums, 0, p) / Math.max(1, sumOf(counts, 0, p)));
  return { values, overall: sumOf(sums, 0) / Math.max(1, rows.length), overallWithout };
}

/** The inner parts from `first` on, one left out: it is not subtracted, which would leave a trace of it in the last bits. */
function sumOf(parts: Float64Array, first: number, without = -1): number {
  let sum = 0;
  for (let p = 0; p < INNER_PARTS; p++) if (p !== without) sum += parts[first + p];
  return sum;
}

/** An inner part for each row, at random and of about equal size; a block goes where its first row was dealt. */
export function dealParts(rows: Int32Array, blocks: Int32Array, random: Random, partCount: number): Uint8Array {
  const part = random.shuffle(Uint8Array.from(rows, (_, i) => i % partCount));
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
