/**
 * A package: the folder of plain files that a model is. `manifest.json` names every other file with its hash and is signed;
 * `contract.json` says what goes in and what comes out. Each carries a format number; a newer one is refused.
 */
import { z } from 'zod';
import { ColumnKind, ReadingRule } from './column.ts';
import { DecisionRule, ScoreRecord } from './event.ts';
import { Plan } from './plan.ts';
import { PredictionInterval } from './prediction-interval.ts';
import { Metric, TaskKind } from './task.ts';

export const MANIFEST_FORMAT = 1;
export const CONTRACT_FORMAT = 1;

/** A level of a column is named in a package only when at least this many rows have it, so that no single person is. */
export const LEAST_ROWS_TO_NAME = 5;

export const packageFiles = {
  manifest: 'manifest.json',
  signature: 'manifest.sig',
  publicKey: 'public-key.pem',
  graph: 'model.onnx',
  features: 'features.json',
  contract: 'contract.json',
  report: 'report.html',
} as const;

const Name = z.string().max(1024);
const Share = z.number().min(0).max(1);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * A column that the model reads. `reading.type` is its type.
 * `levels`: the values met in at least five rows, where all values are known and none is personal; null otherwise.
 * `range`: the least and the greatest number met; null for other kinds and where it would show a person's value.
 */
export const ContractInput = z.strictObject({
  name: Name,
  kind: ColumnKind,
  reading: ReadingRule,
  /** The column must be there; single cells may be empty. */
  isRequired: z.boolean(),
  isPersonal: z.boolean(),
  levels: z.array(z.string()).max(10_000).nullable(),
  range: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
  missingShare: Share,
});
export type ContractInput = z.infer<typeof ContractInput>;

export const Contract = z.strictObject({
  format: z.literal(CONTRACT_FORMAT),
  task: TaskKind,
  /** Class names as text, in the order of the answer's columns. Empty for regression. */
  classes: z.array(z.string()).max(10_000),
  /** The class that a binary model looks for: the second of `classes`. Null otherwise. */
  positive: z.string().nullable(),
  target: z.strictObject({ name: Name, reading: ReadingRule }),
  inputs: z.array(ContractInput).max(20_000),
  /** The columns that `predict` writes. */
  outputs: z.array(z.string()).min(1),
  /** How probabilities become a class. Null for regression. */
  decision: DecisionRule.nullable(),
  /** The range around an answer that is a number, and its level. Null for classes, and where too few rows could tell. */
  interval: PredictionInterval.nullable().default(null),
});
export type Contract = z.infer<typeof Contract>;

/** How much worse the score becomes when the column's values are shuffled among the rows, in units of the metric; positive: it helps. */
export const ColumnImportance = z.strictObject({ column: Name, loss: z.number(), spread: z.number().min(0), repeats: z.int().min(1) });
export type ColumnImportance = z.infer<typeof ColumnImportance>;

/** How far the packaged file's answers are from the trainers'. Differences are relative to max(1, |answer|). */
export const Parity = z.strictObject({ rows: z.int().min(0), largestDifference: z.number().min(0), isEqual: z.boolean() });
export type Parity = z.infer<typeof Parity>;

export const Manifest = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  name: z.string().min(1).max(64),
  version: z.int().min(1),
  createdAt: z.iso.datetime(),
  plan: Plan,
  /** The plan's metric first. Each record holds the score, the baseline beside it and the verdict. */
  scores: z.array(ScoreRecord).min(1).max(Metric.options.length),
  importance: z.array(ColumnImportance),
  members: z.array(z.strictObject({ title: z.string(), learner: z.string(), weight: z.number().positive(), models: z.int().min(1) })).min(1),
  seeds: z.record(z.string(), z.int().min(0)),
  versions: z.record(z.string(), z.string()),
  /**
   * Set where the packaged model learnt from all rows, locked ones included: `scores` and `importance` are then of its twin, the same recipe
   * that learnt from `twinRowCount` of them; that twin's graph had the hash `twinGraphSha256`.
   */
  refit: z
    .strictObject({ rowCount: z.int().min(1), twinRowCount: z.int().min(1), twinGraphSha256: Sha256 })
    .nullable()
    .default(null),
  lineage: z.strictObject({ runId: z.string(), datasetSha256: Sha256 }),
  parity: Parity,
  files: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/), z.strictObject({ sha256: Sha256, bytes: z.int().min(0) })),
  /** Ed25519, SPKI, base64. */
  publicKey: z.string().max(200),
});
export type Manifest = z.infer<typeof Manifest>;
