import { z } from 'zod';
import { Learner } from './learner.ts';

/** A learner with its settings: one proposal of the search. Curated: every part of it is ours. */
export const Candidate = z.strictObject({
  id: z.string().regex(/^c\d+$/),
  /** For people: "LightGBM, learning rate 0.1". */
  title: z.string().max(200),
  learner: Learner,
  settings: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  maxRounds: z.int().min(1),
  patience: z.int().min(0),
  /** Above 0: each fold learns again from its holdout rows too, for the best rounds times this. */
  refitFactor: z.number().min(0).max(2).default(0),
  usesText: z.boolean(),
  /** Which base columns it sees: trees read codes, linear models read indicators; `generated` is what trees read and the generated features. */
  columns: z.enum(['tree', 'linear', 'generated']),
  /** Whether each fold's target statistics are given to it. */
  usesTargetStatistics: z.boolean(),
});
export type Candidate = z.infer<typeof Candidate>;

/**
 * What a fit settled that its job left open: whether it learnt from the rows of its holdout too (`isWhole`), and settings that holdout or clock
 * chose. With these settings besides its own, the rounds that it kept and the rows that it learnt from, no holdout and no clock, the candidate
 * learns the same model again.
 */
export const Settled = z.strictObject({
  isWhole: z.boolean(),
  settings: z
    .record(z.string().min(1).max(64), z.union([z.number(), z.string().max(1000), z.boolean()]))
    .refine((settings) => Object.keys(settings).length <= 8),
});
export type Settled = z.infer<typeof Settled>;

/** One fit that was done, so that it can be done again without a clock: `rounds` null leaves early stopping to the learner. */
export const RecordedFit = z.strictObject({
  candidate: Candidate,
  fold: z.int().min(0),
  rounds: z.int().min(1).nullable(),
  settled: Settled.optional(),
});
export type RecordedFit = z.infer<typeof RecordedFit>;
