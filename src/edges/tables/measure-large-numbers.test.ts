import * as fc from 'fast-check';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureBySql, measureColumns } from './column-statistics.ts';
import { openDatabase } from './load-table.ts';
import { measureLargeNumbers } from './measure-large-numbers.ts';
import { sqlText } from './query.ts';

let database: Awaited<ReturnType<typeof openDatabase>>;
beforeAll(async () => {
  database = await openDatabase({ tempDirectory: tmpdir(), memoryBytes: 256 << 20, threads: 1 });
});
afterAll(() => database.close());

async function fill(cells: (string | null)[]): Promise<void> {
  await database.connection.run('CREATE OR REPLACE TABLE raw (c0 VARCHAR)');
  const values = cells.map((cell) => `(${cell === null ? 'NULL' : sqlText(cell)})`);
  await database.connection.run(`INSERT INTO raw VALUES ${values.join(', ')}`);
}

const anyCell = fc.oneof(
  fc.constantFrom(
    null,
    '',
    ' ',
    'NA',
    ' NA ',
    '-',
    '20240131',
    '2024-01-31',
    '31.01.2024',
    '1.234,50',
    '1.100',
    '1,100',
    '03/04/2024',
    '31-12-23',
    '12 %',
    '4111111111111111',
    '12345678901234567890',
    '12345678901234567891',
    '-123456789012345678',
    '0049 30 1234567',
    'a b',
    ' a b ',
  ),
  fc.constantFrom('007', '7', '7.0', '1e999', '-3', '😀', 'é', '\u00a0x', 'a@b.de', '\uffee', '\u{10000}'),
  fc.integer({ min: -9, max: 9 }).map(String),
  fc.string({ maxLength: 5, unit: 'grapheme' }).filter((text) => !text.includes('\0')),
);

describe('any column', () => {
  it('is measured by statements as it is where its texts are counted one by one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCell, { minLength: 1, maxLength: 40 }), async (cells) => {
        await fill(cells);
        const [counted] = await measureColumns(database.connection, ['n'], cells.length);
        expect(await measureBySql(database.connection, 0, 'n', cells.length)).toEqual(counted);
      }),
      { numRuns: 80 },
    );
  });
});

const cell = fc.oneof(
  { weight: 8, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map(String) },
  { weight: 8, arbitrary: fc.integer({ min: -50, max: 50 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('', null, 'NA', '?', '007', '+5', '.5', '5.', '1e3', '00') },
);

describe('numbers of a large table', () => {
  it('are measured as those of a small one, whose distinct texts are all looked at', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 60 }), async (cells) => {
        await fill(cells);
        const large = await measureLargeNumbers(database.connection, 0, 'n', cells.length);
        const [small] = await measureColumns(database.connection, ['n'], cells.length);
        fc.pre(large !== undefined);
        const { numbers, top, markers, ...rest } = small;
        expect(large).toMatchObject({
          ...rest,
          distinctCount: expect.any(Number),
          meanLength: expect.closeTo(small.meanLength, 9),
          maxLength: small.maxLength,
        });
        expect(large?.markers.toSorted((a, b) => (a.text < b.text ? -1 : 1))).toEqual(markers.toSorted((a, b) => (a.text < b.text ? -1 : 1)));
        expect(large?.top.length).toBe(top.length);
        const close = Object.fromEntries(
          Object.entries(numbers ?? {}).map(([key, value]) => [key, typeof value === 'number' ? expect.closeTo(value, 5) : value]),
        );
        expect(large?.numbers).toEqual(close);
      }),
      { numRuns: 60 },
    );
  });

  it('have their quantiles and frequent values from a sample that no order of the rows misleads', async () => {
    // Two sensors write in turn: every second row is of one of them.
    await database.connection.run("CREATE OR REPLACE TABLE raw AS SELECT CASE WHEN i % 2 = 0 THEN '1' ELSE '100' END AS c0 FROM range(2000000) AS t(i)");
    const measured = await measureLargeNumbers(database.connection, 0, 'n', 2_000_000);
    expect(measured?.numbers).toMatchObject({ q25: 1, q75: 100, mean: 50.5 });
    const counts = Object.fromEntries((measured?.top ?? []).map(({ text, count }) => [text, count / 1_000_000]));
    expect(counts).toEqual({ '1': expect.closeTo(1, 1), '100': expect.closeTo(1, 1) });
  });

  it.each([
    ['a column of words', ['red', 'green', '1', '2']],
    ['days written as digits', ['20240131', '20240201', '20240202']],
    ['numbers that may be thousands', ['1.100', '2.250', '7']],
    ['numbers of cards', ['4111111111111111', '5500000000000004', '340000000000009']],
  ])('are not %s', async (_, cells) => {
    await fill(cells);
    expect(await measureLargeNumbers(database.connection, 0, 'n', cells.length)).toBeUndefined();
  });
});
