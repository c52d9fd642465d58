import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ranksOf, sortCells } from './sort-cells.ts';

const odd = [0, -0, Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, 1, -1, 2 ** 53, 0.1];
const anyValues = fc.array(fc.oneof(fc.constantFrom(...odd), fc.double(), fc.integer()), { maxLength: 60 }).map((values) => Float64Array.from(values));

describe('cells that are sorted', () => {
  it('stand in the order of their values, ties in the order of the rows, missing ones apart', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const { order, places, starts, distinctCount, missingCount } = sortCells({ values, isOrdered: true });
        const rows = [...values.keys()].filter((row) => !Number.isNaN(values[row]));
        expect([...order]).toEqual(rows.toSorted((a, b) => (values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : a - b)));
        expect(missingCount).toBe(values.length - rows.length);
        expect(distinctCount).toBe(new Set(rows.map((row) => values[row])).size);
        for (let place = 0; place < distinctCount; place++)
          for (let at = starts[place]; at < starts[place + 1]; at++) {
            expect(places[order[at]]).toBe(place);
            expect(values[order[at]] === values[order[starts[place]]]).toBe(true);
          }
      }),
    );
  });

  it('have ranks that ties share', () => {
    expect([...ranksOf(sortCells({ values: Float64Array.of(5, Number.NaN, -2, 5, 0), isOrdered: true }))]).toEqual([2.5, Number.NaN, 0, 2.5, 1]);
  });
});
