import { describe, expect, it } from 'vitest';
import { csvLine, csvRows, readCsv } from './csv.ts';

describe('reading delimited text', () => {
  it('keeps delimiters, line ends and doubled quotes inside quotes', () => {
    expect([...csvRows('a,"b,""c""\nd"\r\n1,2')]).toEqual([
      ['a', 'b,"c"\nd'],
      ['1', '2'],
    ]);
  });

  it('takes no blank line for a row, but a quoted empty cell for one', () => {
    expect([...csvRows('a\n\n\r\n""\nb\n')]).toEqual([['a'], [''], ['b']]);
  });

  it('reads empty cells at the ends of a row', () => {
    expect([...csvRows(',x,\n1,2,')]).toEqual([
      ['', 'x', ''],
      ['1', '2', ''],
    ]);
  });

  it('leaves quotes alone where the file knows none', () => {
    expect([...csvRows('say "hi"\t"x\n', { delimiter: '\t', quote: null })]).toEqual([['say "hi"', '"x']]);
  });

  it('takes a quote inside a cell for a letter', () => {
    expect([...csvRows('5" pipe,"a"b\n')]).toEqual([['5" pipe', 'ab']]);
  });

  it('reads back what it wrote', () => {
    const rows = [
      ['a', 'b'],
      ['', ''],
      ['x,y', 'say "hi"'],
      ['two\nlines', ' space '],
      ['é', '\r'],
    ];
    expect(readCsv(rows.map(csvLine).join(''))).toEqual({ names: rows[0], rows: rows.slice(1) });
    expect(readCsv(['one', '', 'x'].map((cell) => csvLine([cell])).join('')).rows).toEqual([[''], ['x']]);
  });
});
