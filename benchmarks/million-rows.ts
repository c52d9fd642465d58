/**
 * A build on a million rows of 30 columns at 300 seconds: its score, when there was a first model, how long it took of its budget, and the most memory that its processes held together.
 *
 *     node benchmarks/million-rows.ts [ROWS] [SECONDS]       default 1000000 300; the table and the home are made in the temporary folder and removed
 *
 * Memory is the sum over the command and every process below it, pages that several share counted once (PSS; Linux only), looked at twice a second.
 * The best score there is, which knows what the rows were made by, is told beside the model's.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { seededRandom } from '../src/domain/random.ts';
import { measureMetric } from '../src/stages/evaluation/index.ts';
import { descendantsOf } from '../tests/support/processes.ts';

const rowCount = Number(process.argv[2] ?? 1_000_000);
const budgetSeconds = Number(process.argv[3] ?? 300);
const NUMBERS = 24;
const CATEGORIES = 5;
const LOOK_MS = 500;
/** As a verdict holds against a build. */
const MOST_OVER = 1.02;

const Result = z.object({
  kind: z.literal('result'),
  metric: z.string(),
  score: z.object({ value: z.number(), low: z.number(), high: z.number() }),
  baseline: z.number(),
  verdict: z.string(),
  wallMs: z.number(),
  budgetMs: z.number(),
  members: z.number(),
  rows: z.object({ train: z.number(), test: z.number() }),
});

const folder = await mkdtemp(join(tmpdir(), 'million-'));
try {
  const path = join(folder, 'table.csv');
  const best = await writeTable(path);
  const { size } = await stat(path);
  console.log(`${rowCount.toLocaleString('en-US')} rows × ${1 + NUMBERS + CATEGORIES} columns, ${(size / 1e6).toFixed(0)} MB`);
  const { lastLine, firstModelSeconds, peakBytes, seconds } = await build(path);
  const answer: unknown = JSON.parse(lastLine);
  const parsed = Result.safeParse(answer);
  if (parsed.success) {
    const { metric, score, baseline, verdict, wallMs, budgetMs, members, rows } = parsed.data;
    const figure = (value: number) => value.toFixed(4);
    console.log(`${metric}  ${figure(score.value)} [${figure(score.low)}, ${figure(score.high)}], baseline ${figure(baseline)}, best there is ${figure(best)}`);
    console.log(`verdict ${verdict}, ${members} members, ${rows.train} rows learnt from, ${rows.test} measured on`);
    const share = wallMs / budgetMs;
    console.log(`wall ${(wallMs / 1000).toFixed(1)} s of ${budgetMs / 1000} s (${share.toFixed(3)} ×)${share > MOST_OVER ? '  TOO LONG' : ''}`);
    if (share > MOST_OVER) process.exitCode = 1;
  } else {
    console.log(`no model: ${lastLine}`);
    process.exitCode = 1;
  }
  console.log(
    `first model after ${firstModelSeconds.toFixed(1)} s; command ${seconds.toFixed(1)} s, peak memory ${peakBytes > 0 ? `${(peakBytes / 1e9).toFixed(2)} GB` : 'not known here'}`,
  );
  console.log(`Node ${process.version}, ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function build(path: string): Promise<{ lastLine: string; firstModelSeconds: number; peakBytes: number; seconds: number }> {
  const words = ['build', 'which row is a yes', '--data', path, '--target', 'label', '--budget', `${budgetSeconds}s`, '--yes', '--json'];
  const startedMs = performance.now();
  const child = spawn(join(import.meta.dirname, '..', 'modelwright'), [...words, '--home', join(folder, 'home')], { stdio: ['ignore', 'pipe', 'inherit'] });
  let lastLine = '';
  let firstModelSeconds = Number.NaN;
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (text + piece).split('\n');
    text = lines.pop() ?? '';
    lastLine = lines.at(-1) ?? lastLine;
    if (Number.isNaN(firstModelSeconds) && lines.some((line) => line.startsWith('{"kind":"model.drafted"')))
      firstModelSeconds = (performance.now() - startedMs) / 1000;
  });
  let peakBytes = 0;
  const timer = setInterval(() => {
    if (child.pid === undefined) return;
    const pids = [child.pid, ...descendantsOf(child.pid).map(({ pid }) => pid)];
    peakBytes = Math.max(
      peakBytes,
      pids.map(heldBytes).reduce((sum, bytes) => sum + bytes, 0),
    );
  }, LOOK_MS);
  await once(child, 'close');
  clearInterval(timer);
  return { lastLine, firstModelSeconds, peakBytes, seconds: (performance.now() - startedMs) / 1000 };
}

/** 0 for a process that has ended, and where the kernel does not tell. */
function heldBytes(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Numbers, of which some act alone, two act together and one bends; categories with effects of their own; gaps in a column. Returns the area under the curve of the true chances. */
async function writeTable(path: string): Promise<number> {
  const random = seededRandom(1);
  const levelCounts = Array.from({ length: CATEGORIES }, (_, column) => 4 ** (column + 1));
  const effects = levelCounts.map((count) => Array.from({ length: count }, () => random.next() - 0.5));
  const codes = new Int32Array(rowCount);
  const probabilities = new Float64Array(2 * rowCount);
  const out = createWriteStream(path);
  out.write(`${[...Array.from({ length: NUMBERS }, (_, at) => `n${at}`), ...levelCounts.map((_, at) => `k${at}`), 'label'].join(',')}\n`);
  let lines = '';
  for (let row = 0; row < rowCount; row++) {
    const numbers = Array.from({ length: NUMBERS }, () => random.next() * 2 - 1);
    const levels = levelCounts.map((count) => random.below(count));
    const fromLevels = levels.reduce((sum, level, at) => sum + effects[at][level], 0);
    const odds = numbers[0] + 0.7 * numbers[1] + 2 * numbers[2] * numbers[3] + 1.5 * Math.sin(3 * numbers[4]) + 1.5 * fromLevels;
    const chance = 1 / (1 + Math.exp(-odds));
    codes[row] = Number(random.next() < chance);
    probabilities.set([1 - chance, chance], 2 * row);
    const cells = numbers.map((value, at) => (at === 5 && row % 10 === 3 ? '' : value.toFixed(5)));
    lines += `${[...cells, ...levels.map((level, at) => `v${at}_${level}`), codes[row] === 1 ? 'yes' : 'no'].join(',')}\n`;
    if (lines.length < 1 << 20) continue;
    if (!out.write(lines)) await once(out, 'drain');
    lines = '';
  }
  out.end(lines);
  await once(out, 'finish');
  return measureMetric('roc_auc', { kind: 'classes', codes, classCount: 2 }, { kind: 'classes', classCount: 2, probabilities, decided: codes });
}
