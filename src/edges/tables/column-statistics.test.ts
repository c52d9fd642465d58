import { tmpdir } from 'node:os';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trimCell } from '../../domain/read-cell.ts';
import { readNumber } from '../../domain/read-number.ts';
import { measureColumns } from './column-statistics.ts';
import { openDatabase } from './load-table.ts';
import { measureShapes } from './measure-shapes.ts';
import { MISSING_MARKER_SET } from '../../domain/missing-markers.ts';
import { sqlText } from './query.ts';
import { trimmed } from './read-columns.ts';

let database: Awaited<ReturnType<typeof openDatabase>>;
beforeAll(async () => {
  database = await openDatabase({ tempDirectory: tmpdir(), memoryBytes: 256 << 20, threads: 1 });
});
afterAll(() => database.close());

async function fill(cells: (string | null)[]): Promise<void> {
  await database.connection.run('CREATE OR REPLACE TABLE raw (c0 VARCHAR)');
  await database.connection.run(`INSERT INTO raw VALUES ${cells.map((cell) => `(${cell === null ? 'NULL' : sqlText(cell)})`).join(', ')}`);
}

/** The texts of the column with their counts, as the slow way takes them. */
async function measureByTexts(valueCount: number) {
  await database.connection.run(
    `CREATE OR REPLACE TEMP TABLE texts AS SELECT ${trimmed('c0')} AS v, count(*)::DOUBLE AS n, min(rowid) AS f FROM raw WHERE c0 IS NOT NULL GROUP BY 1`,
  );
  const shapes = await measureShapes(database.connection, "v <> ''", valueCount);
  await database.connection.run('DROP TABLE texts');
  return shapes;
}

describe('a column of plain numbers', () => {
  const cell = fc.oneof(
    { weight: 6, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map(String) },
    { weight: 6, arbitrary: fc.integer({ min: -50, max: 50 }).map(String) },
    { weight: 2, arbitrary: fc.stringMatching(/^[+-]?(?:[0-9]{1,4}[.]?[0-9]{0,2}|[.][0-9]{1,3})(?:[eE][+-]?[0-9]{1,2})?$/) },
    { weight: 1, arbitrary: fc.constantFrom('', null, 'NA', '?', ' 7', '7 ', '007', '1.0', '1.00', '1e400') },
  );

  it('is measured in SQL as its texts would be, one by one, by the reader of cells', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 2, maxLength: 60 }), async (cells) => {
        await fill(cells);
        const values = cells.flatMap((text) => {
          const plain = text === null ? '' : trimCell(text);
          return plain === '' || MISSING_MARKER_SET.has(plain) ? [] : [plain];
        });
        const [measured] = await measureColumns(database.connection, ['n'], cells.length);
        const { numberCounts, numbers, zeroLedCount, dates, personalCounts } = await measureByTexts(values.length);
        // Years may be read as dates too; in SQL nobody looks for them among numbers.
        expect(dates.every(({ format }) => format.startsWith('y'))).toBe(true);
        const distinct = new Set(values.flatMap((text) => readNumber(text, 'plain') ?? []).map((value) => value + 0));
        const close = Object.fromEntries(Object.entries(numbers ?? {}).map(([key, one]) => [key, typeof one === 'number' ? expect.closeTo(one, 5) : one]));
        expect(measured).toMatchObject({ numberCounts, zeroLedCount, personalCounts });
        expect(measured.numbers).toEqual(numbers === null ? null : { ...close, distinctCount: distinct.size });
        expect(measured.numberCounts.plain).toBe(values.filter((text) => readNumber(text, 'plain') !== undefined).length);
        expect(measured.emptyCount).toBe(cells.filter((text) => text === null || trimCell(text) === '').length);
      }),
      { numRuns: 100 },
    );
  });
});
