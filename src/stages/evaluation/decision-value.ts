import type { Labels, Predictions } from '../../domain/task.ts';
import { risingOrder } from './metrics.ts';

type ClassLabels = Extract<Labels, { kind: 'classes' }>;
type ClassPredictions = Extract<Predictions, { kind: 'classes' }>;

export type ErrorCosts = { falsePositive: number; falseNegative: number };

/** A way to decide two classes and the errors it made. `cost`: in the unit of the costs, over all rows. */
export type DecisionCost = { rule: 'as-decided' | 'more-likely' | 'always' | 'never'; missedCount: number; falseAlarmCount: number; cost: number };

/** What the errors on these rows cost: as the model decides, by the likelier class, and with everybody or nobody taken for the second class. */
export function measureDecisionCosts({ codes }: ClassLabels, { decided, probabilities }: ClassPredictions, costs: ErrorCosts): DecisionCost[] {
  const measure = (rule: DecisionCost['rule'], isPositive: (row: number) => boolean): DecisionCost => {
    let missedCount = 0;
    let falseAlarmCount = 0;
    codes.forEach((code, row) => {
      if (code === 1 && !isPositive(row)) missedCount++;
      if (code === 0 && isPositive(row)) falseAlarmCount++;
    });
    return { rule, missedCount, falseAlarmCount, cost: missedCount * costs.falseNegative + falseAlarmCount * costs.falsePositive };
  };
  return [
    measure('as-decided', (row) => decided[row] === 1),
    measure('more-likely', (row) => probabilities[2 * row + 1] > probabilities[2 * row]),
    measure('always', () => true),
    measure('never', () => false),
  ];
}

/** The rows of highest probability of the second class: how many of them are of it. */
export type TopRows = { rowCount: number; foundCount: number; positiveCount: number };

/** Of the `capacity` likeliest rows; rows of equal probability count in part, as if drawn among each other. Null where there are no more rows than that. */
export function measureTop({ codes }: ClassLabels, { probabilities }: ClassPredictions, capacity: number): TopRows | null {
  if (codes.length <= capacity) return null;
  const scores = Float64Array.from(codes, (_, row) => probabilities[2 * row + 1]);
  const order = risingOrder(scores);
  const last = scores[order[codes.length - capacity]];
  let foundCount = 0;
  let aboveCount = 0;
  let tiedCount = 0;
  let tiedPositiveCount = 0;
  codes.forEach((code, row) => {
    if (scores[row] > last) {
      aboveCount++;
      foundCount += code;
    } else if (scores[row] === last) {
      tiedCount++;
      tiedPositiveCount += code;
    }
  });
  return {
    rowCount: capacity,
    foundCount: foundCount + (tiedPositiveCount * (capacity - aboveCount)) / tiedCount,
    positiveCount: codes.reduce((sum, code) => sum + code, 0),
  };
}
