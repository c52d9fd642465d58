import type { Column, Table } from '../domain/column.ts';
import type { CheckedExpression } from './check-expression.ts';
import { compileForTable } from './compile.ts';
import { missingEntry, openDictionary, pairCode, rareEntry, type OpenedDictionary } from './dictionary.ts';
import { FEATURES_FORMAT, type FeatureFile } from './feature-file.ts';
import { combine, type GeneratedFeature } from './generated.ts';
import { fitTextEncoding } from './text.ts';

/**
 * A feature with the way it is to be turned into numbers. `number and levels`: a number whose values are also counted and told apart like the levels of
 * a category. A `count` of characters is for trees: beside the terms of a text it only misleads a linear model.
 */
export type FeatureToEncode = {
  name: string;
  expression: CheckedExpression;
  as: 'number' | 'number and levels' | 'count' | 'category' | 'text';
  isPersonal: boolean;
};

/** Which candidates a base column is for: trees read a level's rank and count, linear models its indicator, and some trees also what was generated. */
export type ColumnUse = 'both' | 'tree' | 'linear' | 'generated';

/** Limits of the encoder: the smallest rows of a level (5 where the column is personal), indicators, text terms. */
export type EncoderLimits = { minLevelRows: number; minPersonalLevelRows: number; maxIndicatorLevels: number; maxTerms: number; minTermRows: number };

export const defaultEncoderLimits: EncoderLimits = { minLevelRows: 2, minPersonalLevelRows: 5, maxIndicatorLevels: 50, maxTerms: 30_000, minTermRows: 2 };

/** `pairDictionaries`: those of generated features, whose target statistics are for the candidates that read what was generated. */
export type FittedEncoder = { file: FeatureFile; uses: ColumnUse[]; pairDictionaries: number[] };

/**
 * Learns the label-free parts of the encoding (levels, counts, text terms) from all rows of `table`, which holds the unlocked
 * rows only. Levels in fewer than `minLevelRows` rows are pooled: that trains the entry which unseen levels will meet, and keeps
 * single people's names out of the package. `generated` features stand behind the others.
 */
export function fitEncoder(
  inputs: { name: string; type: FeatureFile['inputs'][number]['type'] }[],
  features: FeatureToEncode[],
  table: Table,
  { limits = defaultEncoderLimits, generated = [] }: { limits?: EncoderLimits; generated?: readonly GeneratedFeature[] } = {},
): FittedEncoder {
  const file: FeatureFile = {
    format: FEATURES_FORMAT,
    inputs,
    features: features.map(({ name, expression }) => ({ name, expression })),
    dictionaries: [],
    columns: [],
    folds: [],
    text: [],
  };
  const uses: ColumnUse[] = [];
  const add = (column: FeatureFile['columns'][number], use: ColumnUse) => {
    file.columns.push(column);
    uses.push(use);
  };
  const columns = new Map<number, Column>();
  const columnOf = (feature: number): Column => {
    const column = columns.get(feature) ?? compileForTable(features[feature].expression)(table);
    columns.set(feature, column);
    return column;
  };
  const opened: OpenedDictionary[] = [];
  const entries: Int32Array[] = [];
  const dictionaryOf = new Map<number, number>();
  /** Adds a dictionary and says how many rows each of its entries has. */
  const addDictionary = (dictionary: FeatureFile['dictionaries'][number]): { index: number; rowCounts: Float64Array } => {
    const index = file.dictionaries.push(dictionary) - 1;
    opened.push(openDictionary(dictionary, opened));
    entries.push(opened[index].entriesIn(columnOf, entries));
    const rowCounts = new Float64Array(opened[index].entryCount);
    for (const entry of entries[index]) rowCounts[entry]++;
    return { index, rowCounts };
  };
  const addCounts = (dictionary: number, rowCounts: Float64Array, use: ColumnUse) =>
    add({ kind: 'lookup', dictionary, values: Array.from(rowCounts, (count) => Math.fround(Math.log1p(count))) }, use);
  let firstId = 0;
  features.forEach((feature, index) => {
    const levelRows = feature.isPersonal ? limits.minPersonalLevelRows : limits.minLevelRows;
    if (feature.as === 'number' || feature.as === 'number and levels' || feature.as === 'count') {
      add({ kind: 'number', feature: index }, feature.as === 'count' ? 'tree' : 'both');
      const column = columnOf(index);
      if (feature.as !== 'number and levels' || column.type !== 'number') return;
      const { index: dictionary, rowCounts } = addDictionary({ feature: index, levels: numbersOf(column.values, levelRows) });
      dictionaryOf.set(index, dictionary);
      addCounts(dictionary, rowCounts, 'tree');
      return;
    }
    const column = columnOf(index);
    if (column.type !== 'text') throw new Error(`feature "${feature.name}" is no text`);
    if (feature.as === 'text') {
      const texts = [...countLevels(column)].flatMap((rowCount, code) => (rowCount > 0 ? [{ text: column.levels[code], rowCount }] : []));
      // A word of few rows can be a name as well as a level can.
      const minRows = feature.isPersonal ? Math.max(limits.minTermRows, limits.minPersonalLevelRows) : limits.minTermRows;
      for (const kind of ['words', 'characters'] as const) {
        const encoding = fitTextEncoding({ feature: index, kind, firstId, maxTerms: limits.maxTerms, minRows }, texts);
        if (encoding.terms.length === 0) continue;
        file.text.push(encoding);
        firstId += encoding.terms.length;
      }
      return;
    }
    const counts = countLevels(column);
    const levels = column.levels
      .map((level, code) => ({ level, count: counts[code] }))
      .filter(({ count }) => count >= levelRows)
      .toSorted((a, b) => b.count - a.count || (a.level < b.level ? -1 : 1))
      .map(({ level }) => level);
    const { index: dictionary, rowCounts } = addDictionary({ feature: index, levels });
    dictionaryOf.set(index, dictionary);
    add({ kind: 'lookup', dictionary, values: [...levels.map((_, rank) => rank), levels.length, null] }, 'tree');
    if (levels.length > 10) addCounts(dictionary, rowCounts, 'tree');
    const shown = Math.min(levels.length, limits.maxIndicatorLevels);
    for (let entry = 0; entry < shown; entry++) add({ kind: 'indicator', dictionary, entry }, 'linear');
    for (const entry of [rareEntry(levels.length), missingEntry(levels.length)]) {
      if (rowCounts[entry] > 0) add({ kind: 'indicator', dictionary, entry }, 'linear');
    }
  });

  const pairDictionaries: number[] = [];
  for (const { kind, of } of generated) {
    const [first, second] = of;
    if (kind === 'pair') {
      const pair = [dictionaryOf.get(first), dictionaryOf.get(second)] as const;
      const [a, b] = pair;
      if (a === undefined || b === undefined) continue;
      const minRows = of.some((feature) => features[feature].isPersonal) ? limits.minPersonalLevelRows : limits.minLevelRows;
      const codeOf = pairCode(opened[a].entryCount, opened[b].entryCount);
      const levels = frequent(
        entries[a].map((entry, row) => codeOf(entry, entries[b][row])),
        minRows,
      );
      const { index, rowCounts } = addDictionary({ pair: [a, b], levels });
      pairDictionaries.push(index);
      addCounts(index, rowCounts, 'generated');
    } else if (kind === 'deviation') {
      const dictionary = dictionaryOf.get(second);
      const column = columnOf(first);
      if (dictionary === undefined || column.type !== 'number') continue;
      const values = meansOf(column.values, entries[dictionary], opened[dictionary].entryCount);
      add({ kind: 'deviation', feature: first, dictionary, values: Array.from(values, (value) => (Number.isFinite(value) ? value : null)) }, 'generated');
    } else {
      const feature = file.features.push(combine(kind, features[first], features[second], inputs)) - 1;
      add({ kind: 'number', feature }, 'generated');
    }
  }
  return { file, uses, pairDictionaries };
}

/** Numbers that stand in enough rows, rising. */
function numbersOf(values: Float64Array, minRows: number): number[] {
  const counts = new Map<number, number>();
  for (const value of values) if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].flatMap(([value, count]) => (count >= minRows ? [value] : [])).toSorted((a, b) => a - b);
}

/** Codes from 0 on that stand in enough rows, the most frequent first. */
function frequent(codes: Int32Array, minRows: number): number[] {
  const counts = new Map<number, number>();
  for (const code of codes) if (code >= 0) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= minRows)
    .toSorted((a, b) => b[1] - a[1] || a[0] - b[0])
    .map(([code]) => code);
}

/** Rows of the overall mean mixed into each entry's mean, so that a level of two rows does not show what they hold. */
const MEAN_ROWS = 5;

function meansOf(values: Float64Array, entries: Int32Array, entryCount: number): Float64Array {
  const sums = new Float64Array(entryCount);
  const counts = new Float64Array(entryCount);
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) continue;
    sums[entries[row]] += values[row];
    counts[entries[row]]++;
  }
  const add = (sum: number, value: number) => sum + value;
  const overall = sums.reduce(add, 0) / Math.max(1, counts.reduce(add, 0));
  return sums.map((sum, entry) => (sum + MEAN_ROWS * overall) / (counts[entry] + MEAN_ROWS));
}

function countLevels(column: Extract<Column, { type: 'text' }>): Int32Array {
  const counts = new Int32Array(column.levels.length);
  for (const code of column.codes) if (code >= 0) counts[code]++;
  return counts;
}
