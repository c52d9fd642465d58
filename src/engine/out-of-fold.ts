import { decide } from '../domain/decide-classes.ts';
import type { DecisionRule } from '../domain/event.ts';
import type { CandidateState } from '../domain/run.ts';
import { fromTrainingScale } from '../domain/target-scale.ts';
import type { Labels, Predictions } from '../domain/task.ts';
import type { FileStore } from '../edges/store/index.ts';
import { measureMetric } from '../stages/evaluation/index.ts';
import { estimateAnswerCost } from '../stages/packaging/index.ts';
import type { MemberCost } from '../stages/search/index.ts';
import { readFit } from './kept-fit.ts';
import type { PreparedData } from './prepare-data.ts';

/** What a candidate said of rows it did not fit: on the training scale, row-major, for the rows of `rows` in their order. */
export type OutOfFold = { candidateId: string; rows: Int32Array; values: Float64Array };

/** Answers of complete candidates, which do not change any more: reading them again would read whole forests. Larger ones are read again all the same. */
const complete = new WeakMap<CandidateState, OutOfFold>();
const MAX_KEPT_VALUES = 4_000_000;

/** Puts the folds' predictions together; a row that several folds validate gets their mean. `folds` names those that ended. */
export async function assembleOutOfFold(state: CandidateState, data: PreparedData, files: FileStore, runId: string): Promise<OutOfFold> {
  const known = complete.get(state);
  if (known) return known;
  const assembled = await readOutOfFold(state, data, files, runId);
  const isComplete = data.folds.every((_, fold) => state.executions.get(fold)?.kind === 'finished');
  if (isComplete && assembled.values.length <= MAX_KEPT_VALUES) complete.set(state, assembled);
  return assembled;
}

async function readOutOfFold(state: CandidateState, data: PreparedData, files: FileStore, runId: string): Promise<OutOfFold> {
  const width = data.plan.task === 'regression' ? 1 : data.plan.classes.length;
  const sums = new Float64Array(data.learn.table.rowCount * width);
  const counts = new Uint16Array(data.learn.table.rowCount);
  // In the order of the folds, not of their ends: sums of the same numbers differ in their last digit from order to order.
  for (const [fold, execution] of [...state.executions].toSorted(([a], [b]) => a - b)) {
    if (execution.kind !== 'finished' || fold >= data.folds.length) continue;
    const { predictions } = await readFit(files, runId, execution.result);
    const { validate } = data.folds[fold];
    for (let i = 0; i < validate.length; i++) {
      counts[validate[i]]++;
      for (let k = 0; k < width; k++) sums[validate[i] * width + k] += predictions[i * width + k];
    }
  }
  const rows = Int32Array.from(counts.keys().filter((row) => counts[row] > 0));
  const values = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) for (let k = 0; k < width; k++) values[i * width + k] = sums[rows[i] * width + k] / counts[rows[i]];
  return { candidateId: state.candidate.id, rows, values };
}

export function labelsOf(labels: Labels, rows: Int32Array): Labels {
  if (labels.kind === 'classes') return { ...labels, codes: Int32Array.from(rows, (row) => labels.codes[row]) };
  return { kind: 'values', values: Float64Array.from(rows, (row) => labels.values[row]) };
}

/** Values on the training scale as predictions in the user's unit, classes decided by the rule. */
export function asPredictions(values: Float64Array, data: Pick<PreparedData, 'plan' | 'scale'>, rule: DecisionRule): Predictions {
  if (data.plan.task === 'regression') return { kind: 'values', values: fromTrainingScale(values, data.scale) };
  const classCount = data.plan.classes.length;
  return { kind: 'classes', probabilities: values, decided: decide(values, classCount, rule), classCount };
}

/** The candidate's metric on all validated rows, and the loss that learners minimise (log loss or squared error) for ties. */
export function evaluateOutOfFold({ rows, values }: OutOfFold, data: PreparedData): { value: number; lossValue: number } {
  const labels = labelsOf(data.learn.labels, rows);
  const predictions = asPredictions(values, data, { kind: 'argmax' });
  return {
    value: measureMetric(data.plan.metric, labels, predictions),
    lossValue: measureMetric(data.plan.task === 'regression' ? 'rmse' : 'log_loss', labels, predictions),
  };
}

/** What one fold model of a complete candidate costs to answer with. */
export async function costOfMember(state: CandidateState, data: PreparedData, files: FileStore, runId: string): Promise<MemberCost> {
  // The first fold, not the first that ended: what decides the forms must not hang on which of two fits was quicker.
  const done = data.folds.flatMap((_, fold) => {
    const execution = state.executions.get(fold);
    return execution?.kind === 'finished' ? [execution] : [];
  });
  const { fitted } = await readFit(files, runId, done[0].result);
  const durationsMs = done.map(({ durationMs }) => durationMs);
  return { ...estimateAnswerCost([fitted], 0), fitMs: Math.max(...durationsMs), leastFitMs: Math.min(...durationsMs) };
}
