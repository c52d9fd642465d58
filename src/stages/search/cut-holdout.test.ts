import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../domain/random.ts';
import type { Labels } from '../../domain/task.ts';
import { cutHoldout } from './cut-holdout.ts';

const alone = (rowCount: number) => new Int32Array(rowCount).fill(-1);
const range = (rowCount: number) => Int32Array.from({ length: rowCount }, (_, row) => row);
const classes = (codes: number[], classCount: number): Labels => ({ kind: 'classes', codes: Int32Array.from(codes), classCount });
const values = (rowCount: number): Labels => ({ kind: 'values', values: Float64Array.from({ length: rowCount }, (_, row) => row) });
const cut = (train: Int32Array, labels: Labels, blocks: Int32Array, seed = 1, isTimeOrdered = false) =>
  cutHoldout(train, { labels, blocks, isTimeOrdered, random: seededRandom(seed) });

const tables = fc.integer({ min: 60, max: 400 }).chain((rowCount) =>
  fc.record({
    codes: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: rowCount, maxLength: rowCount }),
    blocks: fc.array(fc.integer({ min: -1, max: Math.ceil(rowCount / 4) }), { minLength: rowCount, maxLength: rowCount }),
    seed: fc.integer({ min: 0, max: 1e6 }),
  }),
);

describe('the rows that stop a fit early', () => {
  it('share no row with those that are fitted, and the two are all rows in their order', () => {
    fc.assert(
      fc.property(tables, ({ codes, blocks, seed }) => {
        const train = range(codes.length);
        const { fit, holdout } = cut(train, classes(codes, 4), Int32Array.from(blocks), seed);
        expect([...fit, ...holdout].toSorted((a, b) => a - b)).toEqual([...train]);
        expect([...fit]).toEqual([...fit].toSorted((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });

  it('never part a block', () => {
    fc.assert(
      fc.property(tables, ({ codes, blocks, seed }) => {
        const { fit, holdout } = cut(range(codes.length), classes(codes, 4), Int32Array.from(blocks), seed);
        const fitted = new Set([...fit].map((row) => blocks[row]).filter((block) => block >= 0));
        expect([...holdout].filter((row) => fitted.has(blocks[row]))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('are about 12 % of each class', () => {
    const codes = Array.from({ length: 1000 }, (_, row) => (row % 10 === 0 ? 1 : 0));
    const { holdout } = cut(range(1000), classes(codes, 2), alone(1000));
    const rare = [...holdout].filter((row) => codes[row] === 1).length;
    expect(holdout.length).toBe(120);
    expect(rare).toBe(12);
  });

  it('are about 12 % of the rows where whole groups are taken', () => {
    const groups = Int32Array.from({ length: 1000 }, (_, row) => Math.floor(row / 20));
    for (const seed of [1, 2, 3, 4, 5]) expect(cut(range(1000), values(1000), groups, seed).holdout.length).toBe(120);
  });

  it('are one group of a few large ones, so that most rows are still fitted', () => {
    const groups = Int32Array.from({ length: 400 }, (_, row) => row % 4);
    const { fit, holdout } = cut(range(400), values(400), groups);
    expect([fit.length, holdout.length]).toEqual([300, 100]);
  });

  it('are none where every group is too large to be spared', () => {
    const groups = Int32Array.from({ length: 400 }, (_, row) => row % 2);
    expect(cut(range(400), values(400), groups).holdout.length).toBe(0);
  });

  it('are not one row that is repeated a hundred times where other rows can be had', () => {
    const blocks = Int32Array.from({ length: 1000 }, (_, row) => (row < 100 ? 0 : -1));
    for (const seed of [1, 2, 3]) expect([...cut(range(1000), values(1000), blocks, seed).holdout].filter((row) => row < 100)).toEqual([]);
  });

  it('leave classes of fewer than eight rows alone', () => {
    const codes = Array.from({ length: 500 }, (_, row) => (row < 7 ? 2 : row % 2));
    const { holdout } = cut(range(500), classes(codes, 3), alone(500));
    expect([...holdout].filter((row) => codes[row] === 2)).toEqual([]);
  });

  it('never take most of a class away with a block', () => {
    const codes = Array.from({ length: 500 }, (_, row) => (row < 10 ? 1 : 0));
    const blocks = Int32Array.from({ length: 500 }, (_, row) => (row < 10 ? 0 : -1));
    for (const seed of [1, 2, 3]) expect([...cut(range(500), classes(codes, 2), blocks, seed).holdout].filter((row) => codes[row] === 1)).toEqual([]);
  });

  it('are the last ones where rows are ordered by time', () => {
    const train = Int32Array.from({ length: 100 }, (_, at) => (at * 37) % 100);
    const { fit, holdout } = cut(train, values(100), alone(100), 1, true);
    expect([...fit, ...holdout]).toEqual([...train]);
    expect(holdout.length).toBe(12);
  });

  it('are none on very small data, and at most 20,000 on large', () => {
    expect(cut(range(59), values(59), alone(59)).holdout.length).toBe(0);
    expect(cut(range(300_000), values(300_000), alone(300_000)).holdout.length).toBe(20_000);
  });

  it('are the same for the same seed', () => {
    const once = () => [...cut(range(200), values(200), alone(200), 9).holdout];
    expect(once()).toEqual(once());
    expect([...cut(range(200), values(200), alone(200), 10).holdout]).not.toEqual(once());
  });
});
