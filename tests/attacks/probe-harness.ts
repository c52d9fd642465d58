/** The product's worker with a `fit.py` of tests in the place of its own: what a job does is then named by its setting `do`. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { harnessSources, installHarness } from '../../scripts/environment.mjs';
import type { TrainingEnvironment } from '../../src/edges/sandbox/cage-arguments.ts';
import type { ExecutionOutcome, FitJob, Sandbox, TrainingMatrix, TrainingWorker } from '../../src/edges/sandbox/sandbox.ts';
import { trainingEnvironment, trainingRoots } from '../support/environment.ts';

export type ProbeHarness = {
  environment: TrainingEnvironment;
  scratchDirectory: string;
  /** Stands for an environment without the learners. */
  emptySitePackages: string;
  remove(): void;
};

/** Lies in the cache, since that is where a caged user may read; set-up sweeps such names when their maker has gone. An ordinary user of a run by root names another. */
export function makeProbeHarness(): ProbeHarness {
  const place = process.env['MODELWRIGHT_PROBE_FOLDER'] ?? trainingRoots()[0];
  if (place === trainingRoots()[0]) installHarness(place); // it may have been edited since the tests began
  const { basePrefix, executable: python, sitePackages } = trainingEnvironment();
  const folder = mkdtempSync(join(place, `.partial-${process.pid}-`));
  const harness = join(folder, 'harness');
  const scratchDirectory = join(folder, 'scratch');
  // The cage reads the interpreter's name off the folder above.
  const emptySitePackages = join(folder, basename(dirname(sitePackages)), 'site-packages');
  mkdirSync(emptySitePackages, { recursive: true, mode: 0o755 });
  mkdirSync(harness, { mode: 0o755 });
  mkdirSync(scratchDirectory, { mode: 0o700 });
  for (const name of ['worker.py', 'harden.py', 'wire.py', 'bundle.py', 'program.py', 'check_walls.py'])
    copyFileSync(join(harnessSources, name), join(harness, name));
  copyFileSync(fileURLToPath(new URL('harness/fit.py', import.meta.url)), join(harness, 'fit.py'));
  chmodSync(folder, 0o711);
  return {
    environment: { basePrefix, python, sitePackages, harness },
    scratchDirectory,
    emptySitePackages,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const FEATURE_CANARY = 0.123456791;
const noExtra = new Float32Array(0);
const indices = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, index) => from + index);

/** 40 rows × 2 columns; the first is below zero for even rows. */
export const probeMatrix: TrainingMatrix = {
  rowCount: 40,
  columnCount: 2,
  values: Float32Array.from({ length: 80 }, (_, index) => (index >= 40 ? FEATURE_CANARY : index % 2 === 0 ? -1 - index : 1 + index)),
  vocabularySize: 0,
  textStart: new Int32Array(41),
  textIds: new Int32Array(0),
  textWeights: new Float32Array(0),
};

export function probeJob(settings: FitJob['settings'], label = 3): FitJob {
  const rows = indices(0, 30);
  return {
    id: `probe ${settings['do']}`,
    learner: 'linear',
    task: 'regression',
    classCount: 1,
    settings,
    seed: 1,
    columns: Int32Array.of(0, 1),
    usesText: false,
    extraCount: 0,
    train: { rows, extra: noExtra, labels: Float64Array.from(rows, (row) => (row % 2 === 0 ? label : 5)) },
    holdout: { rows: new Int32Array(0), extra: noExtra, labels: new Float64Array(0) },
    score: { rows: indices(30, 40), extra: noExtra },
    maxRounds: 10,
    patience: 5,
    refitFactor: 0,
    stopAfterMs: 60_000,
  };
}

export const probeLimits = { wallMs: 5_000, memoryBytes: 128 * 2 ** 20 };

export async function openProbeWorker(sandbox: Sandbox, threads = 2): Promise<TrainingWorker> {
  const worker = sandbox.openWorker({ threads, memoryBytes: 2 ** 30 });
  await worker.loadMatrix(probeMatrix);
  return worker;
}

/** What a probe printed, attempt by attempt. An attempt that was never reached is absent, so that a test of it fails. */
export function attemptsOf(outcome: ExecutionOutcome): Record<string, string> {
  if (outcome.kind !== 'failed') throw new Error(`the probe did not end as probes do: ${JSON.stringify(outcome).slice(0, 500)}`);
  const lines = outcome.stderrTail.split('\n');
  const reached = lines.flatMap((line) => line.match(/^reached (\S+)$/)?.[1] ?? []);
  return Object.fromEntries(reached.map((name) => [name, lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? 'no answer']));
}
