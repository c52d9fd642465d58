import type { ColumnKind, Table } from '../domain/column.ts';
import type { CheckedExpression } from './check-expression.ts';
import { compileForTable } from './compile.ts';
import { entriesOf, missingEntry, rareEntry } from './encoder.ts';
import { FEATURES_FORMAT, type FeatureFile } from './feature-file.ts';
import { fitTextEncoding } from './text.ts';

/** A feature with the way it is to be turned into numbers. */
export type FeatureToEncode = { name: string; expression: CheckedExpression; as: 'number' | 'category' | 'text'; isPersonal: boolean };

/** Which learners a base column is for: trees read a level's rank and count, linear models its indicator. */
export type ColumnUse = 'both' | 'tree' | 'linear';

/** Limits of the encoder: the smallest rows of a level (5 where the column is personal), indicators, text terms. */
export type EncoderLimits = { minLevelRows: number; minPersonalLevelRows: number; maxIndicatorLevels: number; maxTerms: number; minTermRows: number };

export const defaultEncoderLimits: EncoderLimits = { minLevelRows: 2, minPersonalLevelRows: 5, maxIndicatorLevels: 50, maxTerms: 30_000, minTermRows: 2 };

export type FittedEncoder = { file: FeatureFile; uses: ColumnUse[]; matrixNames: string[] };

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
  const matrixNames: string[] = [];
  const add = (column: FeatureFile['columns'][number], use: ColumnUse, name: string) => {
    file.columns.push(column);
    uses.push(use);
    matrixNames.push(name);
  };
  let firstId = 0;
  features.forEach((feature, index) => {
    if (feature.as === 'number') {
      add({ kind: 'number', feature: index }, 'both', feature.name);
      return;
    }
    const column = compileForTable(feature.expression)(table);
    if (column.type !== 'text') throw new Error(`feature "${feature.name}" is no text`);
    if (feature.as === 'text') {
      const texts = [...column.codes].flatMap((code) => (code < 0 ? [] : [column.levels[code]]));
      for (const kind of ['words', 'characters'] as const) {
        const encoding = fitTextEncoding({ feature: index, kind, firstId, maxTerms: limits.maxTerms, minRows: limits.minTermRows }, texts);
        if (encoding.terms.length === 0) continue;
        file.text.push(encoding);
        firstId += encoding.terms.length;
      }
      return;
    }
    const counts = new Int32Array(column.levels.length);
    for (const code of column.codes) if (code >= 0) counts[code]++;
    const minRows = feature.isPersonal ? limits.minPersonalLevelRows : limits.minLevelRows;
    const levels = column.levels
      .map((level, code) => ({ level, count: counts[code] }))
      .filter(({ count }) => count >= minRows)
      .toSorted((a, b) => b.count - a.count || (a.level < b.level ? -1 : 1))
      .map(({ level }) => level);
    const dictionary = file.dictionaries.push({ feature: index, levels }) - 1;
    const entryCounts = new Float64Array(levels.length + 2);
    for (const entry of entriesOf(column, levels)) entryCounts[entry]++;
    add({ kind: 'lookup', dictionary, values: [...levels.map((_, rank) => rank), levels.length, null] }, 'tree', `${feature.name} (rank)`);
    if (levels.length > 10) {
      const logCounts = Array.from(entryCounts, (count) => Math.fround(Math.log1p(count)));
      add({ kind: 'lookup', dictionary, values: logCounts }, 'tree', `${feature.name} (count)`);
    }
    const shown = Math.min(levels.length, limits.maxIndicatorLevels);
    for (let entry = 0; entry < shown; entry++) add({ kind: 'indicator', dictionary, entry }, 'linear', `${feature.name} = ${levels[entry]}`);
    for (const entry of [rareEntry(levels.length), missingEntry(levels.length)]) {
      if (entryCounts[entry] > 0) add({ kind: 'indicator', dictionary, entry }, 'linear', `${feature.name} = (${entry === levels.length ? 'rare' : 'missing'})`);
    }
  });
  return { file, uses, matrixNames };
}

/** How an input of a kind is offered to the learners; identifiers and constants are never among them. */
export function encodingOf(kind: ColumnKind): FeatureToEncode['as'] {
  return kind === 'text' ? 'text' : kind === 'category' || kind === 'identifier' || kind === 'constant' ? 'category' : 'number';
}
