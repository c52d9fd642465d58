import { seededRandom } from '../domain/random.ts';
import type { CandidateState } from '../domain/run.ts';
import type { Candidate, Settled } from '../domain/candidate.ts';
import type { FitJob, JobRows } from '../edges/sandbox/index.ts';
import {
  fitFoldStatistics,
  fitLevelScores,
  fitTextScores,
  statisticColumnCount,
  statisticLabels,
  type ColumnUse,
  type FoldColumn,
  type FoldColumns,
} from '../features/index.ts';
import { distinctRows, refitFoldOf, type FoldRows } from '../stages/search/index.ts';
import type { PreparedData } from './prepare-data.ts';

/** A fold of this number is all rows at once: the recipe trained once more when fold models would be too many to ship. */
export const refitFold = (data: PreparedData): number => refitFoldOf(data.folds.length);

/** A linear model finds its strength by a holdout, which a fit on all rows does not have. */
export const canBeRefitted = (state: Pick<CandidateState, 'candidate'> | undefined): boolean => state?.candidate.learner !== 'linear';

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
  /** The fold's own columns at these places. They stand in one order: target statistics, those of generated features, level scores, text scores. */
  columnsAt(places: readonly number[]): FoldColumn[];
  extraOf(part: keyof FoldRows, places: readonly number[]): JobRows;
};

type Reader = Pick<Candidate, 'usesTargetStatistics' | 'usesText' | 'columns'>;

/** Who reads the terms themselves has no use for what a linear model makes of them. */
export const readsTextScores = ({ usesTargetStatistics, usesText }: Reader): boolean => usesTargetStatistics && !usesText;

/** The places of those of a fold's own columns that a candidate reads, rising. */
export function extraColumnsOf(data: PreparedData, candidate: Reader): number[] {
  const width = statisticColumnCount(data.plan.task, data.plan.classes.length);
  const blocks = [
    { count: data.statisticDictionaries.length * width, isRead: candidate.usesTargetStatistics },
    { count: data.generatedDictionaries.length * width, isRead: candidate.usesTargetStatistics && candidate.columns === 'generated' },
    { count: data.levelScoreCount, isRead: candidate.usesTargetStatistics },
    { count: data.textScoreCount, isRead: readsTextScores(candidate) },
  ];
  return [...blocks.flatMap(({ count, isRead }) => Array.from({ length: count }, () => isRead)).entries()].flatMap(([place, isRead]) =>
    isRead ? [place] : [],
  );
}

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
  const { entries, entryCounts, statisticDictionaries, generatedDictionaries } = data;
  const labels = statisticLabels(data.plan, data.trainingLabels);
  const fittedRows = { rows: rows.fit, blocks: data.blocks };
  const randomOf = (factor: number) => seededRandom(data.plan.seed * factor + fold + 1);
  const statistics = fitFoldStatistics(entries, entryCounts, [...statisticDictionaries, ...generatedDictionaries], labels, fittedRows, randomOf(7919));
  const blocks = [
    { count: statistics.columns.length, columns: () => statistics },
    { count: data.levelScoreCount, columns: once(() => fitLevelScores({ entries, entryCounts }, statisticDictionaries, labels, fittedRows, randomOf(9241))) },
    {
      count: data.textScoreCount,
      columns: once(() => {
        const ofTexts = { ...labels, columnCount: data.textScoreCount };
        return fitTextScores(data.text, data.matrix.vocabularySize, ofTexts, fittedRows, randomOf(6841));
      }),
    },
  ];
  /** The places of each block among these, counted from its own first. */
  const inBlocks = (places: readonly number[]) => {
    let first = 0;
    return blocks.map(({ count, columns }) => {
      const own = places.filter((place) => place >= first && place < first + count).map((place) => place - first);
      first += count;
      return { own, columns };
    });
  };
  const distinct = distinctRows(rows.fit, data.twins);
  const fit = distinct ? { rows: Int32Array.from(distinct.places, (place) => rows.fit[place]), weights: distinct.counts } : { rows: rows.fit, weights: null };
  const fittedOf = ({ fitted }: FoldColumns) => (distinct ? takePlaces(fitted, rows.fit.length, distinct.places) : fitted);
  return {
    rows,
    fit,
    columnsAt(places) {
      return inBlocks(places).flatMap(({ own, columns }) => own.map((place) => columns().columns[place]));
    },
    extraOf(part, places) {
      const partRows = part === 'fit' ? fit.rows : rows[part];
      const taken = inBlocks(places).flatMap(({ own, columns }) => {
        if (own.length === 0) return [];
        const values = part === 'fit' ? fittedOf(columns()) : columns().encode(partRows);
        return own.map((column) => values.subarray(column * partRows.length, (column + 1) * partRows.length));
      });
      return { rows: partRows, extra: sideBySide(taken) };
    },
  };
}

/** Learnt when the first candidate asks that reads them. */
function once(fit: () => FoldColumns): () => FoldColumns {
  let fitted: FoldColumns | undefined;
  return () => (fitted ??= fit());
}

/** Column-major values of the same rows as one. */
function sideBySide(parts: Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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
  const reads = extraColumnsOf(data, candidate);
  const part = (name: keyof FoldRows): JobRows => fold.extraOf(name, reads);
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
    extraCount: reads.length,
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
