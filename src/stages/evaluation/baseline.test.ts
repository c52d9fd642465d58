import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../domain/random.ts';
import { Metric, metricFacts, type Labels, type Predictions } from '../../domain/task.ts';
import { fitBaseline, predictBaseline, type Baseline } from './baseline.ts';
import { measurePaired } from './measure-score.ts';
import { measureMetric } from './metrics.ts';

const values = (numbers: number[]): Labels => ({ kind: 'values', values: Float64Array.from(numbers) });
const classes = (codes: number[], classCount: number): Labels => ({ kind: 'classes', codes: Int32Array.from(codes), classCount });

describe('the baseline', () => {
  it.each(['rmse', 'mae', 'rmsle', 'r2', 'mape', 'median_absolute_error'] as const)(
    'no other constant has a better %s on the rows it was fitted on',
    (metric) => {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 30 }),
          fc.double({ min: 0, max: 60, noNaN: true }),
          (numbers, other) => {
            const labels = values(numbers);
            const best = measureMetric(metric, labels, predictBaseline(fitBaseline(metric, labels), numbers.length));
            const otherwise = measureMetric(metric, labels, predictBaseline({ kind: 'value', value: other }, numbers.length));
            expect(metricFacts[metric].isHigherBetter ? best - otherwise : otherwise - best).toBeGreaterThanOrEqual(-1e-9);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it.each(Metric.options.filter((metric) => metricFacts[metric].tasks.includes('binary') && metric !== 'macro_f1' && metric !== 'average_precision'))(
    'no other constant has a better %s on the classes it was fitted on',
    (metric) => {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 4, maxLength: 30 }),
          fc.double({ min: 0.01, max: 0.99, noNaN: true }),
          (codes, share) => {
            const labels = classes([0, 1, ...codes], 2);
            const rowCount = codes.length + 2;
            const best = measureMetric(metric, labels, predictBaseline(fitBaseline(metric, labels), rowCount));
            const otherwise = measureMetric(
              metric,
              labels,
              predictBaseline({ kind: 'classes', shares: [1 - share, share], decided: share >= 0.5 ? 1 : 0 }, rowCount),
            );
            expect(metricFacts[metric].isHigherBetter ? best - otherwise : otherwise - best).toBeGreaterThanOrEqual(-1e-9);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it('is as good in macro_f1 as guessing by class shares, which no constant is', () => {
    const random = seededRandom(1);
    const labels = classes(
      Array.from({ length: 20_000 }, () => (random.next() < 0.2 ? 1 : 0)),
      2,
    );
    const valueOf = (baseline: Baseline) => measureMetric('macro_f1', labels, predictBaseline(baseline, 20_000));
    expect(valueOf(fitBaseline('macro_f1', labels))).toBeCloseTo(0.5, 2);
    expect(valueOf({ kind: 'classes', shares: [0.8, 0.2], decided: 0 })).toBeLessThan(0.45);
  });

  it.each(['roc_auc', 'average_precision', 'log_loss', 'brier', 'accuracy', 'balanced_accuracy', 'macro_f1', 'mcc', 'rmse', 'mae'] as const)(
    'noise seldom beats it for certain: %s',
    (metric) => {
      const random = seededRandom(5);
      const rowCount = 120;
      let beaten = 0;
      for (let table = 0; table < 150; table++) {
        const codes = Int32Array.from({ length: rowCount }, () => (random.next() < 0.1 ? 1 : 0));
        const said = Float64Array.from({ length: rowCount }, () => 0.02 + 0.16 * random.next());
        const decided = Int32Array.from(said, (p) => (p > 0.16 ? 1 : 0));
        const probabilities = Float64Array.from({ length: 2 * rowCount }, (_, at) => (at % 2 === 1 ? said[at >> 1] : 1 - said[at >> 1]));
        const isValue = metricFacts[metric].needs === 'value';
        const labels: Labels = isValue ? { kind: 'values', values: said.map(() => random.next() ** 3) } : { kind: 'classes', codes, classCount: 2 };
        const a: Predictions = isValue ? { kind: 'values', values: said } : { kind: 'classes', probabilities, decided, classCount: 2 };
        const known: Labels = isValue
          ? { kind: 'values', values: said.map(() => random.next() ** 3) }
          : classes(
              Array.from({ length: 10 }, (_, at) => (at === 0 ? 1 : 0)),
              2,
            );
        const b = predictBaseline(fitBaseline(metric, known), rowCount);
        if (measurePaired({ metric, labels, a, b, random, resamples: 200 }).low > 0) beaten++;
      }
      expect(beaten / 150).toBeLessThanOrEqual(0.06);
    },
  );

  it('answers with the class shares and the most frequent class', () => {
    expect(fitBaseline('log_loss', classes([0, 1, 1, 2], 3))).toEqual({ kind: 'classes', shares: [0.25, 0.5, 0.25], decided: 1 });
  });

  it('gives a class without training rows a little probability, so that its loss stays finite', () => {
    const baseline = fitBaseline('log_loss', classes([0, 1, 1], 3));
    if (baseline.kind !== 'classes') throw new Error('classes expected');
    expect(baseline.shares[2]).toBeGreaterThan(0);
    expect(baseline.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});
