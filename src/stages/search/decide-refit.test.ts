import { describe, expect, it } from 'vitest';
import type { Member } from '../../domain/event.ts';
import type { MemberCost } from './decide-forms.ts';
import { keepWithinLimits, leastModels, nextRefit, refitMsOf, refitNeedsMs, reserveRefitMs, type RefitMember } from './decide-refit.ts';

const member = (candidateId: string, part: Partial<RefitMember> = {}): RefitMember => ({
  candidateId,
  wanted: 5,
  least: 2,
  started: 0,
  fitMs: 1_000,
  ...part,
});

describe('the fits of a model that learns from all rows', () => {
  it('are expected to take longer than a fold, or than the quickest fold where the first ones learn twice', () => {
    expect(refitMsOf({ fitMs: 1_000, leastFitMs: 400 }, false)).toBe(1_800);
    expect(refitMsOf({ fitMs: 1_000, leastFitMs: 400 }, true)).toBe(600);
    expect(refitMsOf({ fitMs: 1_000, leastFitMs: 900 }, true)).toBe(1_000);
  });

  it('come one of each member before a second of any', () => {
    const begun = { c0: 0, c1: 0 };
    const order: string[] = [];
    for (;;) {
      const next = nextRefit([member('c0', { wanted: 3, started: begun.c0 }), member('c1', { wanted: 1, started: begun.c1 })], 10_000);
      if (next === null) break;
      order.push(next);
      begun[next as 'c0' | 'c1']++; // one of the two that were given
    }
    expect(order).toEqual(['c0', 'c1', 'c0', 'c0']);
  });

  it('are not begun where they would not end in time', () => {
    expect(nextRefit([member('c0')], 999)).toBeNull();
    expect(nextRefit([member('c0')], 1_000)).toBe('c0');
  });

  it('need so much time: all of them, or a third of those that the measured model has', () => {
    expect(leastModels(5, false)).toBe(2);
    expect(leastModels(1, false)).toBe(1);
    expect(leastModels(5, true)).toBe(1);
    expect(refitNeedsMs([member('c0'), member('c1', { started: 4 })], 1, 'wanted')).toBe(6_000);
    expect(refitNeedsMs([member('c0'), member('c1', { started: 4 })], 1, 'least')).toBe(2_000);
    expect(refitNeedsMs([member('c0')], 2, 'wanted')).toBe(3_000);
    expect(refitNeedsMs([member('c0', { started: 5 })], 2, 'wanted')).toBe(0);
  });

  it('are given time beforehand: for all of them, for as many as a share of the budget does, or none at all', () => {
    expect(reserveRefitMs([member('c0')], 1, 60_000, false)).toBe(5_000);
    expect(reserveRefitMs([member('c0', { fitMs: 4_000 })], 1, 60_000, false)).toBe(15_000);
    expect(reserveRefitMs([member('c0', { fitMs: 8_000 })], 1, 60_000, false)).toBe(0);
    expect(reserveRefitMs([member('c0', { fitMs: 8_000, least: 1 })], 1, 60_000, true)).toBe(24_000);
  });
});

describe('what ships of them', () => {
  const limits = { maxRowMs: 1, maxBatchMsPerRow: 0.08, maxPackageBytes: 50_000_000 };
  const cost = (part: Partial<MemberCost> = {}): MemberCost => ({ rowMs: 0.01, batchMsPerRow: 0.001, packageBytes: 1_000, fitMs: 1, leastFitMs: 1, ...part });
  const of = (candidateId: string, folds: number[]): Member => ({ candidateId, weight: 0.5, folds });
  const fitted = [of('c0', [6, 7, 8, 9, 10]), of('c1', [6, 7, 8, 9, 10])];

  it('is all of them within the limits on answering', () => {
    expect(
      keepWithinLimits(
        fitted,
        new Map([
          ['c0', cost()],
          ['c1', cost()],
        ]),
        limits,
      ),
    ).toEqual(fitted);
  });

  it('is fewer of the member that costs most where all would be over a limit', () => {
    const costs = new Map([
      ['c0', cost()],
      ['c1', cost({ batchMsPerRow: 0.018 })],
    ]);
    expect(keepWithinLimits(fitted, costs, limits)?.map(({ folds }) => folds.length)).toEqual([5, 4]);
  });

  it('is nothing where even one model of each would be over a limit', () => {
    const costs = new Map([
      ['c0', cost()],
      ['c1', cost({ packageBytes: 49_999_500 })],
    ]);
    expect(keepWithinLimits(fitted, costs, limits)).toBeNull();
  });
});
