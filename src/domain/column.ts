import { z } from 'zod';

/** What a column is, as far as learning from it is concerned. `ordered`: texts that stand for steps of a scale, such as `< 0 DM`, `1 - 200 DM`. */
export const ColumnKind = z.enum(['number', 'boolean', 'category', 'ordered', 'datetime', 'text', 'identifier', 'constant']);
export type ColumnKind = z.infer<typeof ColumnKind>;

/**
 * How the text of one cell becomes a value. Decided once over the whole column at intake, kept in the contract, and
 * applied by one function to a cell of a file and to a JSON value alike.
 * `missing`: texts (trimmed, exact) that mean "no value"; the empty text always does.
 * `units`: given where a fixed text may stand behind the number (`12 kg`; `1 day`, `2 days`): its spellings, the longest first.
 * `decimal`: given where a comma parts the decimals (`1.234,50`): then a point, a space or an apostrophe groups the thousands.
 */
export const ReadingRule = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('number'),
    missing: z.array(z.string()),
    style: z.enum(['plain', 'grouped', 'currency', 'percent', 'scaled', 'time', 'duration']),
    decimal: z.literal(',').optional(),
    units: z.array(z.string().min(1)).min(1).optional(),
  }),
  z.strictObject({ type: z.literal('boolean'), missing: z.array(z.string()), yes: z.array(z.string()), no: z.array(z.string()) }),
  z.strictObject({ type: z.literal('text'), missing: z.array(z.string()) }),
  z.strictObject({ type: z.literal('timestamp'), missing: z.array(z.string()), formats: z.array(z.string()).min(1) }),
]);
export type ReadingRule = z.infer<typeof ReadingRule>;

/**
 * One column as typed values, one entry a row.
 * number: NaN is missing. boolean: 0, 1, and 255 for missing. text: codes into `levels`, −1 for missing.
 * timestamp: microseconds since 1970 UTC as whole float64 (exact to the year 2255), NaN for missing.
 */
export type Column =
  | { type: 'number'; values: Float64Array }
  | { type: 'boolean'; values: Uint8Array }
  | { type: 'text'; codes: Int32Array; levels: string[] }
  | { type: 'timestamp'; values: Float64Array };

export type ColumnType = Column['type'];

/** Columns by name, all of `rowCount` rows. */
export type Table = { rowCount: number; columns: Map<string, Column> };

/** One row of typed values: null is missing; a timestamp is microseconds since 1970 UTC. */
export type Value = number | boolean | string | null;
export type Row = Record<string, Value>;
