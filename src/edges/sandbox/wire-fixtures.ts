/** The values behind the golden files in `harness/wire-fixtures/`: both sides of the wall must read and write them as the same bytes. */
import type { FitJob, FitResult, TrainingMatrix } from './sandbox.ts';
import type { ResultExpectation } from './wire.ts';

export const fixtureMatrix: TrainingMatrix = {
  rowCount: 4,
  columnCount: 3,
  values: Float32Array.of(1, 2, NaN, 4, -1.5, 0, 0.25, 1e30, 7, 7, 7, NaN),
  vocabularySize: 5,
  textStart: Int32Array.of(0, 2, 2, 3, 4),
  textIds: Int32Array.of(0, 4, 1, 2),
  textWeights: Float32Array.of(0.5, 0.25, 1, 0.75),
};

export const fixtureJob: FitJob = {
  id: 'lightgbm-1 / fold 2 “é”',
  learner: 'lightgbm',
  task: 'binary',
  classCount: 2,
  settings: { learning_rate: 0.05, num_leaves: 31, boosting: 'gbdt', extra_trees: false },
  seed: 7,
  columns: Int32Array.of(0, 2),
  usesText: true,
  extraCount: 1,
  train: { rows: Int32Array.of(0, 1), extra: Float32Array.of(0.5, NaN), labels: Float64Array.of(0, 1), weights: Float64Array.of(1, 2.5) },
  holdout: { rows: Int32Array.of(2), extra: Float32Array.of(0.25), labels: Float64Array.of(1) },
  score: { rows: Int32Array.of(3), extra: Float32Array.of(-3) },
  maxRounds: 100,
  patience: 10,
  refitFactor: 1.25,
  stopAfterMs: 1500,
};

export const fixtureExpectation: ResultExpectation = { job: fixtureJob, matrix: fixtureMatrix };

/** Trees 0 and 1: a root with two leaves, a single leaf. Column 3 is the job's own extra column. */
export const fixtureTrees: FitResult = {
  fitted: {
    kind: 'trees',
    link: 'sigmoid',
    outputs: 1,
    comparison: '<=',
    base: Float64Array.of(-0.125),
    treeStart: Int32Array.of(0, 3, 4),
    treeOutput: Int32Array.of(0, 0),
    feature: Int32Array.of(3, -1, -1, -1),
    threshold: Float64Array.of(0.1, 0, 0, 0),
    left: Int32Array.of(1, 0, 0, 0),
    right: Int32Array.of(2, 0, 0, 0),
    missingLeft: Uint8Array.of(1, 0, 0, 0),
    leafWidth: 1,
    leafValues: Float64Array.of(0, -0.5, 0.5, 0.0625),
  },
  predictions: Float64Array.of(0.625, 0.375),
  rounds: 2,
  settled: { isWhole: true, settings: {} },
  probes: { matrix: Float32Array.of(1, NaN, 7, 0.1, 2, 0, 7, NaN), textRows: Int32Array.of(-1, 2), answers: Float64Array.of(0.5, 0.5, 0.75, 0.25) },
};

export const fixtureLinear: FitResult = {
  ...fixtureTrees,
  settled: { isWhole: false, settings: { path: '3.0:200,0.3:17' } },
  fitted: {
    kind: 'linear',
    link: 'softmax',
    outputs: 2,
    columns: Int32Array.of(2, 3),
    fill: Float64Array.of(1, 2),
    low: Float64Array.of(-10, 0),
    high: Float64Array.of(10, 0),
    center: Float64Array.of(1, 2),
    scale: Float64Array.of(0.5, 0.25),
    coefficients: Float64Array.of(1, -1, 0.5, -0.5),
    intercept: Float64Array.of(0.1, -0.1),
    textCoefficients: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
  },
};

/** Two members of two layers; two of its three inputs read the job's own extra column. */
export const fixtureNetwork: FitResult = {
  ...fixtureTrees,
  fitted: {
    kind: 'network',
    link: 'sigmoid',
    outputs: 1,
    members: 2,
    width: 2,
    layers: 2,
    columns: Int32Array.of(2, 3, 3),
    fill: Float32Array.of(0, 1, 0.5),
    low: Float32Array.of(-10, 0, 0),
    high: Float32Array.of(10, 0, 0.5),
    center: Float32Array.of(1, 0.25, 0.25),
    scale: Float32Array.of(0.5, 2, 4),
    factors: Float32Array.of(1, -1, 0.5, 0.25, 2, -0.5),
    first: Float32Array.of(1, 2, 3, 4, 5, 6),
    hidden: Float32Array.of(1, -1, 0.5, -0.5),
    biases: Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
    heads: Float32Array.of(1, -1, 0.25, -0.25),
    headBiases: Float64Array.of(0.1, -0.1),
  },
};
