import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DelimitedParser, type Cutting } from './parse-delimited.ts';

function cut(pieces: string[], cutting: Cutting = { delimiter: ',', quote: '"', hasEscapes: false }) {
  const rows: { cells: string[]; line: number }[] = [];
  const parser = new DelimitedParser(cutting, (cells, line) => rows.push({ cells, line }));
  for (const piece of pieces) parser.push(piece);
  parser.end();
  return { rows, fault: parser.fault, strayQuotes: parser.strayQuotes };
}

it('gives back the cells that were written, whatever they hold', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
      const text = rows.map((cells) => cells.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join('\r\n');
      expect(cut([text]).rows.map(({ cells }) => cells)).toEqual(rows);
    }),
  );
});

it('gives the same rows, lines and faults however the text is cut into pieces', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '\\'), maxLength: 30 });
  fc.assert(
    fc.property(text, fc.boolean(), (whole, hasEscapes) => {
      const cutting: Cutting = { delimiter: ',', quote: '"', hasEscapes };
      expect(cut([...whole], cutting)).toEqual(cut([whole], cutting));
    }),
    { numRuns: 2000 },
  );
});

it('names the line where a broken row starts', () => {
  expect(cut(['a,b\n"1\n2",3\n4,"5']).fault).toEqual({ problem: 'open-quote', line: 4, rowIndex: 2 });
  expect(cut(['a,b\n"1\n2",3\n"4\n"5,6\n']).fault).toEqual({ problem: 'text-after-quote', line: 4, rowIndex: 2 });
});

it('takes quote signs as they are where there is no quoting', () => {
  expect(cut(['"a"x\t"b\n'], { delimiter: '\t', quote: '', hasEscapes: false }).rows).toEqual([{ cells: ['"a"x', '"b'], line: 1 }]);
});

it.each([
  ['"O"Brien, Pat",1', ['O"Brien, Pat', '1']],
  ['"Smith, Ann" Jr,1', ['"Smith, Ann" Jr', '1']],
  ['"big" rod,"small" rod,"x, y"', ['"big" rod', '"small" rod', 'x, y']],
  ['"said "hi"",1', ['said "hi"', '1']],
  ['"a ""b"" "c" d" ,1', ['a "b" "c" d', '1']],
  [' "a"b', [' "a"b']],
])('keeps the other cells of a row right where a quote sign stands in a cell undoubled: %s', (line, cells) => {
  const { rows, strayQuotes, fault } = cut([`1,2\n"x\ny",3\n${line}\n4,5\n`]);
  expect({ cells: rows[2].cells, after: rows[3], fault }).toEqual({ cells, after: { cells: ['4', '5'], line: 5 }, fault: undefined });
  expect(strayQuotes.firstLine).toBe(4);
});

it.each([
  [String.raw`"he said \"nut\", left",1`, ['he said "nut", left', '1']],
  [String.raw`"C:\\dir\\",1`, [String.raw`C:\dir` + '\\', '1']],
  [String.raw`"a\nb ""c""",\"`, [String.raw`a\nb "c"`, String.raw`\"`]],
])('knows backslashes before quote signs where the file has them: %s', (line, cells) => {
  expect(cut([`${line}\n`], { delimiter: ',', quote: '"', hasEscapes: true }).rows).toEqual([{ cells, line: 1 }]);
});

it('takes a time that grows with the text alone, whatever the quotes', () => {
  const startedMs = performance.now();
  for (const cell of ['"a"b,', '"a"b,x"y,', '"a" ,', '"a"  "b', '"a"b""', '"""']) cut([`${cell.repeat(600_000)}\n`]);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});
