import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../domain/random.ts';
import { fitFoldStatistics, type StatisticLabels } from './target-statistics.ts';

/** Three levels, then rare, then missing. */
const ENTRIES = 5;
const RARE = 3;
const numbers = (labels: ArrayLike<number>): StatisticLabels => ({ columnCount: 1, valueOf: (row) => labels[row] });
const range = (rowCount: number) => Int32Array.from({ length: rowCount }, (_, row) => row);
const alone = (rowCount: number) => new Int32Array(rowCount).fill(-1);
const fit = (entries: number[], labels: ArrayLike<number>, rows: Int32Array, blocks = alone(entries.length), seed = 3) =>
  fitFoldStatistics([Int32Array.from(entries)], [ENTRIES], [0], numbers(labels), { rows, blocks }, seededRandom(seed));

const samples = fc.integer({ min: 12, max: 60 }).chain((rowCount) =>
  fc.record({
    entries: fc.array(fc.integer({ min: 0, max: ENTRIES - 1 }), { minLength: rowCount, maxLength: rowCount }),
    labels: fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: rowCount, maxLength: rowCount }),
    changed: fc.integer({ min: 0, max: rowCount - 1 }),
    change: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  }),
);

describe('target statistics', () => {
  it('never show a row that trains its own label', () => {
    fc.assert(
      fc.property(samples, ({ entries, labels, changed, change }) => {
        const before = fit(entries, labels, range(entries.length)).fitted[changed];
        const after = fit(entries, labels.with(changed, change), range(entries.length)).fitted[changed];
        expect(after).toBe(before);
      }),
    );
  });

  it('never show a row the label of a row that stands in for it', () => {
    fc.assert(
      fc.property(samples, ({ entries, labels, changed, change }) => {
        const twin = (changed + 1) % entries.length;
        const blocks = alone(entries.length);
        blocks[changed] = blocks[twin] = 0;
        const before = fit(entries, labels, range(entries.length), blocks).fitted[twin];
        const after = fit(entries, labels.with(changed, change), range(entries.length), blocks).fitted[twin];
        expect(after).toBe(before);
      }),
    );
  });

  it('do not depend on labels of rows outside the fitted ones', () => {
    fc.assert(
      fc.property(samples, ({ entries, labels, changed, change }) => {
        const rows = range(entries.length).filter((row) => row !== changed);
        const before = fit(entries, labels, rows);
        const after = fit(entries, labels.with(changed, change), rows);
        expect(after.columns).toEqual(before.columns);
        expect(after.fitted).toEqual(before.fitted);
        expect(after.encode(range(entries.length))).toEqual(before.encode(range(entries.length)));
      }),
    );
  });

  it('mix ten rows of the overall mean into the mean of a level', () => {
    const { columns } = fit([0, 0, 1, 1], [1, 1, 0, 0], range(4));
    expect(columns[0].values[0]).toBe(Math.fround((2 + 10 * 0.5) / 12));
    expect(columns[0].values[1]).toBe(Math.fround((0 + 10 * 0.5) / 12));
  });

  it('give a level that was never fitted the overall mean', () => {
    const { columns, encode } = fit([0, 0, 1, 2], [1, 0, 1, 1], Int32Array.of(0, 1, 2));
    const mean = Math.fround(2 / 3);
    expect(columns[0].values[2]).toBe(mean);
    expect(columns[0].values[RARE]).toBe(mean);
    expect([...encode(Int32Array.of(3))]).toEqual([mean]);
  });

  it('make one column a class and dictionary, in the order of the dictionaries', () => {
    const classes: StatisticLabels = { columnCount: 3, valueOf: (row, column) => (row % 3 === column ? 1 : 0) };
    const entries = [Int32Array.from({ length: 30 }, (_, row) => row % 3), new Int32Array(30)];
    const made = fitFoldStatistics(entries, [ENTRIES, ENTRIES], [0, 1], classes, { rows: range(30), blocks: alone(30) }, seededRandom(1));
    expect(made.columns.map(({ dictionary }) => dictionary)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(made.fitted.length).toBe(30 * 6);
    const third = Math.fround(1 / 3);
    // Row 1 is of class 1: the level tells it, the constant column does not.
    const own = made.encode(Int32Array.of(1));
    expect(own[1]).toBeGreaterThan(own[0]);
    expect(own.slice(3)).toEqual(Float32Array.of(third, third, third));
  });

  it('are the same for the same seed', () => {
    const labels = Array.from({ length: 50 }, (_, row) => row % 7);
    const entries = Array.from({ length: 50 }, (_, row) => row % 3);
    const once = (seed: number) => [...fit(entries, labels, range(50), alone(50), seed).fitted];
    expect(once(5)).toEqual(once(5));
    expect(once(6)).not.toEqual(once(5));
  });

  it('are made where there is nothing to make them of', () => {
    const { columns, fitted, encode } = fitFoldStatistics([], [], [], numbers([1, 2]), { rows: range(2), blocks: alone(2) }, seededRandom(1));
    expect([columns.length, fitted.length, encode(range(2)).length]).toEqual([0, 0, 0]);
  });
});
