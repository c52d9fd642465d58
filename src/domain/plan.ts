import { z } from 'zod';
import { ColumnKind, ReadingRule } from './column.ts';
import { FileReading } from './file-reading.ts';
import { Metric, TaskKind } from './task.ts';

/** A newer plan than this program knows is refused. */
export const PLAN_FORMAT = 1;

const Name = z.string().max(1024);

/** Why a column is not used. `known-later`: not known at the moment of asking; `source`: the target is made from it. */
export const LeftOutReason = z.enum(['identifier', 'constant', 'empty', 'leak', 'known-later', 'group', 'source', 'dropped']);
export type LeftOutReason = z.infer<typeof LeftOutReason>;

/** `readAs`: what the user said of how the file is read; files of rows to be predicted are read alike. */
export const DatasetRef = z.strictObject({ path: z.string(), sha256: z.string().length(64), rowCount: z.int().min(0), readAs: FileReading.optional() });
export type DatasetRef = z.infer<typeof DatasetRef>;

/** What an answer may cost: milliseconds for one row, milliseconds a row in a batch on one thread, bytes on disk. */
export const AnswerLimits = z.strictObject({
  maxRowMs: z.number().positive(),
  maxBatchMsPerRow: z.number().positive(),
  maxPackageBytes: z.int().positive(),
});
export type AnswerLimits = z.infer<typeof AnswerLimits>;

/** Which model ships: the very one that was measured, or its recipe trained once more on all rows, the locked ones included. */
export const FinalModel = z.enum(['tested', 'refit']);
export type FinalModel = z.infer<typeof FinalModel>;

const ColumnReading = z.strictObject({ name: Name, rule: ReadingRule });

/**
 * A target that is no column of the table: made row by row. A TRUE/FALSE expression makes the classes `no` and `yes` (`classes` of the
 * plan), a number a regression.
 */
export const DerivedTarget = z.strictObject({
  /** In the feature language, over `sources`. */
  text: z.string().max(10_000),
  /** The columns that the text names. */
  sources: z.array(ColumnReading).min(1).max(100),
  /** The value asked for is that of a later row: `steps` rows on in the order of `order`, among the rows of the same `series`. Null: of the row itself. */
  ahead: z.strictObject({ steps: z.int().min(1).max(10_000), order: ColumnReading, series: ColumnReading.nullable() }).nullable(),
});
export type DerivedTarget = z.infer<typeof DerivedTarget>;

/** Everything that has to be read of a file to make the target. */
export const derivedReads = ({ sources, ahead }: DerivedTarget): { name: string; rule: ReadingRule }[] => [
  ...sources,
  ...(ahead ? [ahead.order, ...(ahead.series ? [ahead.series] : [])] : []),
];

/** One thing that was decided for the user: what, how sure that is (0 to 1), why, and the option that overrules it (`--target COLUMN`). */
export const PlanDecision = z.strictObject({
  what: z.enum(['target', 'task', 'positive', 'metric', 'split', 'costs', 'capacity', 'moment', 'final']),
  value: z.string(),
  certainty: z.number().min(0).max(1),
  reason: z.string(),
  option: z.string(),
});
export type PlanDecision = z.infer<typeof PlanDecision>;

/** A task with its split, metric and budget: everything a run needs to know, and nothing it may change. */
export const Plan = z.strictObject({
  format: z.literal(PLAN_FORMAT),
  sentence: z.string().max(10_000),
  dataset: DatasetRef,
  testDataset: DatasetRef.nullable(),
  /** The column to be predicted; for a derived target its name in answers and reports. */
  target: Name,
  derived: DerivedTarget.nullable().default(null),
  targetRule: ReadingRule,
  /** How the target was found, in words for the card. */
  targetReason: z.string(),
  task: TaskKind,
  /** Class names as text, in the order of their codes; for binary the positive class is the second. Empty for regression. */
  classes: z.array(z.string()),
  metric: Metric,
  split: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('random') }),
    z.strictObject({ kind: z.literal('time'), column: Name, rule: ReadingRule }),
    z.strictObject({ kind: z.literal('group'), column: Name, rule: ReadingRule }),
  ]),
  inputs: z
    .array(z.strictObject({ name: Name, kind: ColumnKind, rule: ReadingRule, isPersonal: z.boolean(), order: z.array(z.string()).nullable().default(null) }))
    .max(20_000),
  leftOut: z.array(z.strictObject({ name: Name, reason: LeftOutReason, detail: z.string() })),
  /** Columns that look like leaks and were kept because the user said so. */
  keptLeaks: z.array(Name),
  /** When the question is asked, in the user's words ("at sign-up"); null where nothing was said. */
  moment: z.string().max(200).nullable().default(null),
  decisions: z.array(PlanDecision).default([]),
  /** What the user should know of the plan, in sentences. */
  notes: z.array(z.string()).default([]),
  costs: z.strictObject({ falsePositive: z.number(), falseNegative: z.number(), capacity: z.int().positive().nullable() }).nullable(),
  final: FinalModel,
  weights: Name.nullable(),
  limits: AnswerLimits,
  budgetMs: z.int().positive(),
  seed: z.int().min(0),
  threads: z.int().min(1).max(256),
});
export type Plan = z.infer<typeof Plan>;

declare const receipt: unique symbol;
/** A plan that a person confirmed, or that `--yes` let pass; only `approvePlan` makes one. */
export type ApprovedPlan = Plan & { readonly [receipt]: 'ApprovedPlan' };
