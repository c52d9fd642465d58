/**
 * What the cage costs a reader: `openFile` of the churn table and of a large CSV, caged against uncaged, by turns in one run. The target: no more than
 * 1.15 times on the large file.
 *
 *     node benchmarks/reader.ts [MEGABYTES] [REPEATS]       default 100 and 7
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../src/domain/random.ts';
import { openTables, readerEntry } from '../src/edges/tables/index.ts';
import { installHarness } from '../scripts/environment.mjs';
import { cagedGuests, uncagedGuests } from '../tests/support/guests.ts';
import { trainingRoots } from '../tests/support/environment.ts';

const MOST_RATIO = 1.15;
const megabytes = Number(process.argv[2] ?? 100);
const repeats = Number(process.argv[3] ?? 7);

installHarness(trainingRoots()[0]);
const folder = await mkdtemp(join(tmpdir(), 'reader-'));
try {
  const large = join(folder, 'large.csv');
  await writeTable(large);
  const churn = join(import.meta.dirname, '..', 'examples', 'telco_churn', 'customers.csv');
  const [small, big] = [await compare(churn), await compare(large)];
  console.log(line('churn table', small));
  console.log(line(`${Math.round((await stat(large)).size / 1e6)} MB of CSV`, big));
  console.log(`Node ${process.version}, ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, medians of ${repeats}`);
  if (big.caged / big.uncaged > MOST_RATIO) {
    console.log('TOO SLOW');
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

type Times = { caged: number; uncaged: number };

function line(what: string, { caged, uncaged }: Times): string {
  return `${what.padEnd(16)} caged ${Math.round(caged)} ms, uncaged ${Math.round(uncaged)} ms  ${(caged / uncaged).toFixed(2)} ×`;
}

async function compare(path: string): Promise<Times> {
  const both = { caged: cagedGuests(folder), uncaged: uncagedGuests(folder) };
  const times: Record<keyof Times, number[]> = { caged: [], uncaged: [] };
  // The first of each is for the disk's memory alone.
  for (let turn = 0; turn <= repeats; turn += 1) {
    for (const kind of ['caged', 'uncaged'] as const) {
      const tables = openTables((file) => both[kind].start(readerEntry, file));
      const startedMs = performance.now();
      const file = await tables.openFile(path);
      if (turn > 0) times[kind].push(performance.now() - startedMs);
      await file.close();
    }
  }
  if (!both.caged.state?.isCaged) throw new Error('no cage can be had here');
  for (const guests of Object.values(both)) await guests.close();
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  return { caged: median(times.caged), uncaged: median(times.uncaged) };
}

async function writeTable(path: string): Promise<void> {
  const random = seededRandom(1);
  const file = createWriteStream(path);
  file.write('id,town,price,note\n');
  for (let written = 0, id = 0; written < megabytes * 1e6;) {
    const rows = Array.from(
      { length: 10_000 },
      () => `${++id},town ${random.below(300)},${(random.next() * 1000).toFixed(3)},note ${random.below(1e6)}\n`,
    ).join('');
    written += rows.length;
    if (!file.write(rows)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}
