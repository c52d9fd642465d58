import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTable } from './load-table.ts';
import { readRows } from './query.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'json-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The cells of a JSON file, row by row. */
async function cellsOf(content: string): Promise<Record<string, string | null>[]> {
  const path = join(folder, 'table.json');
  await writeFile(path, content);
  const table = await loadTable(path, { tempDirectory: folder, memoryBytes: 512 << 20, threads: 1, maxColumns: 100 });
  try {
    const rows = await readRows(table.connection, 'SELECT * FROM raw ORDER BY rowid');
    return rows.map((row) => Object.fromEntries(row.map((cell, at) => [table.columns[at], cell === null ? null : String(cell)])));
  } finally {
    table.close();
  }
}

describe('a number in JSON', () => {
  const ids = ['12345678901234567890', '12345678901234567891', '-9007199254740993'];

  it.each([
    ['on lines', ids.map((id) => `{"id": ${id}, "n": 1.50, "inner": {"list": [${id}, "${id}"]}}`).join('\n')],
    ['in an array', `[${ids.map((id) => `{"id":${id},"n":1.5,"inner":{"list":[${id},"${id}"]}}`).join(',')}]`],
  ])('that is too long for a double keeps its digits, %s', async (_, content) => {
    expect(await cellsOf(content)).toEqual(ids.map((id) => ({ id, n: '1.5', 'inner.list': `[${id},"${id}"]` })));
  });

  it('that is too large for a double is not taken for a missing value', async () => {
    expect(await cellsOf('{"a": 1e999, "b": 1}\n{"a": 2, "b": -1e999}')).toEqual([
      { a: 'Infinity', b: '1' },
      { a: '2', b: '-Infinity' },
    ]);
  });
});
