import { decide } from '../domain/decide-classes.ts';
import { intervalsAround } from '../domain/prediction-interval.ts';
import type { Contract } from '../domain/package.ts';
import type { Predictions } from '../domain/task.ts';

/** The answer to one row. `probabilities` are in the order of the contract's classes; the truth of `level` of all rows lies from `low` to `high`. */
export type RowPrediction =
  | { kind: 'class'; prediction: string; probabilities: number[] }
  | { kind: 'value'; prediction: number; interval: { level: number; low: number; high: number } | null };

/** What the graph says becomes what the model says: classes are decided by the contract's rule. */
export function shapePredictions({ classes, decision }: Pick<Contract, 'classes' | 'decision'>, answers: Float64Array): Predictions {
  if (decision === null) return { kind: 'values', values: answers };
  return { kind: 'classes', probabilities: answers, decided: decide(answers, classes.length, decision), classCount: classes.length };
}

/** The same for one row, with the class by its name. */
export function shapeRowPrediction(contract: Pick<Contract, 'classes' | 'decision' | 'interval'>, answers: Float64Array): RowPrediction {
  const predictions = shapePredictions(contract, answers);
  if (predictions.kind === 'values') {
    const { interval } = contract;
    const ends = interval && intervalsAround(interval, predictions.values);
    return { kind: 'value', prediction: predictions.values[0], interval: interval && ends && { level: interval.level, low: ends.low[0], high: ends.high[0] } };
  }
  return { kind: 'class', prediction: contract.classes[predictions.decided[0]], probabilities: [...predictions.probabilities] };
}
