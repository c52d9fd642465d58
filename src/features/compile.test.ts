import { describe, expect, it } from 'vitest';
import type { Column, ColumnType, Table, Value } from '../domain/column.ts';
import { recheckExpression } from './check-expression.ts';
import { compileForRow, compileForTable } from './compile.ts';
import type { Expression } from './expression.ts';
import type { FunctionName } from './functions.ts';

const types = new Map<string, ColumnType>([
  ['n', 'number'],
  ['t', 'text'],
  ['d', 'timestamp'],
  ['__proto__', 'number'],
]);
const column = (name: string): Expression => ({ kind: 'column', type: types.get(name) ?? 'number', name });
const text = (value: string): Expression => ({ kind: 'constant', type: 'text', value });
const call = (name: FunctionName, type: ColumnType, ...args: Expression[]): Expression => ({ kind: 'call', type, function: name, args });
const checked = (expression: Expression) => recheckExpression(expression, types);
const tableOf = (rowCount: number, columns: Record<string, Column>): Table => ({ rowCount, columns: new Map(Object.entries(columns)) });

const levelsOf = (made: Column): string[] => (made.type === 'text' ? made.levels : []);
function valuesOf(made: Column): Value[] {
  if (made.type === 'text') return Array.from(made.codes, (code) => (code < 0 ? null : made.levels[code]));
  if (made.type === 'boolean') return Array.from(made.values, (value) => (value === 255 ? null : value === 1));
  return Array.from(made.values, (value) => (Number.isNaN(value) ? null : value));
}

describe('an expression over a table', () => {
  const rowCount = 2500;
  const levels = Array.from({ length: 1500 }, (_, i) => `Level ${i % 700}x${i}`);
  const codes = Int32Array.from({ length: rowCount }, (_, i) => (i % 7 === 0 ? -1 : (i * 13) % levels.length));
  const values = Float64Array.from({ length: rowCount }, (_, i) => (i % 11 === 0 ? NaN : i / 3 - 200));
  const table = tableOf(rowCount, { n: { type: 'number', values }, t: { type: 'text', codes, levels } });
  const rowAt = (i: number) => ({ n: Number.isNaN(values[i]) ? null : values[i], t: codes[i] < 0 ? null : levels[codes[i]] });

  it.each<[string, Expression]>([
    ['a number', call('sqrt', 'number', column('n'))],
    [
      'a text made of one column',
      call(
        'substring',
        'text',
        call('lower', 'text', column('t')),
        { kind: 'constant', type: 'number', value: 1 },
        { kind: 'constant', type: 'number', value: 8 },
      ),
    ],
    ['a text made for missing ones too', call('coalesce', 'text', column('t'), text('none'))],
    ['a boolean of one text column', call('contains', 'boolean', column('t'), text('x1'))],
    ['a mixture', call('*', 'number', call('length', 'number', column('t')), column('n'))],
    [
      'two parts of one text column beside a number',
      call('between', 'boolean', column('n'), call('length', 'number', column('t')), call('strpos', 'number', column('t'), text('x'))),
    ],
  ])('gives what it gives row by row, across chunks: %s', (_, expression) => {
    const made = compileForTable(checked(expression))(table);
    const forRow = compileForRow(checked(expression));
    expect(valuesOf(made)).toEqual(Array.from({ length: rowCount }, (_, i) => forRow(rowAt(i))));
    expect(levelsOf(made)).toEqual([...new Set(levelsOf(made))]);
  });

  it('gives the same when a text column has more levels than rows', () => {
    const few = tableOf(2, { t: { type: 'text', codes: Int32Array.of(1499, -1), levels } });
    expect(compileForTable(checked(call('length', 'number', column('t'))))(few)).toEqual({
      type: 'number',
      values: Float64Array.of('Level 99x1499'.length, NaN),
    });
  });

  it('gives an empty column for an empty table', () => {
    const none = tableOf(0, { t: { type: 'text', codes: new Int32Array(0), levels: [] } });
    expect(compileForTable(checked(call('upper', 'text', column('t'))))(none)).toEqual({ type: 'text', codes: new Int32Array(0), levels: [] });
  });

  it('hands a clean column on as it is and cleans another', () => {
    expect(compileForTable(checked(column('t')))(table)).toBe(table.columns.get('t'));
    const dirty = tableOf(4, {
      n: { type: 'number', values: Float64Array.of(1, Infinity, -0, NaN) },
      t: { type: 'text', codes: Int32Array.of(0, 1, -1, 1), levels: ['a\ud800', 'a\ufffd'] },
      d: { type: 'timestamp', values: Float64Array.of(0, 1e18, -1e18, 1) },
    });
    expect(compileForTable(checked(column('n')))(dirty)).toEqual({ type: 'number', values: Float64Array.of(1, NaN, 0, NaN) });
    expect(compileForTable(checked(column('t')))(dirty)).toEqual({ type: 'text', codes: Int32Array.of(0, 0, -1, 0), levels: ['a\ufffd'] });
    expect(compileForTable(checked(column('d')))(dirty)).toEqual({ type: 'timestamp', values: Float64Array.of(0, NaN, NaN, 1) });
  });

  it('can be asked for another table after', () => {
    const compiled = compileForTable(checked(call('length', 'number', column('t'))));
    compiled(table);
    const other = tableOf(2, { t: { type: 'text', codes: Int32Array.of(0, 0), levels: ['abc'] } });
    expect(compiled(other)).toEqual({ type: 'number', values: Float64Array.of(3, 3) });
  });
});

describe('an expression over a row', () => {
  it('takes a column that the row does not have as missing, whatever its name', () => {
    expect(compileForRow(checked(column('__proto__')))({})).toBeNull();
    expect(compileForRow(checked(call('is_null', 'boolean', column('n'))))({})).toBe(true);
  });

  it('gives NULL for text that grows beyond the limit', () => {
    let grown = call('||', 'text', column('t'), column('t'));
    for (let i = 0; i < 5; i++) grown = call('replace', 'text', grown, text('a'), text('a'.repeat(100)));
    expect(compileForRow(checked(grown))({ t: 'ab' })).toBeNull();
    expect(compileForRow(checked(call('||', 'text', column('t'), column('t'))))({ t: 'ab' })).toBe('abab');
  });
});
