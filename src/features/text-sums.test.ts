import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../domain/random.ts';
import { differentTexts, openTextSums, roundTextSum, type TableText } from './text-sums.ts';

describe('a sum over the terms of a text', () => {
  it('is the sum of the rounded coefficients, each at most half a step from its own', () => {
    const coefficients = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(coefficients, fc.double({ min: -10, max: 10, noNaN: true }), (of, bias) => {
        const sum = roundTextSum(of, bias);
        const opened = openTextSums(
          [
            sum,
            roundTextSum(
              of.map((value) => -value),
              0,
            ),
          ],
          of.length,
        );
        of.forEach((value, term) => {
          opened.addUp({ ids: Int32Array.of(term), weights: Float32Array.of(1) }, 0, 1);
          expect(Math.abs(opened.sums[0] - bias - value)).toBeLessThanOrEqual(0.5001 * sum.step + 1e-9);
          expect(opened.sums[1]).toBeCloseTo(-(opened.sums[0] - bias), 6);
        });
      }),
    );
  });

  it('is its bias where there is no term, and where every coefficient is 0', () => {
    const opened = openTextSums([roundTextSum([0, 0], 3), roundTextSum([5, 1], -1)], 2);
    opened.addUp({ ids: Int32Array.of(0, 1), weights: Float32Array.of(1, 1) }, 1, 1);
    expect([...opened.sums]).toEqual([3, -1]);
    opened.addUp({ ids: Int32Array.of(0, 1), weights: Float32Array.of(1, 1) }, 0, 2);
    expect(opened.sums[0]).toBe(3);
  });
});

it('puts rows of one text together, in the order in which they come', () => {
  const random = seededRandom(1);
  const same = Int32Array.from({ length: 50 }, (_, row) => random.below(row + 1)).map((row, at, all) => (row === at ? row : all[row]));
  const text: TableText = { start: new Int32Array(51), ids: new Int32Array(0), weights: new Float32Array(0), same };
  const rows = Int32Array.of(7, 3, 7, 40, 3, 21);
  const { rows: different, counts, placeOf } = differentTexts(text, rows);
  expect(new Set(different).size).toBe(different.length);
  rows.forEach((row, i) => expect(different[placeOf[i]]).toBe(same[row]));
  expect(counts.reduce((a, b) => a + b, 0)).toBe(rows.length);
});
