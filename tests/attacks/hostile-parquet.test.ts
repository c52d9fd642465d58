import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ModelwrightError } from '../../src/domain/error.ts';
import { seededRandom } from '../../src/domain/random.ts';
import type { Guests } from '../../src/edges/sandbox/index.ts';
import { openTables, readerEntry, type Tables } from '../../src/edges/tables/index.ts';
import { cagedGuests } from '../support/guests.ts';

const FILES = 24;
const MOST_CHANGES = 8;

let folder: string;
let guests: Guests;
let tables: Tables;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  guests = cagedGuests(folder);
  tables = openTables((file) => guests.start(readerEntry, file), { timeLimitMs: 10_000 });
});
afterAll(async () => {
  await tables.close();
  await guests.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A good file with bytes changed, most of them where its footer says where everything lies. */
function damaged(good: Buffer, seed: number): Buffer {
  const random = seededRandom(seed);
  const bytes = Buffer.from(good);
  const footerBytes = bytes.readUInt32LE(bytes.length - 8);
  const changes = 1 + Math.floor(random.next() * MOST_CHANGES);
  for (let change = 0; change < changes; change += 1) {
    const isFooter = random.next() < 0.8;
    const [from, length] = isFooter ? [bytes.length - 8 - footerBytes, footerBytes] : [4, bytes.length - 12];
    bytes[from + Math.floor(random.next() * length)] = Math.floor(random.next() * 256);
  }
  return bytes;
}

it('SBX-31 parquet-hostile: a crafted columnar file is read or refused, or ends its own caged reader and nothing else', { timeout: 120_000 }, async () => {
  const path = join(folder, 'good.parquet');
  await tables.writeParquet(path, [
    { name: 'n', values: Float64Array.from({ length: 500 }, (_, row) => row) },
    { name: 't', values: Array.from({ length: 500 }, (_, row) => `town ${row % 7}`) },
  ]);
  const good = readFileSync(path);
  const faults: string[] = [];
  for (let seed = 1; seed <= FILES; seed += 1) {
    const hostile = join(folder, `hostile-${seed}`);
    writeFileSync(hostile, damaged(good, seed));
    try {
      const file = await tables.openFile(hostile);
      await file.statistics();
      await file.close();
    } catch (error) {
      if (!(error instanceof ModelwrightError) || error.kind !== 'data') faults.push(`seed ${seed}: ${String(error)}`);
    }
  }
  expect(faults).toEqual([]);
  expect(guests.state).toEqual({ isCaged: true });
  expect((await tables.openFile(path)).rowCount).toBe(500);
});
