import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_NUMBER_PATTERN, readNumber, type DecimalMark } from './read-number.ts';

const styles = ['plain', 'grouped', 'currency', 'percent', 'scaled'] as const;

describe('a number with a comma before its decimals', () => {
  it.each([
    ['plain', '1,5', 1.5],
    ['plain', '-,25', -0.25],
    ['plain', '12,', 12],
    ['plain', '1,5e3', 1500],
    ['plain', '12', 12],
    ['plain', '1.23', undefined],
    ['plain', '1,2,3', undefined],
    ['grouped', '1.234,50', 1234.5],
    ['grouped', '-1.234.567', -1_234_567],
    ['grouped', '1.500', 1500],
    ['grouped', '0.500', undefined],
    ['grouped', '1.23', undefined],
    ['grouped', '1,234,567', undefined],
    ['currency', '€ 1.234,50', 1234.5],
    ['currency', '1.234,50 €', 1234.5],
    ['currency', '-3,50 EUR', -3.5],
    ['currency', '(€ 5,50)', -5.5],
    ['percent', '12,5 %', 12.5],
    ['percent', '-0,5%', -0.5],
  ] as const)('of the style %s, written %s, is %s', (style, text, value) => {
    expect(readNumber(text, style, ',')).toBe(value);
  });
});

describe('thousands', () => {
  it.each([
    ['1 234,5', ',', 1234.5],
    ['1\u00a0234\u00a0567,5', ',', 1_234_567.5],
    ['1\u202f234', ',', 1234],
    ["1'234.5", '.', 1234.5],
    ['1’234’567', '.', 1_234_567],
    ['1,234 567', '.', undefined],
    ["1,234'567", '.', undefined],
    ['1  234', '.', undefined],
    ['12345,678', '.', undefined],
    ['0,123', '.', undefined],
    ['12,34,567', '.', 1_234_567],
    ['1,23,45,678.9', '.', 12_345_678.9],
    ['12,34,567', ',', undefined],
    ['123,45,678', '.', undefined],
    ['12,34,56', '.', undefined],
    ['12,345,67', '.', undefined],
    ['1\u2009234', '.', 1234],
    ['1\u2007234\u2007567,5', ',', 1_234_567.5],
    ['1\u2003234', '.', undefined],
  ] as const)('are grouped by one sign all through: %j with "%s" is %s', (text, mark, value) => {
    expect(readNumber(text, 'grouped', mark)).toBe(value);
  });
});

describe('a negative number', () => {
  it.each([
    ['grouped', '−5', '.', -5],
    ['grouped', '−1.5e3', '.', -1500],
    ['grouped', '−1,234.5', '.', -1234.5],
    ['grouped', '−1.234,5', ',', -1234.5],
    ['grouped', '5-', '.', -5],
    ['grouped', '1,234.50-', '.', -1234.5],
    ['grouped', '1.234,50-', ',', -1234.5],
    ['grouped', '.5-', '.', -0.5],
    ['grouped', '-5-', '.', undefined],
    ['grouped', '5.-', '.', undefined],
    ['grouped', '5,-', ',', undefined],
    ['plain', '−5', '.', undefined],
    ['currency', '(1,234)', '.', -1234],
    ['currency', '(1.234,50)', ',', -1234.5],
    ['currency', '1,234.50-', '.', -1234.5],
    ['currency', '$1,234.50-', '.', -1234.5],
    ['currency', '5.00- EUR', '.', -5],
    ['currency', '−€5', '.', -5],
    ['currency', '−5 €', '.', -5],
    ['currency', '5.- CHF', '.', undefined],
    ['percent', '−5 %', '.', -5],
    ['percent', '(2.5%)', '.', -2.5],
    ['percent', '2.5-%', '.', -2.5],
  ] as const)('of the style %s may be written %s', (style, text, mark, value) => {
    expect(readNumber(text, style, mark)).toBe(value);
  });
});

describe('a time of day', () => {
  it.each([
    ['14:35', 875],
    ['0:00', 0],
    ['07:05', 425],
    ['23:59:30', 1439.5],
    ['14:35:20,5', 875 + 20.5 / 60],
    ['2:35 pm', 875],
    ['12:05 AM', 5],
    ['12:05 p.m.', 725],
    ['2:35 p. m.', 875],
    ['14:35 Uhr', 875],
    ['14:35 h', 875],
    ['24:00', undefined],
    ['14:60', undefined],
    ['13:00 pm', undefined],
    ['0:30 am', undefined],
    ['875', undefined],
    ['14:5', undefined],
    ['14.35', undefined],
  ])('%s is so many minutes: %s', (text, value) => {
    expect(readNumber(text, 'time')).toBe(value);
  });
});

describe('a duration', () => {
  it.each([
    ['31:05:10', 31 * 60 + 5 + 10 / 60],
    ['13:55:07', 13 * 60 + 55 + 7 / 60],
    ['120:00:00.5', 7200 + 0.5 / 60],
    ['2 days 03:05:00', 2 * 1440 + 185],
    ['1 day, 0:01:00', 1441],
    ['-26:00:00', -1560],
    ['7:30', 450],
    ['31:05', undefined],
    ['31:65:10', undefined],
    ['31:05:60', undefined],
    ['2 days', undefined],
  ])('%s is so many minutes: %s', (text, value) => {
    expect(readNumber(text, 'duration')).toBe(value);
  });
});

describe('a number with a letter for its thousands', () => {
  it.each([
    ['1.2K', 1200],
    ['3.4M', 3_400_000],
    ['-1.15 M', -1_150_000],
    ['$1.2B', 1_200_000_000],
    ['12k €', 12_000],
    ['2 Mio. EUR', 2_000_000],
    ['500', 500],
    ['$500', 500],
    ['1,200', 1200],
    ['5 m', undefined],
    ['5 KB', undefined],
    ['K', undefined],
  ])('%s is %s', (text, value) => {
    expect(readNumber(text, 'scaled')).toBe(value);
  });
});

describe('an amount of money', () => {
  it.each([
    ["CHF 1'234.50", 1234.5],
    ['US$ 5', 5],
    ['5 USD', 5],
    ['¥100', 100],
    ['₹ 1,200', 1200],
    ['- $5', -5],
    ['-$ 5', -5],
    ['$ -5', -5],
    ['(5)', -5],
    ['( $5 )', -5],
    ['5 -$', undefined],
    ['(-5)', undefined],
    ['$5$', undefined],
    ['5 dollars', undefined],
    ['₹12,34,567', 1_234_567],
    ['Rs. 500', 500],
    ['Rs.500.50', 500.5],
    ['INR 1,00,000', 100_000],
    ['R$ 5', 5],
    ['S$5', 5],
    ['A$5', 5],
    ['CA$1,200', 1200],
    ['5 kr', 5],
    ['kr. 5', 5],
    ['5 kr.', 5],
    ['-5 zł', -5],
    ['5 Kč', 5],
    ['1 234 Ft', 1234],
    ['NOK 5', 5],
    ['5 SEK', 5],
    ['5 DKK', 5],
    ['5 Euro', 5],
    ['5 ₽', 5],
    ['₩5', 5],
    ['5₴', 5],
    ['₺5', 5],
    ['₿0.5', 0.5],
    ['50¢', 50],
    ['5 ABC', undefined],
    ['ABC$5', undefined],
    ['5 krx', undefined],
    ['$ 1,23', undefined],
    ['12 %', undefined],
  ])('%s is %s', (text, value) => {
    expect(readNumber(text, 'currency')).toBe(value);
  });
});

/** Whole numbers as people group them. */
const grouped = (digits: string, separator: string) => digits.replaceAll(/\B(?=(?:[0-9]{3})+$)/g, separator);

describe('any number', () => {
  const cents = fc.integer({ min: -1e12, max: 1e12 });
  const ways = fc.constantFrom<{ mark: DecimalMark; separator: string }>(
    { mark: '.', separator: ',' },
    { mark: '.', separator: ' ' },
    { mark: '.', separator: "'" },
    { mark: ',', separator: '.' },
    { mark: ',', separator: '\u00a0' },
    { mark: ',', separator: '\u202f' },
    { mark: '.', separator: '\u2009' },
    { mark: ',', separator: '’' },
  );

  it('grouped in any of the ways comes back, alone, as money and as a share', () => {
    fc.assert(
      fc.property(cents, ways, (amount, { mark, separator }) => {
        const whole = grouped(String(Math.floor(Math.abs(amount) / 100)), separator);
        const text = `${amount < 0 ? '-' : ''}${whole}${mark}${String(Math.abs(amount) % 100).padStart(2, '0')}`;
        // Adding 0 makes one zero of two.
        const read = (spelled: string, style: (typeof styles)[number]) => (readNumber(spelled, style, mark) ?? Number.NaN) + 0;
        for (const style of ['grouped', 'currency', 'percent'] as const) expect(read(text, style)).toBe(amount / 100);
        expect(read(`${text} €`, 'currency')).toBe(amount / 100);
        expect(read(`$${text}`, 'currency')).toBe(amount / 100);
        expect(read(`${text} %`, 'percent')).toBe(amount / 100);
      }),
    );
  });

  it('that one style reads, a wider one reads alike', () => {
    const pieces = fc.array(fc.constantFrom('1', '23', '456', '0', ',', '.', ' ', "'", '-', '+', '(', ')', '$', '€', '%', 'e', 'E'), { maxLength: 9 });
    fc.assert(
      fc.property(pieces, fc.constantFrom<DecimalMark>('.', ','), (parts, mark) => {
        const text = parts.join('');
        for (const narrow of ['plain', 'grouped'] as const) {
          const value = readNumber(text, narrow, mark);
          if (value === undefined) continue;
          for (const wide of styles.slice(styles.indexOf(narrow))) expect(readNumber(text, wide, mark)).toBe(value);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is finite, and a text that is none is refused, whatever the text', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.stringMatching(/^[-+$€( ]{0,2}[0-9.,' ]{0,12}[e%€) ]{0,2}[0-9]{0,4}$/));
    fc.assert(
      fc.property(text, fc.constantFrom(...styles), fc.constantFrom<DecimalMark>('.', ','), (cell, style, mark) => {
        const value = readNumber(cell, style, mark);
        expect(value === undefined || Number.isFinite(value)).toBe(true);
        if (value !== undefined) expect(cell).toMatch(/[0-9]/);
      }),
      { numRuns: 2000 },
    );
  });

  it('is plain just where the pattern says so that SQL matches', () => {
    const pattern = new RegExp(`^(?:${PLAIN_NUMBER_PATTERN})$`);
    fc.assert(
      fc.property(fc.stringMatching(/^[-+]?[0-9]{0,3}[.,]?[0-9]{0,3}(?:[eE][-+]?[0-9]{0,2})?\n?$/), (text) => {
        expect(readNumber(text, 'plain') !== undefined).toBe(pattern.test(text));
        if (pattern.test(text)) expect(readNumber(text, 'plain')).toBe(Number(text));
      }),
      { numRuns: 2000 },
    );
  });
});
