import { describe, expect, it } from 'vitest';
import { decide } from './decide-classes.ts';

describe('decide', () => {
  const probabilities = Float64Array.of(0.5, 0.3, 0.2, 0.2, 0.4, 0.4, 0.1, 0.2, 0.7);

  it('takes the most probable class, the first among equals', () => {
    expect([...decide(probabilities, 3, { kind: 'argmax' })]).toEqual([0, 1, 2]);
  });

  it('takes the greatest product with the multiplier of the class', () => {
    expect([...decide(probabilities, 3, { kind: 'multipliers', values: [1, 2, 0.1] })]).toEqual([1, 1, 1]);
  });

  it('takes the second of two classes from the threshold on', () => {
    expect([...decide(Float64Array.of(0.7, 0.3, 0.8, 0.2, 0.1, 0.9), 2, { kind: 'threshold', threshold: 0.3 })]).toEqual([1, 0, 1]);
  });
});
