/**
 * Raw results: a JSON line for each thing measured, appended as soon as it is known. What is there is not measured again, so a run that was
 * interrupted goes on where it was.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { VerdictKind } from '../../src/domain/event.ts';
import { Metric } from '../../src/domain/task.ts';

/** What was measured where, and when. `loadBefore`: how busy the machine was before (processes, a minute's mean): times of a busy one are worth little. */
const provenance = { version: z.string(), commit: z.string(), machine: z.string(), date: z.string(), loadBefore: z.number() };

/** An engine on a set; `score` null: it failed, for the reason in `error`. */
const DevResult = z.strictObject({
  kind: z.literal('engine'),
  tool: z.string(),
  set: z.string(),
  seed: z.int(),
  budgetS: z.number(),
  metric: Metric,
  score: z.number().nullable(),
  error: z.string().nullable(),
  wallS: z.number(),
  wallToBudget: z.number(),
  peakMemoryMb: z.number(),
  firstModelS: z.number().nullable(),
  msPerRow: z.number().nullable(),
  testRows: z.int(),
  ...provenance,
});
export type DevResult = z.infer<typeof DevResult>;

const Measured = z.strictObject({ value: z.number(), standardError: z.number() });

/** What we reported of a model beside what it did on rows held back from us that do not occur in training. */
const HeldBackResult = z.strictObject({
  kind: z.literal('held-back'),
  set: z.string(),
  seed: z.int(),
  budgetS: z.number(),
  metric: Metric,
  /**
   * `testRows`: those that are compared. Left out are `seenRows`, which occur in training, and `unjudgedRows`, of classes that the report says it has
   * not measured. `shipped`: the model that was measured, or one that learnt from the measured rows too. Older lines do not tell the last two.
   */
  comparison: z
    .strictObject({
      reported: Measured,
      test: Measured,
      testRows: z.int(),
      seenRows: z.int(),
      unjudgedRows: z.int().optional(),
      shipped: z.enum(['tested', 'refit']).optional(),
      verdict: VerdictKind,
    })
    .nullable(),
  error: z.string().nullable(),
  ...provenance,
});
export type HeldBackResult = z.infer<typeof HeldBackResult>;

/** A model of a generated table: the interval we gave beside the truth, its score on many fresh rows of the same source. */
const CoverageResult = z.strictObject({
  kind: z.literal('coverage'),
  set: z.string(),
  seed: z.int(),
  budgetS: z.number(),
  metric: Metric,
  rows: z.int(),
  comparison: z.strictObject({ reported: z.strictObject({ value: z.number(), low: z.number(), high: z.number() }), truth: z.number() }).nullable(),
  error: z.string().nullable(),
  ...provenance,
});
export type CoverageResult = z.infer<typeof CoverageResult>;

/** What we said of a table in which nothing can be learnt. */
const NoiseResult = z.strictObject({
  kind: z.literal('noise'),
  set: z.string(),
  seed: z.int(),
  budgetS: z.number(),
  rows: z.int(),
  verdict: VerdictKind.nullable(),
  error: z.string().nullable(),
  ...provenance,
});
export type NoiseResult = z.infer<typeof NoiseResult>;

const Result = z.discriminatedUnion('kind', [DevResult, HeldBackResult, CoverageResult, NoiseResult]);
export type Result = z.infer<typeof Result>;

/** What makes two results the same measurement: the second one need not be made. */
export type ResultKey = Pick<Result, 'kind' | 'set' | 'seed' | 'budgetS'> & { tool?: string };
export const keyOf = ({ kind, set, seed, budgetS, ...rest }: ResultKey): string => [kind, set, seed, budgetS, rest.tool ?? ''].join(' ');

/** Reads the lines of a results file. One that was being written when the machine went away has no end, and is none. */
export function parseResults(text: string): Result[] {
  return wholeLines(text)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Result.parse(JSON.parse(line)));
}

/** The text up to its last line end. */
export const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1);

export type ResultsFile = { has: (key: ResultKey) => boolean; append: (result: Result) => void };

export function openResults(path: string): ResultsFile {
  mkdirSync(dirname(path), { recursive: true });
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (wholeLines(text) !== text) writeFileSync(path, wholeLines(text));
  const known = new Set(parseResults(text).map(keyOf));
  return {
    has: (key) => known.has(keyOf(key)),
    append: (result) => {
      appendFileSync(path, `${JSON.stringify(Result.parse(result))}\n`);
      known.add(keyOf(result));
    },
  };
}
