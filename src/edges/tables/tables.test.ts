import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ReadingRule } from '../../domain/column.ts';
import { readCell } from '../../domain/read-cell.ts';
import type { Guest } from '../guest/index.ts';
import { uncagedGuests } from '../../../tests/support/guests.ts';
import { openReader } from '../../../tests/support/reader.ts';
import { openTables, readerEntry, type OpenedFile, type Tables } from './index.ts';

let folder: string;
let tables: Tables;
let reader: ReturnType<typeof openReader>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tables-'));
  await mkdir(join(folder, 'temp'));
  reader = openReader({ tempDirectory: join(folder, 'temp'), memoryBytes: 512 << 20 });
  tables = reader.tables;
});

afterAll(async () => {
  await tables.close();
  await rm(folder, { recursive: true, force: true });
});

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const texts = (missing: string[] = []): ReadingRule => ({ type: 'text', missing });
const numbers: ReadingRule = { type: 'number', missing: ['NA'], style: 'plain' };

/** The cells of a file as trimmed texts, row by row. */
async function rowsOf(file: OpenedFile): Promise<(string | null)[][]> {
  const { table } = await file.readColumns(file.columns.map((name) => ({ name, rule: texts() })));
  return Array.from({ length: file.rowCount }, (_, row) =>
    [...table.columns.values()].map((column) => (column.type === 'text' && column.codes[row] >= 0 ? column.levels[column.codes[row]] : null)),
  );
}

const plainRows = [
  ['1', 'x'],
  ['2', 'y, "z"'],
  ['3', null],
];

describe('a file that can be read', () => {
  it.each([
    ['commas', 'a,b\n1,x\n2,"y, ""z"""\n3,\n'],
    ['no line end at the end', 'a,b\n1,x\n2,"y, ""z"""\n3,'],
    ['Windows line ends', 'a,b\r\n1,x\r\n2,"y, ""z"""\r\n3,\r\n'],
    ['mixed line ends', 'a,b\r\n1,x\n2,"y, ""z"""\r\n3,\n'],
    ['a byte order mark', '\ufeffa,b\n1,x\n2,"y, ""z"""\n3,\n'],
    ['semicolons', 'a;b\n1;x\n2;"y, ""z"""\n3;\n'],
    ['tabs without quoting', 'a\tb\n1\tx\n2\ty, "z"\n3\t\n'],
    ['bars', 'a|b\n1|x\n2|"y, ""z"""\n3|\n'],
    ['an unusual delimiter', 'a^b\n1^x\n2^"y, ""z"""\n3^\n'],
    ['single quotes', "'a','b'\n'1','x'\n'2','y, \"z\"'\n'3',''\n"],
    ['blank lines before, between and after', '\n\na,b\n1,x\n\n2,"y, ""z"""\n3,\n\n\n'],
    ['spaces round the cells', 'a,b\n 1 , x\n2\t,"y, ""z"" "\n3, \n'],
    ['a delimiter at the end of a line', 'a,b\n1,x,\n2,"y, ""z""",\n3,,\n'],
  ])('is read the same with %s', async (_, text) => {
    const file = await tables.openFile(await put('table.csv', text));
    expect(file.columns).toEqual(['a', 'b']);
    expect(await rowsOf(file)).toEqual(plainRows);
    await file.close();
  });

  it('may be gzipped, and its hash is that of the bytes on disk', async () => {
    const file = await tables.openFile(await put('table.csv.gz', gzipSync('a,b\n1,x\n2,"y, ""z"""\n3,\n')));
    expect(await rowsOf(file)).toEqual(plainRows);
    expect(file.dialect).toMatchObject({ isGzip: true });
    expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('may be Latin-1, and says so', async () => {
    const file = await tables.openFile(await put('latin.csv', Buffer.from('a,b\n1,caf\xe9\n2,\x80 5\n', 'latin1')));
    expect(await rowsOf(file)).toEqual([
      ['1', 'café'],
      ['2', '€ 5'],
    ]);
    expect(file.notes.join()).toContain('Latin-1');
  });

  it('may hold its first byte that is no UTF-8 far behind the start', async () => {
    const file = await tables.openFile(
      await put(
        'late.csv',
        Buffer.concat([Buffer.from(`a,b\n${'1,é\n'.repeat(100_000)}`, 'utf8').subarray(0, 4), Buffer.from(`${'1,x\n'.repeat(100_000)}2,\xe9\n`, 'latin1')]),
      ),
    );
    expect(file.rowCount).toBe(100_001);
    expect((await rowsOf(file)).at(-1)).toEqual(['2', 'é']);
  });

  it('may be Parquet', async () => {
    const path = join(folder, 'table.parquet');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `COPY (SELECT 1.5::DOUBLE AS "a b", 'x' AS t, DATE '2020-02-29' AS d, TRUE AS f UNION ALL SELECT NULL, 'ü', NULL, FALSE) TO '${path}'`,
    );
    connection.closeSync();
    const file = await tables.openFile(path);
    expect(file.columns).toEqual(['a b', 't', 'd', 'f']);
    expect(await rowsOf(file)).toEqual([
      ['1.5', 'x', '2020-02-29', 'true'],
      [null, 'ü', null, 'false'],
    ]);
  });

  it('gains no columns from the names of its folders', async () => {
    await mkdir(join(folder, 'year=2024', 'part=1'), { recursive: true });
    const [csv, parquet] = [join('year=2024', 'part=1', 'a.csv'), join(folder, 'year=2024', 'part=1', 'a.parquet')];
    await tables.writeParquet(parquet, [
      { name: 'a', values: Float64Array.of(1) },
      { name: 'b', values: Float64Array.of(2) },
    ]);
    for (const path of [await put(csv, 'a,b\n1,2\n'), await put(`${csv}.gz`, gzipSync('a,b\n1,2\n')), parquet]) {
      const file = await tables.openFile(path);
      expect({ columns: file.columns, rows: await rowsOf(file) }).toEqual({
        columns: ['a', 'b'],
        rows: [[expect.stringMatching(/^1/), expect.stringMatching(/^2/)]],
      });
      await file.close();
    }
  });

  it('may have a name that looks like a pattern', async () => {
    const file = await tables.openFile(await put("it's a [b]*?.csv", 'a,b\n1,2\n'));
    expect(file.rowCount).toBe(1);
  });

  it('keeps its row order and line ends in quotes over many rows', async () => {
    const count = 60_000;
    const lines = Array.from({ length: count }, (_, i) => `${i},"x\n${i}"`);
    const file = await tables.openFile(await put('many.csv', `a,b\n${lines.join('\n')}\n`));
    const { table } = await file.readColumns([{ name: 'a', rule: numbers }]);
    expect(table.columns.get('a')).toEqual({ type: 'number', values: Float64Array.from({ length: count }, (_, i) => i) });
  });

  it('gets names for columns that have none or share one, and is found by name without spaces', async () => {
    const file = await tables.openFile(await put('names.csv', 'a, a ,, total ,a_2\n1,2,3,4,5\n'));
    expect(file.columns).toEqual(['a', 'a_3', 'column_3', ' total ', 'a_2']);
    expect(file.findColumn('total')).toBe(' total ');
    expect(file.findColumn('b')).toBeUndefined();
    expect(file.notes).toHaveLength(2);
  });

  it('is found by a name whose accents are written in the other way', async () => {
    const fromMac = 'gro\u0308ße';
    const file = await tables.openFile(await put('mac.csv', `a,${fromMac}\n1,2\n`));
    expect(file.findColumn('größe')).toBe(fromMac);
    expect((await file.readColumns([{ name: 'größe', rule: numbers }])).table.columns.get('größe')).toEqual({ type: 'number', values: Float64Array.of(2) });
  });

  it('without a header is told by a number that stands twice in the first line', async () => {
    const file = await tables.openFile(await put('bare.csv', '0,tcp,0,1.5\n1,udp,0,2\n2,tcp,4,1\n'));
    expect(file.columns).toEqual(['column_1', 'column_2', 'column_3', 'column_4']);
    expect(file.rowCount).toBe(3);
  });

  it('with years for names has a header', async () => {
    const file = await tables.openFile(await put('years.csv', 'city,2010,2011\nrome,1,1\noslo,3,4\n'));
    expect(file.columns).toEqual(['city', '2010', '2011']);
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['is not there', 'MW1101', undefined],
    ['is empty', 'MW1106', ''],
    ['is blank', 'MW1106', '\n \n\n'],
    ['has a header alone', 'MW1107', 'a,b\n'],
    ['is binary', 'MW1109', Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256)],
    ['holds a NUL byte far behind', 'MW1109', `a,b\n${'1,2\n'.repeat(200_000)}3,\u0000\n`],
    ['is a workbook', 'MW1110', 'PK\u0003\u0004rest'],
    ['has a row too short', 'MW1115', 'a,b\n1,2\n"x\ny",2\n3\n'],
    ['has a row too long', 'MW1115', 'a,b\n1,2\n"x\ny",2\n3,4,5\n'],
    ['has a header longer than its rows', 'MW1115', 'a,b,c\n1,2\n3,4\n'],
    ['never closes a quote', 'MW1116', 'a,b\n1,2\n"x",3\n4,"x,2\n3,4\n'],
    ['never closes a quote, even where the rows are even without', 'MW1116', 'a,b\n1,2\n"3,4\n'],
    ['has text behind a quote and uneven rows', 'MW1116', 'a,b\n"1"x,2,3\n"3,4",4\n'],
    ['is cut gzip', 'MW1111', gzipSync(`a,b\n${'1,2\n'.repeat(999)}`).subarray(0, 30)],
    ['is broken Parquet', 'MW1111', 'PAR1 and no more'],
  ])('because it %s is refused with its code', async (_, code, content) => {
    const path = content === undefined ? join(folder, 'absent.csv') : await put('broken', content);
    await expect(tables.openFile(path)).rejects.toMatchObject({ code, place: { file: path } });
  });

  it('because it is a folder is refused', async () => {
    await expect(tables.openFile(folder)).rejects.toMatchObject({ code: 'MW1103' });
  });

  it.skipIf(process.getuid?.() === 0)('because of its permissions is refused', async () => {
    const path = await put('secret.csv', 'a,b\n1,2\n');
    await chmod(path, 0);
    await expect(tables.openFile(path)).rejects.toMatchObject({ code: 'MW1102' });
  });

  it('names the row and the line of the fault', async () => {
    const path = await put('ragged.csv', 'a,b\n1,2\n"x\ny",2\n3\n');
    await expect(tables.openFile(path)).rejects.toMatchObject({ place: { row: 3 }, message: expect.stringContaining('line 5') });
  });

  it('leaves nothing in the temporary folder', async () => {
    // The folders of readers that are at work, and no file in any; one that has just ended may go while we look.
    const folders = await readdir(join(folder, 'temp'), { withFileTypes: true });
    expect(folders.filter((entry) => !entry.isDirectory())).toEqual([]);
    const files = await Promise.all(folders.map(({ name }) => readdir(join(folder, 'temp', name)).catch(() => [])));
    expect(files.flat()).toEqual([]);
  });
});

describe('typed columns', () => {
  it('count the cells that their rule cannot read, with the first of them', async () => {
    const file = await tables.openFile(await put('odd.csv', 'n,d\n1,2020-01-01\nNA,2020-02-30\nx1, \n 2 ,2020-02-01\nx2,soon\n'));
    const { table, unreadable } = await file.readColumns([
      { name: 'n', rule: numbers },
      { name: 'd', rule: { type: 'timestamp', missing: [], formats: ['yyyy-mm-dd'] } },
    ]);
    expect(table.columns.get('n')).toEqual({ type: 'number', values: Float64Array.of(1, NaN, NaN, 2, NaN) });
    expect(table.columns.get('d')).toEqual({ type: 'timestamp', values: Float64Array.of(Date.UTC(2020, 0) * 1000, NaN, NaN, Date.UTC(2020, 1) * 1000, NaN) });
    expect(unreadable.toSorted((a, b) => a.column.localeCompare(b.column))).toEqual([
      { column: 'd', count: 2, firstRow: 2, example: '2020-02-30' },
      { column: 'n', count: 2, firstRow: 3, example: 'x1' },
    ]);
  });

  it('have their levels in the order of code points, trimmed, without the missing ones', async () => {
    const file = await tables.openFile(await put('levels.csv', 'a,b\nb,1\n b ,1\nB,1\n?,1\nä,1\n😀,1\n\uff41,1\n'));
    const { table } = await file.readColumns([{ name: 'a', rule: texts(['?']) }]);
    expect(table.columns.get('a')).toEqual({ type: 'text', codes: Int32Array.of(1, 1, 0, -1, 2, 4, 3), levels: ['B', 'b', 'ä', '\uff41', '😀'] });
  });

  it('are what one cell at a time gives, for every rule and any text', { timeout: 60_000 }, async () => {
    const rules: ReadingRule[] = [
      ...(['plain', 'grouped', 'currency', 'percent', 'scaled', 'time', 'duration'] as const).map((style): ReadingRule => ({
        type: 'number',
        missing: ['NA', '-99'],
        style,
      })),
      { type: 'number', missing: ['NA'], style: 'plain', units: ['kg'] },
      { type: 'boolean', missing: ['NA'], yes: ['Yes', 'yes'], no: ['No'] },
      { type: 'timestamp', missing: ['NA'], formats: ['dd/mm/yyyy', 'yyyy-mm-dd'] },
      texts(['NA']),
    ];
    const digits = fc.stringMatching(/^[0-9]{1,4}$/);
    const number = fc.oneof(
      fc.double({ noNaN: false }).map(String),
      fc.integer().map((value) => value.toLocaleString('en-US')),
      fc
        .tuple(
          fc.constantFrom('', '-', '+', '$', '-$', '$-', '€ ', '£', '('),
          digits,
          fc.constantFrom('', '.', '.5', ',000', ',000.25', ',00'),
          fc.constantFrom('', 'e3', 'E-2', 'e400', '%', ' %', '€', ')'),
        )
        .map((parts) => parts.join('')),
      fc.stringMatching(/^[+-]?[0-9]{0,30}[.]?[0-9]{0,30}$/),
    );
    const date = fc
      .tuple(
        fc.constantFrom('2024-02-29', '2023-02-29', '1969-7-4', '31/12/1999', '12/31/1999', '01/02/0000', '9999-12-31'),
        fc.constantFrom('', 'T00:00', ' 23:59:59.123456789', ' 1:05 pm', ' 24:00', 'T10:00:00Z', ' 10:00+05:30', 'T10:00-08'),
      )
      .map((parts) => parts.join(''));
    const word = fc.oneof(
      fc.constantFrom(
        'NA',
        '-99',
        '14:35',
        '9:05:30 pm',
        '31:05:10',
        '2 days 03:05:10',
        '1.2K',
        '$3.4M',
        '12 kg',
        'Infinity',
        '5 kr',
        '12,34,567',
        '−5',
        '1,234-',
        '1\u2009234',
        'Yes',
        'yes',
        'No',
        'nan',
        'inf',
        'Infinity',
        '1_000',
        '0x10',
        '.',
        '-',
        '1e',
        '１２',
        '',
      ),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
    );
    const spaced = fc
      .tuple(fc.constantFrom('', ' ', '\t', '\u00a0', ' \n'), fc.oneof(number, date, word), fc.constantFrom('', ' ', '\r\n', '\ufeff'))
      .map((parts) => parts.join(''));
    const cells = fc.sample(
      spaced.filter((text) => !text.includes('\u0000') && text.isWellFormed()),
      { numRuns: 4000, seed: 7 },
    );
    const csv = `a,b\n${cells.map((cell) => `"${cell.replaceAll('"', '""')}",1`).join('\n')}\n`;
    const file = await tables.openFile(await put('cells.csv', csv));
    expect(file.rowCount).toBe(cells.length);
    for (const rule of rules) {
      const { table, unreadable } = await file.readColumns([{ name: 'a', rule }]);
      const column = table.columns.get('a');
      const fromFile = cells.map((_, row) => {
        if (column?.type === 'text') return column.codes[row] < 0 ? null : column.levels[column.codes[row]];
        if (column?.type === 'boolean') return column.values[row] === 255 ? null : column.values[row] === 1;
        return column && !Number.isNaN(column.values[row]) ? column.values[row] : null;
      });
      const readings = cells.map((cell) => readCell(rule, cell));
      expect(fromFile).toEqual(readings.map((reading) => ('value' in reading ? reading.value : null)));
      expect(unreadable[0]?.count ?? 0).toBe(readings.filter((reading) => 'unreadable' in reading).length);
    }
  });

  it('come with the first row of the same texts, for grouping', async () => {
    const file = await tables.openFile(await put('groups.csv', 'a,b,c\n1,x,1\n2,x,2\n1, x,3\n1,,4\n1,,5\n'));
    expect(await file.rowGroups(['a', 'b'])).toEqual(Int32Array.of(0, 1, 0, 3, 3));
  });
});

describe('statistics', () => {
  it('count shapes, markers and quantiles as they are', async () => {
    const file = await tables.openFile(
      await put('facts.csv', 'n,m,d\n1,"$1,000",01/02/2020\n2,$5,13/02/2020\n2,NA,\n10,$7.50,02/02/2020\n1,"$1,000",01/02/2020\n'),
    );
    const { columns, duplicateRowCount } = await file.statistics();
    expect(duplicateRowCount).toBe(1);
    expect(columns[0].numbers).toMatchObject({ min: 1, q25: 1, q50: 2, q75: 2, max: 10, mean: 3.2, isWhole: true, distinctCount: 3 });
    expect(columns[1]).toMatchObject({
      markers: [{ text: 'NA', count: 1 }],
      numberCounts: { plain: 0, grouped: 0, currency: 4, percent: 0 },
      top: [{ text: '$1,000', count: 2 }, {}, {}, {}],
    });
    expect(columns[2].emptyCount).toBe(1);
    expect(Object.fromEntries(columns[2].dates.map(({ format, count }) => [format, count]))).toEqual({ 'mm/dd/yyyy': 3, 'dd/mm/yyyy': 4 });
  });
});

describe('columns that hold the same', () => {
  it('are found by their rows, whatever they are called; alike is not the same', async () => {
    const lines = ['1,x,1,y, 1', '2,y,2,x,2', ',x,,y,'];
    const file = await tables.openFile(await put('twins.csv', `a,b,again,turned,spaced\n${lines.join('\n')}\n`));
    expect((await file.statistics()).twins).toEqual([
      { index: 2, of: 0 },
      { index: 4, of: 0 },
    ]);
  });
});

describe('the order of the rows', () => {
  it('is that of a date that comes later down the rows, or earlier, and not that of one that jumps or starts again', async () => {
    const day = (offset: number) => new Date(Date.UTC(2024, 0, 1 + offset)).toISOString().slice(0, 10);
    const lines = Array.from({ length: 60 }, (_, i) => `${day(i)},${day(60 - i)},${day((i * 7) % 60)},${day(i % 20)}`);
    const file = await tables.openFile(await put('order.csv', `up,down,jumps,again\n${lines.join('\n')}\n`));
    const { columns } = await file.statistics();
    expect(columns.map(({ name, dates }) => [name, dates[0].isInOrder])).toEqual([
      ['up', true],
      ['down', true],
      ['jumps', false],
      ['again', false],
    ]);
  });

  it('is judged over all rows of a long table: by day and store it is that of the days, by store and day it is not', async () => {
    const day = (offset: number) => new Date(Date.UTC(2020, 0, 1 + offset)).toISOString().slice(0, 10);
    // A slip in a hundred.
    const lines = Array.from({ length: 120_000 }, (_, i) => `${i % 100 === 7 ? day(i % 500) : day(Math.floor(i / 80))},${day(i % 1500)},${i}`);
    const file = await tables.openFile(await put('panel.csv', `by_day,by_store,n\n${lines.join('\n')}\n`));
    const { columns } = await file.statistics();
    expect(columns.map(({ name, dates }) => [name, dates[0]?.isInOrder])).toEqual([
      ['by_day', true],
      ['by_store', false],
      ['n', undefined],
    ]);
  });
});

describe('the reader process', () => {
  it('parses expressions without evaluating them', async () => {
    const [good, bad] = await tables.parseExpressions(['a + ln(b)', 'a +']);
    expect(good).toMatchObject({ error: false, statements: [{}] });
    expect(bad).toMatchObject({ error: true });
  });

  it('parses expressions that are nested as deep as any that is allowed', async () => {
    const [sum] = await tables.parseExpressions([`1${' + 1'.repeat(900)}`]);
    expect(sum).toMatchObject({ error: false });
  });

  it('that dies is an error for what was asked of it, and the next file starts a new one', async () => {
    const file = await tables.openFile(await put('good.csv', 'a,b\n1,2\n'));
    const asked = file.statistics();
    reader.kill();
    await expect(asked).rejects.toMatchObject({ code: 'MW1112' });
    await expect(file.statistics()).rejects.toMatchObject({ code: 'MW1112' });
    expect((await tables.openFile(await put('good.csv', 'a,b\n1,2\n'))).rowCount).toBe(1);
  });

  /** A guest that says what it is told to say. */
  const saying = (answer: (message: unknown) => unknown): Guest => {
    let say: (message: unknown) => void = () => {};
    return {
      filePath: '/file',
      scratchPath: '/scratch',
      processId: undefined,
      send: (message) => {
        const said = answer(message);
        if (said !== undefined) say(said);
      },
      onMessage: (listener) => (say = listener),
      onExit: () => {},
      kill: () => {},
    };
  };

  it('that is silent for too long is ended', async () => {
    const silent = openTables(async () => saying(() => undefined), { timeLimitMs: 20 });
    await expect(silent.parseExpressions(['1'])).rejects.toMatchObject({ code: 'MW1113' });
  });

  it.each([
    ['an ask it does not know', { id: 7, ask: 'dance' }, 7],
    ['a request that lacks its parts', { id: 8, ask: 'columns' }, 8],
    ['a request without a number', { ask: 'statistics' }, 0],
    ['no request at all', 'hello', 0],
  ])('answers %s with an error, and goes on', async (_, request, id) => {
    const guests = uncagedGuests(join(folder, 'temp'));
    const guest = await guests.start(readerEntry);
    const replies: unknown[] = [];
    const ended = new Promise<unknown>((resolve) => guest.onExit(resolve));
    const answered = new Promise<unknown>((resolve) => guest.onMessage((message) => replies.push(message) === 2 && resolve('answered')));
    guest.send(request);
    guest.send({ id: 9, ask: 'expressions', texts: [] });
    expect(await Promise.race([answered, ended])).toBe('answered');
    expect(replies).toEqual([
      {
        kind: 'failed',
        id,
        error: expect.objectContaining({ code: 'MW9001', message: expect.stringMatching(/^The reader of tables was asked in a way it does not know: .+/) }),
      },
      { kind: 'done', id: 9, value: { trees: [] } },
    ]);
    await guests.close();
  });

  it.each([
    ['an answer of another form', { kind: 'done', id: 1, value: { trees: 'none' } }],
    ['no reply', { kind: 'song', id: 1 }],
    ['nothing that is a value', null],
  ])('that speaks nonsense is ended: %s', async (_, answer) => {
    await expect(openTables(async () => saying(() => answer)).parseExpressions(['1'])).rejects.toMatchObject({ code: 'MW1112' });
  });

  const opened = { columns: ['a'], rowCount: 2, dialect: { format: 'parquet', isGzip: false }, notes: [] };
  const column = (length: number) => ({ at: 0, column: { type: 'number', values: new Float64Array(length) }, unreadable: null });

  it.each([
    ['a column of another length', [column(3)]],
    ['a column twice', [column(2), column(2)]],
    ['a column that nobody asked for', [{ ...column(2), at: 1 }]],
    ['no column', []],
  ])('that sends %s is ended', async (_, parts) => {
    const path = await put('two.csv', 'a\n1\n2\n');
    const tables = openTables(async () => {
      let tell: (message: unknown) => void = () => {};
      const guest = saying((message) => {
        const { id, ask } = z.object({ id: z.number(), ask: z.string() }).parse(message);
        if (ask === 'open') return { kind: 'done', id, value: opened };
        for (const value of parts) tell({ kind: 'part', id, value });
        return { kind: 'done', id, value: {} };
      });
      return {
        ...guest,
        onMessage: (listener) => {
          tell = listener;
          guest.onMessage(listener);
        },
      };
    });
    const file = await tables.openFile(path);
    await expect(file.readColumns([{ name: 'a', rule: numbers }])).rejects.toMatchObject({ code: 'MW1112' });
  });
});
