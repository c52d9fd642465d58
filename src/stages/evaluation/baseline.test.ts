import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Metric, metricFacts, type Labels } from '../../domain/task.ts';
import { fitBaseline, predictBaseline } from './baseline.ts';
import { measureMetric } from './metrics.ts';

const values = (numbers: number[]): Labels => ({ kind: 'values', values: Float64Array.from(numbers) });
const classes = (codes: number[], classCount: number): Labels => ({ kind: 'classes', codes: Int32Array.from(codes), classCount });

describe('the baseline', () => {
  it.each(['rmse', 'mae', 'rmsle', 'r2', 'mape', 'median_absolute_error'] as const)('no other constant has a better %s on the rows it was fitted on', (metric) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 30 }), fc.double({ min: 0, max: 60, noNaN: true }), (numbers, other) => {
        const labels = values(numbers);
        const best = measureMetric(metric, labels, predictBaseline(fitBaseline(metric, labels), numbers.length));
        const otherwise = measureMetric(metric, labels, predictBaseline({ kind: 'value', value: other }, numbers.length));
        expect(metricFacts[metric].isHigherBetter ? best - otherwise : otherwise - best).toBeGreaterThanOrEqual(-1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it.each(Metric.options.filter((metric) => metricFacts[metric].tasks.includes('binary')))('no other constant has a better %s on the classes it was fitted on', (metric) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 4, maxLength: 30 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (codes, share) => {
        const labels = classes([0, 1, ...codes], 2);
        const rowCount = codes.length + 2;
        const best = measureMetric(metric, labels, predictBaseline(fitBaseline(metric, labels), rowCount));
        const otherwise = measureMetric(metric, labels, predictBaseline({ kind: 'classes', shares: [1 - share, share], decided: share >= 0.5 ? 1 : 0 }, rowCount));
        expect(metricFacts[metric].isHigherBetter ? best - otherwise : otherwise - best).toBeGreaterThanOrEqual(-1e-9);
      }),
      { numRuns: 60 },
    );
  });

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
