import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/domain/random.ts';
import { drawNoise, openSource } from './generated-tables.ts';

describe('generated tables', () => {
  it('draws the same table for the same number, and fresh rows for another seed', () => {
    const drawn = openSource(4).draw(20, seededRandom(1));
    expect(openSource(4).draw(20, seededRandom(1))).toEqual(drawn);
    expect(openSource(4).draw(20, seededRandom(2))).not.toEqual(drawn);
    expect(drawNoise(4)).toEqual(drawNoise(4));
    expect(drawNoise(4)).not.toEqual(drawNoise(7));
  });

  it('makes a target that follows from the columns, but not from them alone', () => {
    // The first coefficient of a source is seen in the slope of its target over its first column.
    const { rows } = openSource(1).draw(5000, seededRandom(1));
    const x = rows.map((row) => Number(row[0]));
    const y = rows.map((row) => Number(row.at(-1)));
    const correlation = correlationOf(x, y);
    expect(Math.abs(correlation)).toBeGreaterThan(0.1);
    expect(Math.abs(correlation)).toBeLessThan(0.99);
  });

  it('holds noise whose target has nothing to do with the columns', () => {
    const big = Array.from({ length: 60 }, (_, at) => drawNoise(3 * at + 1)).find(({ rows }) => rows.length > 3000);
    const y = big?.rows.map((row) => Number(row.at(-1))) ?? [];
    const numbers = (big?.names ?? []).keys().filter((at) => at < (big?.names.length ?? 0) - 1 && Number.isFinite(Number(big?.rows[0][at])));
    const correlations = [...numbers].map((at) => correlationOf(big?.rows.map((row) => Number(row[at])) ?? [], y));
    expect(correlations.length).toBeGreaterThan(0);
    for (const correlation of correlations) expect(Math.abs(correlation)).toBeLessThan(0.1);
  });

  it('spreads the sizes of noise from a hundred rows to five thousand', () => {
    const sizes = Array.from({ length: 100 }, (_, at) => drawNoise(at).rows.length);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5000);
    expect(sizes.filter((size) => size < 700).length).toBeGreaterThan(30);
    expect(sizes.filter((size) => size > 700).length).toBeGreaterThan(30);
  });
});

function correlationOf(a: number[], b: number[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const products = (left: number[], right: number[], midLeft: number, midRight: number) =>
    mean(left.map((value, at) => (value - midLeft) * (right[at] - midRight)));
  return products(a, b, meanA, meanB) / Math.sqrt(products(a, a, meanA, meanA) * products(b, b, meanB, meanB));
}
