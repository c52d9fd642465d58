import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelwrightError } from '../../src/domain/error.ts';
import type { BuildRequest } from '../../src/domain/event.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { metricFacts } from '../../src/domain/task.ts';
import type { Client } from '../../src/doors/client/client.ts';

/** What is known of a real data set and the product is not told; `intent` alone is handed over with the file. */
const DatasetFacts = z.object({
  name: z.string(),
  title: z.string(),
  task: z.enum(['binary', 'multiclass', 'regression', 'forecast']),
  target: z.string(),
  target_index: z.int(),
  positive_class: z.string().optional(),
  rows: z.int(),
  columns: z.int(),
  file: z.string(),
  format: z.object({ header_lines: z.int() }),
  time_column: z.string().optional(),
  group_column: z.array(z.string()).optional(),
  id_columns: z.array(z.string()).default([]),
  leak_columns: z.array(z.string()).default([]),
  intent: z.string(),
});
export type RealDataset = z.infer<typeof DatasetFacts> & { path: string };

/** The data sets of a folder, each in a folder of its own with its `dataset.json`; none where the folder is not there. */
export function readRealDatasets(folder: string): RealDataset[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'dataset.json')));
  return names.toSorted().map((name) => {
    const facts = DatasetFacts.parse(JSON.parse(readFileSync(join(folder, name, 'dataset.json'), 'utf8')));
    return { ...facts, path: join(folder, name, facts.file) };
  });
}

/** What a person types after the command's name, and nothing else. */
export const requestOf = (sentence: string, data: string, more: Partial<BuildRequest> = {}): BuildRequest => ({
  sentence,
  data,
  testData: null,
  target: null,
  metric: null,
  positive: null,
  drop: [],
  keep: [],
  time: null,
  group: null,
  budgetMs: 60_000,
  name: null,
  seed: 0,
  threads: 2,
  isApproved: false,
  ...more,
});

/** How a sentence came out: a plan, or a refusal with what it offers. */
export type Outcome = { kind: 'plan'; plan: Plan } | { kind: 'error'; code: string; message: string; choices: string[] };

/** Asks for a plan where nobody can answer a question. */
export async function outcomeOf(client: Client, request: BuildRequest): Promise<Outcome> {
  try {
    const { plan } = await client.plan(request, { onEvent: () => undefined, stopSignal: new AbortController().signal });
    return { kind: 'plan', plan };
  } catch (error) {
    if (!(error instanceof ModelwrightError)) throw error;
    return { kind: 'error', code: error.code, message: error.message, choices: error.choices.map(({ label }) => label) };
  }
}

/** One data set read without a hint. `faults`: what contradicts what is known of it. */
export type DatasetReading = {
  dataset: RealDataset;
  outcome: Outcome;
  /** The plan, or, where a forecast was refused, the one that the refusal offers instead. */
  plan: Plan | null;
  faults: string[];
};

/** The sentence and the file as they are, judged by what is known of them. */
export async function readDataset(client: Client, dataset: RealDataset): Promise<DatasetReading> {
  const outcome = await outcomeOf(client, requestOf(dataset.intent, dataset.path));
  if (outcome.kind === 'plan') return { dataset, outcome, plan: outcome.plan, faults: faultsOf(dataset, outcome.plan) };
  if (dataset.task !== 'forecast') return { dataset, outcome, plan: null, faults: [`refused with ${outcome.code}`] };
  const isOffered = outcome.code === 'MW1213' && outcome.choices.some((label) => label.includes(`"${dataset.target}"`));
  const offered = await outcomeOf(client, requestOf(dataset.intent, dataset.path, { target: dataset.target, time: dataset.time_column ?? null }));
  const plan = offered.kind === 'plan' ? offered.plan : null;
  return {
    dataset,
    outcome,
    plan,
    faults: [...(isOffered ? [] : ['the refusal does not name the target']), ...(plan ? faultsOf(dataset, plan) : ['no plan'])],
  };
}

function faultsOf(dataset: RealDataset, plan: Plan): string[] {
  const task = dataset.task === 'forecast' ? 'regression' : dataset.task;
  // A file without a header line gets names by the places of its columns.
  const target = dataset.format.header_lines === 0 ? `column_${dataset.target_index + 1}` : dataset.target;
  const nameOf = (name: string) => name.trim();
  const leftOut = new Set(plan.leftOut.map(({ name }) => nameOf(name)));
  const columnCount = plan.inputs.length + plan.leftOut.length + 1;
  const faults: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown) => {
    if (found !== wanted) faults.push(`${what} is ${String(found)} and not ${String(wanted)}`);
  };
  expect('the number of rows', plan.dataset.rowCount, dataset.rows);
  expect('the number of columns', columnCount, dataset.columns);
  expect('the target', nameOf(plan.target), target);
  expect('the task', plan.task, task);
  if (plan.task === 'binary' && dataset.positive_class !== undefined) expect('the positive class', plan.classes[1], dataset.positive_class);
  if (!metricFacts[plan.metric].tasks.includes(task)) faults.push(`${plan.metric} does not judge a ${task} task`);
  for (const name of [...dataset.id_columns, ...dataset.leak_columns]) if (!leftOut.has(name)) faults.push(`"${name}" is not left out`);
  for (const { name, reason } of plan.leftOut)
    if (reason === 'leak' && !dataset.leak_columns.includes(nameOf(name))) faults.push(`"${name}" is taken for a leak`);
  if (dataset.group_column) expect('the split', plan.split.kind, 'group');
  if (dataset.time_column !== undefined) expect('the split', plan.split.kind, 'time');
  return faults;
}
