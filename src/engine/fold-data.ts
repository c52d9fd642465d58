import { seededRandom } from '../domain/random.ts';
import type { Candidate, Settled } from '../domain/candidate.ts';
import type { FitJob, JobRows } from '../edges/sandbox/index.ts';
import { fitFoldStatistics, statisticColumnCount, statisticLabels, type ColumnUse, type FoldStatistics, type LookupColumn } from '../features/index.ts';
import { distinctRows, refitFoldOf, type FoldRows } from '../stages/search/index.ts';
import type { PreparedData } from './prepare-data.ts';

/** A fold of this number is all rows at once: the recipe trained once more when fold models would be too many to ship. */
export const refitFold = (data: PreparedData): number => refitFoldOf(data.folds.length);

/**
 * Numbers of the fits of the model that learns from all rows, the locked ones too (`PreparedData.whole`): one that leaves out what its fold does,
 * and, after all of those, one that leaves out nothing.
 */
export const wholeFold = (data: PreparedData, fold: number): number => refitFold(data) + 1 + fold;
export const wholeRefitFold = (data: PreparedData): number => wholeFold(data, data.folds.length);

/** A refit has nothing to be scored on; a few rows keep its answers in one shape with the others. */
const REFIT_SAMPLE_ROWS = 50;

export type FoldData = {
  rows: FoldRows;
  /** Rows to fit, each once; `weights` says how often where many are equal. */
  fit: { rows: Int32Array; weights: Float64Array | null };
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
  const rows =
    fold === refitFold(data) || fold === wholeRefitFold(data)
      ? { fit: all, holdout: new Int32Array(0), validate: all.slice(0, REFIT_SAMPLE_ROWS) }
      : data.folds[fold < data.folds.length ? fold : fold - wholeFold(data, 0)];
  const statistics: FoldStatistics = fitFoldStatistics(
    data.entries,
    data.entryCounts,
    [...data.statisticDictionaries, ...data.generatedDictionaries],
    statisticLabels(data.plan, data.trainingLabels),
    { rows: rows.fit, blocks: data.blocks },
    seededRandom(data.plan.seed * 7919 + fold + 1),
  );
  const distinct = distinctRows(rows.fit, data.twins);
  const fit = distinct ? { rows: Int32Array.from(distinct.places, (place) => rows.fit[place]), weights: distinct.counts } : { rows: rows.fit, weights: null };
  const fittedExtra = distinct ? takePlaces(statistics.fitted, rows.fit.length, distinct.places) : statistics.fitted;
  return {
    rows,
    fit,
    lookups: statistics.lookups,
    extraOf: (part) => (part === 'fit' ? { rows: fit.rows, extra: fittedExtra } : { rows: rows[part], extra: statistics.encode(rows[part]) }),
  };
}

/** Chosen places of column-major values of `rowCount` rows. */
function takePlaces(values: Float32Array, rowCount: number, places: Int32Array): Float32Array {
  const columnCount = values.length / rowCount;
  const taken = new Float32Array(places.length * columnCount);
  for (let column = 0; column < columnCount; column++) {
    for (let i = 0; i < places.length; i++) taken[column * places.length + i] = values[column * rowCount + places[i]];
  }
  return taken;
}

/** How many of a fold's own columns a candidate is given: the first ones, those of generated features standing behind the others. */
export function extraCountOf({ plan, statisticDictionaries, generatedDictionaries }: PreparedData, candidate: Candidate): number {
  if (!candidate.usesTargetStatistics) return 0;
  const dictionaryCount = statisticDictionaries.length + (candidate.columns === 'generated' ? generatedDictionaries.length : 0);
  return dictionaryCount * statisticColumnCount(plan.task, plan.classes.length);
}

/** Base columns by the use they are for: who reads generated ones reads what trees read too. */
function isFor(use: ColumnUse, { columns }: Candidate): boolean {
  return use === 'both' || use === columns || (columns === 'generated' && use === 'tree');
}

/**
 * The job of one execution. A refit takes `rounds` as found on the folds; elsewhere the holdout stops the learner. `settled`: the job of a fit that
 * is done again, with nothing left open.
 */
export function makeJob(
  data: PreparedData,
  fold: FoldData,
  foldNumber: number,
  candidate: Candidate,
  rounds: number | null,
  stopAfterMs: number,
  settled: Settled | null = null,
): FitJob {
  const { plan, uses, trainingLabels } = data;
  const labelsOf = (rows: Int32Array) => Float64Array.from(rows, (row) => trainingLabels[row]);
  const extraCount = extraCountOf(data, candidate);
  const part = (name: keyof FoldRows): JobRows => {
    if (extraCount === 0) return { rows: name === 'fit' ? fold.fit.rows : fold.rows[name], extra: new Float32Array(0) };
    const { rows, extra } = fold.extraOf(name);
    return { rows, extra: extra.subarray(0, rows.length * extraCount) };
  };
  const columns = Int32Array.from(uses.flatMap((use, index) => (isFor(use, candidate) ? [index] : [])));
  const train = { ...part('fit'), labels: labelsOf(fold.fit.rows), ...(fold.fit.weights && { weights: fold.fit.weights }) };
  const holdout = { ...part('holdout'), labels: labelsOf(fold.rows.holdout) };
  // A recorded fit of so many rounds learnt from the holdout rows too where its candidate does; a fit on all rows always does.
  const isWhole = settled ? settled.isWhole : rounds !== null && (candidate.refitFactor > 0 || foldNumber > refitFold(data));
  const needsHoldout = settled === null && !isWhole;
  return {
    id: `${candidate.id}-${foldNumber}`,
    learner: candidate.learner,
    task: plan.task,
    classCount: plan.task === 'regression' ? 1 : plan.classes.length,
    settings: { ...candidate.settings, ...settled?.settings },
    seed: (plan.seed * 31 + foldNumber) % 2 ** 31,
    columns,
    usesText: candidate.usesText,
    extraCount,
    train: isWhole ? joined(train, holdout) : train,
    holdout: needsHoldout ? holdout : noRows,
    score: part('validate'),
    maxRounds: rounds ?? candidate.maxRounds,
    patience: candidate.patience,
    refitFactor: needsHoldout ? candidate.refitFactor : 0,
    stopAfterMs,
  };
}

/** What a fit of this job settled, for its event: rows of the holdout that the job had put among those of training were learnt from as well. */
export const settledBy = ({ holdout }: FitJob, told: Settled): Settled => ({ ...told, isWhole: told.isWhole || holdout.rows.length === 0 });

const noRows = { rows: new Int32Array(0), extra: new Float32Array(0), labels: new Float64Array(0) };

/** Both parts as one, the first rows first; extra columns stay column-major. */
function joined(first: FitJob['train'], second: FitJob['holdout']): FitJob['train'] {
  const [a, b] = [first.rows.length, second.rows.length];
  const columnCount = first.extra.length / Math.max(1, a);
  const extra = new Float32Array((a + b) * columnCount);
  for (let column = 0; column < columnCount; column++) {
    extra.set(first.extra.subarray(column * a, (column + 1) * a), column * (a + b));
    extra.set(second.extra.subarray(column * b, (column + 1) * b), column * (a + b) + a);
  }
  const together = <T extends Int32Array | Float64Array>(into: T, one: T, two: T): T => {
    into.set(one);
    into.set(two, a);
    return into;
  };
  return {
    rows: together(new Int32Array(a + b), first.rows, second.rows),
    extra,
    labels: together(new Float64Array(a + b), first.labels, second.labels),
    ...(first.weights && { weights: together(new Float64Array(a + b).fill(1), first.weights, new Float64Array(b).fill(1)) }),
  };
}
