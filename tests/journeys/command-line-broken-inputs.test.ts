import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/domain/random.ts';
import { runCommand } from '../support/command.ts';
import { leftovers, type Place } from '../support/concrete.ts';
import { controlGroupsOf } from '../support/processes.ts';

let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'broken-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A home and a folder for what else a command makes, below the one that is removed at the end. */
function makeOwn(): Place {
  const own = mkdtempSync(join(folder, 'case-'));
  const temporary = join(own, 'tmp');
  mkdirSync(temporary);
  return { home: join(own, 'home'), temporary, environment: { TMPDIR: temporary }, remove: () => rmSync(own, { recursive: true, force: true }) };
}

/** A table that could be learnt from: what is broken is put in afterwards. */
function goodLines(rowCount = 60): string[] {
  const random = seededRandom(3);
  return [
    'age,city,paid,left',
    ...Array.from(
      { length: rowCount },
      (_, row) => `${20 + (row % 40)},${['Oslo', 'Rome', 'Lima'][row % 3]},${(random.next() * 90).toFixed(2)},${row % 4 === 0 ? 'yes' : 'no'}`,
    ),
  ];
}

const withLine = (lines: string[], at: number, line: string) => lines.with(at, line).join('\n');
const withColumn = (value: (row: number) => string) =>
  goodLines()
    .map((line, index) => `${line},${index === 0 ? 'extra' : value(index)}`)
    .join('\n');

type Broken = {
  what: string;
  content: string | Uint8Array;
  /** The target is `left` unless these say something else. */
  words?: string[];
  code: string;
  exitCode: 2 | 4;
  /** Every one of these stands in the message, the hint or the place. */
  says: string[];
  place?: { row?: number; column?: string };
};

const broken: Broken[] = [
  { what: 'a binary file', content: Uint8Array.from({ length: 4000 }, (_, at) => (at * 7919) % 256), code: 'MW1109', exitCode: 4, says: ['CSV'] },
  { what: 'an empty file', content: '', code: 'MW1106', exitCode: 4, says: ['empty', 'header'] },
  { what: 'a file of blank lines', content: '\n\n  \n', code: 'MW1106', exitCode: 4, says: ['empty'] },
  { what: 'a header without rows', content: 'age,city,left\n', code: 'MW1107', exitCode: 4, says: ['no rows', 'at least one row'] },
  { what: 'one column only', content: `left\n${'yes\nno\n'.repeat(40)}`, code: 'MW1108', exitCode: 4, says: ['one column', 'commas'] },
  {
    what: 'a row with too many cells',
    content: withLine(goodLines(), 12, '30,Oslo,Norway,1.5,no'),
    code: 'MW1115',
    exitCode: 4,
    says: ['row 12'],
    place: { row: 12 },
  },
  { what: 'a row with too few cells', content: withLine(goodLines(), 12, '30,Oslo'), code: 'MW1115', exitCode: 4, says: ['row 12'], place: { row: 12 } },
  { what: 'a quote that is never closed', content: withLine(goodLines(), 12, '30,"Oslo,1.5,no'), code: 'MW1116', exitCode: 4, says: ['quote'] },
  { what: 'a workbook', content: Uint8Array.from([0x50, 0x4b, 3, 4, ...Array.from({ length: 200 }, () => 0)]), code: 'MW1110', exitCode: 4, says: ['CSV'] },
  { what: 'JSON that breaks off', content: JSON.stringify([{ age: 1, left: 'no' }]).slice(0, -4), code: 'MW1122', exitCode: 4, says: ['JSON'] },
  { what: 'gzip that breaks off', content: gzipSync(goodLines(5000).join('\n')).subarray(0, 2000), code: 'MW1111', exitCode: 4, says: ['damaged'] },
  { what: 'Parquet that is none', content: `PAR1${'x'.repeat(500)}PAR1`, code: 'MW1111', exitCode: 4, says: ['Parquet'] },
  {
    what: 'an unknown target',
    content: goodLines().join('\n'),
    words: ['--target', 'lfet'],
    code: 'MW1203',
    exitCode: 2,
    says: ['lfet', '"left"', '--target'],
    place: { column: 'lfet' },
  },
  {
    what: 'a sentence that names no column',
    content: goodLines().join('\n'),
    words: [],
    code: 'MW1202',
    exitCode: 2,
    says: ['--target', 'age, city, paid, left'],
  },
  {
    what: 'a constant target',
    content: goodLines().join('\n').replaceAll(',yes', ',no'),
    code: 'MW1104',
    exitCode: 4,
    says: ['"left"', '"no"', '60 rows', '--target'],
    place: { column: 'left' },
  },
  {
    what: 'a target without a value',
    content: goodLines()
      .join('\n')
      .replaceAll(/,(yes|no)$/gm, ','),
    code: 'MW1105',
    exitCode: 4,
    says: ['"left"', '60 rows'],
    place: { column: 'left' },
  },
  { what: 'too few rows', content: goodLines(8).join('\n'), code: 'MW1210', exitCode: 4, says: ['8 rows', '30'] },
  { what: 'one row only', content: goodLines(1).join('\n'), code: 'MW1210', exitCode: 4, says: ['one row', '30'] },
  { what: 'one JSON object', content: '{"age":30,"city":"Oslo","left":"no"}', words: [], code: 'MW1210', exitCode: 4, says: ['one row', 'JSON object'] },
  {
    what: 'nothing left to learn from',
    content: goodLines().join('\n'),
    words: ['--target', 'left', '--drop', 'age', '--drop', 'city', '--drop', 'paid'],
    code: 'MW1209',
    exitCode: 4,
    says: ['"left"', 'age (dropped)', '--keep'],
  },
  {
    what: 'a metric for numbers on classes',
    content: goodLines().join('\n'),
    words: ['--target', 'left', '--metric', 'rmse'],
    code: 'MW1207',
    exitCode: 2,
    says: ['rmse', 'roc_auc'],
  },
  {
    what: 'a metric for classes on many numbers',
    content: goodLines().join('\n'),
    words: ['--target', 'paid', '--metric', 'roc_auc'],
    code: 'MW1205',
    exitCode: 4,
    says: ['paid', '--metric rmse'],
  },
  {
    what: 'an unknown metric',
    content: goodLines().join('\n'),
    words: ['--target', 'left', '--metric', 'rocauc'],
    code: 'MW1001',
    exitCode: 2,
    says: ['rocauc', '"roc_auc"'],
  },
  {
    what: 'an unknown positive class',
    content: goodLines().join('\n'),
    words: ['--target', 'left', '--positive', 'Yes!'],
    code: 'MW1208',
    exitCode: 2,
    says: ['Yes!', '"yes"'],
  },
  {
    what: 'an unknown column of times',
    content: goodLines().join('\n'),
    words: ['--target', 'left', '--time', 'when'],
    code: 'MW1203',
    exitCode: 2,
    says: ['when', '--time'],
  },
  {
    what: 'an unknown column of groups',
    content: goodLines().join('\n'),
    words: ['--target', 'left', '--group', 'citty'],
    code: 'MW1203',
    exitCode: 2,
    says: ['citty', '"city"', '--group'],
  },
  {
    what: 'an unknown column to drop',
    content: goodLines().join('\n'),
    words: ['--target', 'left', '--drop', 'agee'],
    code: 'MW1203',
    exitCode: 2,
    says: ['agee', '"age"', '--drop'],
  },
  {
    what: 'a date to predict',
    content: withColumn((row) => `2024-01-${String(1 + (row % 28)).padStart(2, '0')}`),
    words: ['--target', 'extra'],
    code: 'MW1206',
    exitCode: 4,
    says: ['extra', 'date'],
  },
  { what: 'a class a row', content: withColumn((row) => `name ${row}`), words: ['--target', 'extra'], code: 'MW1205', exitCode: 4, says: ['extra', '60 rows'] },
];

describe.concurrent('a table or a wish that cannot be followed', () => {
  it.each(broken)(
    'is refused with its code, its place and what to do: $what',
    { timeout: 60_000 },
    async ({ content, words = ['--target', 'left'], code, exitCode, says, place }) => {
      const own = makeOwn();
      const file = join(own.home, '..', 'table.csv');
      writeFileSync(file, content);
      const ended = await runCommand(['build', 'zzz', '--data', file, '--budget', '60s', '--yes', '--json', '--home', own.home, ...words], own);
      expect(ended.last).toMatchObject({ kind: 'error', code, ...(place && { place }) });
      expect(ended.exitCode).toBe(exitCode);
      expect(ended.stderr).toBe('');
      for (const words of says) expect(JSON.stringify(ended.last).replaceAll('\\"', '"')).toContain(words);
      expect(ended.lines.filter(({ kind }) => kind === 'unreadable')).toEqual([]);
      expect(leftovers(own)).toEqual([]);
    },
  );
});

describe.concurrent('a path that names no table', () => {
  const asRoot = process.getuid?.() === 0;
  it.each([
    { what: 'nothing', make: () => undefined, code: 'MW1101' },
    { what: 'a folder', make: (path: string) => void mkdirSync(path), code: 'MW1103' },
    {
      what: 'a file that may not be read',
      make(path: string) {
        writeFileSync(path, 'a,b\n1,2\n');
        chmodSync(path, 0o000);
      },
      code: 'MW1102',
    },
  ])('is refused and named: $what', { timeout: 60_000 }, async ({ make, code, what }) => {
    // Root may read every file.
    if (asRoot && code === 'MW1102') return;
    const own = makeOwn();
    const path = join(own.home, '..', 'table.csv');
    make(path);
    const ended = await runCommand(['build', what, '--data', path, '--yes', '--json', '--home', own.home], own);
    expect(ended.last).toMatchObject({ kind: 'error', code, place: { file: path } });
    expect(ended.exitCode).toBe(4);
  });
});

describe('an error for people', () => {
  it('names the file, what to do and the page, on stderr, without a stack trace', { timeout: 60_000 }, async () => {
    const own = makeOwn();
    const path = join(own.home, '..', 'ragged.csv');
    writeFileSync(path, withLine(goodLines(), 12, '30,Oslo'));
    const { stderr, exitCode } = await runCommand(['build', 'who left', '--data', path, '--yes', '--home', own.home], own);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('MW1115');
    expect(stderr).toContain('ragged.csv');
    expect(stderr).toMatch(/row 12/i);
    expect(stderr).toMatch(/^ {2}Fix {3}/m);
    expect(stderr).toMatch(/^ {2}More {2}.*explain MW1115$/m);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('comes without a cage, a process or a control group left behind', { timeout: 60_000 }, async () => {
    const own = makeOwn();
    const ended = await runCommand(['build', 'x', '--data', join(folder, 'is-not-there.csv'), '--yes', '--json', '--home', own.home], own);
    expect(ended.lines.map(({ kind }) => kind)).toEqual(['run.requested', 'run.failed', 'error']);
    expect(controlGroupsOf([process.pid])).toEqual([]);
    expect(leftovers(own)).toEqual([]);
  });

  it('refuses a plan that nobody approved, after showing it', { timeout: 60_000 }, async () => {
    const own = makeOwn();
    const path = join(own.home, '..', 'table.csv');
    writeFileSync(path, goodLines().join('\n'));
    const { lines, stderr, exitCode } = await runCommand(['build', 'who left', '--data', path, '--target', 'left', '--home', own.home], own);
    expect(exitCode).toBe(2);
    expect(lines.map(({ text }) => text).join('\n')).toMatch(/Goal\s+predict left/);
    expect(stderr).toMatch(/MW1211.*\n\s+Fix\s+Add --yes/);
  });
});

describe.concurrent('a path that is none', () => {
  it.each([
    { path: '', says: 'No file is named' },
    { path: 'https://example.com/table.csv', says: '"https://example.com/table.csv" is an address' },
  ])('is refused as it was typed: "$path"', { timeout: 60_000 }, async ({ path, says }) => {
    const own = makeOwn();
    const ended = await runCommand(['build', 'who leaves', '--data', path, '--yes', '--json', '--home', own.home], own);
    expect(ended.last).toMatchObject({ kind: 'error', code: 'MW1101', message: expect.stringContaining(says) });
    expect(ended.exitCode).toBe(4);
  });
});
