import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DATE_FORMATS, readTimestamp } from '../../domain/read-timestamp.ts';
import { shapesOf } from './measure-shapes.ts';

it('dates are found in every format that reads them', () => {
  const part = fc.constantFrom(
    '1',
    '31',
    '12',
    '2024',
    '23',
    '20240229',
    'Mar',
    'Januar',
    'Fri, ',
    '202402',
    'Q3',
    'W05',
    '/',
    '-',
    '.',
    ' ',
    ', ',
    'th',
    'T10:30',
    ' 9:05 pm',
  );
  const text = fc
    .array(part, { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join(''))
    .filter((one) => one === one.trim());
  fc.assert(
    fc.property(text, (cell) => {
      const found = shapesOf([{ text: cell, count: 1 }], 1).dates.map(({ format }) => format);
      const reading = /[0-9]/.test(cell) ? DATE_FORMATS.filter((format) => readTimestamp(cell, format) !== undefined) : [];
      expect(found.toSorted()).toEqual(reading.toSorted());
    }),
    { numRuns: 3000 },
  );
});
