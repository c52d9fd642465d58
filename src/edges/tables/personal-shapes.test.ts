import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { personalShapeOf } from './personal-shapes.ts';

describe('a text that tells of one person', () => {
  it.each([
    ['ann@mail.example', 'email'],
    ['a.b+c@mail.example.org', 'email'],
    ['+1 212 555 0100', 'phone'],
    ['(212) 555-0100', 'phone'],
    ['212-555-0100', 'phone'],
    ['0044 20 7946 0958', 'phone'],
    ['John Smith', 'name'],
    ['Smith, John', 'name'],
    ['Mrs. Ada B. Lovelace', 'name'],
    ['Ludwig van Beethoven', 'name'],
    ['José García López', 'name'],
    ['O’Neil, Ann', 'name'],
    ['12 Main Street', 'address'],
    ['221b, Baker St, London', 'address'],
    ['Hauptstraße 5', 'address'],
    ['Am Lindenweg 12a, 10115 Berlin', 'address'],
    ['Calle Mayor 12', 'address'],
    ['123-45-6789', 'national-id'],
    ['12345678Z', 'national-id'],
    ['4111 1111 1111 1111', 'card-number'],
    ['378282246310005', 'card-number'],
    ['DE89 3704 0044 0532 0130 00', 'bank-account'],
    ['GB82WEST12345698765432', 'bank-account'],
    ['192.168.0.1', 'ip-address'],
  ])('"%s" is of the shape %s', (text, shape) => {
    expect(personalShapeOf(text)).toBe(shape);
  });

  it.each([
    'ann@mail',
    '@mail.example',
    'a@b.co, c@d.co',
    '5550100',
    '2024-01-03',
    '10:30',
    '1234.5678',
    '256.1.1.1',
    '1.2.3',
    '000-12-3456',
    '666-12-3456',
    '123-00-6789',
    'Self-employed',
    'Month-to-month',
    'Two year',
    'Bank transfer (automatic)',
    'john smith',
    'JOHN',
    'North',
    '12',
    '',
    ' ',
  ])('"%s" tells of nobody', (text) => {
    expect(personalShapeOf(text)).toBeUndefined();
  });
});

describe('a number with a check digit', () => {
  const digits = (length: number) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((each) => each.join(''));
  const tenDigits = Array.from({ length: 10 }, (_, digit) => String(digit));

  it('of a payment card fits one last digit of ten', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), digits(14), (first, rest) => {
        const passing = tenDigits.filter((last) => personalShapeOf(`${first}${rest}${last}`) === 'card-number');
        expect(passing).toHaveLength(1);
        const plain = `${first}${rest}${passing[0]}`;
        expect(personalShapeOf(plain.replaceAll(/([0-9]{4})(?=[0-9])/g, '$1 '))).toBe('card-number');
      }),
    );
  });

  it('of a bank account is told from one with a digit changed', () => {
    /** The two check digits that ISO 13616 wants: what is left of 98 by modulo 97, with D as 13 and E as 14. */
    const checkDigits = (account: string) => String(98n - (BigInt(`${account}131400`) % 97n)).padStart(2, '0');
    fc.assert(
      fc.property(digits(18), fc.integer({ min: 0, max: 17 }), fc.integer({ min: 1, max: 9 }), (account, at, step) => {
        const check = checkDigits(account);
        expect(personalShapeOf(`DE${check}${account}`)).toBe('bank-account');
        expect(personalShapeOf(`DE${check} ${account.replaceAll(/([0-9]{4})/g, '$1 ').trim()}`)).toBe('bank-account');
        const changed = `${account.slice(0, at)}${(Number(account[at]) + step) % 10}${account.slice(at + 1)}`;
        expect(personalShapeOf(`DE${check}${changed}`)).toBeUndefined();
      }),
    );
  });

  it('of a Spanish identity card fits one letter of the alphabet', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    fc.assert(
      fc.property(digits(8), (number) => {
        expect(letters.filter((letter) => personalShapeOf(number + letter) === 'national-id')).toHaveLength(1);
      }),
    );
  });
});

describe('any number of a measurement', () => {
  it('tells of nobody, unless it has the thirteen digits of a card', () => {
    const value = fc.oneof(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), fc.integer({ min: -1e12, max: 999_999_999_999 }));
    fc.assert(
      fc.property(value, (measured) => {
        expect(personalShapeOf(String(measured))).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });
});
