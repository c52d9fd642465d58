import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/decide-classes.ts';
import { seededRandom, type Random } from '../../domain/random.ts';
import { metricFacts, type Labels, type Metric, type Predictions } from '../../domain/task.ts';
import { measureMetric } from '../evaluation/index.ts';
import { chooseEnsemble } from './choose-ensemble.ts';

const gaussian = (random: Random) => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** Candidates that see the truth through independent noise: together they see it better. */
function noisyNumbers(rowCount: number, noises: number[], random: Random) {
  const truth = Float64Array.from({ length: rowCount }, () => gaussian(random));
  const candidates = noises.map((noise, at) => ({ id: `c${at}`, values: truth.map((value) => value + noise * gaussian(random)) }));
  return { labels: { kind: 'values', values: truth } as const, candidates, asPredictions: (values: Float64Array): Predictions => ({ kind: 'values', values }) };
}

function noisyClasses(rowCount: number, classCount: number, noises: number[], random: Random) {
  const codes = Int32Array.from({ length: rowCount }, () => (random.next() < 0.5 ? 0 : random.below(classCount)));
  const candidates = noises.map((noise, at) => {
    const values = new Float64Array(rowCount * classCount);
    codes.forEach((code, row) => {
      const odds = Array.from({ length: classCount }, (_, k) => Math.exp((k === code ? 1.5 : 0) + noise * gaussian(random)));
      const sum = odds.reduce((all, one) => all + one, 0);
      odds.forEach((one, k) => (values[row * classCount + k] = one / sum));
    });
    return { id: `c${at}`, values };
  });
  const asPredictions = (values: Float64Array): Predictions => ({
    kind: 'classes',
    probabilities: values,
    decided: decide(values, classCount, { kind: 'argmax' }),
    classCount,
  });
  return { labels: { kind: 'classes', codes, classCount } as Labels, candidates, asPredictions };
}

function scoreOf(
  metric: Metric,
  weights: Map<string, number>,
  { labels, candidates, asPredictions }: Omit<Parameters<typeof chooseEnsemble>[0], 'metric' | 'random'>,
): number {
  const blend = new Float64Array(candidates[0].values.length);
  for (const { id, values } of candidates) for (let at = 0; at < blend.length; at++) blend[at] += (weights.get(id) ?? 0) * values[at];
  return measureMetric(metric, labels, asPredictions(blend));
}

describe('chooseEnsemble', () => {
  it.each(['roc_auc', 'average_precision', 'log_loss', 'brier', 'accuracy', 'balanced_accuracy', 'macro_f1', 'f1', 'mcc'] as const)(
    'candidates whose faults are independent answer together, and better than the best of them: %s',
    (metric) => {
      const rows = noisyClasses(1500, 2, [1, 1.05, 1.1, 3], seededRandom(1));
      const weights = chooseEnsemble({ metric, ...rows, random: seededRandom(2) });
      const single = Math.max(...rows.candidates.map(({ id }) => (metricFacts[metric].isHigherBetter ? 1 : -1) * scoreOf(metric, new Map([[id, 1]]), rows)));
      expect(weights.size).toBeGreaterThan(1);
      expect([...weights.values()].reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      expect((metricFacts[metric].isHigherBetter ? 1 : -1) * scoreOf(metric, weights, rows)).toBeGreaterThan(single);
    },
  );

  it.each(['rmse', 'mae', 'r2', 'median_absolute_error'] as const)('numbers are weighed by how well they are known: %s', (metric) => {
    const rows = noisyNumbers(5000, [0.3, 0.6, 3], seededRandom(3));
    const weights = chooseEnsemble({ metric, ...rows, random: seededRandom(2) });
    // The best weights are as 1 / variance: 0.79, 0.20 and 0.01.
    expect(weights.get('c0')).toBeGreaterThan(0.65);
    expect(weights.get('c1')).toBeGreaterThan(0.1);
    expect(weights.get('c2') ?? 0).toBeLessThan(0.1);
  });

  it('works on many classes', () => {
    const rows = noisyClasses(1200, 7, [1, 1.1], seededRandom(4));
    expect(chooseEnsemble({ metric: 'macro_f1', ...rows, random: seededRandom(2) }).size).toBe(2);
    expect(chooseEnsemble({ metric: 'log_loss', ...rows, random: seededRandom(2) }).size).toBe(2);
  });

  it('a candidate that is clearly worse and adds nothing is left out', () => {
    const { labels, candidates, asPredictions } = noisyNumbers(500, [0.3], seededRandom(5));
    expect([
      ...chooseEnsemble({
        metric: 'rmse',
        labels,
        asPredictions,
        candidates: [candidates[0], { id: 'noise', values: labels.values.map(() => 5) }],
        random: seededRandom(1),
      }),
    ]).toEqual([['c0', 1]]);
  });

  it('on few rows candidates that are about as good answer together', () => {
    const { labels, candidates, asPredictions } = noisyNumbers(200, [0.5, 0.5, 0.5], seededRandom(9));
    const weights = chooseEnsemble({ metric: 'rmse', labels, asPredictions, candidates, random: seededRandom(1) });
    expect(weights.size).toBe(3);
    for (const weight of weights.values()) expect(weight).toBeGreaterThan(0.1);
  });

  it('stays within what answering may cost', () => {
    const rows = noisyNumbers(1000, [0.5, 0.5, 0.5, 0.5], seededRandom(6));
    const weights = chooseEnsemble({ metric: 'rmse', ...rows, random: seededRandom(2), isAffordable: (ids) => ids.length <= 2 && !ids.includes('c3') });
    expect(weights.size).toBe(2);
    expect(weights.has('c3')).toBe(false);
    expect(chooseEnsemble({ metric: 'rmse', ...rows, random: seededRandom(2), isAffordable: () => false }).size).toBe(1);
  });

  it('is the same for the same seed', () => {
    const rows = noisyClasses(600, 3, [1, 1.2, 1.4], seededRandom(7));
    expect(chooseEnsemble({ metric: 'log_loss', ...rows, random: seededRandom(2) })).toEqual(
      chooseEnsemble({ metric: 'log_loss', ...rows, random: seededRandom(2) }),
    );
  });

  it('blends on the training scale and judges in the unit of the user', () => {
    const { labels, candidates } = noisyNumbers(800, [0.4, 0.4], seededRandom(8));
    const inUnit = { kind: 'values', values: labels.values.map((value) => Math.expm1(value + 5)) } as const;
    const asPredictions = (values: Float64Array): Predictions => ({ kind: 'values', values: values.map((value) => Math.expm1(value + 5)) });
    const weights = chooseEnsemble({ metric: 'rmsle', labels: inUnit, candidates, asPredictions, random: seededRandom(1) });
    expect(weights.get('c0')).toBeCloseTo(0.5, 1);
  });
});
