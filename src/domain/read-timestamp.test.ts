import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DATE_FORMATS, readTimestamp } from './read-timestamp.ts';

/** As the calendar of the language writes it; undefined where the text is no time in this format. */
function isoOf(text: string, format: string): string | undefined {
  const time = readTimestamp(text, format);
  return time === undefined ? undefined : new Date(time / 1000).toISOString().replace('T00:00:00.000Z', '');
}

describe('a date in words', () => {
  it.each([
    ['3 January 2024', 'dd mmm yyyy', '2024-01-03'],
    ['3rd Jan 2024', 'dd mmm yyyy', '2024-01-03'],
    ['03-Jan-2024', 'dd mmm yyyy', '2024-01-03'],
    ['3. März 2024', 'dd mmm yyyy', '2024-03-03'],
    ['4. Mai 2020', 'dd mmm yyyy', '2020-05-04'],
    ['12. Dez. 2020', 'dd mmm yyyy', '2020-12-12'],
    ['3 de enero de 2024', 'dd mmm yyyy', '2024-01-03'],
    ['3 de agosto del 2024', 'dd mmm yyyy', '2024-08-03'],
    ['3-Mar-2024 10:00 pm', 'dd mmm yyyy', '2024-03-03T22:00:00.000Z'],
    ['03-Jan-24', 'dd mmm yy', '2024-01-03'],
    ['Jan 3, 2024', 'mmm dd yyyy', '2024-01-03'],
    ['January 3rd, 2024', 'mmm dd yyyy', '2024-01-03'],
    ['MAR. 3, 2024', 'mmm dd yyyy', '2024-03-03'],
    ['Sept 2020', 'mmm yyyy', '2020-09-01'],
    ['enero 2024', 'mmm yyyy', '2024-01-01'],
    ['Mrz 2024', 'mmm yyyy', '2024-03-01'],
    ['Jan-24', 'mmm yy', '2024-01-01'],
    ["Jan '98", 'mmm yy', '1998-01-01'],
    ['2024-Jan', 'yyyy mmm', '2024-01-01'],
    ['05JAN2021', 'dd mmm yyyy', '2021-01-05'],
    ['05JAN2021:10:11:12', 'dd mmm yyyy', '2021-01-05T10:11:12.000Z'],
    ['05JAN21', 'dd mmm yy', '2021-01-05'],
    ['JAN2021', 'mmm yyyy', '2021-01-01'],
    ['10/Oct/2000:13:55:36 -0700', 'dd mmm yyyy', '2000-10-10T20:55:36.000Z'],
    ['Fri, 24 Apr 2020 10:11:12 GMT', 'dd mmm yyyy', '2020-04-24T10:11:12.000Z'],
    ['Friday, April 24, 2020', 'mmm dd yyyy', '2020-04-24'],
    ['Fr., 24. April 2020', 'dd mmm yyyy', '2020-04-24'],
    ['martes 5 de mayo de 2020', 'dd mmm yyyy', '2020-05-05'],
    ['Mar 5, 2024', 'mmm dd yyyy', '2024-03-05'],
    ['Apr 24, 2020, 10:11:12 PM', 'mmm dd yyyy', '2020-04-24T22:11:12.000Z'],
  ])('%s in %s is %s', (text, format, iso) => {
    expect(isoOf(text, format)).toBe(iso);
  });

  it.each([
    ['3 Foo 2024', 'dd mmm yyyy'],
    ['29 Feb 2023', 'dd mmm yyyy'],
    ['31 Apr 2024', 'dd mmm yyyy'],
    ['0 Jan 2024', 'dd mmm yyyy'],
    ['3 January', 'dd mmm yyyy'],
    ['Janu 2024', 'mmm yyyy'],
    ['Foo, 24 Apr 2020', 'dd mmm yyyy'],
    ['Fri24 Apr 2020', 'dd mmm yyyy'],
    ['05JAX2021', 'dd mmm yyyy'],
  ])('%s in %s is none', (text, format) => {
    expect(readTimestamp(text, format)).toBeUndefined();
  });
});

describe('a time of day behind a date', () => {
  it.each([
    ['24.04.2020 10:11 Uhr', 'dd.mm.yyyy', '2020-04-24T10:11:00.000Z'],
    ['24.04.2020, 10:11', 'dd.mm.yyyy', '2020-04-24T10:11:00.000Z'],
    ['24. April 2020 um 22:11 Uhr', 'dd mmm yyyy', '2020-04-24T22:11:00.000Z'],
    ['24/04/2020 10:11 p.m.', 'dd/mm/yyyy', '2020-04-24T22:11:00.000Z'],
    ['24/04/2020 12:11 a. m.', 'dd/mm/yyyy', '2020-04-24T00:11:00.000Z'],
    ['20210105T063150Z', 'yyyymmdd', '2021-01-05T06:31:50.000Z'],
    ['20210105T063150.5+0100', 'yyyymmdd', '2021-01-05T05:31:50.500Z'],
    ['20210105 06:31', 'yyyymmdd', '2021-01-05T06:31:00.000Z'],
    ['2020-04-24 10:11:12 GMT+02:00', 'yyyy-mm-dd', '2020-04-24T08:11:12.000Z'],
    ['2020-04-24 10:11:12 GMT', 'yyyy-mm-dd', '2020-04-24T10:11:12.000Z'],
    ['2020-04-24:10:11', 'yyyy-mm-dd', undefined],
    ['20210105T246150Z', 'yyyymmdd', undefined],
    ['24.04.2020 10 Uhr', 'dd.mm.yyyy', undefined],
  ])('%s in %s is %s', (text, format, iso) => {
    expect(isoOf(text, format)).toBe(iso);
  });
});

describe('a date with two digits for its year', () => {
  it.each([
    ['31-12-23', 'dd-mm-yy', '2023-12-31'],
    ['12-31-23', 'mm-dd-yy', '2023-12-31'],
    ['23-12-31', 'yy-mm-dd', '2023-12-31'],
    ['23/12/31', 'yy/mm/dd', '2023-12-31'],
    ['99.12.31', 'yy.mm.dd', '1999-12-31'],
    ['31-12-23 14:35', 'dd-mm-yy', '2023-12-31T14:35:00.000Z'],
    ['31-12-2023', 'dd-mm-yy', undefined],
    ['2023-12-31', 'yy-mm-dd', undefined],
  ])('%s in %s is %s', (text, format, iso) => {
    expect(isoOf(text, format)).toBe(iso);
  });
});

describe('a part of a year', () => {
  it.each([
    ['2024', 'yyyy', '2024-01-01'],
    ['2024-03', 'yyyy-mm', '2024-03-01'],
    ['03/2024', 'mm/yyyy', '2024-03-01'],
    ['20240229', 'yyyymmdd', '2024-02-29'],
    ['2024-Q3', 'yyyy-Qq', '2024-07-01'],
    ['2024 q1', 'yyyy-Qq', '2024-01-01'],
    ['Q1 2021', 'Qq-yyyy', '2021-01-01'],
    ['Q4-2021', 'Qq-yyyy', '2021-10-01'],
    ['Q2/2021', 'Qq-yyyy', '2021-04-01'],
    ['202101', 'yyyymm', '2021-01-01'],
    ['2024-W05', 'yyyy-Www', '2024-01-29'],
    ['2020-W53', 'yyyy-Www', '2020-12-28'],
    ['2015-W53', 'yyyy-Www', '2015-12-28'],
  ])('%s in %s begins on %s', (text, format, iso) => {
    expect(isoOf(text, format)).toBe(iso);
  });

  it.each([
    ['1499', 'yyyy'],
    ['2100', 'yyyy'],
    ['2024-13', 'yyyy-mm'],
    ['20241301', 'yyyymmdd'],
    ['20230229', 'yyyymmdd'],
    ['18000101', 'yyyymmdd'],
    ['2024-Q5', 'yyyy-Qq'],
    ['Q5 2024', 'Qq-yyyy'],
    ['202113', 'yyyymm'],
    ['180001', 'yyyymm'],
    ['2024-W00', 'yyyy-Www'],
    ['2024-W53', 'yyyy-Www'],
    ['2021-W53', 'yyyy-Www'],
    ['2024-W54', 'yyyy-Www'],
    ['2024-W5', 'yyyy-Www'],
  ])('%s in %s is none', (text, format) => {
    expect(readTimestamp(text, format)).toBeUndefined();
  });

  it('that is a week begins on a Monday and holds the days that ISO 8601 gives it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1600, max: 2400 }), fc.integer({ min: 1, max: 52 }), (year, week) => {
        const monday = new Date((readTimestamp(`${year}-W${String(week).padStart(2, '0')}`, 'yyyy-Www') ?? Number.NaN) / 1000);
        expect(monday.getUTCDay()).toBe(1);
        // The Thursday of a week lies in the week's year, and six days of January and of each seven before it come first.
        const thursday = new Date(monday.getTime() + 3 * 86_400_000);
        expect(thursday.getUTCFullYear()).toBe(year);
        const dayOfYear = (thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000;
        expect(Math.floor(dayOfYear / 7) + 1).toBe(week);
      }),
    );
  });
});

describe('a year of two digits', () => {
  it.each([
    ['01/02/30', 'mm/dd/yy', '1930-01-02'],
    ['01/02/29', 'mm/dd/yy', '2029-01-02'],
    ['01/02/29', 'dd/mm/yy', '2029-02-01'],
    ['31.12.99', 'dd.mm.yy', '1999-12-31'],
    ['29.02.00', 'dd.mm.yy', '2000-02-29'],
  ])('%s in %s is %s', (text, format, iso) => {
    expect(isoOf(text, format)).toBe(iso);
  });

  it('and one of four are told apart', () => {
    expect(readTimestamp('01/02/2024', 'mm/dd/yy')).toBeUndefined();
    expect(readTimestamp('01/02/24', 'mm/dd/yyyy')).toBeUndefined();
  });
});

describe('any day', () => {
  /** From 1600 to 2400. */
  const day = fc.integer({ min: -135_140, max: 157_053 });
  const pad = (value: number) => String(value).padStart(2, '0');
  const spellings: Partial<Record<(typeof DATE_FORMATS)[number], (year: number, month: number, date: number) => string>> = {
    'yyyy-mm-dd': (year, month, date) => `${year}-${pad(month)}-${pad(date)}`,
    'yyyy/mm/dd': (year, month, date) => `${year}/${month}/${date}`,
    'yyyy.mm.dd': (year, month, date) => `${year}.${pad(month)}.${pad(date)}`,
    'mm/dd/yyyy': (year, month, date) => `${month}/${date}/${year}`,
    'dd/mm/yyyy': (year, month, date) => `${pad(date)}/${pad(month)}/${year}`,
    'mm-dd-yyyy': (year, month, date) => `${pad(month)}-${pad(date)}-${year}`,
    'dd-mm-yyyy': (year, month, date) => `${pad(date)}-${pad(month)}-${year}`,
    'dd.mm.yyyy': (year, month, date) => `${date}.${month}.${year}`,
    'dd mmm yyyy': (year, month, date) => `${date} ${'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')[month - 1]} ${year}`,
    'mmm dd yyyy': (year, month, date) =>
      `${'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(' ')[month - 1]} ${date}, ${year}`,
  };

  it.each(Object.entries(spellings))('comes back from its spelling in %s', (format, spell) => {
    fc.assert(
      fc.property(day, (days) => {
        const date = new Date(days * 86_400_000);
        expect(readTimestamp(spell(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()), format)).toBe(days * 86_400_000_000);
      }),
    );
  });

  it('with the day before the month is no day with the month first, once the day is past the twelfth', () => {
    fc.assert(
      fc.property(day, (days) => {
        const date = new Date(days * 86_400_000);
        fc.pre(date.getUTCDate() > 12);
        const text = `${pad(date.getUTCDate())}/${pad(date.getUTCMonth() + 1)}/${date.getUTCFullYear()}`;
        expect(readTimestamp(text, 'mm/dd/yyyy')).toBeUndefined();
        expect(readTimestamp(text, 'dd/mm/yyyy')).toBe(days * 86_400_000_000);
      }),
    );
  });
});

describe('any moment', () => {
  it('is the same in every zone', () => {
    const moment = fc.date({ min: new Date('1700-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.integer({ min: -14 * 60, max: 14 * 60 }), (at, offsetMinutes) => {
        const local = new Date(at.getTime() + offsetMinutes * 60_000).toISOString().slice(0, -1);
        const ahead = Math.abs(offsetMinutes);
        const zone = `${offsetMinutes < 0 ? '-' : '+'}${String(Math.floor(ahead / 60)).padStart(2, '0')}:${String(ahead % 60).padStart(2, '0')}`;
        expect(readTimestamp(`${local}${zone}`, 'yyyy-mm-dd')).toBe(at.getTime() * 1000);
        expect(readTimestamp(`${local}${zone.replace(':', '')}`, 'yyyy-mm-dd')).toBe(at.getTime() * 1000);
        expect(readTimestamp(at.toISOString(), 'yyyy-mm-dd')).toBe(at.getTime() * 1000);
      }),
    );
  });

  it('is whole microseconds, and a text that is no time is refused, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.stringMatching(/^[0-9]{1,4}[-/. ][0-9A-Za-zä]{1,4}[-/. ]?[0-9]{0,4}[T ]?[0-9]{0,2}:?[0-9]{0,2}[Zz+]?[0-9]{0,2}$/),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...DATE_FORMATS), (cell, format) => {
        const time = readTimestamp(cell, format);
        expect(time === undefined || Number.isInteger(time)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
