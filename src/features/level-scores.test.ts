import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../domain/random.ts';
import { countLevelScores, fitLevelScores } from './level-scores.ts';
import type { StatisticLabels } from './target-statistics.ts';

const ROWS = 400;
const TOWNS = 60;
const TRADES = 12;
const range = (first: number, end: number) => Int32Array.from({ length: end - first }, (_, i) => first + i);
const alone = new Int32Array(ROWS).fill(-1);
const numbers = (of: ArrayLike<number>): StatisticLabels => ({ columnCount: 1, valueOf: (row) => of[row] });

/** Two categories that have to do with each other: most trades are of one third of the towns. */
const random = seededRandom(5);
const towns = Int32Array.from({ length: ROWS }, () => random.below(TOWNS));
const trades = towns.map((town) => (random.next() < 0.7 ? town % 3 : random.below(TRADES)));
const levels = { entries: [towns, trades], entryCounts: [TOWNS + 2, TRADES + 2] };
const truth = Float64Array.from(towns, (town, row) => ((town * 37) % 19) / 5 + 3 * ((trades[row] * 5) % 7));
const fit = (labels: StatisticLabels, rows: Int32Array, blocks = alone, seed = 7) =>
  fitLevelScores(levels, [0, 1], labels, { rows, blocks }, seededRandom(seed));

const meanSquare = (scores: ArrayLike<number>, of: (i: number) => number) =>
  Array.from(scores).reduce((sum, score, i) => sum + (score - of(i)) ** 2, 0) / scores.length;

describe('the scores of levels', () => {
  it('say nothing to a row that trains of its own label, nor of those of its block', () => {
    const blocks = Int32Array.from(alone, (_, row) => (row < 100 ? row >> 2 : -1));
    const labels = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: ROWS, maxLength: ROWS });
    fc.assert(
      fc.property(labels, fc.nat(299), (before, row) => {
        const inBlock = (other: number) => other === row || (blocks[row] >= 0 && blocks[other] === blocks[row]);
        const after = before.map((value, other) => (inBlock(other) ? 1 - value : value));
        const [a, b] = [before, after].map((of) => fit(numbers(of), range(0, 300), blocks));
        for (let other = 0; other < 300; other++) if (inBlock(other)) expect(a.fitted[other]).toBe(b.fitted[other]);
      }),
      { numRuns: 30 },
    );
  });

  it('are of the fitted rows only: other labels change nothing', () => {
    const [a, b] = [truth, truth.map((value, row) => (row < 300 ? value : 99))].map((of) => fit(numbers(of), range(0, 300)));
    expect(b.columns).toEqual(a.columns);
    expect(b.encode(range(300, ROWS))).toEqual(a.encode(range(300, ROWS)));
  });

  it('owe to each category what is its own, where means a level take one for the other', () => {
    const { columns, fitted, encode } = fit(numbers(truth), range(0, 300));
    const spread = meanSquare(truth, () => truth.reduce((sum, value) => sum + value, 0) / ROWS);
    expect(meanSquare(encode(range(300, ROWS)), (i) => truth[300 + i])).toBeLessThan(0.15 * spread);
    expect(meanSquare(fitted, (i) => truth[i])).toBeLessThan(0.15 * spread);
    const [, ofTrades] = columns[0].effects;
    const difference = (ofTrades.values[1] ?? 0) - (ofTrades.values[0] ?? 0);
    expect(difference).toBeCloseTo(3 * 5, 0);
  });

  it('come out as the mean where the levels say nothing', () => {
    const noise = Float64Array.from(towns, () => random.next());
    const { encode } = fit(numbers(noise), range(0, 300));
    expect(meanSquare(encode(range(300, ROWS)), () => 0.5)).toBeLessThan(0.01);
  });

  it('are a column a class, and a level that was never fitted has no effect', () => {
    const labels: StatisticLabels = { columnCount: 3, valueOf: (row, k) => Number(trades[row] % 3 === k) };
    const { columns, fitted } = fit(labels, range(0, 300));
    expect([columns.length, fitted.length]).toEqual([3, 900]);
    for (const { effects } of columns) expect(effects.map(({ values }) => values.at(-1))).toEqual([0, 0]);
  });

  it('are the same for the same seed', () => {
    expect(fit(numbers(truth), range(0, 300))).toEqual({ ...fit(numbers(truth), range(0, 300)), encode: expect.any(Function) });
  });

  it('are left out where no category has many levels, only one has any, or they would take too long or too much room', () => {
    const task = { labelColumns: 2, fitRows: 20_000, foldCount: 5, budgetMs: 60_000 };
    const category = (levelCount: number) => ({ isOfCategory: true, levelCount });
    const number = (levelCount: number) => ({ isOfCategory: false, levelCount });
    expect(countLevelScores(task, [category(12), category(500), number(90)])).toBe(2);
    expect(countLevelScores(task, [category(12), category(50), number(90)])).toBe(0);
    expect(countLevelScores(task, [category(500)])).toBe(0);
    expect(countLevelScores(task, [category(12), category(200_000)])).toBe(0);
    expect(countLevelScores({ ...task, labelColumns: 0 }, [category(12), category(500)])).toBe(0);
    expect(countLevelScores({ ...task, budgetMs: 100 }, [category(12), category(500)])).toBe(0);
  });
});
