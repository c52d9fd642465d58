import type { Candidate } from '../domain/candidate.ts';
import type { Profile } from '../domain/profile.ts';
import { seededRandom } from '../domain/random.ts';
import { takeRows } from '../domain/table.ts';
import type { GraphRuntime } from '../edges/onnx/index.ts';
import { openEncoder } from '../features/index.ts';
import { openAnswers } from '../model/index.ts';
import { measureScore } from '../stages/evaluation/index.ts';
import { decideForms } from '../stages/search/index.ts';
import { keepFiles, writeFiles } from './build-files.ts';
import { canBeRefitted } from './fold-data.ts';
import { memberLimits } from './member-limits.ts';
import { labelsOf } from './out-of-fold.ts';
import type { PreparedData } from './prepare-data.ts';
import type { SearchContext } from './search-loop.ts';

const WARM_ROWS = 200;
const DRAFT_ROWS = 3_000;
/** An interval costs something before its first resample; the first call of all is slow while it is being compiled. */
const FEW_RESAMPLES = 20;
const DRAFT_RESAMPLES = 80;
const RESAMPLES = 2_000;
/** Above 10,000 rows an interval takes fewer resamples. */
const MAX_RESAMPLED_ROWS = 20_000_000;
/** The graph is loaded so often at the end: its members one by one, whole beside them, and to be measured. */
const LOADS = 3;
/** An ensemble is larger than the one candidate of a draft: as large as the plan's limits allow, but hardly more than this many times. */
export const MOST_MEMBERS_FACTOR = 3;
/** Importance asks the model about so many rows for each input, for at most this share of the budget. */
const IMPORTANCE_ROWS = 2_000;
const IMPORTANCE_SHARE = 0.06;
/** Of an answer only the graph grows with its members; reading and encoding stay the same. */
const ANSWERS_FACTOR = 1.5;
/** Machines are shared: what was measured once may take longer the next time. */
const SAFETY = 1.25;
/** The most of a budget that is kept for the end. */
const MOST_SHARE = 0.25;
/** Nothing ends in less. */
const LEAST_MS = 500;
/** Signing, writing and leaving, and what importance gets at least. */
const CLOSING_MS = 350;

/** What everything after the search will take: a guess from sizes at first, then from drafts made on this very machine. */
export type FinishClock = {
  /** `likely`: the candidates that the end will probably have to do with; drafts of others do not count. */
  estimateMs(likely: readonly string[]): number;
  /** The end with this candidate in it, by its own draft or its family's; 0 where there is none. */
  estimateOfMs(candidate: Candidate): number;
  learn(candidate: Candidate, measuredMs: number): void;
};

export function openFinishClock(data: PreparedData): FinishClock {
  const { plan, test, learn, matrix } = data;
  const testRows = test?.table.rowCount ?? learn.table.rowCount;
  const answeringMs = testRows * (plan.limits.maxBatchMsPerRow + matrix.columnCount * 0.0006) * 1.3;
  const ensembleMs = learn.table.rowCount * (plan.task === 'multiclass' ? plan.classes.length : 1) * 0.004;
  // An end that would take longer is made shorter: fewer models answer together.
  const atMost = plan.budgetMs * MOST_SHARE;
  const guessMs = Math.min(atMost, 900 + plan.budgetMs * 0.03 + answeringMs + ensembleMs);
  const measured = new Map<string, number>();
  const ofFamily = new Map<string, number>();
  return {
    estimateMs(likely) {
      if (measured.size === 0) return guessMs;
      const relevant = likely.flatMap((id) => measured.get(id) ?? []);
      return Math.min(atMost, Math.max(LEAST_MS, ...(relevant.length > 0 ? relevant : measured.values())));
    },
    estimateOfMs: ({ id, learner }) => measured.get(id) ?? ofFamily.get(learner) ?? 0,
    learn({ id, learner }, measuredMs) {
      measured.set(id, measuredMs);
      ofFamily.set(learner, measuredMs);
    },
  };
}

/**
 * Builds a whole model of the first complete candidate and answers rows with it: proof early in a run that there will be a model, and
 * the measure of what the end of the run will take. Rows to learn from are answered; the locked ones stay locked.
 */
export async function draftModel(context: SearchContext, finish: FinishClock, candidate: Candidate, profile: Profile, graphs: GraphRuntime): Promise<void> {
  const { run, data, files, nowMs } = context;
  const { id: candidateId } = candidate;
  const limits = memberLimits(context, [candidateId]);
  // As many fold models as could be shipped, and what part of what may be shipped they are.
  const { members } = decideForms({
    weights: new Map([[candidateId, 1]]),
    costOf: context.costOf,
    canRefit: (id) => canBeRefitted(run.state.candidates.get(id)),
    foldCount: data.folds.length,
    isTimeOrdered: data.shape.isTimeOrdered,
    limits,
    leftMs: 0,
    threads: 1,
  });
  const cost = context.costOf(candidateId);
  const share = members[0].folds.length * Math.max(cost.batchMsPerRow / limits.maxBatchMsPerRow, cost.packageBytes / limits.maxPackageBytes);
  const membersFactor = Math.min(MOST_MEMBERS_FACTOR, 1 / share);
  const startMs = nowMs();
  const ensemble = { members, calibration: { kind: 'none' as const }, decision: { kind: 'argmax' as const }, interval: null };
  const { files: written } = await writeFiles(context, ensemble, profile);
  const writeMs = nowMs() - startMs;

  const firstRows = (most: number) => Int32Array.from({ length: Math.min(most, data.learn.table.rowCount) }, (_, row) => row);
  const rows = firstRows(DRAFT_ROWS);
  const loadStartMs = nowMs();
  const answers = await openAnswers(written, { graphs, openEncoder });
  const buildMs = writeMs + LOADS * (nowMs() - loadStartMs);
  await answers.answer(takeRows(data.learn.table, firstRows(WARM_ROWS)));
  const answerStartMs = nowMs();
  const predictions = await answers.answer(takeRows(data.learn.table, rows)).finally(() => answers.close());
  const answerMs = (nowMs() - answerStartMs) / rows.length;

  const resample = (resamples: number) =>
    measureScore({ metric: data.plan.metric, labels: labelsOf(data.learn.labels, rows), predictions, random: seededRandom(1), resamples });
  const timeOf = (resamples: number) => {
    const scoreStartMs = nowMs();
    resample(resamples);
    return nowMs() - scoreStartMs;
  };
  resample(FEW_RESAMPLES);
  const fewMs = timeOf(FEW_RESAMPLES);
  const resampleMs = Math.max(0, timeOf(FEW_RESAMPLES + DRAFT_RESAMPLES) - fewMs) / DRAFT_RESAMPLES / rows.length;

  const testRows = data.test?.table.rowCount ?? data.learn.table.rowCount;
  // Twice: the score, and its gain over the baseline, which takes two metrics a resample.
  const scoringMs = 3 * (resampleMs * Math.min(testRows * RESAMPLES, MAX_RESAMPLED_ROWS) + (fewMs * testRows) / rows.length);
  const evaluationMs = context.evaluationMs() * 5;
  const askedMs = answerMs * Math.min(IMPORTANCE_ROWS, testRows) * ANSWERS_FACTOR * data.plan.inputs.length;
  const importanceMs = Math.min(askedMs, data.plan.budgetMs * IMPORTANCE_SHARE);
  finish.learn(
    candidate,
    SAFETY * (buildMs * membersFactor + answerMs * testRows * ANSWERS_FACTOR + scoringMs + evaluationMs + importanceMs) +
      CLOSING_MS +
      data.plan.budgetMs * 0.01,
  );
  await run.append({ kind: 'model.drafted', candidateId, files: await keepFiles(files, run.runId, written), finishMs: Math.round(context.finishMs()) });
}
