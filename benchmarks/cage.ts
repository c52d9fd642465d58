/**
 * What the cage costs: to start one, to send a job through a warm worker, and of a whole build.
 *
 *     node benchmarks/cage.ts [--runs 50] [--budget 60]      a budget of 0 leaves the build out
 *
 * Every cage is the product's own, in the policy for programs; runs are made one after the other. A goal that is missed makes the exit code 1.
 */
import { spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, homedir, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheRoots, findTrainingEnvironment, installHarness } from '../scripts/environment.mjs';
import { parseRunEvent } from '../src/domain/event.ts';
import { openBubblewrap } from '../src/edges/sandbox/bubblewrap.ts';
import { strengths } from '../src/edges/sandbox/cage-arguments.ts';
import { makeControlGroup } from '../src/edges/sandbox/cgroup.ts';
import type { FitJob, TrainingMatrix } from '../src/edges/sandbox/sandbox.ts';
import { cageParts, startInCage, type CageOptions } from '../src/edges/sandbox/start-cage.ts';
import { openUnlinkedFile } from '../src/edges/sandbox/unlinked-file.ts';
import { openStore } from '../src/edges/store/index.ts';

const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '50' }, budget: { type: 'string', default: '60' } } });
const RUNS = Number(options.runs);
const MEMORY_BYTES = 2 ** 30;
const clone = new URL('..', import.meta.url).pathname;

type Line = { what: string; p50: number; p90: number; goal: number | null; unit: string };
const lines: Line[] = [];

function note(what: string, values: number[], goal: number | null, unit = 'ms'): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  lines.push({ what, p50: at(0.5), p90: at(0.9), goal, unit });
}

type Start = { command: (words: readonly string[]) => string[]; until: 'end' | 'word'; hasGroup?: boolean };

/** From before its control group is made until the command in it says a byte, or has ended where it never does. */
async function startOnce(cage: CageOptions, { command, until, hasGroup = true }: Start): Promise<number> {
  const startedMs = performance.now();
  const { processes, processors } = strengths.program;
  const group = hasGroup ? makeControlGroup({ memoryBytes: MEMORY_BYTES, processes, processors }) : undefined;
  const { writing, reading } = openUnlinkedFile(cage.scratchDirectory);
  closeSync(writing);
  const child = startInCage(cage, { strength: 'program', group, matrixFile: reading, command: ['worker.py'] }, (request) => {
    const parts = cageParts(request);
    // The last words are the interpreter and its source: in their place stands what is measured.
    const inside = parts.startWords.lastIndexOf('--') + 1;
    return { ...parts, startWords: [...parts.startWords.slice(0, inside), ...command(parts.startWords.slice(inside))] };
  });
  closeSync(reading);
  let said = '';
  child.stderr?.on('data', (piece: Buffer) => (said += piece.toString('utf8')));
  const ended = endOf(child);
  if (until === 'word') await Promise.race([wordOf(child), ended]);
  else await ended;
  const tookMs = performance.now() - startedMs;
  const code = await ended;
  await group?.remove();
  if (code !== 0) throw new Error(`the cage ended with ${code}: ${said}`);
  return tookMs;
}

const endOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));
const wordOf = (child: ChildProcess) => new Promise<void>((resolve) => child.stdio[4]?.once('data', () => resolve()));

const matrix: TrainingMatrix = {
  rowCount: 40,
  columnCount: 2,
  values: Float32Array.from({ length: 80 }, (_, at) => at % 7),
  vocabularySize: 0,
  textStart: new Int32Array(41),
  textIds: new Int32Array(0),
  textWeights: new Float32Array(0),
};
const indices = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, at) => from + at);
const nothing = new Float32Array(0);
/** All its labels are alike, so that there is nothing to learn and the way is all that takes time. */
const trivialJob: FitJob = {
  id: 'trivial',
  learner: 'lightgbm',
  task: 'regression',
  classCount: 1,
  settings: {},
  seed: 1,
  columns: Int32Array.of(0, 1),
  usesText: false,
  extraCount: 0,
  train: { rows: indices(0, 30), extra: nothing, labels: new Float64Array(30).fill(3) },
  holdout: { rows: new Int32Array(0), extra: nothing, labels: new Float64Array(0) },
  score: { rows: indices(30, 40), extra: nothing },
  maxRounds: 10,
  patience: 5,
  refitFactor: 0,
  stopAfterMs: 10_000,
};

async function measureWarmJobs(cage: CageOptions): Promise<void> {
  const worker = openBubblewrap(cage, []).openWorker({ threads: 1, memoryBytes: MEMORY_BYTES });
  try {
    await worker.loadMatrix(matrix);
    const wholeMs: number[] = [];
    const hardenMs: number[] = [];
    for (let run = -3; run < RUNS; run++) {
      const startedMs = performance.now();
      const outcome = await worker.execute(trivialJob, { wallMs: 10_000, memoryBytes: MEMORY_BYTES / 2 }).outcome;
      const tookMs = performance.now() - startedMs;
      if (outcome.kind !== 'finished') throw new Error(`a trivial job ended as ${JSON.stringify(outcome)}`);
      if (run < 0) continue;
      wholeMs.push(tookMs);
      hardenMs.push(outcome.hardenMs);
    }
    note('warm job, learners imported, nothing to learn', wholeMs, 10);
    note('  processor time of putting up its walls', hardenMs, null);
  } finally {
    await worker.close();
  }
}

/** A build of the bundled table as a user makes it; what its events say of its fits. */
async function measureBuild(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'modelwright-cage-'));
  try {
    const words = ['build', 'predict Churn', '--data', join(clone, 'examples/telco_churn/customers.csv'), '--target', 'Churn', '--yes', '--json'];
    const done = spawnSync(join(clone, 'modelwright'), [...words, '--budget', `${options.budget}s`, '--home', home], { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`the build ended with ${done.status}: ${done.stderr.slice(-500)}`);
    const store = await openStore(home, parseRunEvent);
    const [{ runId }] = await store.log.listRuns();
    const fits = (await store.log.read(runId)).flatMap(({ event }) =>
      event.kind === 'execution.finished' && event.end.kind === 'finished' && event.end.hardenMs !== undefined
        ? [{ fitMs: event.durationMs, hardenMs: event.end.hardenMs }]
        : [],
    );
    store.close();
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    note(
      `walls of the ${fits.length} fits of that build, each`,
      fits.map(({ hardenMs }) => hardenMs),
      null,
    );
    const share = (100 * sum(fits.map(({ hardenMs }) => hardenMs))) / sum(fits.map(({ fitMs }) => fitMs));
    note(`walls over fits, all of a build of ${options.budget} s`, [share], 3, '%');
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const userId = process.getuid?.() ?? -1;
const roots = cacheRoots({ override: process.env['MODELWRIGHT_CACHE'], userId, home: homedir(), xdgCacheHome: process.env['XDG_CACHE_HOME'] });
installHarness(roots[0]);
const found = findTrainingEnvironment(roots, userId);
if (found.kind === 'missing') throw new Error(`the training environment is missing: ${found.remedy}`);
const { basePrefix, executable: python, sitePackages, harness } = found;
const scratchDirectory = mkdtempSync(join(tmpdir(), 'modelwright-cage-'));
chmodSync(scratchDirectory, 0o700);
const cage: CageOptions = { environment: { basePrefix, python, sitePackages, harness }, scratchDirectory };
const loadBefore = loadavg()[0];
try {
  const bareMs: number[] = [];
  const ungroupedMs: number[] = [];
  const pythonMs: number[] = [];
  const nothingToRun = () => ['/usr/bin/true'];
  const speak = ([program, ...flags]: readonly string[]) => [program, ...flags.slice(0, -1), '-c', 'import os; os.write(4, b"x")'];
  // In turn, so that what else the machine does falls on all alike; the first of each fills the caches of the disk.
  for (let run = -2; run < RUNS; run++) {
    const bare = await startOnce(cage, { command: nothingToRun, until: 'end' });
    const ungrouped = await startOnce(cage, { command: nothingToRun, until: 'end', hasGroup: false });
    const interpreter = await startOnce(cage, { command: speak, until: 'word' });
    if (run < 0) continue;
    bareMs.push(bare);
    ungroupedMs.push(ungrouped);
    pythonMs.push(interpreter);
  }
  note('bare cage: /usr/bin/true, from its start to its end', bareMs, 15);
  note('  the same without a control group', ungroupedMs, null);
  note('fresh cage: until Python speaks, nothing imported', pythonMs, 50);
  await measureWarmJobs(cage);
  if (Number(options.budget) > 0) await measureBuild();
} finally {
  rmSync(scratchDirectory, { recursive: true, force: true });
}

console.log(`${''.padEnd(52)} ${'p50'.padStart(8)} ${'p90'.padStart(8)} ${'goal, p50'.padStart(11)}`);
for (const { what, p50, p90, goal, unit } of lines) {
  const isMissed = goal !== null && !(p50 <= goal);
  const shown = [p50, p90].map((value) => value.toFixed(2).padStart(8)).join(' ');
  console.log(`${what.padEnd(52)} ${shown} ${goal === null ? ''.padStart(9) : `≤ ${goal}`.padStart(9)} ${unit}${isMissed ? '  MISSED' : ''}`);
  if (isMissed) process.exitCode = 1;
}
console.log(
  `${RUNS} runs, Node ${process.version}, ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, load ${loadBefore.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after`,
);
