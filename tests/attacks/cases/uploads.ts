/** Files that a stranger hands over: SBX-31. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ModelwrightError } from '../../../src/domain/error.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import type { Guests } from '../../../src/edges/sandbox/index.ts';
import { openTables, readerEntry, type Tables } from '../../../src/edges/tables/index.ts';
import { cagedGuests } from '../../support/guests.ts';
import type { AttackCase } from './case.ts';

const FILES = 12;
const MOST_CHANGES = 8;

/** Caged readers, and a good file that one of them wrote. */
async function withReaders(body: (tables: Tables, folder: string, good: string, guests: Guests) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  const guests = cagedGuests(folder);
  const tables = openTables((file) => guests.start(readerEntry, file), { timeLimitMs: 10_000 });
  const good = join(folder, 'good.parquet');
  try {
    await tables.writeParquet(good, [
      { name: 'n', values: Float64Array.from({ length: 500 }, (_, row) => row) },
      { name: 't', values: Array.from({ length: 500 }, (_, row) => `town ${row % 7}`) },
    ]);
    await body(tables, folder, good, guests);
  } finally {
    await tables.close();
    await guests.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

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

export const uploadCases: AttackCase[] = [
  {
    id: 'SBX-31',
    name: 'parquet-hostile',
    tries: 'crashes the reader of tables by a crafted columnar file',
    walls: [],
    attack: () =>
      withReaders(async (tables, folder, good, guests) => {
        const faults: string[] = [];
        for (let seed = 1; seed <= FILES; seed += 1) {
          const hostile = join(folder, `hostile-${seed}`);
          writeFileSync(hostile, damaged(readFileSync(good), seed));
          try {
            const file = await tables.openFile(hostile);
            await file.statistics();
            await file.close();
          } catch (error) {
            // Refused with a reason, or its own reader ended and said so.
            if (!(error instanceof ModelwrightError) || error.kind !== 'data') faults.push(`seed ${seed}: ${String(error)}`);
          }
        }
        expect(faults).toEqual([]);
        expect(guests.state).toEqual({ isCaged: true });
      }),
    control: {
      does: 'a good file is read in the same cage',
      run: () =>
        withReaders(async (tables, _, good) => {
          expect((await tables.openFile(good)).rowCount).toBe(500);
        }),
    },
  },
];
