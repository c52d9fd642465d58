import { seededRandom } from '../domain/random.ts';
import type { Candidate } from '../domain/candidate.ts';
import type { FitJob, JobRows } from '../edges/sandbox/index.ts';
import { fitFoldStatistics, type FoldStatistics, type LookupColumn, type StatisticLabels } from '../features/index.ts';
import type { FoldRows } from '../stages/search/index.ts';
import type { PreparedData } from './prepare-data.ts';

/** A fold of this number is all rows at once: the recipe trained once more when fold models would be too many to ship. */
export const refitFold = (data: PreparedData): number => data.folds.length;

/** With more classes than this a mean a class would be too many columns for what they tell. */
const MAX_STATISTIC_CLASSES = 8;
/** A refit has nothing to be scored on; a few rows keep its answers in one shape with the others. */
const REFIT_SAMPLE_ROWS = 50;

export type FoldData = {
  rows: FoldRows;
  lookups: LookupColumn[];
  extraOf(part: keyof FoldRows): JobRows;
};

/** Makes each fold's own columns once, when they are first asked for. */
export function openFolds(data: PreparedData): (fold: number) => FoldData {
  const made = new Map<number, FoldData>();
  return (fold) => {
    const known = made.get(fold);
    if (known) return known;
    const fresh = makeFold(data, fold);
    made.set(fold, fresh);
    return fresh;
  };
}

function makeFold(data: PreparedData, fold: number): FoldData {
  const all = Int32Array.from({ length: data.learn.table.rowCount }, (_, row) => row);
  const rows = fold < data.folds.length ? data.folds[fold] : { fit: all, holdout: new Int32Array(0), validate: all.slice(0, REFIT_SAMPLE_ROWS) };
  const statistics: FoldStatistics = fitFoldStatistics(
    data.entries,
    data.entryCounts,
    data.statisticDictionaries,
    statisticLabels(data),
    rows.fit,
    seededRandom(data.plan.seed * 7919 + fold + 1),
  );
  return {
    rows,
    lookups: statistics.lookups,
    extraOf: (part) => ({ rows: rows[part], extra: part === 'fit' ? statistics.fitted : statistics.encode(rows[part]) }),
  };
}

export function statisticLabels({ plan, trainingLabels }: Pick<PreparedData, 'plan' | 'trainingLabels'>): StatisticLabels {
  if (plan.task === 'regression') return { columnCount: 1, valueOf: (row) => trainingLabels[row] };
  if (plan.task === 'binary') return { columnCount: 1, valueOf: (row) => trainingLabels[row] };
  const columnCount = plan.classes.length <= MAX_STATISTIC_CLASSES ? plan.classes.length : 0;
  return { columnCount, valueOf: (row, column) => (trainingLabels[row] === column ? 1 : 0) };
}

/** The job of one execution. A refit takes `rounds` as found on the folds; elsewhere the holdout stops the learner. */
export function makeJob(data: PreparedData, fold: FoldData, foldNumber: number, candidate: Candidate, rounds: number | null, stopAfterMs: number): FitJob {
  const { plan, uses, trainingLabels } = data;
  const labelsOf = (rows: Int32Array) => Float64Array.from(rows, (row) => trainingLabels[row]);
  const without = (rows: Int32Array): JobRows => ({ rows, extra: new Float32Array(0) });
  const hasExtra = candidate.usesTargetStatistics && fold.lookups.length > 0;
  const part = (name: keyof FoldRows) => (hasExtra ? fold.extraOf(name) : without(fold.rows[name]));
  const columns = Int32Array.from(uses.flatMap((use, index) => (use === 'both' || use === candidate.columns ? [index] : [])));
  return {
    id: `${candidate.id}-${foldNumber}`,
    learner: candidate.learner,
    task: plan.task,
    classCount: plan.task === 'regression' ? 1 : plan.classes.length,
    settings: candidate.settings,
    seed: (plan.seed * 31 + foldNumber) % 2 ** 31,
    columns,
    usesText: candidate.usesText,
    extraCount: hasExtra ? fold.lookups.length : 0,
    train: { ...part('fit'), labels: labelsOf(fold.rows.fit) },
    holdout: { ...part('holdout'), labels: labelsOf(fold.rows.holdout) },
    score: part('validate'),
    maxRounds: rounds ?? candidate.maxRounds,
    patience: candidate.patience,
    stopAfterMs,
  };
}
