import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelwrightError } from '../../src/domain/error.ts';
import { seededRandom } from '../../src/domain/random.ts';
import type { Tables } from '../../src/edges/tables/index.ts';
import { profileDataset } from '../../src/stages/intake/index.ts';
import { mutatedFile } from '../fixtures/mutate-file.ts';
import { fuzzSeed, tableCount } from '../support/fuzz-size.ts';
import { outcomeOverProfile } from '../support/plan-from-profile.ts';
import { openReader } from '../support/reader.ts';

const MOST_MS = 5000;
const MOST_BYTES = 1e9;
const MAX_TARGETS = 20;

let folder: string;
let reader: ReturnType<typeof openReader>;
let parquet: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  await mkdir(join(folder, 'temp'));
  // A file that takes longer is killed with its reader, and found below by its code.
  reader = openReader({ tempDirectory: join(folder, 'temp'), isShared: true, memoryBytes: 256 << 20, timeLimitMs: MOST_MS });
  const path = join(folder, 'good.parquet');
  const ids = Array.from({ length: 60 }, (_, row) => row);
  await reader.tables.writeParquet(path, [
    { name: 'id', values: Float64Array.from(ids) },
    { name: 'town', values: ids.map((row) => `Bern ${row % 4}`) },
  ]);
  parquet = await readFile(path);
});
afterAll(async () => {
  await reader.tables.close();
  await rm(folder, { recursive: true, force: true });
});

/** What is wrong with how a file came out; null where it is a table or a refusal with a reason. */
async function faultOf(tables: Tables, path: string): Promise<string | null> {
  try {
    const file = await tables.openFile(path);
    try {
      const profile = profileDataset({ path, rowCount: file.rowCount, notes: file.notes }, await file.statistics());
      const { table } = await file.readColumns(profile.columns.map(({ name, rule }) => ({ name, rule })));
      if (table.rowCount !== profile.rowCount) return `${profile.rowCount} rows were counted and ${table.rowCount} read`;
      // What the words and the table lead to is a plan or a refusal; anything else is thrown.
      for (const { name } of profile.columns.slice(0, MAX_TARGETS)) outcomeOverProfile(`predict ${name}`, profile);
    } finally {
      await file.close();
    }
    return null;
  } catch (error) {
    if (!(error instanceof ModelwrightError)) return `no error of ours: ${String(error)}`;
    if (error.code === 'MW1113') return 'took too long';
    return error.kind === 'data' && error.hint.length > 10 && !error.message.includes('\n    at ') ? null : `${error.code} ${error.message}`;
  }
}

describe('a file with slips', () => {
  it(`is a table or is refused with a reason, in ${tableCount} files from seed ${fuzzSeed}`, async () => {
    const random = seededRandom(fuzzSeed);
    const faults: string[] = [];
    for (let at = 0; at < tableCount; at++) {
      const path = join(folder, `file-${at}`);
      await writeFile(path, mutatedFile(random, [parquet]));
      const fault = await faultOf(reader.tables, path);
      // What went wrong is kept for another look; the rest is not.
      if (fault === null) await rm(path);
      else faults.push(`${path}: ${fault}`);
    }
    expect(faults).toEqual([]);
    expect(reader.peakBytes()).toBeLessThan(MOST_BYTES);
  }, 1_800_000);

  it('is found where the reader answers it with nonsense, and the next file is read again', async () => {
    const path = join(folder, 'good.csv');
    await writeFile(path, 'a,b\n1,2\n3,4\n');
    expect(await faultOf(reader.tables, path)).toBeNull();
    const broken: Tables = { ...reader.tables, openFile: () => Promise.reject(new TypeError('planted')) };
    expect(await faultOf(broken, path)).toMatch(/planted/);
    process.kill(reader.processId() ?? 0, 'SIGKILL');
    // The death is an error of its own at most; then a new reader is there.
    await faultOf(reader.tables, path);
    expect(await faultOf(reader.tables, path)).toBeNull();
  });
});
