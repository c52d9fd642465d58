import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Profile } from '../../src/domain/profile.ts';
import { Metric, TaskKind } from '../../src/domain/task.ts';
import type { Outcome } from './real-datasets.ts';

const Names = z.array(z.string());

/** An outcome that a careful reader of the table would accept. `made`: the text of a target that no column holds. */
const Acceptable = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('plan'),
    target: z.string().optional(),
    made: z.string().optional(),
    sources: Names.optional(),
    ahead: z.int().optional(),
    task: TaskKind.optional(),
    positive: z.string().optional(),
    leftOut: Names.default([]),
    inputs: Names.default([]),
    metric: z.array(Metric).optional(),
    costs: z.strictObject({ falsePositive: z.number(), falseNegative: z.number() }).optional(),
    capacity: z.int().optional(),
    split: z.enum(['random', 'time', 'group']).optional(),
  }),
  z.strictObject({ kind: z.literal('question'), among: Names.default([]) }),
  z.strictObject({ kind: z.literal('refusal'), why: z.enum(['forecast', 'no-prediction', 'impossible-target', 'absent']) }),
]);
type Acceptable = z.infer<typeof Acceptable>;

const Miss = z.enum(['asked', 'refused', 'wrong']);

/**
 * A sentence over a table with what may come of it; written before the rules were tried on it. `trap`: what makes it hard; `came`: how it comes out
 * where that is not right. `first`: the same of a sentence that was kept aside, at the first look, before the rules were mended again.
 */
const SentenceCase = z.strictObject({
  table: z.string(),
  sentence: z.string(),
  language: z.enum(['en', 'de', 'es']),
  trap: z.string(),
  expect: z.array(Acceptable).min(1),
  came: Miss.optional(),
  first: Miss.optional(),
});
export type SentenceCase = z.infer<typeof SentenceCase>;

const folder = join(import.meta.dirname, '..', 'fixtures', 'sentences');

/** Sets of sentences: over real tables and over made ones, those that the rules were tried on while they were written, and those kept aside until the end. */
export const sentenceSets = {
  'real-tables': 'over the real tables, tried while the rules were written',
  'real-tables-kept-aside': 'over the real tables, kept aside until the end',
  'made-tables': 'over made tables of other trades, tried while the rules were written',
  'made-tables-kept-aside': 'over made tables of other trades, kept aside until the end',
} as const;
export type SentenceSet = keyof typeof sentenceSets;

export const casesOf = (set: SentenceSet): SentenceCase[] => readSentenceCases(join(folder, `${set}.jsonl`));

/** What is known of a table of the sets. */
export const keptProfile = (table: string): Profile => Profile.parse(JSON.parse(readFileSync(join(folder, 'profiles', `${table}.json`), 'utf8')));

/** One case a line. */
export const readSentenceCases = (path: string): SentenceCase[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => SentenceCase.parse(JSON.parse(line)));

/** `asked`: a question where a plan was wanted; `refused`: a refusal where none was; `wrong`: another plan than any that is acceptable, without a word. */
export type Judged = { came: 'right' | 'asked' | 'refused' | 'wrong'; faults: string[] };

const codesOf: Record<Extract<Acceptable, { kind: 'refusal' }>['why'], string[]> = {
  forecast: ['MW1213'],
  'no-prediction': ['MW1217'],
  'impossible-target': ['MW1205', 'MW1206'],
  absent: ['MW1202', 'MW1203'],
};
const QUESTION = 'MW1202';

/** What is decided without looking at the rows: everything but what knows the answer, and the split by groups. */
export function judgeOverProfile(one: SentenceCase, outcome: Outcome): Judged {
  const expect = one.expect.map((acceptable) => (acceptable.kind === 'plan' ? { ...acceptable, leftOut: [], inputs: [], split: undefined } : acceptable));
  return judgeOutcome({ ...one, expect }, outcome);
}

export function judgeOutcome({ expect }: SentenceCase, outcome: Outcome): Judged {
  const faults = expect.map((acceptable) => faultsOf(acceptable, outcome));
  if (faults.some((found) => found.length === 0)) return { came: 'right', faults: [] };
  const [fewest] = faults.toSorted((a, b) => a.length - b.length);
  if (outcome.kind === 'plan') return { came: 'wrong', faults: fewest };
  return { came: outcome.code === QUESTION ? 'asked' : 'refused', faults: fewest };
}

function faultsOf(acceptable: Acceptable, outcome: Outcome): string[] {
  switch (acceptable.kind) {
    case 'question': {
      if (outcome.kind === 'plan') return [`a plan of ${outcome.plan.target} where a question was due`];
      if (outcome.code !== QUESTION) return [`${outcome.code} where a question was due`];
      return acceptable.among.filter((name) => !outcome.choices.some((choice) => choice.includes(name.trim()))).map((name) => `"${name}" is not offered`);
    }
    case 'refusal': {
      if (outcome.kind === 'plan') return [`a plan of ${outcome.plan.target} where a refusal was due (${acceptable.why})`];
      return codesOf[acceptable.why].includes(outcome.code) ? [] : [`${outcome.code} where ${codesOf[acceptable.why].join(' or ')} was due`];
    }
    case 'plan':
      return outcome.kind === 'plan' ? planFaults(acceptable, outcome.plan) : [outcome.code];
  }
}

function planFaults(wanted: Extract<Acceptable, { kind: 'plan' }>, plan: Extract<Outcome, { kind: 'plan' }>['plan']): string[] {
  const faults: string[] = [];
  const expect = (what: string, found: unknown, due: unknown) => {
    if (due !== undefined && found !== due) faults.push(`the ${what} is ${String(found)} and not ${String(due)}`);
  };
  if (wanted.made === undefined) expect('target', plain(plan.derived ? plan.derived.text : plan.target), plain(wanted.target ?? ''));
  else expect('target', plan.derived ? plain(plan.derived.text) : plan.target, plain(wanted.made));
  expect('number of rows ahead', plan.derived?.ahead?.steps, wanted.ahead);
  expect('task', plan.task, wanted.task);
  if (plan.task === 'binary') expect('class looked for', plan.classes[1], wanted.positive);
  expect('split', plan.split.kind, wanted.split);
  if (wanted.metric && !wanted.metric.includes(plan.metric)) faults.push(`the metric is ${plan.metric} and not ${wanted.metric.join(' or ')}`);
  if (wanted.costs) {
    const { falsePositive, falseNegative } = plan.costs ?? { falsePositive: 1, falseNegative: 1 };
    expect('ratio of costs', falseNegative / falsePositive, wanted.costs.falseNegative / wanted.costs.falsePositive);
  }
  expect('capacity', plan.costs?.capacity ?? undefined, wanted.capacity);
  const inputs = new Set(plan.inputs.map(({ name }) => name.trim()));
  for (const name of wanted.leftOut) if (inputs.has(name.trim())) faults.push(`"${name}" is not left out`);
  for (const name of wanted.inputs) if (!inputs.has(name.trim())) faults.push(`"${name}" is left out`);
  return faults;
}

/** An expression without what does not change it: quotes round names, spaces, capitals. */
const plain = (text: string) => text.replaceAll(/["\s]/g, '').toLowerCase();
