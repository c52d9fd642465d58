/**
 * How long a table takes from its file to its profile, and how much memory. The targets: ten million rows of ten numbers in under 60 s and 4 GB;
 * the churn table in under 1 s, the start of its reader included.
 *
 *     node benchmarks/intake.ts [ROWS]       default 10000000; the file is made in the temporary folder and removed
 *
 * Beside it, in the same stretch: reading the same bytes and doing nothing, and DuckDB's own SUMMARIZE of the same file.
 */
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { seededRandom } from '../src/domain/random.ts';
import { profileDataset } from '../src/stages/intake/index.ts';
import { openReader } from '../tests/support/reader.ts';

const MOST_SECONDS = 60;
const MOST_BYTES = 4e9;
const MOST_CHURN_SECONDS = 1;
const rowCount = Number(process.argv[2] ?? 10_000_000);

const folder = await mkdtemp(join(tmpdir(), 'intake-'));
try {
  const path = join(folder, 'numbers.csv');
  await writeNumbers(path);
  const { size } = await stat(path);
  const large = await profile(path);
  const readSeconds = await timed(() => readBytes(path));
  const summarizeSeconds = await timed(() => summarize(path));
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  console.log(`${rowCount.toLocaleString('en-US')} rows × 10 numbers, ${gigabytes(size)}`);
  console.log(`profile            ${large.seconds.toFixed(1)} s, reader ${gigabytes(large.readerBytes)}, this process ${gigabytes(process.memoryUsage().rss)}`);
  console.log(`  beside reading the bytes      ${readSeconds.toFixed(1)} s  ${(large.seconds / readSeconds).toFixed(1)} ×`);
  console.log(`  beside DuckDB's SUMMARIZE     ${summarizeSeconds.toFixed(1)} s  ${(large.seconds / summarizeSeconds).toFixed(2)} ×`);
  const churn = await profile(join(import.meta.dirname, '..', 'examples', 'telco_churn', 'customers.csv'));
  console.log(`churn table        ${churn.seconds.toFixed(2)} s, its reader's start included`);
  const isTooMuch = large.seconds > MOST_SECONDS || large.readerBytes + process.memoryUsage().rss > MOST_BYTES || churn.seconds > MOST_CHURN_SECONDS;
  if (isTooMuch) {
    console.log('TOO MUCH');
    process.exitCode = 1;
  }
  console.log(`Node ${process.version}, ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** From the path to the profile. */
async function profile(path: string): Promise<{ seconds: number; readerBytes: number }> {
  const reader = openReader({ tempDirectory: folder });
  try {
    const seconds = await timed(async () => {
      const file = await reader.tables.openFile(path);
      profileDataset({ path, rowCount: file.rowCount, notes: file.notes }, await file.statistics());
    });
    return { seconds, readerBytes: reader.peakBytes() };
  } finally {
    await reader.tables.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}

/** A running number, few and many whole numbers, measurements of six digits, amounts, and one column with gaps. */
async function writeNumbers(path: string): Promise<void> {
  const random = seededRandom(1);
  const out = createWriteStream(path);
  out.write(`${Array.from({ length: 10 }, (_, index) => `n${index}`).join(',')}\n`);
  let lines = '';
  for (let row = 0; row < rowCount; row++) {
    const [a, b, c] = [random.next(), random.next(), random.next()];
    lines += `${row},${Math.floor(a * 100)},${Math.floor(b * 1e6)},${(a - b).toFixed(6)},${(b - c).toFixed(6)},${(a + c).toFixed(6)},${(a * b).toFixed(6)},${(b * c).toFixed(6)},${(c * 250).toFixed(2)},${row % 20 === 7 ? '' : (a * 1000).toFixed(3)}\n`;
    if (lines.length < 1 << 20) continue;
    if (!out.write(lines)) await once(out, 'drain');
    lines = '';
  }
  out.end(lines);
  await once(out, 'finish');
}

async function readBytes(path: string): Promise<number> {
  let total = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) total += piece.length;
  return total;
}

async function summarize(path: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '3GB', temp_directory: folder });
  const connection = await instance.connect();
  await connection.runAndReadAll(`SUMMARIZE SELECT * FROM read_csv('${path}')`);
  connection.closeSync();
  instance.closeSync();
}
