import { describe, expect, it } from 'vitest';
import { flatteryOf, meanOf, positionOf, shareOf } from './honesty-figures.ts';

const heldBack = (metric: 'roc_auc' | 'rmse', reported: number, test: number, standardError: number) => ({
  metric,
  comparison: { reported: { value: reported, standardError }, test: { value: test, standardError }, testRows: 9, seenRows: 0, verdict: 'worth-using' as const },
});

describe('figures of honesty', () => {
  it('calls a reported score flattering when it is better than the held-back one, whatever the direction of the metric', () => {
    expect(flatteryOf(heldBack('roc_auc', 0.9, 0.8, 0.1 / Math.SQRT2))).toBeCloseTo(1, 12);
    expect(flatteryOf(heldBack('rmse', 4, 5, 1 / Math.SQRT2))).toBeCloseTo(1, 12);
    expect(flatteryOf(heldBack('rmse', 5, 4, 1 / Math.SQRT2))).toBeCloseTo(-1, 12);
  });

  it('says nothing of a run that failed or that has no error to be judged by', () => {
    expect(flatteryOf({ metric: 'rmse', comparison: null })).toBeNull();
    expect(flatteryOf(heldBack('rmse', 5, 4, 0))).toBeNull();
  });

  it('says on which side of the interval the truth lies', () => {
    const of = (metric: 'roc_auc' | 'rmse', truth: number) => positionOf({ metric, comparison: { reported: { value: 3, low: 2, high: 5 }, truth } });
    expect([2, 4, 5].map((truth) => of('rmse', truth))).toEqual(['inside', 'inside', 'inside']);
    expect(of('rmse', 6)).toBe('worse');
    expect(of('rmse', 1)).toBe('better');
    expect(of('roc_auc', 6)).toBe('better');
  });

  it('takes a mean with its standard error', () => {
    expect(meanOf([1, 2, 3, 4])).toEqual({ mean: 2.5, standardError: Math.sqrt(5 / 3 / 4) });
    expect(meanOf([7])).toEqual({ mean: 7, standardError: null });
    expect(meanOf([])).toBeNull();
  });

  it('gives a share an interval that stays within 0 and 1', () => {
    const { low, high } = shareOf(95, 100) ?? { low: Number.NaN, high: Number.NaN };
    expect(low).toBeCloseTo(0.8882, 4);
    expect(high).toBeCloseTo(0.9785, 4);
    expect(shareOf(0, 10)).toMatchObject({ share: 0, low: 0 });
    expect(shareOf(0, 0)).toBeNull();
  });
});
