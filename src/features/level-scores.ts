/**
 * What the levels of all categories together say of the target: ridge regression of the labels on the indicator of every level, solved category by
 * category (backfitting; Buja, Hastie and Tibshirani 1989). A mean a level cannot tell what is owed to another category, and where levels are
 * many a tree has too few splits to find out. As with target statistics a row that trains never meets its own label.
 */
import type { Random } from '../domain/random.ts';
import type { FoldColumns } from './feature-file.ts';
import { addUpLevels, type LevelSum } from './level-sums.ts';
import { dealParts, type FittedRows, type StatisticLabels } from './target-statistics.ts';

/** With fewer levels in the largest category trees and indicators find the same by themselves (measured on seven tables). */
const LEAST_LEVELS = 50;
/** Pseudo-rows of no effect that are mixed into each level's effect, from the most to the fewest; rows that were left out choose. */
const STRENGTHS = [30, 3, 0.3];
const PASSES = 6;
const INNER_PARTS = 5;
/** Effects that the scores of all folds may put into the package: some 10 MB of it. */
const MAX_NUMBERS = 1_000_000;
/** Far finer than the effects are known, and half as long in the package. */
const DIGITS = 6;
/** Cells a millisecond of the run's budget that the scores of all folds may read: about a twentieth of it. */
const WORK_A_MS = 4e3;

/** Dictionary entries of all rows and how many entries there are, one array and one number a dictionary. */
export type Levels = { entries: readonly Int32Array[]; entryCounts: readonly number[] };

/** How many score columns a table has: one a label column, or 0 where they would tell nothing new or cost more than they tell. */
export function countLevelScores(
  task: { labelColumns: number; fitRows: number; foldCount: number; budgetMs: number },
  dictionaries: readonly { isOfCategory: boolean; levelCount: number }[],
): number {
  const hasLarge = dictionaries.some(({ isOfCategory, levelCount }) => isOfCategory && levelCount > LEAST_LEVELS);
  if (dictionaries.length < 2 || !hasLarge) return 0;
  const numbers = dictionaries.reduce((sum, { levelCount }) => sum + levelCount, 0) * task.labelColumns * task.foldCount;
  const work = task.labelColumns * task.fitRows * task.foldCount * (INNER_PARTS + 1) * 2 * STRENGTHS.length * PASSES * dictionaries.length;
  return numbers <= MAX_NUMBERS && work <= WORK_A_MS * task.budgetMs ? task.labelColumns : 0;
}

/** A column a label column. */
export function fitLevelScores(
  levels: Levels,
  dictionaries: readonly number[],
  labels: StatisticLabels,
  { rows, blocks }: FittedRows,
  random: Random,
): FoldColumns<LevelSum> {
  const part = dealParts(rows, blocks, random, INNER_PARTS);
  const everyPlace = Int32Array.from(rows.keys());
  const scoreOf = (sum: LevelSum, row: number) => addUpLevels(sum, (dictionary) => levels.entries[dictionary][row]);
  const fitted = new Float32Array(rows.length * labels.columnCount);
  const columns = Array.from({ length: labels.columnCount }, (_, column) => {
    const labelOf = (row: number) => labels.valueOf(row, column);
    const learn = (places: Int32Array, strengths: readonly number[]) =>
      fitSums(
        levels,
        dictionaries,
        places.map((place) => rows[place]),
        labelOf,
        strengths,
      );
    /** Learns from rows at these places, with the strength that is best for one of their inner parts after learning from the others. */
    const learnBest = (places: Int32Array, tried: number): LevelSum => {
      const sums = learn(
        places.filter((place) => part[place] !== tried),
        STRENGTHS,
      );
      const errors = sums.map((sum) =>
        places.reduce((error, place) => (part[place] === tried ? error + (scoreOf(sum, rows[place]) - labelOf(rows[place])) ** 2 : error), 0),
      );
      const best = errors.indexOf(Math.min(...errors));
      return learn(places, STRENGTHS.slice(0, best + 1))[best];
    };
    for (let p = 0; p < INNER_PARTS; p++) {
      const sum = learnBest(
        everyPlace.filter((place) => part[place] !== p),
        (p + 1) % INNER_PARTS,
      );
      for (const place of everyPlace) if (part[place] === p) fitted[column * rows.length + place] = scoreOf(sum, rows[place]);
    }
    return learnBest(everyPlace, 0);
  });
  return {
    columns,
    fitted,
    encode(wanted) {
      const values = new Float32Array(wanted.length * columns.length);
      columns.forEach((sum, column) => {
        for (let i = 0; i < wanted.length; i++) values[column * wanted.length + i] = scoreOf(sum, wanted[i]);
      });
      return values;
    },
  };
}

/** The effects for each strength, each from where the stronger one ended. */
function fitSums(
  { entries, entryCounts }: Levels,
  dictionaries: readonly number[],
  rows: Int32Array,
  labelOf: (row: number) => number,
  strengths: readonly number[],
): LevelSum[] {
  const tables = dictionaries.map((dictionary) => {
    const entryOf = rows.map((row) => entries[dictionary][row]);
    const rowCounts = new Float64Array(entryCounts[dictionary]);
    for (const entry of entryOf) rowCounts[entry]++;
    return { dictionary, entryOf, rowCounts, effects: new Float64Array(entryCounts[dictionary]), change: new Float64Array(entryCounts[dictionary]) };
  });
  const residuals = Float64Array.from(rows, (row) => labelOf(row));
  let bias = 0;
  const moveBias = () => {
    const mean = residuals.reduce((sum, value) => sum + value, 0) / Math.max(1, rows.length);
    bias += mean;
    for (let i = 0; i < rows.length; i++) residuals[i] -= mean;
  };
  return strengths.map((strength) => {
    for (let pass = 0; pass < PASSES; pass++) {
      moveBias();
      for (const { entryOf, rowCounts, effects, change } of tables) {
        change.fill(0);
        for (let i = 0; i < rows.length; i++) change[entryOf[i]] += residuals[i];
        for (let entry = 0; entry < effects.length; entry++) {
          const best = (change[entry] + rowCounts[entry] * effects[entry]) / (rowCounts[entry] + strength);
          change[entry] = best - effects[entry];
          effects[entry] = best;
        }
        for (let i = 0; i < rows.length; i++) residuals[i] -= change[entryOf[i]];
      }
    }
    return {
      bias,
      effects: tables.map(({ dictionary, effects }) => ({ dictionary, values: Array.from(effects, (effect) => Number(effect.toPrecision(DIGITS))) })),
    };
  });
}
