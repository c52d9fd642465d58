import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DelimitedParser, type Cutting } from './parse-delimited.ts';

function cut(pieces: string[], cutting: Cutting = { delimiter: ',', quote: '"' }) {
  const rows: { cells: string[]; line: number }[] = [];
  const parser = new DelimitedParser(cutting, (cells, line) => rows.push({ cells, line }));
  for (const piece of pieces) parser.push(piece);
  parser.end();
  return { rows, fault: parser.fault };
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
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' '), maxLength: 30 });
  fc.assert(
    fc.property(text, (whole) => {
      expect(cut([...whole])).toEqual(cut([whole]));
    }),
    { numRuns: 500 },
  );
});

it('names the line where a broken row starts', () => {
  expect(cut(['a,b\n"1\n2",3\n4,"5']).fault).toEqual({ problem: 'open-quote', line: 4, rowIndex: 2 });
  expect(cut(['a,b\n"1\n2",3\n"4"5,6\n']).fault).toEqual({ problem: 'text-after-quote', line: 4, rowIndex: 2 });
});

it('takes quote signs as they are where there is no quoting', () => {
  expect(cut(['"a"x\t"b\n'], { delimiter: '\t', quote: '' }).rows).toEqual([{ cells: ['"a"x', '"b'], line: 1 }]);
});
