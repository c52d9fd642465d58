import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTable } from './load-table.ts';
import { readRows } from './query.ts';
import { objectBatches } from './read-json.ts';

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

describe('many objects', () => {
  it.each([true, false])('are held a bounded number at a time, and none is lost (one a line: %s)', async (isLines) => {
    const path = join(folder, 'many.json');
    const objects = Array.from({ length: 12_345 }, (_, i) => `{"a":${i}}`);
    await writeFile(path, isLines ? objects.join('\n') : `[${objects.join(',')}]`);
    const sizes: number[] = [];
    let last: string | undefined;
    for await (const batch of objectBatches(path, { isGzip: false, encoding: 'utf-8' }, isLines)) {
      sizes.push(batch.length);
      last = batch.at(-1)?.get('a');
    }
    expect(sizes).toEqual([5000, 5000, 2345]);
    expect(last).toBe('12344');
  });
});
