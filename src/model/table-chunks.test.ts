import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Table } from '../domain/column.ts';
import { tableChunks } from './table-chunks.ts';

const textsOf = (table: Table) => {
  const column = table.columns.get('text');
  return column?.type === 'text' ? [...column.codes].map((code) => (code < 0 ? null : column.levels[code])) : [];
};
const levelCountOf = (table: Table) => {
  const column = table.columns.get('text');
  return column?.type === 'text' ? column.levels.length : -1;
};
const numbersOf = (table: Table) => {
  const column = table.columns.get('number');
  return column?.type === 'number' ? [...column.values] : [];
};

describe('the pieces of a table', () => {
  it('are the table when put together, each with the levels of its own rows only', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (codes, most) => {
        const table: Table = {
          rowCount: codes.length,
          columns: new Map([
            ['text', { type: 'text', codes: Int32Array.from(codes), levels: ['a', 'b', 'c', 'd', 'e', 'f'] }],
            ['number', { type: 'number', values: Float64Array.from(codes, (code, row) => code * 100 + row) }],
          ]),
        };
        const pieces = [...tableChunks(table, most)];
        expect(pieces.flatMap(textsOf)).toEqual(textsOf(table));
        expect(pieces.flatMap(numbersOf)).toEqual(numbersOf(table));
        for (const piece of pieces) {
          expect(levelCountOf(piece)).toBe(new Set(textsOf(piece).filter((text) => text !== null)).size);
          expect(piece.rowCount).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});
