import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitTargetScale, fromTrainingScale, toTrainingScale } from './target-scale.ts';
import type { Labels } from './task.ts';

const values = (of: number[]): Labels => ({ kind: 'values', values: Float64Array.from(of) });
const closeTo = (a: Float64Array, b: readonly number[], spread: number) =>
  a.forEach((value, at) => expect(Math.abs(value - b[at])).toBeLessThanOrEqual(1e-9 * Math.max(1, spread)));

describe('the training scale', () => {
  it('has mean 0 and deviation 1', () => {
    const labels = values([10, 20, 30, 40]);
    const scaled = toTrainingScale(labels, fitTargetScale(labels, 'rmse'));
    expect(scaled.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
    expect(scaled.reduce((sum, value) => sum + value ** 2, 0) / 4).toBeCloseTo(1, 12);
  });

  it('leads back to the numbers that it came from', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 }), (numbers) => {
        const labels = values(numbers);
        const scale = fitTargetScale(labels, 'mae');
        closeTo(fromTrainingScale(toTrainingScale(labels, scale), scale), numbers, Math.max(...numbers.map(Math.abs)));
      }),
    );
  });

  it('of rmsle is the logarithm, so that its squared error is the one that is scored', () => {
    const labels = values([0, 1, 10, 1000]);
    const scale = fitTargetScale(labels, 'rmsle');
    const scaled = toTrainingScale(labels, scale);
    const gap = (a: number, b: number) => Math.log1p(a) - Math.log1p(b);
    expect((scaled[3] - scaled[2]) / (scaled[1] - scaled[0])).toBeCloseTo(gap(1000, 10) / gap(1, 0), 12);
    closeTo(fromTrainingScale(scaled, scale), [0, 1, 10, 1000], 1000);
  });

  it('of one number that never changes is finite', () => {
    const labels = values([5, 5, 5]);
    expect([...toTrainingScale(labels, fitTargetScale(labels, 'rmse'))]).toEqual([0, 0, 0]);
  });

  it('of classes is their codes', () => {
    const labels: Labels = { kind: 'classes', codes: Int32Array.of(2, 0, 1), classCount: 3 };
    const scale = fitTargetScale(labels, 'log_loss');
    expect(scale).toEqual({ kind: 'identity' });
    expect([...toTrainingScale(labels, scale)]).toEqual([2, 0, 1]);
  });
});
