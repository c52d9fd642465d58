import type { Column, Table } from '../domain/column.ts';
import type { CheckedExpression } from './check-expression.ts';
import { compileForTable } from './compile.ts';
import { entriesOf, missingEntry, rareEntry } from './encoder.ts';
import { FEATURES_FORMAT, type FeatureFile } from './feature-file.ts';
import { fitTextEncoding } from './text.ts';

/** A feature with the way it is to be turned into numbers. A count of characters is for trees: beside the terms of a text it only misleads a linear model. */
export type FeatureToEncode = { name: string; expression: CheckedExpression; as: 'number' | 'count' | 'category' | 'text'; isPersonal: boolean };

/** Which learners a base column is for: trees read a level's rank and count, linear models its indicator. */
export type ColumnUse = 'both' | 'tree' | 'linear';

/** Limits of the encoder: the smallest rows of a level (5 where the column is personal), indicators, text terms. */
export type EncoderLimits = { minLevelRows: number; minPersonalLevelRows: number; maxIndicatorLevels: number; maxTerms: number; minTermRows: number };

export const defaultEncoderLimits: EncoderLimits = { minLevelRows: 2, minPersonalLevelRows: 5, maxIndicatorLevels: 50, maxTerms: 30_000, minTermRows: 2 };

export type FittedEncoder = { file: FeatureFile; uses: ColumnUse[] };

/**
 * Learns the label-free parts of the encoding (levels, counts, text terms) from all rows of `table`, which holds the unlocked
 * rows only. Levels in fewer than `minLevelRows` rows are pooled: that trains the entry which unseen levels will meet, and keeps
 * single people's names out of the package.
 */
export function fitEncoder(
  inputs: { name: string; type: FeatureFile['inputs'][number]['type'] }[],
  features: FeatureToEncode[],
  table: Table,
  limits: EncoderLimits = defaultEncoderLimits,
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
  let firstId = 0;
  features.forEach((feature, index) => {
    if (feature.as === 'number' || feature.as === 'count') {
      add({ kind: 'number', feature: index }, feature.as === 'count' ? 'tree' : 'both');
      return;
    }
    const column = compileForTable(feature.expression)(table);
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
    const minRows = feature.isPersonal ? limits.minPersonalLevelRows : limits.minLevelRows;
    const levels = column.levels
      .map((level, code) => ({ level, count: counts[code] }))
      .filter(({ count }) => count >= minRows)
      .toSorted((a, b) => b.count - a.count || (a.level < b.level ? -1 : 1))
      .map(({ level }) => level);
    const dictionary = file.dictionaries.push({ feature: index, levels }) - 1;
    const entryCounts = new Float64Array(levels.length + 2);
    for (const entry of entriesOf(column, levels)) entryCounts[entry]++;
    add({ kind: 'lookup', dictionary, values: [...levels.map((_, rank) => rank), levels.length, null] }, 'tree');
    if (levels.length > 10) {
      const logCounts = Array.from(entryCounts, (count) => Math.fround(Math.log1p(count)));
      add({ kind: 'lookup', dictionary, values: logCounts }, 'tree');
    }
    const shown = Math.min(levels.length, limits.maxIndicatorLevels);
    for (let entry = 0; entry < shown; entry++) add({ kind: 'indicator', dictionary, entry }, 'linear');
    for (const entry of [rareEntry(levels.length), missingEntry(levels.length)]) {
      if (entryCounts[entry] > 0) add({ kind: 'indicator', dictionary, entry }, 'linear');
    }
  });
  return { file, uses };
}

function countLevels(column: Extract<Column, { type: 'text' }>): Int32Array {
  const counts = new Int32Array(column.levels.length);
  for (const code of column.codes) if (code >= 0) counts[code]++;
  return counts;
}
