import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate } from './calibration.ts';

const anyShare = fc.double({ min: 0, max: 1, noNaN: true });

describe('calibration', () => {
  it('of kind none, beta with 1, 1, 0 and temperature 1 change nothing', () => {
    fc.assert(
      fc.property(anyShare, (share) => {
        const pair = Float64Array.of(1 - share, share);
        expect(calibrate(pair, 2, { kind: 'none' })).toEqual(pair);
        for (const kept of [calibrate(pair, 2, { kind: 'beta', a: 1, b: 1, c: 0 }), calibrate(pair, 2, { kind: 'temperature', t: 1 })])
          expect(kept[1]).toBeCloseTo(share, 9);
      }),
    );
  });

  it('gives shares that sum to 1, whatever is certain', () => {
    for (const t of [0.01, 0.5, 3, 50]) {
      const shares = calibrate(Float64Array.of(1, 0, 0, 0.2, 0.3, 0.5), 3, { kind: 'temperature', t });
      expect(shares[0] + shares[1] + shares[2]).toBeCloseTo(1, 12);
      expect(shares[3] + shares[4] + shares[5]).toBeCloseTo(1, 12);
    }
    const certain = calibrate(Float64Array.of(1, 0, 0, 1), 2, { kind: 'beta', a: 2, b: 0.5, c: -1 });
    expect([certain[0] + certain[1], certain[2] + certain[3]]).toEqual([1, 1]);
  });

  it('of kind beta is the logistic curve of the logarithms', () => {
    const [, positive] = calibrate(Float64Array.of(0.75, 0.25), 2, { kind: 'beta', a: 2, b: 0.5, c: 0.1 });
    expect(positive).toBeCloseTo(1 / (1 + Math.exp(-(2 * Math.log(0.25) - 0.5 * Math.log(0.75) + 0.1))), 14);
  });
});
