import { join } from 'node:path';
import { z } from 'zod';
import { VerdictKind } from '../../src/domain/event.ts';
import type { Metric } from '../../src/domain/task.ts';
import type { Task } from './prepare-set.ts';
import { runCommand } from './run-command.ts';

export const clone = new URL('../..', import.meta.url).pathname;
const launcher = join(clone, 'modelwright');

/** The last line of `build --json`: what the user is told of the model. */
const BuildResult = z.looseObject({
  kind: z.literal('result'),
  score: z.looseObject({ value: z.number(), low: z.number(), high: z.number() }),
  verdict: VerdictKind,
  unjudgedClasses: z.array(z.string()),
  shipped: z.looseObject({ kind: z.enum(['tested', 'refit']) }),
});
const BuildError = z.looseObject({ kind: z.literal('error'), name: z.string(), message: z.string() });
const BuildEvent = z.looseObject({ kind: z.string(), spentMs: z.number().optional() });

/** What a build through the command line came to. */
export type Build = { wallS: number; peakMemoryMb: number } & (
  | ({ kind: 'built'; shipped: 'tested' | 'refit'; firstModelS: number } & Pick<z.infer<typeof BuildResult>, 'score' | 'verdict' | 'unjudgedClasses'>)
  /** `code`: the product's name for the error; null when it ended without one. */
  | { kind: 'failed'; code: string | null; error: string }
);

export type BuildRequest = {
  sentence: string;
  dataFile: string;
  target: string;
  metric?: Metric;
  positive?: string | null;
  budgetS: number;
  seed: number;
  /** A folder of its own: what one build keeps does not help the next. */
  home: string;
};

/** What a user would ask of a prepared set. */
export const requestFor = (task: Task, { taskFolder, ...asked }: { taskFolder: string } & Pick<BuildRequest, 'budgetS' | 'seed' | 'home'>): BuildRequest => ({
  sentence: task.intent ?? `predict ${task.target}`,
  dataFile: join(taskFolder, 'train.csv'),
  target: task.target,
  metric: task.metric,
  positive: task.positive_class,
  ...asked,
});

const MODEL_NAME = 'bench';
/** As many as the peers' runner gives each peer. */
const THREADS = 2;

/** Builds a model with the public command line, as a user would. */
export async function buildModel(request: BuildRequest): Promise<Build> {
  const { sentence, dataFile, target, metric, positive, budgetS, seed, home } = request;
  const question = ['build', sentence, '--data', dataFile, '--target', target];
  const judgedBy = [...(metric ? ['--metric', metric] : []), ...(positive ? ['--positive', positive] : [])];
  const terms = ['--budget', `${budgetS}s`, '--seed', String(seed), '--threads', String(THREADS), '--name', MODEL_NAME, '--yes', '--json', '--home', home];
  const run = await runCommand(launcher, [...question, ...judgedBy, ...terms], { limitS: limitOf(budgetS) });
  const { wallS, peakMemoryMb } = run;
  if (run.isOverrun) return { kind: 'failed', code: 'overrun', error: `ended after ${wallS.toFixed(0)} s`, wallS, peakMemoryMb };
  const told = readTold(run.stdout);
  if (run.exitCode === 0 && told.last?.success) {
    const { score, verdict, unjudgedClasses, shipped } = told.last.data;
    return { kind: 'built', score, verdict, unjudgedClasses, shipped: shipped.kind, firstModelS: told.firstModelS ?? wallS, wallS, peakMemoryMb };
  }
  return {
    kind: 'failed',
    code: told.error?.name ?? null,
    error: told.error?.message ?? `exit ${run.exitCode}: ${run.stderr.trim().slice(-300)}`,
    wallS,
    peakMemoryMb,
  };
}

/** An engine that takes longer than this for its budget is ended, and has failed. */
export const limitOf = (budgetS: number): number => 3 * budgetS + 60;

function readTold(stdout: string) {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  const last: unknown = JSON.parse(lines.at(-1) ?? 'null');
  const first = lines.find((line) => line.startsWith('{"kind":"model.drafted"'));
  const spentMs = first === undefined ? undefined : BuildEvent.parse(JSON.parse(first)).spentMs;
  return {
    last: BuildResult.safeParse(last),
    error: BuildError.safeParse(last).data,
    firstModelS: spentMs === undefined ? undefined : spentMs / 1000,
  };
}

/** Answers a file of rows with the model that `buildModel` left in the home. Says how long the command took from start to end. */
export async function answerFile(home: string, dataFile: string, answersFile: string): Promise<{ wallS: number }> {
  const { exitCode, stderr, wallS } = await runCommand(launcher, ['predict', MODEL_NAME, '--data', dataFile, '--out', answersFile, '--home', home], {
    limitS: 600,
  });
  if (exitCode !== 0) throw new Error(`predict ended with ${exitCode}: ${stderr.trim().slice(-300)}`);
  return { wallS };
}

export const versionOfOurs = async (): Promise<string> => (await runCommand(launcher, ['--version'], { limitS: 60 })).stdout.trim();
