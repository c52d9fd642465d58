import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.ts';

const draw = (seed: number, count: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('chance with a seed', () => {
  it('gives the same numbers for the same seed, on every machine and in every version', () => {
    expect(draw(1, 3)).toEqual([0.5636717735324055, 0.5851113414391875, 0.8959073920268565]);
    expect(draw(1, 50)).toEqual(draw(1, 50));
    expect(draw(2, 3)).not.toEqual(draw(1, 3));
  });

  it('stays within its bounds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 2 ** 31 }), (seed, bound) => {
        const random = seededRandom(seed);
        for (let i = 0; i < 20; i++) {
          const whole = random.below(bound);
          expect(Number.isInteger(whole) && whole >= 0 && whole < bound).toBe(true);
        }
      }),
    );
  });

  it('shuffles what it is given into another order of the same things', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        expect(
          seededRandom(seed)
            .shuffle(items.slice())
            .toSorted((a, b) => a - b),
        ).toEqual(items.toSorted((a, b) => a - b));
      }),
    );
  });

  it('puts each thing in each place about equally often', () => {
    const random = seededRandom(5);
    const counts = new Int32Array(16);
    for (let round = 0; round < 8_000; round++) random.shuffle([0, 1, 2, 3]).forEach((item, place) => counts[item * 4 + place]++);
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  it('begins apart for seeds that lie side by side', () => {
    const firsts = Array.from({ length: 1_000 }, (_, seed) => draw(seed, 1)[0]);
    expect(new Set(firsts).size).toBe(1_000);
    expect(Math.abs(firsts.reduce((sum, value) => sum + value, 0) / 1_000 - 0.5)).toBeLessThan(0.03);
  });
});
