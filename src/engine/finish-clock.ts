import type { Profile } from '../domain/profile.ts';
import { seededRandom } from '../domain/random.ts';
import { takeRows } from '../domain/table.ts';
import type { GraphRuntime } from '../edges/onnx/index.ts';
import { openEncoder } from '../features/index.ts';
import { openAnswers } from '../model/index.ts';
import { measureScore } from '../stages/evaluation/index.ts';
import { buildFiles, keepFiles } from './build-files.ts';
import { labelsOf } from './out-of-fold.ts';
import type { PreparedData } from './prepare-data.ts';
import type { SearchContext } from './search-loop.ts';

const DRAFT_ROWS = 1_000;
/** The first calls of a function are slow while it is being compiled. */
const WARM_RESAMPLES = 20;
const DRAFT_RESAMPLES = 80;
const RESAMPLES = 2_000;
/** An ensemble has about this many times the fold models of the one candidate that the draft is made of. */
const MEMBERS_FACTOR = 2.2;
/** Machines are shared: what was measured once may take longer the next time. */
const SAFETY = 1.4;
/** Signing, writing and leaving, and what importance gets at least. */
const CLOSING_MS = 350;

/** What everything after the search will take: a guess from sizes at first, then from a draft made on this very machine. */
export type FinishClock = { estimateMs(): number; learn(estimateMs: number): void };

export function openFinishClock(data: PreparedData): FinishClock {
  const { plan, test, learn, matrix } = data;
  const testRows = test?.table.rowCount ?? learn.table.rowCount;
  const answeringMs = testRows * (plan.limits.maxBatchMsPerRow + matrix.columnCount * 0.0006) * 1.3;
  const ensembleMs = learn.table.rowCount * (plan.task === 'multiclass' ? plan.classes.length : 1) * 0.004;
  const atMost = plan.budgetMs * 0.45;
  const guessMs = Math.min(atMost, 900 + plan.budgetMs * 0.03 + answeringMs + ensembleMs);
  let largestMs = 500;
  let isMeasured = false;
  return {
    estimateMs: () => (isMeasured ? largestMs : guessMs),
    learn(measuredMs) {
      isMeasured = true;
      largestMs = Math.min(atMost, Math.max(largestMs, measuredMs));
    },
  };
}

/**
 * Builds a whole model of the first complete candidate and answers rows with it: proof early in a run that there will be a model, and
 * the measure of what the end of the run will take. Rows to learn from are answered; the locked ones stay locked.
 */
export async function draftModel(context: SearchContext, finish: FinishClock, candidateId: string, profile: Profile, graphs: GraphRuntime): Promise<void> {
  const { run, data, files, nowMs } = context;
  const folds = data.folds.map((_, fold) => fold);
  const startMs = nowMs();
  const ensemble = { members: [{ candidateId, weight: 1, folds }], calibration: { kind: 'none' as const }, decision: { kind: 'argmax' as const } };
  const built = await buildFiles(context, ensemble, profile, graphs);
  const buildMs = nowMs() - startMs;

  const rowCount = Math.min(DRAFT_ROWS, data.learn.table.rowCount);
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  const answers = await openAnswers(built.files, { graphs, openEncoder });
  const answerStartMs = nowMs();
  const predictions = await answers.answer(takeRows(data.learn.table, rows)).finally(() => answers.close());
  const answerMs = (nowMs() - answerStartMs) / rowCount;

  const resample = (resamples: number) =>
    measureScore({ metric: data.plan.metric, labels: labelsOf(data.learn.labels, rows), predictions, random: seededRandom(1), resamples });
  resample(WARM_RESAMPLES);
  const scoreStartMs = nowMs();
  resample(DRAFT_RESAMPLES);
  const resampleMs = (nowMs() - scoreStartMs) / DRAFT_RESAMPLES / rowCount;

  const testRows = data.test?.table.rowCount ?? data.learn.table.rowCount;
  const scoringMs = resampleMs * Math.min(testRows, 50_000) * RESAMPLES * 3;
  const evaluationMs = context.evaluationMs() * 5;
  finish.learn(SAFETY * (buildMs * MEMBERS_FACTOR + answerMs * testRows * MEMBERS_FACTOR + scoringMs + evaluationMs) + CLOSING_MS + data.plan.budgetMs * 0.01);
  await run.append({ kind: 'model.drafted', candidateId, files: await keepFiles(files, run.runId, built.files), finishMs: Math.round(finish.estimateMs()) });
}
