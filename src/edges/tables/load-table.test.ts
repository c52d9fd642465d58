import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockDown, openDatabase } from './load-table.ts';
import { readRows, sqlText } from './query.ts';

let folder: string;
let canary: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'locked-'));
  canary = join(folder, 'canary.csv');
  await writeFile(canary, 'secret\n7\n');
  await mkdir(join(folder, 'scratch'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const opened = () => openDatabase({ tempDirectory: join(folder, 'scratch'), memoryBytes: 256 << 20, threads: 1 });

// Its own temporary folder stays open to it: what lies there is this run's.
describe('a database that holds a table', () => {
  it('reads no other file, writes none, loads no extension and keeps its settings', async () => {
    const { connection, close } = await opened();
    await lockDown(connection);
    const attempts: [sql: string, refusal: RegExp][] = [
      [`SELECT * FROM read_csv(${sqlText(canary)})`, /disabled (by|through) configuration/],
      [`SELECT * FROM read_text(${sqlText(canary)})`, /disabled (by|through) configuration/],
      [`SELECT * FROM ${sqlText(canary)}`, /disabled (by|through) configuration/],
      [`COPY (SELECT 1) TO ${sqlText(join(folder, 'out.csv'))}`, /disabled (by|through) configuration/],
      [`ATTACH ${sqlText(join(folder, 'other.db'))}`, /disabled (by|through) configuration/],
      ['INSTALL httpfs', /disabled (by|through) configuration/],
      ["LOAD 'httpfs'", /disabled (by|through) configuration/],
      ['SET enable_external_access = true', /locked|cannot be changed|while database is running/i],
      ["SET memory_limit = '100GB'", /locked/],
    ];
    for (const [sql, refusal] of attempts) await expect(readRows(connection, sql), sql).rejects.toThrow(refusal);
    expect(await readRows(connection, 'SELECT 1 + 1')).toEqual([[2]]);
    close();
  });

  it('would read a file before it is locked', async () => {
    const { connection, close } = await opened();
    expect(await readRows(connection, `SELECT secret FROM read_csv(${sqlText(canary)}, types = {'secret': 'INTEGER'})`)).toEqual([[7]]);
    close();
  });
});
