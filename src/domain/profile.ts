import { z } from 'zod';
import { ColumnKind, ReadingRule } from './column.ts';

const Name = z.string().max(1024);
const Count = z.int().min(0);

/** Numbers of a column at a glance; quantiles interpolate linearly between neighbours. */
export const NumberSummary = z.strictObject({
  min: z.number(),
  q01: z.number(),
  q05: z.number(),
  q25: z.number(),
  q50: z.number(),
  q75: z.number(),
  q95: z.number(),
  q99: z.number(),
  max: z.number(),
  mean: z.number(),
  /** Of the whole column, not of a sample: divided by n. */
  standardDeviation: z.number(),
  isWhole: z.boolean(),
});
export type NumberSummary = z.infer<typeof NumberSummary>;

export const PersonalKind = z.enum(['email', 'phone', 'name', 'address', 'birth-date', 'national-id', 'card-number', 'bank-account', 'ip-address']);
export type PersonalKind = z.infer<typeof PersonalKind>;

/** What is known of one column. Counts are of rows; `topValues` are trimmed texts, the most frequent first. */
export const ColumnProfile = z.strictObject({
  name: Name,
  kind: ColumnKind,
  /** Why this kind, in words for the plan card. */
  kindReason: z.string(),
  rule: ReadingRule,
  missingCount: Count,
  /** Different values, the missing one not counted. */
  distinctCount: Count,
  /** Cells that are there and that the rule cannot read. */
  unreadableCount: Count,
  topValues: z.array(z.strictObject({ value: z.string(), count: Count })),
  numbers: NumberSummary.nullable(),
  text: z.strictObject({ meanLength: z.number(), maxLength: Count, meanWords: z.number() }).nullable(),
  /** First and last time, ISO in UTC. `isInOrder`: the rows stand in its order. */
  dates: z.strictObject({ first: z.string(), last: z.string(), isInOrder: z.boolean().default(false) }).nullable(),
  personal: PersonalKind.nullable(),
  /** Of an ordered column its levels, the lowest first; null for every other kind. */
  order: z.array(z.string()).nullable().default(null),
});
export type ColumnProfile = z.infer<typeof ColumnProfile>;

/** Something the user should know before a model is made. */
export const ProfileWarning = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('identifier'), column: Name, detail: z.string() }),
  z.strictObject({ kind: z.literal('constant'), column: Name, detail: z.string() }),
  z.strictObject({ kind: z.literal('mostly-missing'), column: Name, detail: z.string() }),
  z.strictObject({ kind: z.literal('personal'), column: Name, detail: z.string() }),
  z.strictObject({ kind: z.literal('unreadable-cells'), column: Name, detail: z.string() }),
  /** It holds the same as another in every row. */
  z.strictObject({ kind: z.literal('same-column'), column: Name, detail: z.string() }),
  /** The rows stand in the order of this date. */
  z.strictObject({ kind: z.literal('time-order'), column: Name, detail: z.string() }),
  /** What stands for a missing value here or might: a number like -999 that lies apart from all others, a word among numbers, NA among codes. */
  z.strictObject({ kind: z.literal('missing-code'), column: Name, detail: z.string() }),
  /** Mostly numbers or dates, and yet neither, for some words among them. */
  z.strictObject({ kind: z.literal('mixed'), column: Name, detail: z.string() }),
  /** One value is written in several ways that differ in case or spaces only, or yes and no are. */
  z.strictObject({ kind: z.literal('spellings'), column: Name, detail: z.string() }),
  /** A class of hardly a row beside frequent ones. */
  z.strictObject({ kind: z.literal('stray-class'), column: Name, detail: z.string() }),
  /** Several rows share a value of it and belong together: one person, one car. */
  z.strictObject({ kind: z.literal('groups'), column: Name, detail: z.string() }),
  z.strictObject({ kind: z.literal('duplicate-rows'), count: Count, detail: z.string() }),
  /** `isOpen`: the file could be read otherwise, and nothing in it settles that. */
  z.strictObject({ kind: z.literal('reading'), detail: z.string(), isOpen: z.boolean().optional() }),
]);
export type ProfileWarning = z.infer<typeof ProfileWarning>;

export const Profile = z.strictObject({
  rowCount: Count,
  /** Rows that repeat an earlier one in full. */
  duplicateRowCount: Count,
  columns: z.array(ColumnProfile),
  warnings: z.array(ProfileWarning),
});
export type Profile = z.infer<typeof Profile>;

/** A warning as a sentence of its own. */
export const warningText = (warning: ProfileWarning): string => ('column' in warning ? `"${warning.column}" ${warning.detail}` : warning.detail);

/**
 * A column that may know the answer. `answer`: with it the target is all but told, alone or in a sum; `afterwards`: its name, its dates or where it is
 * empty say that it is written later than the question is asked. `isSure`: left out unless the user keeps it; otherwise the user is told.
 */
export type LeakSuspect = { column: string; kind: 'answer' | 'afterwards'; isSure: boolean; detail: string };
