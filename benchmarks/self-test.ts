/**
 * How long it takes to try every wall of the cage, as is done before each build and each batch of programs. The target is 300 ms at the 90th
 * percentile; it is missed on a machine that is busy with other things.
 *
 *     node benchmarks/self-test.ts
 *
 * Twenty trials one after the other, each with a cage of its own, after one that fills the disk's cache.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheRoots, findTrainingEnvironment } from '../scripts/environment.mjs';
import { tryWalls } from '../src/edges/sandbox/index.ts';

const REPEATS = 20;
const MOST_MS = 300;

const userId = process.getuid?.() ?? -1;
const roots = cacheRoots({ override: process.env['MODELWRIGHT_CACHE'], userId, home: homedir(), xdgCacheHome: process.env['XDG_CACHE_HOME'] });
const found = findTrainingEnvironment(roots, userId);
if (found.kind === 'missing') throw new Error(`the training environment is missing: run ${found.remedy}`);
const { executable: python, ...places } = found;

const scratchDirectory = mkdtempSync(join(tmpdir(), 'self-test-'));
const durationsMs: number[] = [];
try {
  for (let repeat = -1; repeat < REPEATS; repeat++) {
    const { walls, durationMs } = await tryWalls({ environment: { ...places, python }, scratchDirectory });
    const down = walls.filter(({ isUp }) => !isUp).map(({ name, detail }) => `${name}: ${detail}`);
    if (down.length > 0) throw new Error(`not every wall stands here: ${down.join('; ')}`);
    if (repeat === -1)
      console.log(`${walls.filter(({ kind }) => kind === 'wall').length} walls, ${userId === 0 ? 'started by root' : 'started by an ordinary user'}`);
    else durationsMs.push(durationMs);
  }
} finally {
  rmSync(scratchDirectory, { recursive: true });
}

const quantile = (share: number) => durationsMs.toSorted((a, b) => a - b)[Math.min(REPEATS - 1, Math.floor(share * REPEATS))];
console.log(`p50 ${quantile(0.5).toFixed(0)} ms, p90 ${quantile(0.9).toFixed(0)} ms, of ${REPEATS} trials`);
console.log(`Node ${process.version}, ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
if (quantile(0.9) > MOST_MS) process.exitCode = 1;
