import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Table } from './column.ts';
import { equalRowIds, takeColumns, takeRows } from './table.ts';

const levels = ['a', 'b', 'c'];
const aRow = fc.record({
  number: fc.constantFrom(0, -0, 1, 2, 1e300, Number.NaN),
  flag: fc.constantFrom(0, 1, 255),
  text: fc.integer({ min: -1, max: 2 }),
  time: fc.constantFrom(0, 86_400e6, Number.NaN),
});
type MadeRow = { number: number; flag: number; text: number; time: number };
const tableOf = (rows: MadeRow[]): Table => ({
  rowCount: rows.length,
  columns: new Map([
    ['number', { type: 'number', values: Float64Array.from(rows, ({ number }) => number) }],
    ['flag', { type: 'boolean', values: Uint8Array.from(rows, ({ flag }) => flag) }],
    ['text', { type: 'text', codes: Int32Array.from(rows, ({ text }) => text), levels }],
    ['time', { type: 'timestamp', values: Float64Array.from(rows, ({ time }) => time) }],
  ]),
});
const keyOf = ({ number, flag, text, time }: MadeRow) =>
  [Number.isNaN(number) ? 'missing' : number + 0, flag, text, Number.isNaN(time) ? 'missing' : time].join('|');

describe('ids of equal rows', () => {
  it('are the first row of their kind, and −1 for a row that is like no other', () => {
    fc.assert(
      fc.property(fc.array(aRow, { maxLength: 60 }), (rows) => {
        const keys = rows.map(keyOf);
        const expected = keys.map((key) => (keys.indexOf(key) === keys.lastIndexOf(key) ? -1 : keys.indexOf(key)));
        expect([...equalRowIds(tableOf(rows))]).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('tell hundreds of thousands of near rows apart', () => {
    const rowCount = 200_000;
    const grid = {
      rowCount,
      columns: new Map([
        ['x', { type: 'number' as const, values: Float64Array.from({ length: rowCount }, (_, row) => row % 500) }],
        ['y', { type: 'number' as const, values: Float64Array.from({ length: rowCount }, (_, row) => Math.floor(row / 500)) }],
      ]),
    };
    expect(equalRowIds(grid).every((id) => id === -1)).toBe(true);
  });
});

describe('a part of a table', () => {
  it('holds the rows that were asked for, in that order', () => {
    const table = tableOf([
      { number: 1, flag: 1, text: 0, time: 0 },
      { number: Number.NaN, flag: 255, text: -1, time: Number.NaN },
    ]);
    const taken = takeRows(table, Int32Array.of(1, 0, 1));
    expect(taken.rowCount).toBe(3);
    expect(taken.columns.get('number')).toEqual({ type: 'number', values: Float64Array.of(Number.NaN, 1, Number.NaN) });
    expect(taken.columns.get('flag')).toEqual({ type: 'boolean', values: Uint8Array.of(255, 1, 255) });
    expect(taken.columns.get('text')).toEqual({ type: 'text', codes: Int32Array.of(-1, 0, -1), levels });
  });

  it('holds the columns that were asked for, and none that is not there', () => {
    const table = tableOf([]);
    expect([...takeColumns(table, ['time', 'text']).columns.keys()]).toEqual(['time', 'text']);
    expect(() => takeColumns(table, ['x'])).toThrow('"x"');
  });
});
