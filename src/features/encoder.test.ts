import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column, ColumnType, Row, Table, Value } from '../domain/column.ts';
import { ModelwrightError } from '../domain/error.ts';
import { recheckExpression, type CheckedExpression } from './check-expression.ts';
import type { EncodedRows } from './encoded.ts';
import { openEncoder } from './encoder.ts';
import type { FeatureFile } from './feature-file.ts';
import { defaultEncoderLimits, fitEncoder, type FeatureToEncode } from './fit-encoder.ts';
import { arithmetic, type GeneratedFeature } from './generated.ts';
import { roundTextSum } from './text-sums.ts';

const inputs = [
  { name: 'amount', type: 'number' },
  { name: 'is new', type: 'boolean' },
  { name: 'town', type: 'text' },
  { name: 'person', type: 'text' },
  { name: 'said', type: 'text' },
  { name: 'seen', type: 'timestamp' },
] satisfies { name: string; type: ColumnType }[];
const types = new Map<string, ColumnType>(inputs.map(({ name, type }) => [name, type]));
const checked = (tree: unknown): CheckedExpression => recheckExpression(tree, types);
const column = (name: string) => ({ kind: 'column', type: types.get(name), name });
const call = (name: string, type: ColumnType, argument: string) => checked({ kind: 'call', type, function: name, args: [column(argument)] });

const features: FeatureToEncode[] = [
  { name: 'amount', expression: checked(column('amount')), as: 'number', isPersonal: false },
  { name: 'is new', expression: checked(column('is new')), as: 'number', isPersonal: false },
  { name: 'town', expression: checked(column('town')), as: 'category', isPersonal: false },
  { name: 'town in lower case', expression: call('lower', 'text', 'town'), as: 'category', isPersonal: false },
  { name: 'person', expression: checked(column('person')), as: 'category', isPersonal: true },
  { name: 'person as text', expression: checked(column('person')), as: 'text', isPersonal: true },
  { name: 'said', expression: checked(column('said')), as: 'text', isPersonal: false },
  { name: 'said length', expression: call('length', 'number', 'said'), as: 'number', isPersonal: false },
  { name: 'seen year', expression: call('year', 'number', 'seen'), as: 'number', isPersonal: false },
  { name: 'amount by its values', expression: checked(column('amount')), as: 'number and levels', isPersonal: false },
];
/** By the places of their two features in the list above. */
const generated: GeneratedFeature[] = [
  ...arithmetic.map((kind): GeneratedFeature => ({ kind, of: [0, 7] })),
  { kind: 'pair', of: [2, 9] },
  { kind: 'pair', of: [3, 4] },
  { kind: 'deviation', of: [0, 2] },
  { kind: 'deviation', of: [8, 9] },
];

function columnOf(type: ColumnType, values: readonly Value[]): Column {
  switch (type) {
    case 'text': {
      const levels = [...new Set(values.filter((value) => typeof value === 'string'))];
      return { type, codes: Int32Array.from(values, (value) => (typeof value === 'string' ? levels.indexOf(value) : -1)), levels };
    }
    case 'boolean':
      return { type, values: Uint8Array.from(values, (value) => (value === null ? 255 : Number(value))) };
    default:
      return { type, values: Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN)) };
  }
}

const tableOf = (rows: readonly Row[]): Table => ({
  rowCount: rows.length,
  columns: new Map(
    inputs.map(({ name, type }) => [
      name,
      columnOf(
        type,
        rows.map((row) => row[name]),
      ),
    ]),
  ),
});

const orMissing = (values: fc.Arbitrary<Value>) => fc.option(values, { nil: null, freq: 6 });
const words = ['Ada', 'ada', 'Bo', 'über', 'ß', 'x', '', '日本', '42', 'a\u0000b', '\uD800'];
const aRow: fc.Arbitrary<Row> = fc.record({
  amount: orMissing(fc.oneof(fc.double(), fc.constantFrom(0, -0, 1e300, -1e300, 3.4e38, 3.5e38, 1e-50, Number.POSITIVE_INFINITY, Number.NaN))),
  'is new': orMissing(fc.boolean()),
  town: orMissing(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 3 }))),
  person: orMissing(fc.constantFrom(...words)),
  said: orMissing(
    fc.oneof(
      fc.array(fc.constantFrom(...words, '!', 'Hello'), { maxLength: 12 }).map((all) => all.join(' ')),
      fc.string(),
    ),
  ),
  seen: orMissing(fc.integer({ min: -2_000_000_000, max: 8_000_000_000 }).map((seconds) => seconds * 1e6)),
});

const fitted = (rows: readonly Row[]): FeatureFile => fitEncoder(inputs, features, tableOf(rows), { generated }).file;
/** As a package holds it: sums over text among its columns, and two fold models with statistics and sums of their own. */
const withFolds = (file: FeatureFile): FeatureFile => {
  const termCount = file.text.reduce((sum, { terms }) => sum + terms.length, 0);
  const sumOver = (seed: number) =>
    roundTextSum(
      Array.from({ length: termCount }, (_, term) => Math.sin(seed + term)),
      seed / 3,
    );
  const effectsOf = (entryCount: number, fold: number) => Array.from({ length: entryCount }, (_, entry) => Math.cos(entry + fold));
  return {
    ...file,
    columns: [...file.columns, ...[1, 2].map((seed) => ({ kind: 'text' as const, ...sumOver(seed) }))],
    folds: [0, 1].map((fold) => [
      ...file.dictionaries.map(({ levels }, dictionary) => ({ dictionary, values: Array.from({ length: levels.length + 2 }, (_, entry) => entry / 7 + fold) })),
      sumOver(3 + fold),
      { bias: 0.3 - fold, effects: file.dictionaries.map(({ levels }, dictionary) => ({ dictionary, values: effectsOf(levels.length + 2, fold) })) },
    ]),
  };
};

const valuesOfRow = ({ values, columnCount }: EncodedRows, row: number) => values.slice(row * columnCount, (row + 1) * columnCount);
const textOfRow = ({ textWidth, textIds, textWeights }: EncodedRows, row: number, padding: number) =>
  Array.from({ length: textWidth }, (_, at) => [textIds[row * textWidth + at], textWeights[row * textWidth + at]]).filter(([id]) => id !== padding);
const bitsOf = (values: Float32Array) => [...new Int32Array(values.buffer, values.byteOffset, values.length)];

describe('the encoder', () => {
  it('encodes a row alone bit for bit as it encodes it in a table', () => {
    fc.assert(
      fc.property(fc.array(aRow, { minLength: 1, maxLength: 30 }), fc.array(aRow, { minLength: 1, maxLength: 15 }), (learnt, answered) => {
        const encoder = openEncoder(withFolds(fitted(learnt)));
        const together = encoder.encode(tableOf(answered));
        answered.forEach((row, index) => {
          const alone = encoder.encodeRow(row);
          expect(bitsOf(valuesOfRow(alone, 0))).toEqual(bitsOf(valuesOfRow(together, index)));
          expect(textOfRow(alone, 0, encoder.vocabularySize)).toEqual(textOfRow(together, index, encoder.vocabularySize));
        });
      }),
      { numRuns: 150 },
    );
  });

  it('lays out for training the same base columns and texts that answering sees', () => {
    fc.assert(
      fc.property(fc.array(aRow, { minLength: 1, maxLength: 30 }), (rows) => {
        const encoder = openEncoder(withFolds(fitted(rows)));
        const table = tableOf(rows);
        const base = encoder.encodeBase(table);
        const text = encoder.encodeText(table);
        expect(bitsOf(encoder.encodeBase(table, text))).toEqual(bitsOf(base));
        const whole = encoder.encode(table);
        for (let row = 0; row < rows.length; row++) {
          const own = Float32Array.from({ length: encoder.baseColumnCount }, (_, index) => base[index * rows.length + row]);
          expect(bitsOf(own)).toEqual(bitsOf(valuesOfRow(whole, row).slice(0, encoder.baseColumnCount)));
          const terms = Array.from({ length: text.start[row + 1] - text.start[row] }, (_, at) => [
            text.ids[text.start[row] + at],
            text.weights[text.start[row] + at],
          ]);
          expect(terms).toEqual(textOfRow(whole, row, encoder.vocabularySize));
        }
      }),
      { numRuns: 80 },
    );
  });

  it('survives being written as JSON', () => {
    fc.assert(
      fc.property(fc.array(aRow, { minLength: 1, maxLength: 20 }), (rows) => {
        const file = withFolds(fitted(rows));
        const again = openEncoder(JSON.parse(JSON.stringify(file)));
        expect(again.file).toEqual(file);
        expect(bitsOf(again.encode(tableOf(rows)).values)).toEqual(bitsOf(openEncoder(file).encode(tableOf(rows)).values));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps numbers within float32, so that no learner meets an infinity', () => {
    const encoder = openEncoder(fitted([aWholeRow({ amount: 1 })]));
    const amountOf = (amount: number) => encoder.encodeRow(aWholeRow({ amount })).values[0];
    expect([amountOf(1e300), amountOf(-1e300), amountOf(Number.POSITIVE_INFINITY)]).toEqual([3.4028234663852886e38, -3.4028234663852886e38, Number.NaN]);
  });

  it('knows a number again by its value, missing and unseen ones apart', () => {
    const amounts = [0.1 + 0.2, 0.1 + 0.2, 0.3, 0.3, 0.3, 7];
    const { file } = fitEncoder(inputs, [features[9]], tableOf(amounts.map((amount) => aWholeRow({ amount }))));
    const countOf = (amount: number | null) => Math.round(Math.expm1(openEncoder(JSON.parse(JSON.stringify(file))).encodeRow(aWholeRow({ amount })).values[1]));
    expect(file.dictionaries).toEqual([{ feature: 0, levels: [0.3, 0.1 + 0.2] }]);
    expect([0.3, 0.1 + 0.2, 7, 8, null].map(countOf)).toEqual([3, 2, 1, 1, 0]);
  });

  it('puts two features together: by arithmetic, by their levels, and by what is usual at a level', () => {
    const rows = [
      ['A', 10],
      ['A', 20],
      ['B', 1],
      ['B', 2],
      ['B', null],
    ].map(([town, amount]) => aWholeRow({ town, amount, said: 'four' }));
    const together: GeneratedFeature[] = [
      { kind: '/', of: [0, 7] },
      { kind: 'pair', of: [2, 9] },
      { kind: 'deviation', of: [0, 2] },
    ];
    const { file, uses, pairDictionaries } = fitEncoder(inputs, features, tableOf(rows), { generated: together });
    const encoder = openEncoder(file);
    const columns = [...uses.keys()].filter((index) => uses[index] === 'generated');
    const valuesFor = (town: string | null, amount: number | null) => {
      const { values } = encoder.encodeRow(aWholeRow({ town, amount, said: 'four' }));
      return columns.map((index) => values[index]);
    };
    const mean = { A: (30 + 5 * 8.25) / 7, B: (3 + 5 * 8.25) / 7 };
    expect(pairDictionaries).toEqual([4]);
    expect(valuesFor('A', 10)).toEqual([2.5, Math.fround(Math.log1p(2)), Math.fround(10 - mean.A)]);
    expect(valuesFor('B', null).map(String)).toEqual(['NaN', String(Math.fround(Math.log1p(1))), 'NaN']);
    expect(valuesFor('B', 2)[2]).toBe(Math.fround(2 - mean.B));
  });

  it('answers a level that it never saw as it answers the pooled rare ones, and a missing one apart', () => {
    const encoder = openEncoder(withFolds(fitted([...repeat('Bo', 3), ...repeat('Cy', 1)].map((town) => aWholeRow({ town })))));
    const townAlone = (town: string | null) => [...encoder.encodeRow(aWholeRow({ town })).values];
    expect(townAlone('nowhere')).toEqual(townAlone('Cy'));
    expect(townAlone(null)).not.toEqual(townAlone('Cy'));
    expect(townAlone('Bo')).not.toEqual(townAlone('Cy'));
  });
});

const aWholeRow = (part: Row): Row => ({ amount: 1, 'is new': true, town: 'Bo', person: null, said: null, seen: 0, ...part });
const repeat = (text: string, count: number): string[] => Array.from({ length: count }, () => text);

it('keeps counts of characters from linear models, which read the terms', () => {
  const counted: FeatureToEncode = { ...features[7], as: 'count' };
  expect(fitEncoder(inputs, [features[0], counted], tableOf([aWholeRow({})])).uses).toEqual(['both', 'tree']);
});

describe('a sum over text', () => {
  const said = ['free prize now', 'see you at home', 'free free prize', 'home now'];
  const file = fitted(said.map((text) => aWholeRow({ said: text })));
  const termCount = file.text.reduce((sum, { terms }) => sum + terms.length, 0);
  const withSum = {
    ...file,
    columns: [
      ...file.columns,
      {
        kind: 'text' as const,
        ...roundTextSum(
          Array.from({ length: termCount }, () => 1),
          0.25,
        ),
      },
    ],
  };
  const sumOf = (text: string | null) =>
    openEncoder(withSum)
      .encodeRow(aWholeRow({ said: text }))
      .values.at(-1);

  it('is its bias where a row has no text, an empty one, or words that it never saw', () => {
    expect([sumOf(null), sumOf(''), sumOf('zzz qqq')]).toEqual([0.25, 0.25, 0.25]);
  });

  it('is kept without its numbers where no member reads it', () => {
    const unread = { ...file, columns: [...file.columns, { kind: 'text' as const, bias: 0.5, step: 1, coefficients: '' }] };
    expect(
      openEncoder(unread)
        .encodeRow(aWholeRow({ said: 'free home' }))
        .values.at(-1),
    ).toBe(0.5);
  });

  it('adds up the weights of the terms', () => {
    const { textWeights } = openEncoder(file).encodeRow(aWholeRow({ said: 'free home' }));
    expect(sumOf('free home')).toBeCloseTo(0.25 + textWeights.reduce((sum, weight) => sum + weight, 0), 5);
  });

  it('knows which rows have the same texts', () => {
    const encoder = openEncoder(file);
    const rows = ['home now', 'free', 'home now', null, null].map((text) => aWholeRow({ said: text }));
    expect([...encoder.encodeText(tableOf(rows)).same]).toEqual([0, 1, 0, 3, 3]);
  });
});

describe('what a feature file tells of single people', () => {
  it('is no level of one row', () => {
    const file = fitted([...repeat('Bo', 2), ...repeat('Secretville', 1)].map((town) => aWholeRow({ town })));
    expect(file.dictionaries[0].levels).toEqual(['Bo']);
    expect(JSON.stringify(file).toLowerCase()).not.toContain('secretville');
  });

  it('is no level, word or part of a word of fewer than five rows in a personal column', () => {
    const people = [...repeat('Ada Lovelace', 5), ...repeat('Zbigniew Kowalski', 4), ...repeat('Mo Li', 6)];
    const file = fitted(people.map((person) => aWholeRow({ person })));
    const text = JSON.stringify(file);
    expect(file.dictionaries[2].levels).toEqual(['Mo Li', 'Ada Lovelace']);
    for (const trace of ['Zbigniew', 'Kowalski', 'zbigniew', 'kowalski', 'zbi', 'kowa']) expect(text).not.toContain(trace);
    expect(text).toContain('lovelace');
  });

  it('is nothing of rows that were not given to it, though their levels are in the table', () => {
    const table = tableOf(['Bo', 'Bo'].map((town) => aWholeRow({ town })));
    const town = table.columns.get('town');
    if (town?.type === 'text') town.levels.push('Lockedville', 'Lockedville again');
    expect(JSON.stringify(fitEncoder(inputs, features, table).file)).not.toContain('Lockedville');
  });

  it('orders levels by their rows, and shows linear models at most fifty of them', () => {
    const towns = Array.from({ length: 60 }, (_, town) => repeat(`town ${String(town).padStart(2, '0')}`, 2 + (town === 30 ? 1 : 0))).flat();
    const { file, uses } = fitEncoder(inputs, [features[2]], tableOf(towns.map((town) => aWholeRow({ town }))));
    expect(file.dictionaries[0].levels.slice(0, 3)).toEqual(['town 30', 'town 00', 'town 01']);
    expect(uses.filter((use) => use === 'linear').length).toBe(defaultEncoderLimits.maxIndicatorLevels);
    expect(uses.filter((use) => use === 'tree').length).toBe(2);
  });
});

describe('a feature file that was tampered with', () => {
  const file = () =>
    structuredClone(withFolds(fitted([...repeat('Bo', 3), ...repeat('Cy', 3)].map((town, row) => aWholeRow({ town, said: `hello ${row % 2}` })))));
  const codeOf = (stored: unknown): string => {
    try {
      openEncoder(stored);
    } catch (error) {
      if (error instanceof ModelwrightError) return error.code;
      throw error;
    }
    return 'opened';
  };
  const tampered = (change: (file: FeatureFile) => void): string => {
    const copy = file();
    change(copy);
    return codeOf(copy);
  };
  const lookupOf = ({ columns }: FeatureFile) => {
    const found = columns.find((one) => one.kind === 'lookup');
    if (found?.kind !== 'lookup') throw new Error('the file has a lookup');
    return found;
  };
  const indicatorOf = ({ columns }: FeatureFile) => {
    const found = columns.find((one) => one.kind === 'indicator');
    if (found?.kind !== 'indicator') throw new Error('the file has an indicator');
    return found;
  };

  const pairOf = ({ dictionaries }: FeatureFile) => {
    const found = dictionaries.find((one) => 'pair' in one);
    if (found === undefined) throw new Error('the file has a pair');
    return found;
  };
  const deviationOf = ({ columns }: FeatureFile) => {
    const found = columns.find((one) => one.kind === 'deviation');
    if (found === undefined) throw new Error('the file has a deviation');
    return found;
  };

  it('opens as it was made', () => expect(codeOf(file())).toBe('opened'));

  it.each<[string, (file: FeatureFile) => void]>([
    ['a lookup table is too short', (copy) => void lookupOf(copy).values.pop()],
    ['a sum over levels has a level too few', (copy) => void Object.assign(copy.folds[1].at(-1) ?? {}, { effects: [{ dictionary: 0, values: [1] }] })],
    ['a fold table is too long', (copy) => void Object.assign(copy.folds[1][0], { values: [1] })],
    ['a lookup names a dictionary that is not there', (copy) => void (lookupOf(copy).dictionary = 99)],
    ['an indicator names an entry that is not there', (copy) => void (indicatorOf(copy).entry = 99)],
    ['an indicator names a dictionary that is not there', (copy) => void (indicatorOf(copy).dictionary = 99)],
    ['a number column names no feature', (copy) => void copy.columns.push({ kind: 'number', feature: 99 })],
    ['a dictionary names no feature', (copy) => void Object.assign(copy.dictionaries[0], { feature: 99 })],
    ['a dictionary stands on a number', (copy) => void Object.assign(copy.dictionaries[0], { feature: 0 })],
    ['a dictionary holds a level twice', (copy) => void (copy.dictionaries[0].levels[1] = copy.dictionaries[0].levels[0])],
    ['numbers are levels of a text', (copy) => void (copy.dictionaries[0].levels = [1, 2])],
    ['a pair stands on a dictionary that is not there yet', (copy) => void (pairOf(copy).pair[1] = copy.dictionaries.length - 1)],
    ['a level of a pair is beyond its dictionaries', (copy) => void pairOf(copy).levels.splice(0, 1, 10_000)],
    ['a deviation is from a text', (copy) => void Object.assign(deviationOf(copy), { feature: 2 })],
    ['a deviation has no table', (copy) => void Object.assign(deviationOf(copy), { values: [] })],
    ['a text stands where a number is expected', (copy) => void copy.columns.push({ kind: 'number', feature: 2 })],
    ['a text block names no feature', (copy) => void (copy.text[0].feature = 99)],
    ['text terms are not numbered in a row', (copy) => void (copy.text[0].firstId = 1)],
    ['a term has no idf', (copy) => void copy.text[0].idf.pop()],
    ['a sum over text has a term too few', (copy) => void Object.assign(copy.columns.at(-1) ?? {}, roundTextSum([1, 2, 3], 0))],
    ['a sum over text of a fold is no base64', (copy) => void Object.assign(copy.folds[1].at(-2) ?? {}, { coefficients: '%%%%' })],
    ['the format is another', (copy) => void Object.assign(copy, { format: 2 })],
    ['a field is there that nobody knows', (copy) => void Object.assign(copy, { run: 'rm' })],
  ])('is refused when %s', (_, change) => {
    expect(tampered(change)).toBe('MW1410');
  });

  it.each([[null], ['text'], [[]], [{}]])('is refused when it is %j', (stored) => expect(codeOf(stored)).toBe('MW1410'));
});
