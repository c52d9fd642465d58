import { z } from 'zod';
import { Expression } from './expression.ts';
import { LevelSum, Lookup, type LookupColumn } from './level-sums.ts';
import { TextSum } from './text-sums.ts';
import { TextEncoding } from './text.ts';

export const FEATURES_FORMAT = 1;

/** Levels of one feature: texts, or numbers where the feature is a number of few distinct values. */
const Levels = z.strictObject({ feature: z.int().min(0), levels: z.union([z.array(z.string()), z.array(z.number())]) });
/** Levels of two earlier dictionaries together: level a × (entries of the second) + b stands for entries a and b. */
const PairLevels = z.strictObject({ pair: z.tuple([z.int().min(0), z.int().min(0)]), levels: z.array(z.int().min(0)) });

/**
 * How a typed row becomes the graph's numbers: `features.json`. Features are checked expressions over the inputs; a dictionary
 * numbers levels (level i is entry i, then one entry for rare and unseen levels, then one for missing).
 * The matrix is `columns`, then for each fold model its `folds[i]` columns, which hold that fold's target statistics, level scores and text scores.
 * A `deviation` is a number less what stands in the table for the row's level: how far it is from what is usual there.
 */
export const FeatureFile = z.strictObject({
  format: z.literal(FEATURES_FORMAT),
  inputs: z.array(z.strictObject({ name: z.string(), type: z.enum(['number', 'boolean', 'text', 'timestamp']) })).max(20_000),
  features: z.array(z.strictObject({ name: z.string(), expression: Expression })).max(50_000),
  dictionaries: z.array(z.union([Levels, PairLevels])),
  columns: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('number'), feature: z.int().min(0) }),
        Lookup.extend({ kind: z.literal('lookup') }),
        z.strictObject({ kind: z.literal('indicator'), dictionary: z.int().min(0), entry: z.int().min(0) }),
        Lookup.extend({ kind: z.literal('deviation'), feature: z.int().min(0) }),
        TextSum.extend({ kind: z.literal('text') }),
      ]),
    )
    .max(100_000),
  folds: z.array(z.array(z.union([Lookup, TextSum, LevelSum]))),
  text: z.array(TextEncoding),
});
export type FeatureFile = z.infer<typeof FeatureFile>;
export type LevelDictionary = z.infer<typeof Levels>;
export type PairDictionary = z.infer<typeof PairLevels>;
export type FoldColumn = LookupColumn | TextSum | LevelSum;

/** Columns that a fold has for itself, since they are learnt from labels; column-major values. */
export type FoldColumns<Column extends FoldColumn = FoldColumn> = {
  /** For the feature file. */
  columns: Column[];
  /** Of the fitted rows, in their order: a row's values know nothing of its own label. */
  fitted: Float32Array;
  /** Of any other rows. */
  encode(rows: Int32Array): Float32Array;
};
