import { calibrate } from '../domain/calibration.ts';
import type { Interval, ScoreRecord } from '../domain/event.ts';
import { packageFiles } from '../domain/package.ts';
import type { Coverage, PredictionInterval } from '../domain/prediction-interval.ts';
import { seededRandom } from '../domain/random.ts';
import type { Labels, Predictions } from '../domain/task.ts';
import { sha256Of } from '../edges/store/index.ts';
import type { Answers } from '../model/index.ts';
import { decideVerdict, fitBaseline, measureCoverage, measureMetric, measurePaired, measureScore, predictBaseline } from '../stages/evaluation/index.ts';
import type { ModelFiles } from './build-files.ts';
import { asPredictions, assembleOutOfFold, labelsOf } from './out-of-fold.ts';
import { takeCodes, takeTies, togetherOf } from './prepare-data.ts';
import type { SearchContext } from './search-loop.ts';

/**
 * Rows that the headline rests on, with what the model says of them. `together`: which vary together (one group, one stretch of time, equal
 * inputs); −1, and null for all: alone. `isSeen`: the row occurs among those learnt from. `interval`: of the packaged file, where nothing
 * of it was learnt from these rows.
 */
export type MeasuredRows = {
  labels: Labels;
  predictions: Predictions;
  together: Int32Array | null;
  isSeen: Uint8Array | null;
  interval: PredictionInterval | null;
};

export const intervalOf = ({ value, low, high }: Interval): Interval => ({ value, low, high });

/**
 * The locked rows answered by the packaged file, or, where none could be locked away, the folds' answers. The first opening of the
 * locked rows is an event, written before they are touched; only the very graph that opened them may answer them again (a resumed run).
 */
export async function openMeasuredRows(context: SearchContext, files: ModelFiles, answers: Answers): Promise<MeasuredRows> {
  const { run, data } = context;
  const { ensemble, testOpened } = run.state;
  if (!ensemble) throw new Error('nothing is measured before the ensemble is chosen');
  if (data.test) {
    const graphSha256 = sha256Of(files.get(packageFiles.graph) ?? new Uint8Array(0));
    if (testOpened === null) await run.append({ kind: 'test.opened', rowCount: data.test.table.rowCount, graphSha256 });
    else if (testOpened.graphSha256 !== graphSha256) throw new Error('the locked rows were opened by another graph');
    const { table, labels, together, isSeen } = data.test;
    return { labels, predictions: await answers.answer(table), together, isSeen, interval: answers.contract.interval };
  }
  let blended: Float64Array | null = null;
  let rows = new Int32Array(0);
  for (const { candidateId, weight } of ensemble.members) {
    const state = run.state.candidates.get(candidateId);
    if (!state) throw new Error(`the chosen candidate ${candidateId} is not there`);
    const one = await assembleOutOfFold(state, data, context.files, run.runId);
    blended ??= new Float64Array(one.values.length);
    rows = one.rows as Int32Array<ArrayBuffer>;
    for (let i = 0; i < blended.length; i++) blended[i] += weight * one.values[i];
  }
  const labels = labelsOf(data.learn.labels, rows);
  const values =
    labels.kind === 'classes' ? calibrate(blended ?? new Float64Array(0), labels.classCount, ensemble.calibration) : (blended ?? new Float64Array(0));
  const together = togetherOf(takeTies(data.learn, rows), takeCodes(data.blocks, rows));
  return { labels, predictions: asPredictions(values, data, ensemble.decision), together, isSeen: null, interval: null };
}

/** The score on those rows with its interval, beside the baseline, and the verdict that follows. */
export function scoreRows({ run, data, clock }: SearchContext, rows: MeasuredRows): ScoreRecord {
  const { plan } = data;
  const { metric } = plan;
  const { labels, predictions, together, isSeen } = rows;
  const rowCount = labels.kind === 'classes' ? labels.codes.length : labels.values.length;
  const baseline = predictBaseline(fitBaseline(metric, data.learn.labels), rowCount);
  const random = () => seededRandom(plan.seed + 101);
  const measured = measureScore({ metric, labels, predictions, groups: together, random: random() });
  const gain = measurePaired({ metric, labels, a: predictions, b: baseline, groups: together, random: random() });
  const verdict = decideVerdict(gain, {
    keptLeaks: plan.keptLeaks,
    isParityEqual: run.state.built?.parity.isEqual ?? false,
    // A recorded list of fits has no clock to run past.
    wallMs: run.state.request?.fits ? 0 : clock.spentMs(),
    budgetMs: plan.budgetMs,
  });
  return {
    metric,
    score: intervalOf(measured),
    baseline: measureMetric(metric, labels, baseline),
    gain: intervalOf(gain),
    verdict: verdict.kind,
    verdictReason: verdict.reason,
    rowCount,
    unjudgedClasses: unjudgedOf(labels, plan.classes),
    onUnseenRows: isSeen ? scoreOnUnseen(metric, labels, predictions, isSeen) : null,
    coverage: coverageOf(rows),
  };
}

/** Of answers that are numbers with an interval; null for others. */
export function coverageOf({ labels, predictions, interval }: Pick<MeasuredRows, 'labels' | 'predictions' | 'interval'>): Coverage | null {
  if (interval === null || labels.kind !== 'values' || predictions.kind !== 'values') return null;
  return measureCoverage(interval, labels.values, predictions.values);
}

/** Classes that the model may answer and that none of the measured rows is of. */
function unjudgedOf(labels: Labels, classes: readonly string[]): string[] {
  if (labels.kind === 'values') return [];
  const judged = new Set(labels.codes);
  return classes.filter((_, code) => !judged.has(code));
}

function scoreOnUnseen(metric: ScoreRecord['metric'], labels: Labels, predictions: Predictions, isSeen: Uint8Array): ScoreRecord['onUnseenRows'] {
  const rows = Int32Array.from(isSeen.keys().filter((row) => isSeen[row] === 0));
  if (rows.length === 0 || rows.length === isSeen.length) return null;
  const part = labelsOf(labels, rows);
  if (metric === 'roc_auc' || metric === 'average_precision') {
    if (part.kind !== 'classes' || !part.codes.includes(1) || !part.codes.includes(0)) return null;
  }
  return { value: measureMetric(metric, part, takePredictions(predictions, rows)), rowCount: rows.length };
}

function takePredictions(predictions: Predictions, rows: Int32Array): Predictions {
  if (predictions.kind === 'values') return { kind: 'values', values: Float64Array.from(rows, (row) => predictions.values[row]) };
  const { classCount, probabilities, decided } = predictions;
  const taken = new Float64Array(rows.length * classCount);
  rows.forEach((row, index) => taken.set(probabilities.subarray(row * classCount, (row + 1) * classCount), index * classCount));
  return { kind: 'classes', classCount, probabilities: taken, decided: Int32Array.from(rows, (row) => decided[row]) };
}
