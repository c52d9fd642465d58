import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/decide-classes.ts';
import type { DecisionRule } from '../../domain/event.ts';
import { seededRandom } from '../../domain/random.ts';
import type { Metric } from '../../domain/task.ts';
import { measureDecisionCosts, measureMetric } from '../evaluation/index.ts';
import { chooseDecision } from './choose-decision.ts';

/** Classes of the given shares with honest probabilities. */
function honestRows(rowCount: number, shares: number[], seed: number) {
  const random = seededRandom(seed);
  const classCount = shares.length;
  const codes = new Int32Array(rowCount);
  const probabilities = new Float64Array(rowCount * classCount);
  for (let row = 0; row < rowCount; row++) {
    const raw = shares.map((share) => share * -Math.log(1 - random.next()));
    const sum = raw.reduce((all, one) => all + one, 0);
    let left = random.next() * sum;
    codes[row] = Math.max(
      0,
      raw.findIndex((one) => (left -= one) < 0),
    );
    raw.forEach((one, k) => (probabilities[row * classCount + k] = one / sum));
  }
  return { labels: { kind: 'classes', codes, classCount } as const, probabilities };
}

function freshScore(metric: Metric, shares: number[], rule: DecisionRule): number {
  const { labels, probabilities } = honestRows(6000, shares, 99);
  const { classCount } = labels;
  return measureMetric(metric, labels, { kind: 'classes', probabilities, decided: decide(probabilities, classCount, rule), classCount });
}

describe('chooseDecision', () => {
  it.each(['f1', 'macro_f1', 'balanced_accuracy'] as const)('a threshold below a half pays on rare positives, on new rows: %s', (metric) => {
    const shares = [0.9, 0.1];
    const rule = chooseDecision({ metric, ...honestRows(3000, shares, 1), random: seededRandom(1), costs: null });
    expect(rule.kind === 'threshold' ? rule.threshold : rule).toBeLessThan(0.45);
    expect(freshScore(metric, shares, rule)).toBeGreaterThan(freshScore(metric, shares, { kind: 'argmax' }) + 0.01);
  });

  it.each(['macro_f1', 'balanced_accuracy'] as const)('multipliers raise rare classes among many, on new rows: %s', (metric) => {
    const shares = [0.7, 0.2, 0.07, 0.03];
    const rule = chooseDecision({ metric, ...honestRows(3000, shares, 1), random: seededRandom(1), costs: null });
    const values = rule.kind === 'multipliers' ? rule.values : [];
    expect(values[3]).toBeGreaterThan(values[0]);
    expect(freshScore(metric, shares, rule)).toBeGreaterThan(freshScore(metric, shares, { kind: 'argmax' }) + 0.01);
  });

  it('honest probabilities are best decided by the greatest when every row counts alike', () => {
    const rule = chooseDecision({ metric: 'accuracy', ...honestRows(3000, [0.4, 0.3, 0.3], 1), random: seededRandom(1), costs: null });
    expect(freshScore('accuracy', [0.4, 0.3, 0.3], rule)).toBeGreaterThan(freshScore('accuracy', [0.4, 0.3, 0.3], { kind: 'argmax' }) - 0.01);
  });

  it('metrics that judge probabilities need no rule', () => {
    expect(chooseDecision({ metric: 'roc_auc', ...honestRows(300, [0.9, 0.1], 1), random: seededRandom(1), costs: null })).toEqual({ kind: 'argmax' });
  });

  it('a class without rows does not hinder the others', () => {
    const { labels, probabilities } = honestRows(600, [0.7, 0.3, 0], 1);
    const rule = chooseDecision({ metric: 'macro_f1', labels, probabilities, random: seededRandom(1), costs: null });
    const values = rule.kind === 'multipliers' ? rule.values : [1];
    expect(values.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
  });

  it('follows the costs of the two errors where they differ, whatever the metric', () => {
    const ask = (falseNegative: number, metric: 'roc_auc' | 'f1' = 'roc_auc') =>
      chooseDecision({ metric, ...honestRows(300, [0.9, 0.1], 1), random: seededRandom(1), costs: { falsePositive: 1, falseNegative } });
    expect(ask(9)).toEqual({ kind: 'threshold', threshold: 0.1 });
    expect(ask(9, 'f1')).toEqual({ kind: 'threshold', threshold: 0.1 });
    expect(ask(1)).toEqual({ kind: 'argmax' });
  });

  it('is cheaper by those costs than the likelier class, on other rows', () => {
    const costs = { falsePositive: 1, falseNegative: 9 };
    const rule = chooseDecision({ metric: 'roc_auc', ...honestRows(300, [0.8, 0.2], 1), random: seededRandom(1), costs });
    const { labels, probabilities } = honestRows(4000, [0.8, 0.2], 2);
    const predictions = { kind: 'classes', classCount: 2, probabilities, decided: decide(probabilities, 2, rule) } as const;
    const [ours, likelier] = measureDecisionCosts(labels, predictions, costs);
    expect(ours.cost).toBeLessThan(likelier.cost);
  });
});
