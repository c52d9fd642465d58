/**
 * How long `--version` and `--help` take beside Node doing nothing at all. The target is at most three times as long.
 *
 *     node benchmarks/start-up.ts
 *
 * Twenty runs of each, one after the other in turn, so that what else the machine does falls on all alike; medians are compared.
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';

const REPEATS = 20;
const MOST = 3;

const command = join(import.meta.dirname, '..', 'modelwright');
const contestants = [
  { name: 'node -e 0', words: [process.execPath, '-e', '0'] },
  { name: '--version', words: [command, '--version'] },
  { name: '--help', words: [command, '--help'] },
  { name: 'build --help', words: [command, 'build', '--help'] },
].map((contestant) => ({ ...contestant, durationsMs: new Array<number>() }));

// The first run of each fills the compile cache and the disk's.
for (let repeat = -1; repeat < REPEATS; repeat++) {
  for (const { words, durationsMs } of contestants) {
    const startedMs = performance.now();
    const { status } = spawnSync(words[0], words.slice(1), { stdio: 'ignore' });
    if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}`);
    if (repeat >= 0) durationsMs.push(performance.now() - startedMs);
  }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const nothingMs = median(contestants[0].durationsMs);
for (const { name, durationsMs } of contestants) {
  const ratio = median(durationsMs) / nothingMs;
  console.log(`${name.padEnd(14)} ${median(durationsMs).toFixed(1).padStart(7)} ms  ${ratio.toFixed(2)} ×${ratio > MOST ? '  TOO SLOW' : ''}`);
  if (ratio > MOST) process.exitCode = 1;
}
console.log(`median of ${REPEATS} runs, Node ${process.version}, ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
