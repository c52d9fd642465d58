import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../../domain/random.ts';
import { measureScore } from './measure-score.ts';
import { timeBlocks } from './time-blocks.ts';

describe('stretches of time', () => {
  it('are as many as the root of the rows, whatever order the rows are in', () => {
    const times = seededRandom(1).shuffle(Float64Array.from({ length: 400 }, (_, row) => 1e9 + row));
    const blocks = timeBlocks(times);
    expect(new Set(blocks).size).toBe(20);
    for (const [row, time] of times.entries()) expect(blocks[row]).toBe(Math.floor((time - 1e9) / 20));
  });

  it('keep equal times together, and leave rows without a time alone', () => {
    const times = Float64Array.from({ length: 90 }, (_, row) => Math.floor(row / 30));
    expect(new Set(timeBlocks(times).slice(0, 30)).size).toBe(1);
    expect(new Set(timeBlocks(times)).size).toBe(3);
    expect([...timeBlocks(Float64Array.of(Number.NaN, 5, Number.NaN))]).toEqual([-1, 0, -1]);
    expect(timeBlocks(new Float64Array(0))).toHaveLength(0);
  });

  it('make an interval that holds the truth where errors carry on from one time to the next', () => {
    const random = seededRandom(2);
    const rowCount = 1000;
    const tableCount = 100;
    const truth = meanAbsoluteError(carriedErrors(200_000, random));
    const times = Float64Array.from({ length: rowCount }, (_, row) => row);
    const held = { alone: 0, stretches: 0 };
    for (let table = 0; table < tableCount; table++) {
      const labels = { kind: 'values', values: carriedErrors(rowCount, random) } as const;
      const predictions = { kind: 'values', values: new Float64Array(rowCount) } as const;
      const holds = (groups: Int32Array | null) => {
        const { low, high } = measureScore({ metric: 'mae', labels, predictions, groups, random: seededRandom(table), resamples: 400 });
        return low <= truth && truth <= high ? 1 : 0;
      };
      held.alone += holds(null);
      held.stretches += holds(timeBlocks(times));
    }
    expect(held.alone).toBeLessThan(65);
    expect(held.stretches).toBeGreaterThan(80);
  });
});

/** Nine tenths of an error carry on to the next row. */
function carriedErrors(count: number, random: Random): Float64Array {
  let error = 0;
  return Float64Array.from({ length: count }, () => (error = 0.9 * error + random.next() - 0.5));
}

const meanAbsoluteError = (errors: Float64Array) => errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
