import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installHarness } from '../../../scripts/environment.mjs';
import { trainingEnvironment, trainingRoots } from '../../../tests/support/environment.ts';
import { Learner } from '../../domain/learner.ts';
import { seededRandom } from '../../domain/random.ts';
import { openBubblewrap } from './bubblewrap.ts';
import type { FitJob, TrainingMatrix, TrainingWorker } from './sandbox.ts';
import { openUncaged } from './uncaged.ts';

const ROWS = 300;
const COLUMNS = 4;
const noExtra = new Float32Array(0);

function someMatrix(): TrainingMatrix {
  const random = seededRandom(11);
  return {
    rowCount: ROWS,
    columnCount: COLUMNS,
    values: Float32Array.from({ length: ROWS * COLUMNS }, () => (random.next() < 0.05 ? NaN : random.next() * 10 - 5)),
    vocabularySize: 0,
    textStart: new Int32Array(ROWS + 1),
    textIds: new Int32Array(0),
    textWeights: new Float32Array(0),
  };
}

const matrix = someMatrix();
const rowsFrom = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, index) => from + index);
const labelOf = (row: number) => Number(matrix.values[row] > 0 || matrix.values[ROWS + row] > 3);

const job = (learner: Learner): FitJob => ({
  id: learner,
  learner,
  task: 'binary',
  classCount: 2,
  settings: {},
  seed: 5,
  columns: rowsFrom(0, COLUMNS),
  usesText: false,
  extraCount: 0,
  train: { rows: rowsFrom(0, 180), extra: noExtra, labels: Float64Array.from(rowsFrom(0, 180), labelOf) },
  holdout: { rows: rowsFrom(180, 220), extra: noExtra, labels: Float64Array.from(rowsFrom(180, 220), labelOf) },
  score: { rows: rowsFrom(220, ROWS), extra: noExtra },
  maxRounds: 20,
  patience: 5,
  refitFactor: 0,
  stopAfterMs: 20_000,
});

let scratchDirectory: string;
let workers: TrainingWorker[] = [];
beforeAll(async () => {
  installHarness(trainingRoots()[0]);
  const { basePrefix, executable: python, sitePackages, harness } = trainingEnvironment();
  const options = { environment: { basePrefix, python, sitePackages, harness }, scratchDirectory: mkdtempSync(join(tmpdir(), 'same-fit-')) };
  scratchDirectory = options.scratchDirectory;
  workers = [openBubblewrap(options, []), openUncaged(options, [])].map((sandbox) => sandbox.openWorker({ threads: 1, memoryBytes: 2 ** 31 }));
  await Promise.all(workers.map((worker) => worker.loadMatrix(matrix)));
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  rmSync(scratchDirectory, { recursive: true });
});

it.each(Learner.options)('learns the same, bit by bit, with a cage and without (%s)', async (learner) => {
  const limits = { wallMs: 25_000, memoryBytes: 2 ** 30 };
  const [caged, uncaged] = await Promise.all(workers.map((worker) => worker.execute(job(learner), limits).outcome));
  expect(caged).toMatchObject({ kind: 'finished' });
  expect(resultOf(caged)).toEqual(resultOf(uncaged));
});

const resultOf = (outcome: unknown) => (outcome as { result?: unknown }).result;
