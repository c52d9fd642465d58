import { z } from 'zod';
import { Expression } from './expression.ts';
import { TextSum } from './text-sums.ts';
import { TextEncoding } from './text.ts';

export const FEATURES_FORMAT = 1;

/** null stands for NaN, "missing", which every learner understands. */
const Cell = z.number().nullable();
const Lookup = z.strictObject({ dictionary: z.int().min(0), values: z.array(Cell) });

/**
 * How a typed row becomes the graph's numbers: `features.json`. Features are checked expressions over the inputs; a dictionary
 * numbers the levels of a text feature (level i is entry i, then one entry for rare and unseen levels, then one for missing).
 * The matrix is `columns`, then for each fold model its `folds[i]` columns, which hold that fold's target statistics and text scores.
 */
export const FeatureFile = z.strictObject({
  format: z.literal(FEATURES_FORMAT),
  inputs: z.array(z.strictObject({ name: z.string(), type: z.enum(['number', 'boolean', 'text', 'timestamp']) })).max(20_000),
  features: z.array(z.strictObject({ name: z.string(), expression: Expression })).max(50_000),
  dictionaries: z.array(z.strictObject({ feature: z.int().min(0), levels: z.array(z.string()) })),
  columns: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('number'), feature: z.int().min(0) }),
        Lookup.extend({ kind: z.literal('lookup') }),
        z.strictObject({ kind: z.literal('indicator'), dictionary: z.int().min(0), entry: z.int().min(0) }),
        TextSum.extend({ kind: z.literal('text') }),
      ]),
    )
    .max(100_000),
  folds: z.array(z.array(z.union([Lookup, TextSum]))),
  text: z.array(TextEncoding),
});
export type FeatureFile = z.infer<typeof FeatureFile>;
export type LookupColumn = z.infer<typeof Lookup>;
export type FoldColumn = LookupColumn | TextSum;
