import { z } from 'zod';
import { ColumnKind, ReadingRule } from './column.ts';
import { Metric, TaskKind } from './task.ts';

/** A newer plan than this program knows is refused. */
export const PLAN_FORMAT = 1;

const Name = z.string().max(1024);

/** Why a column is not used. */
export const LeftOutReason = z.enum(['identifier', 'constant', 'empty', 'leak', 'group', 'dropped', 'unsupported']);
export type LeftOutReason = z.infer<typeof LeftOutReason>;

export const DatasetRef = z.strictObject({ path: z.string(), sha256: z.string().length(64), rowCount: z.int().min(0) });
export type DatasetRef = z.infer<typeof DatasetRef>;

/** What an answer may cost: milliseconds for one row, milliseconds a row in a batch on one thread, bytes on disk. */
export const AnswerLimits = z.strictObject({
  maxRowMs: z.number().positive(),
  maxBatchMsPerRow: z.number().positive(),
  maxPackageBytes: z.int().positive(),
});
export type AnswerLimits = z.infer<typeof AnswerLimits>;

/** A task with its split, metric and budget: everything a run needs to know, and nothing it may change. */
export const Plan = z.strictObject({
  format: z.literal(PLAN_FORMAT),
  sentence: z.string().max(10_000),
  dataset: DatasetRef,
  testDataset: DatasetRef.nullable(),
  target: Name,
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
  inputs: z.array(z.strictObject({ name: Name, kind: ColumnKind, rule: ReadingRule, isPersonal: z.boolean() })).max(20_000),
  leftOut: z.array(z.strictObject({ name: Name, reason: LeftOutReason, detail: z.string() })),
  /** Columns that look like leaks and were kept because the user said so. */
  keptLeaks: z.array(Name),
  costs: z.strictObject({ falsePositive: z.number(), falseNegative: z.number(), capacity: z.int().positive().nullable() }).nullable(),
  final: z.enum(['tested', 'refit']),
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
