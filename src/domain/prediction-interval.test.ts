import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalsAround, PredictionInterval } from './prediction-interval.ts';

const constant: PredictionInterval = { kind: 'interval', level: 0.9, scale: 'unit', low: -2, high: 3, spread: null, least: null };
const of = (interval: PredictionInterval, ...predictions: number[]) => {
  const { low, high } = intervalsAround(interval, Float64Array.from(predictions));
  return predictions.map((_, row) => [low[row], high[row]]);
};

describe('the interval around an answer', () => {
  it('is as wide everywhere where nothing tells of a spread', () => {
    expect(of(constant, 10, -10)).toEqual([
      [8, 13],
      [-12, -7],
    ]);
  });

  it('follows the spread on straight lines between its knots, and keeps the last one beyond them', () => {
    const scaled = {
      ...constant,
      spread: [
        { at: 0, value: 1 },
        { at: 10, value: 3 },
      ],
    };
    expect(of(scaled, -5, 0, 5, 10, 50)).toEqual([
      [-7, -2],
      [-2, 3],
      [1, 11],
      [4, 19],
      [44, 59],
    ]);
  });

  it('ends where no truth lies', () => {
    expect(of({ ...constant, least: 0 }, 1)).toEqual([[0, 4]]);
  });

  it('is wider upwards where errors are of the logarithm', () => {
    const [[low, high]] = of({ ...constant, scale: 'log1p', low: -Math.LN2, high: Math.LN2, least: 0 }, 9);
    expect([low, high]).toEqual([expect.closeTo(4, 12), expect.closeTo(19, 12)]);
  });

  it('holds the answer, is finite, and for errors of the logarithm of an answer that can be is not below 0', () => {
    const finite = (bounds: { min?: number; max?: number }) => fc.double({ ...bounds, noNaN: true, noDefaultInfinity: true });
    const knots = fc
      .uniqueArray(fc.record({ at: finite({ min: -1e9, max: 1e9 }), value: finite({ min: 1e-9, max: 1e9 }) }), { minLength: 2, selector: ({ at }) => at })
      .map((some) => some.toSorted((a, b) => a.at - b.at));
    const interval = fc.record({
      kind: fc.constant('interval' as const),
      level: fc.constant(0.9),
      scale: fc.constantFrom('unit' as const, 'log1p' as const),
      low: finite({ min: -1e12, max: 0 }),
      high: finite({ min: 0, max: 1e12 }),
      spread: fc.option(knots),
      least: fc.constantFrom(null, 0),
    });
    fc.assert(
      fc.property(interval, finite({ min: -1e300, max: 1e300 }), (rule, prediction) => {
        const [[low, high]] = of(rule, prediction);
        expect(low).toBeLessThanOrEqual(prediction);
        expect(high).toBeGreaterThanOrEqual(prediction);
        expect(Number.isFinite(low) && Number.isFinite(high)).toBe(true);
        if (rule.least === 0 && prediction >= 0) expect(low).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('a rule for intervals', () => {
  it.each([
    ['ends that leave the answer out', { low: 0.1 }],
    ['a level that is no share', { level: 1 }],
    ['one knot', { spread: [{ at: 1, value: 1 }] }],
    [
      'knots that do not rise',
      {
        spread: [
          { at: 1, value: 1 },
          { at: 1, value: 2 },
        ],
      },
    ],
    [
      'no spread at a knot',
      {
        spread: [
          { at: 1, value: 1 },
          { at: 2, value: 0 },
        ],
      },
    ],
    ['an end that is no number', { high: Number.NaN }],
  ])('is refused with %s', (_, change) => {
    expect(PredictionInterval.safeParse(constant).success).toBe(true);
    expect(PredictionInterval.safeParse({ ...constant, ...change }).success).toBe(false);
  });
});
