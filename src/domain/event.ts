import { z } from 'zod';
import { Candidate, RecordedFit, Settled } from './candidate.ts';
import { Containment, ContainmentSummary } from './containment.ts';
import { FileReading } from './file-reading.ts';
import { AnswerLimits, DatasetRef, FinalModel, Plan } from './plan.ts';
import { ChosenInterval, Coverage } from './prediction-interval.ts';
import { Metric, TaskKind } from './task.ts';

/** Bytes kept in the file store under their hash. */
export const FileRef = z.strictObject({ sha256: z.string().length(64), sizeBytes: z.int().min(0) });
export type FileRef = z.infer<typeof FileRef>;

/** A number with its 95 % interval. */
export const Interval = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
export type Interval = z.infer<typeof Interval>;

/** Kinds that a user can name for a column: an identifier is left out. */
export const NamedKind = z.enum(['number', 'category', 'text', 'date', 'boolean', 'identifier']);
/** What comes first in dates such as 03/04/2024, and what parts decimals, where the file does not settle it. */
export const NamedDates = z.enum(['day-first', 'month-first']);
export const NamedDecimal = z.enum(['point', 'comma']);

/** What the user asked for, as it arrived. */
export const BuildRequest = z.strictObject({
  sentence: z.string().max(10_000),
  data: z.string(),
  testData: z.string().nullable(),
  target: z.string().nullable(),
  metric: Metric.nullable(),
  positive: z.string().nullable(),
  drop: z.array(z.string()),
  keep: z.array(z.string()),
  time: z.string().nullable(),
  group: z.string().nullable(),
  budgetMs: z.int().min(1000),
  name: z.string().nullable(),
  seed: z.int().min(0),
  threads: z.int().min(1).max(256),
  isApproved: z.boolean(),
  task: TaskKind.optional(),
  /** Rows are split by chance although the sentence or the table speaks for time or groups. */
  isRandomSplit: z.boolean().optional(),
  /** What columns are to be taken for, whatever they look like. */
  kinds: z.array(z.strictObject({ column: z.string(), kind: NamedKind })).optional(),
  /** How the file, and the one to measure on, is decoded and cut. */
  readAs: FileReading.optional(),
  dates: NamedDates.optional(),
  decimal: NamedDecimal.optional(),
  /** Texts that mean "no value": `TEXT` in every column, `COLUMN=TEXT` in one. */
  missing: z.array(z.string().max(1000)).optional(),
  /** What a wrong answer costs: of a class that was said and is not, and of one that is and was missed. */
  costs: z.strictObject({ falsePositive: z.number().positive(), falseNegative: z.number().positive() }).optional(),
  /** Rows that can be acted on in the user's period. */
  capacity: z.int().positive().optional(),
  /** When the question is asked ("at sign-up"): what is written later is left out. */
  moment: z.string().max(200).optional(),
  /** Which model ships; where it is not said, the size of the table decides. */
  final: FinalModel.optional(),
  /** A plan made before, perhaps edited: taken as it is if it fits the data. The options above are then not used. */
  plan: Plan.optional(),
  limits: AnswerLimits.partial().optional(),
  /** A recorded list of fits to do instead of searching by the clock. */
  fits: z.array(RecordedFit).optional(),
});
export type BuildRequest = z.infer<typeof BuildRequest>;

/** One member of the chosen ensemble: the fold models of a candidate share its weight. */
export const Member = z.strictObject({ candidateId: z.string(), weight: z.number().positive(), folds: z.array(z.int().min(0)).min(1) });
export type Member = z.infer<typeof Member>;

export const Calibration = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('beta'), a: z.number(), b: z.number(), c: z.number() }),
  z.strictObject({ kind: z.literal('temperature'), t: z.number().positive() }),
]);
export type Calibration = z.infer<typeof Calibration>;

export const DecisionRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('argmax') }),
  z.strictObject({ kind: z.literal('threshold'), threshold: z.number() }),
  z.strictObject({ kind: z.literal('multipliers'), values: z.array(z.number().positive()) }),
]);
export type DecisionRule = z.infer<typeof DecisionRule>;

export const VerdictKind = z.enum(['worth-using', 'promising', 'no-better', 'do-not-use']);
export type VerdictKind = z.infer<typeof VerdictKind>;

/** Why the model that was measured ships although another was to be trained on all rows. */
export const RefitAbandonReason = z.enum(['nothing-locked', 'no-time', 'stopped', 'fit-failed', 'too-costly', 'not-equal']);
export type RefitAbandonReason = z.infer<typeof RefitAbandonReason>;

export const ScoreRecord = z.strictObject({
  metric: Metric,
  score: Interval,
  baseline: z.number(),
  /** Gain over the baseline on the same rows; positive is better, whatever the metric's direction. */
  gain: Interval,
  verdict: VerdictKind,
  verdictReason: z.string().nullable(),
  rowCount: z.int().min(0),
  /** The same score on the rows of the test part that do not occur in training; null when all are new or none is. */
  onUnseenRows: z.strictObject({ value: z.number(), rowCount: z.int() }).nullable(),
  /** Classes of which no row was measured: the score says nothing of them. Older records do not tell. */
  unjudgedClasses: z.array(z.string()).optional(),
  /** How often the truth lay in its interval, on the same rows; null for classes, without intervals, and where no rows were locked. Older records have none. */
  coverage: Coverage.nullable().optional(),
});
export type ScoreRecord = z.infer<typeof ScoreRecord>;

const executionEnd = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('finished'),
    result: FileRef,
    rounds: z.int(),
    /** With it the fit can be done again without a holdout and without a clock; runs of older versions do not say. */
    settled: Settled.optional(),
    peakMemoryBytes: z.number(),
    /** Processor time that its own walls took; runs of older versions do not say. */
    hardenMs: z.number().min(0).optional(),
  }),
  z.strictObject({ kind: z.literal('failed'), exitCode: z.int(), stderrTail: z.string() }),
  z.strictObject({ kind: z.literal('stopped'), limit: z.enum(['time', 'memory', 'processes', 'output']) }),
  z.strictObject({ kind: z.literal('unreadable'), problem: z.string() }),
  z.strictObject({ kind: z.literal('cancelled') }),
]);

/** What the search decided, written down before it is done. */
export const SearchDecision = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('try'),
    candidate: Candidate,
    fold: z.int().min(0),
    rounds: z.int().nullable(),
    stopAfterMs: z.int(),
    /** Of a fit that is done again. */
    settled: Settled.optional(),
  }),
  z.strictObject({ kind: z.literal('stop'), reason: z.enum(['budget-spent', 'portfolio-done', 'cancelled', 'fits-done']) }),
]);
export type SearchDecision = z.infer<typeof SearchDecision>;

const facts = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run.requested'), request: BuildRequest, version: z.string() }),
  /** `containment`: what stood round the code from here on; logs of before it was kept have none. */
  z.strictObject({ kind: z.literal('sandbox.opened'), isCaged: z.boolean(), containment: Containment.optional() }),
  /** Training is over; sums over the whole run. */
  z.strictObject({ kind: z.literal('sandbox.closed'), summary: ContainmentSummary }),
  z.strictObject({ kind: z.literal('dataset.profiled'), dataset: DatasetRef, columnCount: z.int(), warnings: z.array(z.string()), profile: FileRef }),
  z.strictObject({ kind: z.literal('plan.approved'), plan: Plan, by: z.enum(['person', 'yes-option', 'plan-file']), name: z.string() }),
  z.strictObject({
    kind: z.literal('split.made'),
    splitKind: z.string(),
    learnRows: z.int(),
    testRows: z.int(),
    foldCount: z.int(),
    matrixColumns: z.int(),
    notes: z.array(z.string()),
    split: FileRef,
  }),
  z.strictObject({ kind: z.literal('search.decided'), decision: SearchDecision }),
  z.strictObject({ kind: z.literal('execution.finished'), candidateId: z.string(), fold: z.int(), durationMs: z.number(), end: executionEnd }),
  z.strictObject({
    kind: z.literal('candidate.evaluated'),
    candidateId: z.string(),
    metric: Metric,
    value: z.number(),
    lossValue: z.number(),
    /** By what share the loss of all before it, blended, fell with it; logs of before it was kept do not say. */
    gain: z.number().min(0).max(1).optional(),
  }),
  z.strictObject({
    kind: z.literal('ensemble.chosen'),
    /** Candidates that were weighed: those whose end fitted into the time. Runs of older versions do not say. */
    considered: z.array(z.string()).optional(),
    /** What the members may cost where that is less than the plan allows, for want of time to build more. */
    limits: AnswerLimits.optional(),
    /** Candidates for whose refit there was time, whether they became members or not. */
    refitsInTime: z.array(z.string()).optional(),
    members: z.array(Member),
    calibration: Calibration,
    decision: DecisionRule,
    /** Of answers that are numbers; null for classes. Older runs have none. */
    interval: ChosenInterval.nullable().optional(),
    value: z.number(),
    note: z.string(),
  }),
  /** A whole model of one candidate, early: what a run has when it goes no further. finishMs: what the end of the run is expected to take. */
  z.strictObject({ kind: z.literal('model.drafted'), candidateId: z.string(), files: FileRef, finishMs: z.int() }),
  z.strictObject({
    kind: z.literal('model.built'),
    files: FileRef,
    parity: z.strictObject({ rows: z.int(), largestDifference: z.number(), isEqual: z.boolean() }),
    /** The inputs, those that the members use most first. */
    inputsByUse: z.array(z.string()).default([]),
  }),
  z.strictObject({ kind: z.literal('test.opened'), rowCount: z.int(), graphSha256: z.string() }),
  z.strictObject({ kind: z.literal('model.scored'), record: ScoreRecord }),
  /** The measured recipe has learnt from all rows, locked ones included, and this is what ships. Nothing is measured from here on. */
  z.strictObject({
    kind: z.literal('model.refitted'),
    files: FileRef,
    parity: z.strictObject({ rows: z.int(), largestDifference: z.number(), isEqual: z.literal(true) }),
    /** As in the ensemble, each with the numbers of its new fits. */
    members: z.array(Member),
    rowCount: z.int().min(1),
  }),
  /** It was to be trained on all rows and was not: the measured model ships. */
  z.strictObject({ kind: z.literal('refit.abandoned'), reason: RefitAbandonReason }),
  z.strictObject({ kind: z.literal('version.claimed'), name: z.string(), version: z.int(), createdAt: z.string() }),
  z.strictObject({ kind: z.literal('model.packaged'), modelId: z.string(), name: z.string(), version: z.int(), path: z.string() }),
  z.strictObject({ kind: z.literal('run.finished'), wallMs: z.number() }),
  z.strictObject({ kind: z.literal('run.failed'), code: z.string(), message: z.string(), hint: z.string() }),
  z.strictObject({ kind: z.literal('run.interrupted') }),
  z.strictObject({ kind: z.literal('run.resumed') }),
]);

export type RunFacts = z.infer<typeof facts>;

/** One thing that happened in a run: facts and ids, no prose; written before the next step and never changed. */
export type RunEvent = RunFacts & { at: string; spentMs: number };

export function parseRunEvent(stored: unknown): RunEvent {
  const { at, spentMs, ...rest } = z.looseObject({ at: z.string(), spentMs: z.number().min(0) }).parse(stored);
  return { ...facts.parse(rest), at, spentMs };
}
