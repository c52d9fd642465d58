import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../domain/random.ts';
import { recheckExpression } from './check-expression.ts';
import { distinctOfExpected, markRepeatedNumbers } from './repeated-numbers.ts';

const ROWS = 6_000;
const random = seededRandom(11);
const columnOf = (make: (row: number) => number) => Float64Array.from({ length: ROWS }, (_, row) => make(row));
const bell = () => random.next() + random.next() + random.next() - 1.5;

describe('numbers that repeat', () => {
  it.each<[string, (row: number) => number]>([
    ['ages', () => Math.round(40 + 25 * bell())],
    ['marks from 1 to 10', () => 1 + random.below(10)],
    ['temperatures to a tenth', () => Math.round(10 * (15 + 10 * bell())) / 10],
    ['whole numbers, most of them small', () => Math.floor(Math.exp(5 + 2 * bell()))],
    ['sums, half of them zero', (row) => (row % 2 ? 0 : Math.round(random.next() * 1e6) / 100)],
    ['measurements that never repeat', () => random.next()],
  ])('because they are coarse are no levels: %s', (_, make) => expect(distinctOfExpected(columnOf(make))).toBeGreaterThan(0.8));

  const catalogue = Array.from({ length: 80 }, () => Math.round(random.next() * 1e5) / 100);
  const weights = Array.from({ length: ROWS / 3 }, () => random.next() * 500);
  const codes = Array.from({ length: 40 }, () => random.below(100_000));
  it.each<[string, (row: number) => number]>([
    ['prices of a catalogue', () => catalogue[random.below(catalogue.length)]],
    ['a weight that the rows of one stratum share', (row) => weights[Math.floor(row / 3)]],
    ['codes', () => codes[random.below(codes.length)]],
    ['rates beside many zeros', (row) => (row % 10 ? 0 : codes[random.below(codes.length)])],
  ])('though they are fine are levels: %s', (_, make) => expect(distinctOfExpected(columnOf(make))).toBeLessThan(0.6));

  it('are judged alike in whatever order they stand, and whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 })), { maxLength: 60 }), fc.nat(), (values, seed) => {
        const ratio = distinctOfExpected(Float64Array.from(values));
        expect(ratio).toBeGreaterThanOrEqual(0);
        expect(ratio).toBeLessThanOrEqual(1);
        expect(distinctOfExpected(seededRandom(seed).shuffle(Float64Array.from(values)))).toBe(ratio);
      }),
    );
  });

  it('are read as levels beside their size, and on large enough tables only', () => {
    const expression = recheckExpression({ kind: 'column', type: 'number', name: 'price' }, new Map([['price', 'number' as const]]));
    const marked = (rowCount: number) => {
      const values = columnOf(() => catalogue[random.below(catalogue.length)]).slice(0, rowCount);
      const table = { rowCount, columns: new Map([['price', { type: 'number' as const, values }]]) };
      return markRepeatedNumbers([{ name: 'price', expression, as: 'number', isPersonal: false }], table)[0].as;
    };
    expect([marked(ROWS), marked(800)]).toEqual(['number and levels', 'number']);
  });
});
