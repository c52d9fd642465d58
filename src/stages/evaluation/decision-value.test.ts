import { describe, expect, it } from 'vitest';
import { measureDecisionCosts, measureTop } from './decision-value.ts';

const rows = (truth: number[], positives: number[], decided: number[]) =>
  [
    { kind: 'classes', codes: Int32Array.from(truth), classCount: 2 },
    { kind: 'classes', classCount: 2, probabilities: Float64Array.from(positives.flatMap((p) => [1 - p, p])), decided: Int32Array.from(decided) },
  ] as const;

describe('what the errors of two classes cost', () => {
  it('counts misses and false alarms of the model beside the simplest rules', () => {
    const [labels, predictions] = rows([1, 1, 0, 0, 0], [0.9, 0.2, 0.3, 0.6, 0.05], [1, 1, 1, 1, 0]);
    expect(measureDecisionCosts(labels, predictions, { falsePositive: 1, falseNegative: 10 })).toEqual([
      { rule: 'as-decided', missedCount: 0, falseAlarmCount: 2, cost: 2 },
      { rule: 'more-likely', missedCount: 1, falseAlarmCount: 1, cost: 11 },
      { rule: 'always', missedCount: 0, falseAlarmCount: 3, cost: 3 },
      { rule: 'never', missedCount: 2, falseAlarmCount: 0, cost: 20 },
    ]);
  });
});

describe('the likeliest rows', () => {
  it('are as many as can be acted on, and it is counted how many of them are what is looked for', () => {
    const [labels, predictions] = rows([1, 0, 1, 0, 0], [0.9, 0.8, 0.7, 0.2, 0.1], [1, 1, 1, 0, 0]);
    expect(measureTop(labels, predictions, 2)).toEqual({ rowCount: 2, foundCount: 1, positiveCount: 2 });
    expect(measureTop(labels, predictions, 3)).toEqual({ rowCount: 3, foundCount: 2, positiveCount: 2 });
  });

  it('share out rows of equal probability', () => {
    const [labels, predictions] = rows([1, 0, 1, 1], [0.9, 0.5, 0.5, 0.5], [1, 0, 0, 0]);
    expect(measureTop(labels, predictions, 2)?.foundCount).toBeCloseTo(1 + 2 / 3, 12);
  });

  it('are not told where all rows can be acted on', () => {
    const [labels, predictions] = rows([1, 0], [0.9, 0.1], [1, 0]);
    expect(measureTop(labels, predictions, 2)).toBeNull();
  });
});
