import { describe, expect, it } from 'vitest';
import { summariseNumbers } from './summarise-numbers.ts';

describe('numbers at a glance', () => {
  it('have quantiles on the straight line between neighbours', () => {
    expect(summariseNumbers(Float64Array.of(4, 1, Number.NaN, 3, 2))).toMatchObject({
      min: 1,
      q25: 1.75,
      q50: 2.5,
      q75: 3.25,
      max: 4,
      mean: 2.5,
      isWhole: true,
    });
    expect(summariseNumbers(Float64Array.of(0, 10))).toMatchObject({ q05: 0.5, q95: 9.5, standardDeviation: 5 });
  });

  it('leave out what is no number, and are nothing where that is all', () => {
    expect(summariseNumbers(Float64Array.of(Number.NaN, Infinity, 2.5))).toMatchObject({ min: 2.5, max: 2.5, isWhole: false });
    expect(summariseNumbers(Float64Array.of(Number.NaN))).toBeNull();
    expect(Number.isFinite(summariseNumbers(Float64Array.of(-1e300, 1e300))?.standardDeviation)).toBe(true);
  });
});
