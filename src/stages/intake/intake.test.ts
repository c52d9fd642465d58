import { describe, expect, it } from 'vitest';
import type { Column } from '../../domain/column.ts';
import { Profile, type ColumnProfile } from '../../domain/profile.ts';
import { seededRandom } from '../../domain/random.ts';
import type { ColumnStatistics } from '../../edges/tables/index.ts';
import { measureTexts } from '../../edges/tables/measure-texts.ts';
import { profileOf } from '../../../tests/fixtures/made-profile.ts';
import { findLeaks, profileColumn, profileDataset, type LeakSearch, type ReadingWishes } from './index.ts';
import type { NamedKind } from './name-kind.ts';

/** What the reader counts of these cells. */
function statisticsOf(name: string, cells: string[]): ColumnStatistics {
  const counts = new Map<string, number>();
  for (const cell of cells) if (cell !== '') counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return measureTexts(
    [...counts].map(([text, count]) => ({ text, count })),
    name,
    cells.length,
  );
}

const repeat = (cells: string[], times: number) => Array.from({ length: times }, () => cells).flat();
const many = (count: number, cell: (i: number) => string) => Array.from({ length: count }, (_, i) => cell(i));

describe('the kind of a column', () => {
  it.each([
    ['numbers with blanks', 'TotalCharges', [...repeat(['29.85', '1889.5'], 50), '', ''], 'number'],
    ['few whole numbers', 'rate_code', repeat(['1', '2', '5'], 40), 'number'],
    ['zero and one', 'SeniorCitizen', repeat(['0', '1'], 40), 'number'],
    ['money', 'payment', repeat(['$148,511.00', '$5.00'], 40), 'number'],
    ['shares in percent', 'share', repeat(['12%', '3 %'], 40), 'number'],
    ['numbers with a slip among many', 'weight', [...many(200, (i) => String(i * 1.5)), 'heavy'], 'number'],
    ['codes, one of them a letter', 'zone', [...repeat(['1', '2', '3'], 100), 'M'], 'category'],
    ['unique measurements', 'income', many(100, (i) => String(i * 13.37)), 'number'],
    ['unique whole numbers', 'amount', many(100, (i) => String((i * 7919) % 100_003)), 'number'],
    ['years in a row', 'year', many(60, (i) => String(1950 + i)), 'number'],
    ['yes and no', 'Partner', repeat(['Yes', 'No'], 40), 'boolean'],
    ['yes and no in several spellings', 'churned', repeat(['Yes', 'yes', 'Y', 'No', 'NO', 'n'], 10), 'boolean'],
    ['yes, no, true and false', 'churned', repeat(['Yes', 'True', 'no', 'FALSE'], 10), 'boolean'],
    ['letters of which T and F are two', 'letter', repeat(['T', 'F', 'N'], 40), 'category'],
    ['ISO dates', 'dteday', repeat(['2011-01-01', '2011-01-02T10:00:00Z'], 40), 'datetime'],
    ['dates in two spellings', 'seen', repeat(['2011-01-01', '31.12.2011'], 40), 'datetime'],
    ['dates in words and years beside them', 'first_appear', repeat(['Aug-62', '1993, June', '1986'], 40), 'datetime'],
    ['days with two digits for the year', 'tag', many(60, (i) => `${String((i % 28) + 1).padStart(2, '0')}-0${(i % 9) + 1}-2${i % 4}`), 'datetime'],
    [
      'years of two digits first',
      'tag',
      many(60, (i) => `2${i % 4}/0${(i % 9) + 1}/${String((i % 31) + 1).padStart(2, '0')}`).filter((day) => !/0[2469].31|02.30|02.29/.test(day)),
      'datetime',
    ],
    ['times of day', 'at', many(60, (i) => `${i % 24}:${String(i % 60).padStart(2, '0')}`), 'number'],
    [
      'times of day with seconds, all different',
      'at',
      many(60, (i) => `0${i % 10}:${String(i % 60).padStart(2, '0')}:${String((i * 7) % 60).padStart(2, '0')}`),
      'number',
    ],
    ['durations beyond a day', 'elapsed', many(60, (i) => `${i}:05:${10 + (i % 50)}`), 'number'],
    ['thousands and millions', 'views', many(60, (i) => ['1.2K', '3.4M', '500', `${i}K`][i % 4]), 'number'],
    ['weights with their unit', 'weight', many(60, (i) => `${i + 40} kg`), 'number'],
    ['degrees', 'temperature', many(60, (i) => `${i % 2 ? '-' : ''}${i}.5 °C`), 'number'],
    ['years and a year', 'age', many(60, (i) => (i % 12 === 1 ? '1 year' : `${i % 12} years`)), 'number'],
    ['square metres with decimal commas', 'fläche', many(60, (i) => `${i + 10},25m²`), 'number'],
    ['a few sizes', 'size', repeat(['16GB', '32GB', '64GB'], 40), 'category'],
    ['numbers with other texts', 'dose', many(60, (i) => `${i} ${['kg', 'mg', 'pills'][i % 3]}`), 'text'],
    ['keys with a letter', 'order_id', many(60, (i) => `${4711 + i * 7}X`), 'identifier'],
    ['a minus of print', 'change', many(60, (i) => (i % 2 ? `−${i}.5` : `${i}.25`)), 'number'],
    ['negative numbers in parentheses', 'change', many(60, (i) => (i % 2 ? `(${i},234)` : `${i}`)), 'number'],
    ['a minus behind the number', 'change', many(60, (i) => (i % 2 ? `${i}.50-` : `${i}.25`)), 'number'],
    ['thousands after thin spaces', 'count', many(60, (i) => `${i + 1}\u2009204`), 'number'],
    ['thousands after spaces that do not break', 'count', many(60, (i) => `${i + 1}\u00a0204,5`), 'number'],
    ['days as digits', 'day', many(50, (i) => String(20200101 + (i % 28))), 'datetime'],
    ['months', 'month', repeat(['2020-01', '2020-02'], 40), 'datetime'],
    ['quarters', 'quarter', repeat(['2020-Q1', '2020 Q4'], 40), 'datetime'],
    ['quarters before the year', 'quarter', repeat(['Q1 2021', 'Q2 2021', 'Q3-2021'], 40), 'datetime'],
    ['weeks', 'week', repeat(['2021-W05', '2021-W06'], 40), 'datetime'],
    ['months as digits', 'month', repeat(['202101', '202112', '202206'], 40), 'datetime'],
    ['numbers like months', 'amount', repeat(['202101', '202112', '202206'], 40), 'number'],
    ['dates with their day of the week', 'when', repeat(['Friday, April 24, 2020', 'Saturday, April 25, 2020'], 40), 'datetime'],
    ['dates of SAS', 'when', repeat(['05JAN2021:10:11:12', '06FEB2021:10:11:12'], 40), 'datetime'],
    ['dates of web pages', 'when', repeat(['Fri, 24 Apr 2020 10:11:12 GMT', 'Mon, 27 Apr 2020 10:11:12 GMT'], 40), 'datetime'],
    ['moments without signs', 'when', repeat(['20210105T063150Z', '20210106T063150Z'], 40), 'datetime'],
    ['German dates', 'tag', repeat(['5. Januar 2020', '17. März 2021'], 40), 'datetime'],
    ['Spanish months', 'mes', repeat(['enero 1993', 'diciembre 1994'], 40), 'datetime'],
    ['decimal commas', 'preis', many(50, (i) => `1.${200 + i},50`), 'number'],
    ['amounts in euros', 'betrag', many(50, (i) => `${i},99 €`), 'number'],
    ['amounts in crowns', 'pris', many(50, (i) => `${i},50 kr`), 'number'],
    ['amounts in rupees', 'price', many(50, (i) => `₹${10 + i},34,567`), 'number'],
    ['thousands after apostrophes', 'einwohner', many(50, (i) => `${i + 1}'204`), 'number'],
    ['codes that begin with zeros', 'zip', repeat(['01234', '90210', '04109'], 40), 'category'],
    ['hours in two digits', 'hour', repeat(['00', '07', '23'], 40), 'number'],
    ['ranges with a currency', 'balance', repeat(['< 0 DM', '1 - 200 DM', '> 200 DM', 'unknown'], 40), 'ordered'],
    ['ranges of speed', 'dvcat', repeat(['1-9km/h', '10-24', '25-39', '40-54', '55+'], 40), 'ordered'],
    ['ranges of years', 'since', repeat(['0 - 1 yrs', '1 - 4 yrs', '4 - 7 yrs', '> 7 yrs', 'unemployed'], 40), 'ordered'],
    ['a scale in words', 'level', repeat(['low', 'medium', 'high'], 40), 'ordered'],
    ['a scale of quality', 'cut', repeat(['Ideal', 'Premium', 'Good', 'Fair', 'Very Good'], 40), 'ordered'],
    ['sizes', 'size', repeat(['S', 'M', 'L', 'XL'], 40), 'ordered'],
    ['numbers cut by pandas', 'age', repeat(['(0, 10]', '(10, 20]', '(20, 30]'], 40), 'ordered'],
    ['numbers cut into open ends', 'age', repeat(['(-inf, 0.5]', '(0.5, 1e+02]', '(1e+02, inf]'], 40), 'ordered'],
    ['numbers cut with closed starts', 'age', repeat(['[0,10)', '[10,20)', '[20,30)', '[30,40)'], 40), 'ordered'],
    ['numbered answers', 'q1', repeat(['1 - Strongly disagree', '2 - Disagree', '3 - Neutral', '4 - Agree', '5 - Strongly agree'], 40), 'ordered'],
    ['numbered answers with names at the ends', 'q1', repeat(['1: sehr unzufrieden', '2', '3', '4', '5: sehr zufrieden'], 40), 'ordered'],
    ['numbered things', 'method', repeat(['1 - Cash', '2 - Card', '3 - Wire'], 40), 'category'],
    ['years with open ends', 'emp_length', repeat(['less than 1 year', '1 year', '2 years', '10+ years'], 40), 'ordered'],
    ['counts with an open end', 'bedrooms', repeat(['0', '1', '2', '3', '4+'], 40), 'ordered'],
    ['bases', 'position', repeat(['1B', '2B', '3B'], 40), 'category'],
    ['scores of matches', 'result', repeat(['3-2', '1-4', '0-0', '2-1'], 40), 'category'],
    ['a class called None', 'type', repeat(['None', 'BrkFace', 'Stone'], 40), 'category'],
    ['ja and nein', 'aktiv', repeat(['ja', 'nein'], 40), 'boolean'],
    ['a running number', 'instant', many(100, (i) => String(i + 1)), 'identifier'],
    ['the numbers of a range in any order', 'Order', many(101, (i) => String((i * 50) % 101)), 'identifier'],
    ['unique whole numbers named for a key', 'customerID', many(100, (i) => String((i * 7919) % 100_003)), 'identifier'],
    ['numbers whose name ends in id by chance', 'amountPaid', many(100, (i) => String((i * 7919) % 100_003)), 'number'],
    ['whole numbers that only their last digits tell apart', 'ref', many(100, (i) => `123456789012345678${10 + i}`), 'identifier'],
    ['long whole numbers that a number can hold', 'bytes', many(100, (i) => String(2 ** 54 + i * 1024)), 'number'],
    ['unique codes', 'code', many(100, (i) => `${i}-VHVEG`), 'identifier'],
    ['unique sentences', 'text', many(100, (i) => `this is message number ${i}`), 'text'],
    [
      'long names of few things',
      'DRG Definition',
      repeat(
        many(60, (i) => `${i} - heart transplant with major complication`),
        30,
      ),
      'category',
    ],
    ['a name for having none', 'other_debtors', repeat(['none', 'guarantor', 'co-applicant'], 40), 'category'],
    ['one value', 'host', repeat(['0'], 40), 'constant'],
    ['no value', 'empty', repeat([''], 40), 'constant'],
    ['one value or none', 'Alley', [...repeat(['Pave'], 40), ''], 'category'],
  ] as const)('that holds %s is %s → %s', (_, name, cells, kind) => {
    expect(profileColumn(statisticsOf(name, [...cells])).kind).toBe(kind);
  });

  it('takes words for "none" as missing among numbers and as a class among words', () => {
    expect(profileColumn(statisticsOf('a', ['none', ...repeat(['1', '2'], 20)]))).toMatchObject({ kind: 'number', missingCount: 1, distinctCount: 2 });
    expect(profileColumn(statisticsOf('a', ['none', '?', ...repeat(['x', 'y'], 20)]))).toMatchObject({ kind: 'category', missingCount: 1, distinctCount: 3 });
  });

  it('counts every cell without an answer as missing, whatever the kind', () => {
    const gaps = ['', 'NA', '#NV', '(blank)', 'NaT', ''];
    for (const values of [
      ['yes', 'no'],
      ['red', 'green'],
      ['1', '2'],
      ['2024-01-01', '2024-01-02'],
      ['low', 'medium', 'high'],
    ])
      expect(profileColumn(statisticsOf('a', [...gaps, ...repeat(values, 20)]))).toMatchObject({
        missingCount: 6,
        distinctCount: values.length,
        unreadableCount: 0,
      });
  });

  it('orders the steps of a scale from the lowest to the highest and leaves other values outside', () => {
    expect(profileColumn(statisticsOf('b', repeat(['> 200 DM', 'unknown', '< 0 DM', '1 - 200 DM'], 30))).order).toEqual(['< 0 DM', '1 - 200 DM', '> 200 DM']);
    expect(profileColumn(statisticsOf('c', repeat(['Ideal', 'Premium', 'Good', 'Fair', 'Very Good'], 30))).order).toEqual([
      'Fair',
      'Good',
      'Very Good',
      'Premium',
      'Ideal',
    ]);
    expect(profileColumn(statisticsOf('e', repeat(['10+ years', '2 years', '< 1 year', '1 year', 'n/a'], 30))).order).toEqual([
      '< 1 year',
      '1 year',
      '2 years',
      '10+ years',
    ]);
    expect(profileColumn(statisticsOf('q', repeat(['3', '1 - never', '2', '5 - always'], 30))).order).toEqual(['1 - never', '2', '3', '5 - always']);
    expect(profileColumn(statisticsOf('d', repeat(['red', 'green'], 30))).order).toBeNull();
  });

  it('takes a comma for the decimals only where that reads more cells', () => {
    const rule = (cells: string[]) => profileColumn(statisticsOf('n', cells)).rule;
    expect(rule(repeat(['1,234', '5,678'], 20))).toMatchObject({ style: 'grouped' });
    expect(rule(repeat(['1,234', '5,678'], 20))).not.toHaveProperty('decimal');
    expect(rule(repeat(['1,234', '5,6'], 20))).toMatchObject({ style: 'plain', decimal: ',' });
    expect(rule(repeat(['1.234,5', '7'], 20))).toMatchObject({ style: 'grouped', decimal: ',' });
    expect(rule(repeat(['0,125', '0,250'], 20))).toMatchObject({ style: 'plain', decimal: ',' });
  });

  it('reads a day before a month where some day is no month, and a month first otherwise', () => {
    expect(profileColumn(statisticsOf('d', ['01/02/2020', '25/02/2020'])).rule).toMatchObject({ formats: ['dd/mm/yyyy'] });
    expect(profileColumn(statisticsOf('d', ['02/01/2020', '02/25/2020'])).rule).toMatchObject({ formats: ['mm/dd/yyyy'] });
    expect(profileColumn(statisticsOf('d', ['01/01/2020', '02/02/2020'])).rule).toMatchObject({ formats: ['mm/dd/yyyy'] });
  });

  it('reads a year of two digits behind, unless that scatters the days over a century', () => {
    const first = (cells: string[]) => profileColumn(statisticsOf('d', cells)).rule;
    const days = many(120, (i) => new Date(Date.UTC(2022, 0, 1 + 5 * i)).toISOString().slice(2, 10));
    expect(first(days)).toMatchObject({ formats: ['yy-mm-dd'] });
    expect(first(days.map((day) => day.replaceAll('-', '/')))).toMatchObject({ formats: ['yy/mm/dd'] });
    expect(first(days.map((day) => day.split('-').toReversed().join('.')))).toMatchObject({ formats: ['dd.mm.yy'] });
    // The first of every month.
    expect(first(many(24, (i) => `01-${String((i % 12) + 1).padStart(2, '0')}-2${2 + Math.floor(i / 12)}`))).not.toMatchObject({ formats: ['yy-mm-dd'] });
  });

  it('reads a number with its unit, without it and in several spellings, and measures it without', () => {
    const weights = [...many(60, (i) => `${i + 1}.5 kg`), '7.5kg', '8,000.5 Kg', '9', 'n/a', 'NA'];
    const profile = profileColumn(statisticsOf('w', weights));
    expect(profile).toMatchObject({ kind: 'number', missingCount: 2, distinctCount: 62, unreadableCount: 0, numbers: { min: 1.5, max: 8000.5 } });
    expect(profile.rule).toMatchObject({ style: 'grouped', units: ['kg', 'Kg'] });
    expect(profile.kindReason).toMatch(/in "kg", "Kg"$/);
  });

  it('chooses the narrowest style that reads the numbers', () => {
    const style = (cells: string[]) => profileColumn(statisticsOf('n', cells)).rule;
    expect(style(['1', '2'])).toMatchObject({ style: 'plain' });
    expect(style(['1', '1,234'])).toMatchObject({ style: 'grouped' });
    expect(style(['1', '1,234', '$2'])).toMatchObject({ style: 'currency' });
    expect(style(['1', '2%'])).toMatchObject({ style: 'percent' });
  });
});

describe('a profile', () => {
  it('fits its schema and warns of what the user should know', () => {
    const columns = [
      statisticsOf(
        'id',
        many(100, (i) => String(i)),
      ),
      statisticsOf(
        'mail',
        many(100, (i) => `person${i}@example.org`),
      ),
      statisticsOf(
        'rare',
        many(100, (i) => (i < 10 ? `${i % 3}` : '')),
      ),
      statisticsOf('same', repeat(['x'], 100)),
      statisticsOf('weight', [...many(99, (i) => String(i * 1.5)), 'heavy']),
    ];
    const profile = Profile.parse(profileDataset({ path: 'a.csv', rowCount: 100, notes: ['Read as Latin-1.'] }, { columns, duplicateRowCount: 5, twins: [] }));
    expect(profile.warnings.map((warning) => ('column' in warning ? `${warning.kind} ${warning.column}` : warning.kind))).toEqual([
      'reading',
      'duplicate-rows',
      'identifier id',
      'identifier mail',
      'personal mail',
      'mostly-missing rare',
      'constant same',
      'unreadable-cells weight',
    ]);
    expect(profile.columns[1]).toMatchObject({ personal: 'email', topValues: [] });
  });

  it('warns of a number like -999 that stands apart, and not where other numbers are negative too', () => {
    const values = many(100, (i) => (i % 20 === 3 ? '-999' : String(i * 1.5)));
    const columns = [statisticsOf('temperature', values), statisticsOf('balance', [...values.slice(1), '-12'])];
    const { warnings } = profileDataset({ path: 'a.csv', rowCount: 100, notes: [] }, { columns, duplicateRowCount: 0, twins: [] });
    expect(warnings).toEqual([expect.objectContaining({ kind: 'missing-code', column: 'temperature', detail: expect.stringContaining('-999 in 5 rows') })]);
  });

  /** The rules of a file's columns, and what is said of how it was read. */
  const readingOf = (cellsOf: Record<string, string[]>, hasTypedNumbers = false) => {
    const columns = Object.entries(cellsOf).map(([name, cells]) => statisticsOf(name, cells));
    const { columns: decided, warnings } = profileDataset(
      { path: 'a.csv', rowCount: columns[0].rowCount, notes: [], hasTypedNumbers },
      { columns, duplicateRowCount: 0, twins: [] },
    );
    return {
      rules: Object.fromEntries(
        decided.map(({ name, rule }) => [name, rule.type === 'number' ? (rule.decimal ?? '.') : rule.type === 'timestamp' ? rule.formats[0] : rule.type]),
      ),
      said: warnings.flatMap((warning) => (warning.kind === 'reading' ? [warning.detail] : [])),
    };
  };
  const thousands = ['1.100', '2.250', '17.500', '3'];

  it.each([
    ['1.234,50', ','],
    ['12,5', ','],
    ['1.234.567', ','],
    ['12.5', '.'],
    ['1,234.50', '.'],
    ['0.125', '.'],
    ['€ 3,99', ','],
    ['12,5 %', ','],
  ])('takes the decimal mark of a column that could have either from one that holds %s', (settled, mark) => {
    const { rules, said } = readingOf({
      open: thousands,
      settled: [settled, settled, '7', '8'],
      other: ['1,100', '2,250', '17,500', '3'],
      whole: ['1', '2', '3', '3'],
      name: ['a', 'b', 'c', 'd'],
    });
    expect(rules).toMatchObject({ open: mark, settled: mark, other: mark, whole: mark });
    expect(said).toEqual([]);
  });

  it('says how numbers are read that nothing in the file settles, and not where they were typed or are whole', () => {
    const open = { a: thousands, b: ['1,100', '2,250', '17,500', '3'], c: ['1', '2', '3', '4'] };
    expect(readingOf(open).rules).toEqual({ a: '.', b: '.', c: '.' });
    expect(readingOf(open).said).toEqual([expect.stringMatching(/^"a", "b": numbers such as 1\.100 and 1,100 are read with a point/)]);
    expect(readingOf(open, true).said).toEqual([]);
    const contradicting = { ...open, d: ['12.5', '1', '2', '3'], e: ['12,5', '1', '2', '3'] };
    expect(readingOf(contradicting).rules).toEqual({ a: '.', b: '.', c: '.', d: '.', e: ',' });
    expect(readingOf(contradicting).said).toHaveLength(1);
  });

  it.each([
    [
      '12.50 and 12,50',
      (i: number) => (i % 3 ? `${i}.50` : `${i},50`),
      '.',
      34,
      /"a": decimals are written with a point and with a comma; the 34 cells with a comma/,
    ],
    ['1.234,50 and 1,234.50', (i: number) => (i % 3 ? `1.2${10 + (i % 80)},5` : `1,2${10 + (i % 80)}.5`), ',', 34, /the 34 cells with a point are missing/],
    ['12,5 and 12.5, some of them in dollars', (i: number) => (i % 3 ? `${i},5` : `$${i}.5`), ',', 34, /34 cells with a point/],
  ])('reads %s in one column as most of it is written, and says so', (_, cell, mark, unreadableCount, said) => {
    const cells = many(100, cell);
    expect(profileColumn(statisticsOf('a', cells))).toMatchObject({ kind: 'number', unreadableCount });
    const { rules, said: details } = readingOf({ a: cells, b: many(100, (i) => `x${i % 4}`) });
    expect(rules.a).toBe(mark);
    expect(details).toEqual([expect.stringMatching(said)]);
  });

  it('measures whole numbers in a file of decimal commas as in any other', () => {
    const whole = many(50, (i) => String(i * 3));
    const profileBeside = (other: string) =>
      profileDataset(
        { path: 'a.csv', rowCount: 50, notes: [] },
        {
          columns: [
            statisticsOf('whole', whole),
            statisticsOf(
              'other',
              many(50, (i) => (i % 2 ? other : '7')),
            ),
          ],
          duplicateRowCount: 0,
          twins: [],
        },
      ).columns[0];
    const { rule, ...facts } = profileBeside('12,5');
    expect(rule).toMatchObject({ style: 'plain', decimal: ',' });
    const { rule: otherRule, ...otherFacts } = profileBeside('12.5');
    expect(otherRule).not.toHaveProperty('decimal');
    expect(facts).toEqual(otherFacts);
  });

  it('takes the order of day and month of a column that could have either from one of the same spelling', () => {
    const open = ['01/02/2024', '03/02/2024', '01/02/2024'];
    const german = readingOf({ open, settled: ['25/12/2023', '01/02/2024', '01/02/2024'], short: ['01/02/24', '05/02/24', '01/02/24'] });
    expect(german).toEqual({ rules: { open: 'dd/mm/yyyy', settled: 'dd/mm/yyyy', short: 'dd/mm/yy' }, said: [] });
    const american = readingOf({ open, settled: ['12/25/2023', '01/02/2024', '01/02/2024'] });
    expect(american).toEqual({ rules: { open: 'mm/dd/yyyy', settled: 'mm/dd/yyyy' }, said: [] });
  });

  it('says how dates are read that nothing in the file settles, and not where both orders mean the same day', () => {
    const open = ['01/02/2024', '03/02/2024', '01/02/2024'];
    const { rules, said } = readingOf({ open, dashed: ['12-25-2023', '01-02-2024', '01-02-2024'] });
    expect(rules).toEqual({ open: 'dd/mm/yyyy', dashed: 'mm-dd-yyyy' });
    expect(said).toEqual([expect.stringMatching(/^"open": dates that could be mm\/dd\/yyyy as well are read as dd\/mm\/yyyy/)]);
    expect(readingOf({ same: ['01/01/2024', '02/02/2024'], other: ['a', 'b'] }).said).toEqual([]);
  });

  /** The column as it was decided, and what is said of the markers in it. */
  const markersOf = (cellsOf: Record<string, string[]>, name: string) => {
    const columns = Object.entries(cellsOf).map(([column, cells]) => statisticsOf(column, cells));
    const profile = profileDataset({ path: 'a.csv', rowCount: columns[0].rowCount, notes: [] }, { columns, duplicateRowCount: 0, twins: [] });
    const said = profile.warnings.flatMap((warning) => (warning.kind === 'missing-code' && warning.column === name ? [warning.detail] : []));
    return { column: profile.columns.find((column) => column.name === name), said };
  };
  const other = many(1000, (i) => `x${i % 7}`);

  it.each([
    [
      'a word',
      'number',
      (i: number) => (i % 20 === 0 ? 'confidential' : String(i * 1.5)),
      50,
      /holds "confidential" in 50 rows among numbers: taken as missing/,
    ],
    ['two words', 'number', (i: number) => (i % 20 === 0 ? 'n.v.' : i % 20 === 1 ? 'k. V.' : String(i * 1.5)), 100, /"n.v." in 50 rows/],
    ['a sixth of a word', 'number', (i: number) => (i % 6 === 0 ? 'TBD' : String(i)), 167, /"TBD" in 167 rows/],
    ['infinity', 'number', (i: number) => (i % 20 === 0 ? 'inf' : i % 20 === 1 ? '-Infinity' : String(i / 7)), 100, /"-Infinity" in 50 rows among numbers/],
    [
      'the day of zeros',
      'datetime',
      (i: number) => (i % 50 === 0 ? '0000-00-00' : `2024-0${(i % 9) + 1}-1${i % 7}`),
      20,
      /"0000-00-00" in 20 rows among dates/,
    ],
    ['values below a limit', 'number', (i: number) => (i % 25 === 0 ? '< 0.5' : String(i * 1.5)), 40, /"< 0.5" in 40 rows/],
    ['a word among dates', 'datetime', (i: number) => (i % 20 === 0 ? 'open' : `2024-0${(i % 9) + 1}-1${i % 7}`), 50, /among dates/],
  ] as const)('takes %s in a column of something else as missing, and says so', (_, kind, cell, missingCount, said) => {
    const found = markersOf({ a: many(1000, cell), other }, 'a');
    expect(found.column).toMatchObject({ kind, missingCount, unreadableCount: 0 });
    expect(found.column?.rule.missing).toEqual(expect.arrayContaining(found.said.map((detail) => /"(.*)"/.exec(detail)?.[1])));
    expect(found.said.join('\n')).toMatch(said);
  });

  it.each([
    ['more than a fifth', (i: number) => (i % 4 === 0 ? 'secret' : String(i))],
    ['many different words', (i: number) => (i % 20 === 0 ? 'abcdefghij'.slice(0, 1 + ((i / 20) % 10)) : String(i))],
    ['a letter among a few codes', (i: number) => (i % 20 === 0 ? 'M' : String(i % 12))],
  ])('does not take %s for missing', (_, cell) => {
    const found = markersOf({ a: many(1000, cell), other }, 'a');
    expect(found.column?.kind).not.toBe('number');
    expect(found.said).toEqual([]);
  });

  it.each(
    ['#NV', '#WERT!', '#ZAHL!', '#VALOR!', '..', '–', '---', '…', '_', 'Not Applicable', 'n.d.', 'S/D', 'ND', '(blank)', 'TBD', '*', 'NaT', 'x'].flatMap(
      (word) => [20, 7].map((every) => [word, every] as const),
    ),
  )('takes %s in one row of %i for a number that is not known', (word, every) => {
    const found = markersOf({ a: many(1000, (i) => (i % every === 0 ? word : String(i * 1.5))), other }, 'a');
    expect(found.column).toMatchObject({ kind: 'number', missingCount: Math.ceil(1000 / every), unreadableCount: 0 });
  });

  it.each([
    ['numbers', 'category', (i: number) => (i % 4 === 0 ? 'free' : String(i)), /75 % of its cells are numbers and "free" in 250 rows is none/],
    ['numbers with a few words', 'category', (i: number) => (i % 10 < 3 ? ['free', 'gift', 'TBD'][i % 3] : `${i},50`), /70 % of its cells are numbers/],
    ['dates', 'category', (i: number) => (i % 4 === 0 ? 'open' : `2024-0${(i % 9) + 1}-${10 + (i % 17)}`), /75 % of its cells are dates and "open"/],
    ['a few codes', 'category', (i: number) => (i % 20 === 0 ? 'M' : String(i % 12)), /95 % of its cells are numbers and "M" in 50 rows is none/],
  ] as const)('says which words keep %s from being read as such', (_, kind, cell, said) => {
    const columns = [statisticsOf('a', many(1000, cell)), statisticsOf('other', other)];
    const { columns: profiles, warnings } = profileDataset({ path: 'a.csv', rowCount: 1000, notes: [] }, { columns, duplicateRowCount: 0, twins: [] });
    expect(profiles[0]).toMatchObject({ kind, kindReason: expect.stringMatching(said) });
    expect(warnings).toContainEqual({ kind: 'mixed', column: 'a', detail: expect.stringMatching(said) });
  });

  it('says nothing of numbers among keys, or where many cells are a word', () => {
    const keys = many(1000, (i) => (i % 4 === 0 ? `PC ${i}` : String(i)));
    const classes = many(1000, (i) => ['1', '2', '3', 'Crew'][i % 4]);
    const zips = many(1000, (i) => (i % 50 === 0 ? '9021A' : `0${1000 + (i % 90)}`));
    const columns = [statisticsOf('ticket', keys), statisticsOf('class', classes), statisticsOf('zip', zips)];
    const { warnings } = profileDataset({ path: 'a.csv', rowCount: 1000, notes: [] }, { columns, duplicateRowCount: 0, twins: [] });
    expect(warnings.filter(({ kind }) => kind === 'mixed')).toEqual([]);
  });

  /** What is said of a column of these cells, by kind of warning. */
  const saidOf = (kind: string, cells: string[], name = 'a') => {
    const columns = [statisticsOf(name, cells), statisticsOf('other', other.slice(0, cells.length))];
    const { warnings } = profileDataset({ path: 'a.csv', rowCount: cells.length, notes: [] }, { columns, duplicateRowCount: 0, twins: [] });
    return warnings.flatMap((warning) => (warning.kind === kind && 'column' in warning && warning.column === name ? [warning.detail] : []));
  };

  it.each([
    ['case', ['Red', 'red', 'RED', 'blue'], /several ways \("RED", "Red" and "red"\): each is a class of its own/],
    ['spaces', ['New York', 'New  York', 'newyork', 'Boston'], /"New  York", "New York" and "newyork"/],
    ['yes and no', ['Yes', 'yes', 'Y', 'No', 'NO', 'n'], /several ways \("Y", "Yes" and "yes"; "NO", "No" and "n"\): read as yes and no, but/],
    ['a step of a scale', ['Low', 'low', 'medium', 'high'], /"Low" and "low"/],
  ])('names the spellings of one value that differ in %s', (_, cells, said) => {
    expect(saidOf('spellings', repeat(cells, 20))).toEqual([expect.stringMatching(said)]);
  });

  it('names no spellings of values that differ in more, nor those of persons', () => {
    expect(saidOf('spellings', repeat(['Red', 'reds', 'blue', 'Yes', 'No'], 20))).toEqual([]);
    expect(saidOf('spellings', repeat(['Yes', 'No'], 20))).toEqual([]);
    expect(saidOf('spellings', repeat(['Anna Berg', 'ANNA BERG', 'Otto Tal', 'Ida Au'], 20), 'full_name')).toEqual([]);
  });

  it.each([
    ['yes and no', [...repeat(['yes', 'no'], 100), 'maybe'], /has "maybe" in 1 row only: that is a class of its own/],
    ['two classes, in a few rows', [...repeat(['a', 'b'], 1000), 'c', 'c'], /has "c" in 2 rows only/],
    ['three classes', [...repeat(['a', 'b', 'c'], 100), 'x1', 'x2'], /has "x1" in 1 row and "x2" in 1 row only: they are classes/],
  ])('names a class of one row beside %s', (_, cells, said) => {
    expect(saidOf('stray-class', cells)).toEqual([expect.stringMatching(said)]);
  });

  it('does not name rare classes where there are others between', () => {
    expect(saidOf('stray-class', [...repeat(['a', 'b'], 200), 'c', 'd', 'd', 'e', 'e', 'e'])).toEqual([]);
    expect(saidOf('stray-class', [...repeat(['a'], 200), 'b'])).toEqual([]);
    expect(saidOf('stray-class', [...repeat(['a', 'b', 'c'], 1000), 'd', 'd'])).toEqual([]);
    expect(saidOf('stray-class', [...repeat(['good', 'fair', 'excellent'], 100), 'poor'])).toEqual([]);
  });

  it('takes NA for a code among codes of two capitals, and says so; elsewhere it is missing', () => {
    const regions = many(100, (i) => ['EU', 'JP', 'NA', 'AS'][i % 4]);
    const states = many(100, (i) => ['CA', 'NY', 'NA', 'TX'][i % 4]);
    const numbers = many(100, (i) => (i % 10 === 0 ? 'NA' : String(i * 1.5)));
    const whole = many(100, (i) => String(i * 3));
    expect(markersOf({ regions, whole }, 'regions')).toMatchObject({
      column: { kind: 'category', missingCount: 0, distinctCount: 4, rule: { missing: expect.not.arrayContaining(['NA']) } },
      said: [expect.stringMatching(/"NA" in 25 rows: taken as one of its codes/)],
    });
    expect(markersOf({ states, whole }, 'states')).toMatchObject({ column: { missingCount: 0 }, said: [expect.any(String)] });
    // Where the file writes NA for a missing number, only parts of the world keep it.
    expect(markersOf({ states, numbers }, 'states')).toMatchObject({
      column: { missingCount: 25, rule: { missing: expect.arrayContaining(['NA']) } },
      said: [],
    });
    expect(markersOf({ regions, numbers }, 'regions')).toMatchObject({ column: { missingCount: 0 }, said: [expect.any(String)] });
    expect(markersOf({ regions, numbers }, 'numbers')).toMatchObject({ column: { kind: 'number', missingCount: 10 }, said: [] });
    const yesNo = many(100, (i) => ['SI', 'NO', 'NA', 'NO'][i % 4]);
    expect(markersOf({ yesNo, whole }, 'yesNo')).toMatchObject({ column: { kind: 'boolean', missingCount: 25 }, said: [] });
    const words = many(100, (i) => ['Europe', 'Asia', 'NA', 'Africa'][i % 4]);
    expect(markersOf({ words, whole }, 'words')).toMatchObject({ column: { kind: 'category', missingCount: 25 }, said: [] });
  });

  it.each<[string, string[], 'phone' | null]>([
    ['phone', many(100, (i) => String(5_550_100_000 + i * 7919)), 'phone'],
    ['tel', many(100, (i) => `030/${123_456 + i * 31}`), 'phone'],
    ['mobile', many(100, (i) => `0171 ${1_234_567 + i * 31}`), 'phone'],
    ['customer_phone', many(100, (i) => `555-${1000 + i}`), 'phone'],
    ['Home Phone', many(100, (i) => `(030) ${123_456 + (i % 9)}`), 'phone'],
    ['teléfono', many(100, (i) => `91 ${1_234_567 + i}`), 'phone'],
    ['mobile', many(100, (i) => ['iOS', 'Android'][i % 2]), null],
    ['phone', many(100, (i) => ['yes', 'no'][i % 2]), null],
    ['tel', many(100, (i) => String(i % 7)), null],
    ['mobile', many(100, (i) => String(12_345.67 + i)), null],
    ['amount', many(100, (i) => String(5_550_100_000 + i * 7919)), null],
  ])('takes a column called %s for telephone numbers where its cells are such', (name, cells, personal) => {
    expect(profileColumn(statisticsOf(name, cells)).personal).toBe(personal);
  });

  it('of one column is refused', () => {
    expect(() => profileDataset({ path: 'a.csv', rowCount: 1, notes: [] }, { columns: [statisticsOf('a', ['1'])], duplicateRowCount: 0, twins: [] })).toThrow(
      expect.objectContaining({ code: 'MW1108' }),
    );
  });
});

describe('a column that the user says something of', () => {
  const columnsOf = (wishes: ReadingWishes, ...columns: ColumnStatistics[]) =>
    profileDataset({ path: 'a.csv', rowCount: columns[0].rowCount, notes: [] }, { columns, duplicateRowCount: 0, twins: [] }, wishes);
  const stamps = (column: ColumnProfile) => (column.rule.type === 'timestamp' ? column.rule.formats : column.rule.type);
  const codes = statisticsOf('code', repeat(['1', '2', '3', '4'], 30));
  const towns = statisticsOf('town', repeat(['A', 'B', 'A', 'C'], 30));
  const days = statisticsOf(
    'day',
    many(120, (i) => String(20200101 + (i % 28))),
  );

  it.each<[string, ColumnStatistics, NamedKind, object]>([
    ['numbers as classes', codes, 'category', { kind: 'category', rule: { type: 'text' }, numbers: null, distinctCount: 4 }],
    ['words as names', towns, 'identifier', { kind: 'identifier', rule: { type: 'text' } }],
    ['dates as classes', days, 'category', { kind: 'category', rule: { type: 'text' }, dates: null }],
    ['codes that begin with zeros as numbers', statisticsOf('zip', repeat(['01234', '90210'], 60)), 'number', { kind: 'number', numbers: { max: 90210 } }],
    [
      'years as dates',
      statisticsOf(
        'year',
        many(120, (i) => String(1900 + i)),
      ),
      'date',
      { kind: 'datetime', rule: { formats: ['yyyy'] }, dates: { first: '1900-01-01T00:00:00.000Z' } },
    ],
    [
      'zero and one as no and yes',
      statisticsOf('flag', repeat(['0', '1'], 60)),
      'boolean',
      { kind: 'boolean', rule: { yes: ['1'], no: ['0'] }, distinctCount: 2 },
    ],
    [
      'yes and no in several spellings',
      statisticsOf('flag', repeat(['on', 'nein', '1', 'no'], 30)),
      'boolean',
      { kind: 'boolean', rule: { yes: ['1', 'on'], no: ['nein', 'no'] } },
    ],
  ])('is taken so: %s', (_, column, kind, expected) => {
    const [read] = columnsOf({ kinds: [{ column: column.name, kind }] }, column, towns).columns;
    expect(read).toMatchObject({ ...expected, kindReason: `is taken as ${kind}, as you said` });
  });

  it.each<[ColumnStatistics, NamedKind, RegExp]>([
    [towns, 'number', /--kind town=number does not fit: the column has 3 different values/],
    [towns, 'date', /--kind town=date does not fit/],
    [towns, 'boolean', /--kind town=boolean does not fit/],
    [codes, 'date', /--kind code=date does not fit: the column holds numbers/],
  ])('is refused with the reason where it cannot be that', (column, kind, message) => {
    expect(() => columnsOf({ kinds: [{ column: column.name, kind }] }, column, codes)).toThrow(
      expect.objectContaining({ code: 'MW1001', message: expect.stringMatching(message) }),
    );
  });

  it('is named as the table does, or refused', () => {
    expect(() => columnsOf({ kinds: [{ column: 'twon', kind: 'text' }] }, towns, codes)).toThrow(expect.objectContaining({ code: 'MW1203' }));
  });

  it('is warned of as what it is taken for', () => {
    const running = statisticsOf(
      'n',
      many(100, (i) => String(i + 1)),
    );
    const kindsWarned = (wishes: ReadingWishes) =>
      columnsOf(
        wishes,
        running,
        statisticsOf(
          'x',
          many(100, (i) => String(i * 1.5)),
        ),
      ).warnings.map(({ kind }) => kind);
    expect(kindsWarned({})).toEqual(['identifier']);
    expect(kindsWarned({ kinds: [{ column: 'n', kind: 'number' }] })).toEqual([]);
    expect(kindsWarned({ kinds: [{ column: 'x', kind: 'identifier' }] })).toEqual(['identifier', 'identifier']);
  });

  it('has its days or its months first where nothing else settles it', () => {
    const open = statisticsOf(
      'd',
      many(120, (i) => `0${1 + (i % 9)}/0${1 + (i % 7)}/2020`),
    );
    const settled = statisticsOf('e', ['02/25/2020', ...many(119, (i) => `0${1 + (i % 9)}/0${1 + (i % 7)}/2020`)]);
    const formats = (wishes: ReadingWishes) => columnsOf(wishes, open, settled).columns.map(stamps);
    expect(formats({})).toEqual([['mm/dd/yyyy'], ['mm/dd/yyyy']]);
    expect(formats({ dates: 'day-first' })).toEqual([['dd/mm/yyyy'], ['mm/dd/yyyy']]);
    expect(columnsOf({ dates: 'month-first' }, open, towns).warnings).toEqual([]);
  });

  it('has a comma or a point before its decimals where nothing else settles it', () => {
    const open = statisticsOf(
      'price',
      many(120, (i) => `1.${100 + i}`),
    );
    const rules = (wishes: ReadingWishes) => columnsOf(wishes, open, towns).columns[0];
    expect(rules({}).numbers?.max).toBeLessThan(2);
    expect(rules({ decimal: 'comma' })).toMatchObject({ rule: { decimal: ',' }, numbers: { min: 1100 } });
    expect(columnsOf({ decimal: 'point' }, open, towns).warnings).toEqual([]);
  });

  it('has no value where it holds a text that is said to mean that', () => {
    const income = statisticsOf(
      'income',
      many(120, (i) => (i % 4 === 1 ? 'refused' : String(i * 13.5))),
    );
    const score = statisticsOf(
      'score',
      many(120, (i) => (i % 4 === 1 ? 'refused' : ['low', 'high', 'none'][i % 3])),
    );
    expect(columnsOf({}, income, score).columns.map(({ kind, missingCount }) => [kind, missingCount])).toEqual([
      ['category', 0],
      ['category', 0],
    ]);
    expect(columnsOf({ missing: ['refused'] }, income, score).columns).toMatchObject([
      { kind: 'number', missingCount: 30, rule: { missing: expect.arrayContaining(['refused', 'NA']) } },
      { kind: 'category', missingCount: 30, distinctCount: 3, rule: { missing: expect.arrayContaining(['refused', 'NA']) } },
    ]);
    expect(columnsOf({ missing: ['score=refused'] }, income, score).columns.map(({ missingCount }) => missingCount)).toEqual([0, 30]);
    expect(() => columnsOf({ missing: ['scoer=refused'] }, income, score)).toThrow(expect.objectContaining({ code: 'MW1001' }));
  });
});

describe('a leak', () => {
  const count = 2000;
  const random = seededRandom(1);
  const uniform = Float64Array.from({ length: count }, () => random.next());
  const noise = Float64Array.from({ length: count }, () => random.next() - 0.5);
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  const number = (value: (i: number) => number): Column => ({ type: 'number', values: Float64Array.from({ length: count }, (_, i) => value(i)) });
  const text = (code: (i: number) => number, levels: number): Column => ({
    type: 'text',
    codes: Int32Array.from({ length: count }, (_, i) => code(i)),
    levels: many(levels, String),
  });
  const search = (columns: Record<string, Column>, labels: LeakSearch['labels'], part: Partial<LeakSearch> = {}) =>
    findLeaks({
      columns: Object.entries(columns),
      labels,
      rows,
      profile: profileOf(
        Object.keys(columns).map((name) => ({ name, kind: 'category' })),
        count,
      ),
      target: 'target',
      moment: null,
      ...part,
    });
  const names = (columns: Record<string, Column>, labels: LeakSearch['labels'], part: Partial<LeakSearch> = {}) =>
    search(columns, labels, part)
      .filter(({ isSure }) => isSure)
      .map(({ column }) => column);

  it('is no column of a table whose rows are all copies of some, and still the one that gives the answer again', () => {
    const label = { kind: 'classes', codes: Int32Array.from(rows, (i) => Number(noise[i % 100] > 0)), classCount: 2 } as const;
    const copied = { measured: number((i) => uniform[i % 100]), town: text((i) => (i % 100) % 7, 7) };
    expect(names(copied, label)).toEqual([]);
    expect(names({ ...copied, outcome: text((i) => label.codes[i], 2) }, label)).toEqual(['outcome']);
    expect(names({ outcome: text((i) => label.codes[i], 2) }, label)).toEqual(['outcome']);
  });

  it('is a column that gives a number again, rescaled, bent or rounded, and no honest one', () => {
    const price = { kind: 'values', values: uniform.map((value) => 100 * value ** 3) } as const;
    const found = names(
      {
        copy: number((i) => price.values[i]),
        rescaled: number((i) => 3 - 0.01 * price.values[i]),
        bent: number((i) => uniform[i]),
        strong: number((i) => uniform[i] + 0.03 * noise[i]),
        weak: number((i) => uniform[i] + noise[i]),
        runningNumber: number((i) => i),
        name: text((i) => i, count),
      },
      price,
    );
    expect(found).toEqual(['copy', 'rescaled', 'bent']);
  });

  it('is a column that names the class in other words, and no honest one', () => {
    const codes = Int32Array.from(uniform, (value) => (value < 0.3 ? 1 : 0));
    const found = names(
      {
        coded: text((i) => (codes[i] === 1 ? 2 : i % 2), 3),
        split: number((i) => uniform[i]),
        strong: number((i) => uniform[i] + 0.2 * noise[i]),
        name: text((i) => i, count),
      },
      { kind: 'classes', codes, classCount: 2 },
    );
    expect(found).toEqual(['coded', 'split']);
  });

  it('is a column that finds a rare class nearly always', () => {
    const codes = Int32Array.from(uniform, (value) => (value < 0.04 ? 1 : 0));
    const severity = text((i) => (codes[i] === 1 ? (i % 12 === 0 ? 1 : 2) : i % 3 === 0 ? 1 : 0), 3);
    expect(names({ severity, weak: number((i) => uniform[i] + 0.2 * noise[i]) }, { kind: 'classes', codes, classCount: 2 })).toEqual(['severity']);
  });

  it.each<[string, (a: number, b: number, c: number) => number]>([
    ['a sum', (a, b) => a + b],
    ['a difference', (a, b) => a - b],
    ['a sum of three', (a, b, c) => a + b + c],
    ['a sum with weights', (a, b) => 2 * a + 0.5 * b],
    ['a product', (a, b) => a * b],
    ['a ratio', (a, b) => a / b],
    ['a sum, rounded', (a, b) => Math.round(a + b)],
  ])('is every column of %s that gives a number', (_, made) => {
    const a = Float64Array.from(uniform, (value) => 50 + 40 * value);
    const b = Float64Array.from(noise, (value) => 30 + 20 * value);
    const c = Float64Array.from({ length: count }, () => 10 + 5 * random.next());
    const values = Float64Array.from({ length: count }, (_row, i) => made(a[i], b[i], c[i]));
    const columns = { a: number((i) => a[i]), b: number((i) => b[i]), c: number((i) => c[i]), other: number((i) => noise[(i * 7) % count]) };
    expect(names(columns, { kind: 'values', values }).toSorted()).toEqual(made.length === 3 ? ['a', 'b', 'c'] : ['a', 'b']);
  });

  it('is no set of columns that give a number nearly, as honest ones do', () => {
    const values = Float64Array.from(uniform, (value, i) => 3 * value + 2 * noise[i] + 0.05 * noise[(i * 11) % count]);
    expect(names({ a: number((i) => uniform[i]), b: number((i) => noise[i]) }, { kind: 'values', values })).toEqual([]);
  });

  it('is a whole that is named after its part, and no earlier value of the same thing', () => {
    const part = Float64Array.from(uniform, (value) => 1000 + 9000 * value);
    const whole = number((i) => part[i] + 900 * (noise[i] + 0.5));
    const columns = { 'total payments': whole, 'payments last month': whole, income: whole };
    expect(names(columns, { kind: 'values', values: part }, { target: 'medicare payments' })).toEqual(['total payments']);
  });

  it('is a column that is filled where the answer is yes', () => {
    const codes = Int32Array.from(uniform, (value) => (value < 0.3 ? 1 : 0));
    const filled = number((i) => (codes[i] === 1 ? noise[i] : Number.NaN));
    const mostly = number((i) => (codes[i] === 1 || i % 4 === 0 ? noise[i] : Number.NaN));
    const labels = { kind: 'classes', codes, classCount: 2 } as const;
    expect(names({ 'some column': filled }, labels)).toEqual(['some column']);
    expect(names({ 'some column': mostly }, labels)).toEqual([]);
    expect(names({ 'refund date': mostly }, labels)).toEqual(['refund date']);
  });

  it('is what is written later, where the moment of asking is named', () => {
    const codes = Int32Array.from(uniform, (value) => (value < 0.3 ? 1 : 0));
    const labels = { kind: 'classes', codes, classCount: 2 } as const;
    const columns = { 'arrival delay': number((i) => noise[i]), 'closed at': number((i) => noise[i]), distance: number((i) => noise[i]) };
    expect(names(columns, labels)).toEqual([]);
    expect(names(columns, labels, { moment: 'before the departure' })).toEqual(['arrival delay', 'closed at']);
  });

  /** Columns with a little to do with a number, as a table has them. */
  const ordinary = (answer: (i: number) => number) =>
    Object.fromEntries(many(5, String).map((name, at) => [`measure ${name}`, number((i) => answer(i) + 3 * noise[(i * (at + 7)) % count])]));
  const kindsOf = (columns: Record<string, Column>, labels: LeakSearch['labels'], part: Partial<LeakSearch> = {}) =>
    Object.fromEntries(search(columns, labels, part).map(({ column, isSure }) => [column, isSure ? 'left out' : 'asked about']));

  it('is a column that tells the class but for slips of the hand, where no other comes near', () => {
    const codes = Int32Array.from(uniform, (value) => (value < 0.3 ? 1 : 0));
    const labels = { kind: 'classes', codes, classCount: 2 } as const;
    const slipped = text((i) => (i % 150 === 3 ? 1 - codes[i] : codes[i]), 2);
    expect(kindsOf({ slipped, ...ordinary((i) => codes[i]) }, labels)).toEqual({ slipped: 'left out' });
    // Where there is hardly another column a strong one is no wonder.
    expect(kindsOf({ slipped, 'measure 1': number((i) => noise[i]) }, labels)).toEqual({ slipped: 'asked about' });
  });

  it('may be a column that ranks two classes nearly without a fault, however seldom it says the rarer one', () => {
    const codes = Int32Array.from(uniform, (value) => (value < 0.03 ? 1 : 0));
    const score = number((i) => (codes[i] === 1 ? 0.98 + 0.02 * noise[i] : uniform[(i * 11) % count]));
    expect(kindsOf({ score, ...ordinary((i) => codes[i]) }, { kind: 'classes', codes, classCount: 2 })).toEqual({ score: 'asked about' });
  });

  it('is a column that explains more than 98 % of a number, where no other comes near', () => {
    const values = Float64Array.from(uniform, (value) => 1000 * value);
    const nearly = number((i) => values[i] + 120 * noise[i]);
    expect(kindsOf({ nearly, ...ordinary((i) => uniform[i]) }, { kind: 'values', values })).toEqual({ nearly: 'left out' });
    const again = number((i) => values[i] + 130 * noise[(i * 3) % count]);
    expect(kindsOf({ nearly, again, ...ordinary((i) => uniform[i]) }, { kind: 'values', values })).toEqual({ nearly: 'asked about', again: 'asked about' });
  });

  it('is none of the strong columns of honest tables', () => {
    // Edible and poisonous mushrooms by their odour and their spore print, as UCI has counted them.
    const odours: [number, number][] = [
      [3408, 120],
      [400, 0],
      [400, 0],
      [0, 2160],
      [0, 576],
      [0, 1060],
    ];
    const spores: [number, number][] = [
      [1744, 224],
      [1648, 224],
      [576, 1812],
      [48, 1584],
      [192, 72],
    ];
    const [edible, poisonous] = [4208, 3916];
    const column = (counts: [number, number][], seed: number): Column => {
      const levels = [0, 1].map((kind) => counts.flatMap((ofLevel, level) => many(ofLevel[kind], () => '').map(() => level)));
      const mixed = levels.flatMap((ofKind) => [...seededRandom(seed).shuffle(Int32Array.from(ofKind))]);
      return { type: 'text', codes: Int32Array.from(mixed), levels: many(6, String) };
    };
    const codes = Int32Array.from({ length: edible + poisonous }, (_, i) => (i < edible ? 0 : 1));
    const other = (seed: number) =>
      column(
        [
          [2500, 1200],
          [1708, 2716],
        ],
        seed,
      );
    const columns = { odour: column(odours, 1), 'spore print': column(spores, 3), a: other(5), b: other(7), c: other(9) };
    const all = { rows: codes.map((_, i) => i), profile: profileOf([], codes.length) };
    expect(kindsOf(columns, { kind: 'classes', codes, classCount: 2 }, all)).toEqual({ odour: 'asked about' });
  });

  it('is no date that a number follows smoothly, but one that it is made of', () => {
    const days = Float64Array.from({ length: count }, (_, i) => i);
    const date: Column = { type: 'timestamp', values: days.map((day) => day * 86_400e6) };
    const series = days.map((day) => 100 + day / 50 + 10 * Math.sin(day / 90));
    expect(kindsOf({ date, ...ordinary((i) => uniform[i]) }, { kind: 'values', values: series })).toEqual({});
    expect(kindsOf({ date, ...ordinary((i) => uniform[i]) }, { kind: 'values', values: days.map((day) => 3 * day) })).toEqual({ date: 'left out' });
  });

  it('is a column that is filled in where the number is high', () => {
    const values = Float64Array.from(uniform, (value) => 1000 * value);
    const fine = number((i) => (uniform[i] > 0.7 ? noise[i] : Number.NaN));
    const found = search({ fine, ...ordinary((i) => uniform[i]) }, { kind: 'values', values });
    expect(found).toEqual([
      expect.objectContaining({ column: 'fine', isSure: true, detail: 'is filled in 100 % more of the rows with high answers than of those with low ones' }),
    ]);
    // Only the few cheapest lack it.
    const garage = number((i) => (uniform[i] > 0.04 ? noise[i] : Number.NaN));
    expect(search({ garage, ...ordinary((i) => uniform[i]) }, { kind: 'values', values })).toEqual([]);
  });

  it('is not one that shares only a made-up name with the target', () => {
    const codes = Int32Array.from(uniform, (value) => (value < 0.3 ? 1 : 0));
    const columns = { column_3: text((i) => (i % 70 === 3 ? 1 - codes[i] : codes[i]), 2) };
    expect(kindsOf(columns, { kind: 'classes', codes, classCount: 2 }, { target: 'column_42' })).toEqual({ column_3: 'asked about' });
  });

  it.each([30, 49])('is found in a table of %i rows too, and no strong column for it', (small) => {
    const codes = Int32Array.from({ length: small }, (_, i) => (uniform[i] < 0.35 ? 1 : 0));
    const few = { rows: rows.subarray(0, small) };
    const classes = { coded: text((i) => codes[i], 2), strong: number((i) => uniform[i] + 0.4 * noise[i]), weak: number((i) => noise[i]) };
    expect(kindsOf(classes, { kind: 'classes', codes, classCount: 2 }, few)).toEqual({ coded: 'left out' });
    const values = {
      copy: number((i) => 7 - 2 * uniform[i]),
      a: number((i) => noise[i]),
      b: number((i) => uniform[i] - noise[i]),
      weak: number((i) => noise[(i * 7) % count]),
    };
    expect(kindsOf(values, { kind: 'values', values: uniform.slice(0, small) }, few)).toEqual({ copy: 'left out', a: 'left out', b: 'left out' });
  });

  it('is found once: with those that are left out taken away no further one is', () => {
    const values = Float64Array.from(uniform, (value) => 1000 * value);
    const columns = {
      copy: number((i) => values[i]),
      first: number((i) => values[i] + 15 * noise[i]),
      second: number((i) => values[i] + 100 * noise[(i * 3) % count]),
      part: number((i) => values[i] * noise[i]),
      rest: number((i) => values[i] - values[i] * noise[i]),
      ...ordinary((i) => uniform[i]),
    };
    const found = names(columns, { kind: 'values', values });
    expect(found).toEqual(expect.arrayContaining(['copy', 'first', 'second', 'part', 'rest']));
    expect(names(Object.fromEntries(Object.entries(columns).filter(([name]) => !found.includes(name))), { kind: 'values', values })).toEqual([]);
  });

  it('is not looked for in a handful of rows', () => {
    expect(search({ copy: number((i) => i) }, { kind: 'values', values: Float64Array.of(0, 1, 2) }, { rows: rows.subarray(0, 3) })).toEqual([]);
  });
});
