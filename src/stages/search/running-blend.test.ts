import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../domain/random.ts';
import { openRunningBlend } from './running-blend.ts';

const random = seededRandom(5);
const truth = Float64Array.from({ length: 400 }, () => random.next());
const noisy = (noise: number) => truth.map((value) => value + noise * (random.next() - 0.5));

describe('a running blend', () => {
  it('credits a candidate with what it adds, and a copy of what is there with nothing', () => {
    const blend = openRunningBlend({ kind: 'values', values: truth });
    const first = noisy(1);
    expect(blend.add(first)).toBe(0);
    expect(blend.add(first)).toBeCloseTo(0, 12);
    const gain = blend.add(noisy(1));
    expect(gain).toBeGreaterThan(0.3);
    expect(blend.add(noisy(1))).toBeLessThan(gain);
    expect(blend.add(truth)).toBeCloseTo(1, 6);
  });

  it('is measured by the log loss of classes', () => {
    const codes = Int32Array.from({ length: 100 }, (_, row) => row % 2);
    const blend = openRunningBlend({ kind: 'classes', codes, classCount: 2 });
    const sure = (certainty: number) => Float64Array.from({ length: 200 }, (_, cell) => (cell % 2 === codes[cell >> 1] ? certainty : 1 - certainty));
    expect(blend.add(sure(0.6))).toBe(0);
    expect(blend.add(sure(0.5))).toBe(0);
    expect(blend.add(sure(0.9))).toBeCloseTo((Math.log(0.6) - Math.log(0.9)) / Math.log(0.6), 6);
  });
});
