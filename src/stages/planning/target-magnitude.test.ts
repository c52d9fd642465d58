import { describe, expect, it } from 'vitest';
import type { NumberSummary } from '../../domain/profile.ts';
import { profileOf } from '../../../tests/fixtures/made-profile.ts';
import { checkLargest, checkMagnitude } from './target-magnitude.ts';

const [made] = profileOf([{ name: 'price', kind: 'number' }]).columns;
const withNumbers = (part: Partial<NumberSummary>) => ({ ...made, numbers: made.numbers && { ...made.numbers, ...part } });

describe('a target of numbers', () => {
  it.each([{ min: -1e71 }, { max: 1e200 }, { max: Number.MAX_VALUE }])('is refused where it is too large to be measured: %o', (part) => {
    expect(() => checkMagnitude(withNumbers(part))).toThrow(expect.objectContaining({ code: 'MW1219', hint: expect.stringContaining('larger units') }));
  });

  it('is refused where its values are too close together', () => {
    const close = withNumbers({ min: 0, max: 3e-80, standardDeviation: 1e-80 });
    expect(() => checkMagnitude(close)).toThrow(expect.objectContaining({ code: 'MW1219', hint: expect.stringContaining('smaller units') }));
  });

  it.each([{}, { max: 1e60 }, { min: 0, max: 3e-60, standardDeviation: 1e-60 }, { min: 0, max: 0, standardDeviation: 0 }])('is taken otherwise: %o', (part) => {
    expect(() => checkMagnitude(withNumbers(part))).not.toThrow();
  });

  it('is refused in a test file too', () => {
    expect(() => checkLargest('price', [1, -1e300])).toThrow(expect.objectContaining({ code: 'MW1219', place: { column: 'price' } }));
    expect(() => checkLargest('price', [])).not.toThrow();
  });
});
