import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadingRule } from './column.ts';
import { readCell, trimCell } from './read-cell.ts';
import { readNumber } from './read-number.ts';
import { readTimestamp } from './read-timestamp.ts';

describe('a number', () => {
  it.each([
    ['plain', '12', 12],
    ['plain', '-.5', -0.5],
    ['plain', '+3.', 3],
    ['plain', '1E-3', 0.001],
    ['plain', '007', 7],
    ['plain', '1,234', undefined],
    ['plain', '0x10', undefined],
    ['plain', '1_000', undefined],
    ['plain', 'Infinity', undefined],
    ['plain', '1e999', undefined],
    ['plain', '１２', undefined],
    ['plain', '1 2', undefined],
    ['grouped', '1,234.5', 1234.5],
    ['grouped', '-1,234,567', -1234567],
    ['grouped', '12', 12],
    ['grouped', '1,23', undefined],
    ['grouped', '1234,567', undefined],
    ['grouped', '$1', undefined],
    ['currency', '$1,234.50', 1234.5],
    ['currency', '-$5', -5],
    ['currency', '$-5', -5],
    ['currency', '€ 3', 3],
    ['currency', '3 €', 3],
    ['currency', '£.50', 0.5],
    ['currency', '($1,234.50)', -1234.5],
    ['currency', '(7)', -7],
    ['currency', '5', 5],
    ['currency', '-$-5', undefined],
    ['currency', '$', undefined],
    ['currency', '$1e5', undefined],
    ['percent', '12%', 12],
    ['percent', '-1.5 %', -1.5],
    ['percent', '1,200%', 1200],
    ['percent', '12', 12],
    ['percent', '%', undefined],
  ] as const)('of the style %s, written %s, is %s', (style, text, value) => {
    expect(readNumber(text, style)).toBe(value);
  });

  it('comes back from its own spelling', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(readNumber(String(value), 'plain')).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});

describe('a time', () => {
  it.each([
    ['2024-02-29', 'yyyy-mm-dd', '2024-02-29T00:00:00.000Z'],
    ['2024-2-9 7:05', 'yyyy-mm-dd', '2024-02-09T07:05:00.000Z'],
    ['2024-02-29T23:59:59.5Z', 'yyyy-mm-dd', '2024-02-29T23:59:59.500Z'],
    ['2024-01-01T00:30:00+05:30', 'yyyy-mm-dd', '2023-12-31T19:00:00.000Z'],
    ['2024-01-01 00:30:00-08', 'yyyy-mm-dd', '2024-01-01T08:30:00.000Z'],
    ['12/31/1999 11:59 PM', 'mm/dd/yyyy', '1999-12-31T23:59:00.000Z'],
    ['31/12/1999 12:00 am', 'dd/mm/yyyy', '1999-12-31T00:00:00.000Z'],
    ['31.12.1999', 'dd.mm.yyyy', '1999-12-31T00:00:00.000Z'],
    ['1900/03/01', 'yyyy/mm/dd', '1900-03-01T00:00:00.000Z'],
  ])('%s in %s is %s', (text, format, iso) => {
    expect(readTimestamp(text, format)).toBe(Date.parse(iso) * 1000);
  });

  it.each([
    ['2023-02-29', 'yyyy-mm-dd'],
    ['1900-02-29', 'yyyy-mm-dd'],
    ['0000-01-01', 'yyyy-mm-dd'],
    ['13/01/2020', 'mm/dd/yyyy'],
    ['2020-01-01 24:00', 'yyyy-mm-dd'],
    ['2020-01-01 13:00 pm', 'yyyy-mm-dd'],
    ['2020-01-01x', 'yyyy-mm-dd'],
    ['20-01-01', 'yyyy-mm-dd'],
    ['2020-01-01 00:00 +25:00', 'yyyy-mm-dd'],
    ['2020-01-01', 'no such format'],
  ])('%s in %s is none', (text, format) => {
    expect(readTimestamp(text, format)).toBeUndefined();
  });

  it('is every day of four centuries, as the calendar of the language has it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -719_162, max: 2_932_896 }), (day) => {
        expect(readTimestamp(new Date(day * 86_400_000).toISOString().slice(0, 10), 'yyyy-mm-dd')).toBe(day * 86_400_000_000);
      }),
    );
  });
});

describe('a cell', () => {
  const number: ReadingRule = { type: 'number', missing: ['NA', '-99'], style: 'plain' };
  const boolean: ReadingRule = { type: 'boolean', missing: [], yes: ['Yes', '1'], no: ['No', '0'] };
  const text: ReadingRule = { type: 'text', missing: ['?'] };
  const days: ReadingRule = { type: 'number', missing: [], style: 'grouped', units: ['days', 'day'] };

  it.each([
    ['an empty text', number, ' \u00a0', null],
    ['a marker', number, ' NA ', null],
    ['a number that is a marker', number, -99, null],
    ['null', text, null, null],
    ['nothing', text, undefined, null],
    ['a JSON number', number, 1.5, 1.5],
    ['a number in quotes', number, ' 1.5', 1.5],
    ['a number with a unit', days, '1,200 days', 1200],
    ['a number with another spelling of it', days, '1day', 1],
    ['a number without its unit', days, '12', 12],
    ['yes', boolean, 'Yes', true],
    ['true', boolean, true, true],
    ['a number for no', boolean, 0, false],
    ['text with spaces', text, ' a b\n', 'a b'],
    ['a number as text', text, 7, '7'],
    ['true as text', text, true, 'true'],
  ] as const)('that is %s has its value', (_, rule, cell, value) => {
    expect(readCell(rule, cell)).toEqual({ value });
  });

  it.each([
    ['a word for a number', number, 'x'],
    ['true for a number', number, true],
    ['a number in another unit', days, '3 weeks'],
    ['a unit alone', days, 'days'],
    ['an unknown answer', boolean, 'yes'],
    ['an infinite number', number, Infinity],
  ] as const)('that is %s is unreadable', (_, rule, cell) => {
    expect(readCell(rule, cell)).toEqual({ unreadable: true });
  });

  it('loses its spaces at both ends and no others', () => {
    expect(trimCell('\ufeff\t a  b \r\n')).toBe('a  b');
  });
});
