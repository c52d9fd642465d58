import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideForms, refitFoldOf, refitTimeMs, type FormsRequest, type MemberCost } from './decide-forms.ts';

const limits = { maxRowMs: 1, maxBatchMsPerRow: 0.08, maxPackageBytes: 50_000_000 };
const ask = (costs: Record<string, MemberCost>, part: Partial<FormsRequest> = {}): FormsRequest => ({
  weights: new Map(Object.keys(costs).map((id) => [id, 1 / Object.keys(costs).length])),
  costOf: (id) => costs[id],
  canRefit: (id) => id !== 'linear',
  foldCount: 5,
  isTimeOrdered: false,
  limits,
  leftMs: 60_000,
  threads: 2,
  ...part,
});
const aCost: fc.Arbitrary<MemberCost> = fc.record({
  batchMsPerRow: fc.double({ min: 1e-4, max: 0.2, noNaN: true }),
  rowMs: fc.double({ min: 1e-3, max: 2, noNaN: true }),
  packageBytes: fc.integer({ min: 1_000, max: 80_000_000 }),
  fitMs: fc.integer({ min: 100, max: 100_000 }),
  leastFitMs: fc.constant(100),
});

describe('the forms of the members', () => {
  it('keep the limits wherever more than one model would be left, with weights that add to 1 and refits for refitted members only', () => {
    fc.assert(
      fc.property(
        fc.array(aCost, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 200_000 }),
        fc.integer({ min: 1, max: 8 }),
        (costs, leftMs, threads) => {
          const named = Object.fromEntries(costs.map((cost, at) => [`c${at}`, cost]));
          const { members, refits } = decideForms(ask(named, { leftMs, threads }));
          const total = (part: 'batchMsPerRow' | 'rowMs' | 'packageBytes') =>
            members.reduce((sum, { candidateId, folds }) => sum + folds.length * named[candidateId][part], 0);
          const isOver = total('batchMsPerRow') > limits.maxBatchMsPerRow || total('rowMs') > limits.maxRowMs || total('packageBytes') > limits.maxPackageBytes;
          if (isOver) expect([members.length, members[0].folds.length]).toEqual([1, 1]);
          expect(members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
          expect(
            members
              .filter(({ folds }) => folds[0] === refitFoldOf(5))
              .map(({ candidateId }) => candidateId)
              .toSorted(),
          ).toEqual(refits.toSorted());
          const neededMs = refits.reduce((sum, id) => sum + (named[id].fitMs * 1.6) / Math.min(threads, 2), 0);
          expect(neededMs).toBeLessThanOrEqual(leftMs + 1e-6);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are all fold models where these are within the limits', () => {
    const cheap: MemberCost = { batchMsPerRow: 0.001, rowMs: 0.01, packageBytes: 1_000, fitMs: 100, leastFitMs: 100 };
    expect(decideForms(ask({ c0: cheap, c1: cheap }))).toEqual({
      members: ['c0', 'c1'].map((candidateId) => ({ candidateId, weight: 0.5, folds: [0, 1, 2, 3, 4] })),
      refits: [],
      withTime: [],
    });
    expect(refitTimeMs(ask({ c0: cheap }))).toBe(0);
  });

  it('never refit what finds its settings by the holdout', () => {
    const costly = { batchMsPerRow: 0.06, rowMs: 0.01, packageBytes: 1_000, fitMs: 1_000, leastFitMs: 500 };
    const { members, refits } = decideForms(ask({ linear: costly }));
    expect(members).toEqual([{ candidateId: 'linear', weight: 1, folds: [0] }]);
    expect(refits).toEqual([]);
  });

  it('let the lightest go, and the one of much weight keep its models', () => {
    const trees = { batchMsPerRow: 0.025, rowMs: 0.01, packageBytes: 1_000, fitMs: 1_000, leastFitMs: 500 };
    const network = { ...trees, batchMsPerRow: 0.007 };
    const weights = new Map([
      ['trees', 0.18],
      ['light', 0.02],
      ['network', 0.8],
    ]);
    const { members, refits, withTime } = decideForms(ask({ trees, light: trees, network }, { weights }));
    expect(members.map(({ candidateId, folds }) => [candidateId, folds])).toEqual([
      ['trees', [5]],
      ['network', [0, 1, 2, 3, 4]],
    ]);
    expect(refits).toEqual(['trees']);
    // What was possible then is enough to decide the same again.
    const again = decideForms(ask({ trees, light: trees, network }, { weights, leftMs: 0, refits: new Set(withTime) }));
    expect(again.members).toEqual(members);
  });

  it('know the latest rows where later ones are to be predicted: one refit each while there is time, by weight, else the last fold', () => {
    const cost = { batchMsPerRow: 0.001, rowMs: 0.01, packageBytes: 1_000, fitMs: 1_000, leastFitMs: 500 };
    const weights = new Map([
      ['light', 0.1],
      ['linear', 0.3],
      ['trees', 0.6],
    ]);
    const asked = ask({ light: cost, linear: cost, trees: cost }, { weights, isTimeOrdered: true, leftMs: 1_000 });
    const { members, refits, withTime } = decideForms(asked);
    expect(members.map(({ candidateId, folds }) => [candidateId, folds])).toEqual([
      ['trees', [5]],
      ['linear', [4]],
      ['light', [4]],
    ]);
    expect(refits).toEqual(['trees']);
    expect(decideForms({ ...asked, leftMs: 0, refits: new Set(withTime) }).members).toEqual(members);
    expect(refitTimeMs(asked)).toBe(1_600);
  });

  it('are the one model of a holdout, whatever it costs', () => {
    const heavy: MemberCost = { batchMsPerRow: 9, rowMs: 9, packageBytes: 9e9, fitMs: 1, leastFitMs: 1 };
    expect(decideForms(ask({ c0: heavy }, { foldCount: 1 })).members).toEqual([{ candidateId: 'c0', weight: 1, folds: [0] }]);
  });
});
