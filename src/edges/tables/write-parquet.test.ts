import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReader } from '../../../tests/support/reader.ts';
import type { Tables } from './index.ts';

let folder: string;
let tables: Tables;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'));
  ({ tables } = openReader({ tempDirectory: folder, memoryBytes: 512 << 20 }));
});

afterAll(async () => {
  await tables.close();
  await rm(folder, { recursive: true, force: true });
});

/** Names and rows as another reader of Parquet finds them. */
async function readBack(path: string) {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const names = (await connection.runAndReadAll(`SELECT name FROM parquet_schema('${path}') WHERE type IS NOT NULL`)).getRows().map(([name]) => String(name));
  const rows = (await connection.runAndReadAll(`SELECT * FROM read_parquet('${path}')`)).getRows();
  connection.closeSync();
  instance.closeSync();
  return { names, rows };
}

describe('Parquet that we write', () => {
  it('holds names, texts and numbers as they were given', async () => {
    const path = join(folder, "it's.parquet");
    const texts = ['Ja', '', 'a,"b"\n', '日本', 'null'];
    const numbers = Float64Array.from([0.1 + 0.2, -0, 1e-300, 5, 1 / 3]);
    await tables.writeParquet(path, [
      { name: 'prediction', values: texts },
      { name: 'probability_a "b"', values: numbers },
    ]);
    const copy = join(folder, 'copy.parquet');
    await copyFile(path, copy);
    const { names, rows } = await readBack(copy);
    expect(names).toEqual(['prediction', 'probability_a "b"']);
    expect(rows).toEqual(texts.map((text, row) => [text, numbers[row]]));
  });

  it('numbers a column whose name differs from an earlier one in capitals alone, since many readers would take them for one', async () => {
    const path = join(folder, 'capitals.parquet');
    await tables.writeParquet(path, [
      { name: 'probability_a', values: Float64Array.of(1) },
      { name: 'probability_A', values: Float64Array.of(2) },
    ]);
    expect((await readBack(path)).names).toEqual(['probability_a', 'probability_A_1']);
  });

  it('keeps the order of many rows', async () => {
    const path = join(folder, 'many.parquet');
    const count = 100_000;
    await tables.writeParquet(path, [
      { name: 'row', values: Float64Array.from({ length: count }, (_, row) => row) },
      { name: 'text', values: Array.from({ length: count }, (_, row) => `t${row % 7}`) },
    ]);
    const { rows } = await readBack(path);
    expect(rows).toHaveLength(count);
    expect(rows.every(([row, text], index) => row === index && text === `t${index % 7}`)).toBe(true);
  });

  it('says why it could not write', async () => {
    await expect(tables.writeParquet(join(folder, 'no-such-folder', 'x.parquet'), [{ name: 'a', values: Float64Array.of(1) }])).rejects.toMatchObject({
      code: 'MW3019',
    });
  });
});
