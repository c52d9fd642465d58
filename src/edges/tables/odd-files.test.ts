import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oddFiles } from '../../../tests/fixtures/odd-files.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { openReader } from '../../../tests/support/reader.ts';
import type { OpenedFile, Tables } from './index.ts';
import { refuseChangedSince, scanFile } from './scan-file.ts';

let folder: string;
let tables: Tables;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odd-files-'));
  await mkdir(join(folder, 'temp'));
  ({ tables } = openReader({ tempDirectory: join(folder, 'temp'), isShared: true, memoryBytes: 512 << 20 }));
});
afterAll(async () => {
  await tables.close();
  await rm(folder, { recursive: true, force: true });
});

async function errorOf(path: string): Promise<ModelwrightError> {
  try {
    await (await tables.openFile(path)).close();
  } catch (error) {
    if (error instanceof ModelwrightError) return error;
    throw error;
  }
  throw new Error(`"${path}" was read`);
}

async function cellsOf(file: OpenedFile, at: number): Promise<(string | null)[]> {
  const { table } = await file.readColumns(file.columns.map((name) => ({ name, rule: { type: 'text', missing: [] } })));
  const row = at < 0 ? table.rowCount + at : at;
  return [...table.columns.values()].map((column) => (column.type === 'text' ? (column.levels[column.codes[row]] ?? null) : null));
}

describe('a file of a stranger', () => {
  it.each(oddFiles)('$name comes out as it should', async ({ name, bytes, expect: expected }) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    if ('code' in expected) {
      const error = await errorOf(path);
      expect({ code: error.code, message: error.message }).toEqual({ code: expected.code, message: expect.stringMatching(expected.message ?? /./) });
      expect(error.kind).toBe('data');
      expect(error.hint.length).toBeGreaterThan(10);
      if (expected.hint) expect(error.hint).toMatch(expected.hint);
      return;
    }
    const file = await tables.openFile(path);
    expect(file.columns).toEqual(expected.columns);
    expect(file.rowCount).toBe(expected.rowCount);
    if (expected.note) expect(file.notes.join(' ')).toMatch(expected.note);
    const { columns } = await file.statistics();
    expect(columns.map(({ rowCount }) => rowCount)).toEqual(columns.map(() => expected.rowCount));
    if (expected.row) expect(await cellsOf(file, expected.row.at)).toEqual(expected.row.cells);
    await file.close();
  });

  const listening: Server[] = [];
  afterAll(() => listening.forEach((server) => server.close()));
  const listenAt = (path: string) =>
    new Promise<void>((resolve) => {
      listening.push(createServer().listen(path, resolve));
    });

  it.each<[string, (path: string) => Promise<string | void>, string, RegExp]>([
    ['a folder', (path) => mkdir(path), 'MW1103', /is a folder/],
    ['a pipe', async (path) => void execFileSync('mkfifo', [path]), 'MW1103', /is a pipe/],
    ['a link to a pipe', (path) => symlink(join(folder, 'a-pipe'), path), 'MW1103', /is a pipe/],
    ['a socket', listenAt, 'MW1103', /is a socket/],
    ['a link to a device that never ends', (path) => symlink('/dev/zero', path), 'MW1103', /is a device/],
    ['a link to nothing', (path) => symlink(join(folder, 'absent'), path), 'MW1101', /no file/],
    ['a link to itself', (path) => symlink(path, path), 'MW1102', /ELOOP/],
    ['nothing', async () => {}, 'MW1101', /no file/],
    ['below a file', (path) => writeFile(path, '').then(() => join(path, 'table.csv')), 'MW1101', /no file/],
  ])('is refused where it is %s', async (what, make, code, message) => {
    const path = join(folder, what.replaceAll(' ', '-'));
    const named = (await make(path)) ?? path;
    expect(await errorOf(named)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each<[string, RegExp]>([
    ['', /No file is named/],
    ['https://example.com/table.csv', /an address/],
    ['s3://bucket/table.csv', /an address/],
  ])('is refused where "%s" is no path', async (path, message) => {
    const error = await errorOf(path);
    expect({ code: error.code, message: error.message }).toEqual({ code: 'MW1101', message: expect.stringMatching(message) });
  });

  it.each(['/dev/zero', '/dev/null'])('is refused where it is the device %s', async (path) => {
    expect(await errorOf(path)).toMatchObject({ code: 'MW1103', message: expect.stringMatching(/is a device/) });
  });

  it.skipIf(process.getuid?.() === 0)('is refused where it may not be read', async () => {
    const path = join(folder, 'locked');
    await writeFile(path, 'a,b\n1,2\n');
    await chmod(path, 0);
    expect((await errorOf(path)).code).toBe('MW1102');
  });

  it.each<[string, (path: string) => Promise<void>]>([
    ['shrinks', (path) => truncate(path, 10)],
    ['grows', (path) => appendFile(path, '7,8,9\n')],
  ])('that %s while it is read is refused', async (_, change) => {
    const path = join(folder, 'changing');
    await writeFile(path, 'a,b,c\n1,2,3\n4,5,6\n');
    const { state } = await scanFile(path);
    await change(path);
    await expect(refuseChangedSince(path, state)).rejects.toMatchObject({ code: 'MW1121' });
  });

  it('of Parquet is read from within gzip', async () => {
    const plain = join(folder, 'plain.parquet');
    await tables.writeParquet(plain, [
      { name: 'a', values: Float64Array.of(1, 2, 3) },
      { name: 'b', values: ['x', 'y', 'z'] },
    ]);
    const packed = join(folder, 'packed.parquet.gz');
    await writeFile(packed, gzipSync(await readFile(plain)));
    const file = await tables.openFile(packed);
    expect({ columns: file.columns, rowCount: file.rowCount, dialect: file.dialect }).toEqual({
      columns: ['a', 'b'],
      rowCount: 3,
      dialect: { format: 'parquet', isGzip: true },
    });
    await file.close();
  });
});
