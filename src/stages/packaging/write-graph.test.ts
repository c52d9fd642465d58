import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fitted, FittedLinear, FittedNetwork, FittedTrees } from '../../domain/fitted.ts';
import { seededRandom, type Random } from '../../domain/random.ts';
import { openNativeRuntime } from '../../edges/onnx/native.ts';
import type { EncodedRows } from '../../features/encoded.ts';
import { below32, floor32 } from './float32-threshold.ts';
import { writeGraph, type GraphSpec } from './write-graph.ts';

const graphs = openNativeRuntime();

describe('the threshold of a graph', () => {
  const anyFloat32 = fc.oneof(fc.float(), fc.constantFrom(0, -0, Infinity, -Infinity, 3.4028234663852886e38, 1.401298464324817e-45));
  const anyThreshold = fc.oneof(
    fc.double({ noNaN: true }),
    anyFloat32.filter((value) => !Number.isNaN(value)),
  );

  it('sends every float32 number the way the float64 comparison does', () => {
    fc.assert(
      fc.property(anyThreshold, anyFloat32, fc.integer({ min: -2, max: 2 }), (threshold, far, steps) => {
        for (const x of [far, neighbour32(Math.fround(threshold), steps)]) {
          expect(x <= floor32(threshold)).toBe(x <= threshold);
          expect(x <= below32(threshold)).toBe(x < threshold);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the graph', () => {
  it('routes every row as the trees do, for random trees and rows beside their thresholds', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seededRandom(seed);
      const columnCount = 1 + random.below(5);
      const outputs = [1, 1, 2, 3, 7][random.below(5)];
      const fitted = randomTrees(random, { columnCount, outputs, treeCount: random.below(9), link: 'none' });
      const rows = hardRows(random, fitted, columnCount, 60);
      const answers = await answersOf(specOf(fitted, columnCount, outputs), rows);
      const truth = Float64Array.from(eachRow(rows).flatMap((row) => evaluate(fitted, row)));
      // Leaves are distinct multiples of 2^-10 below 2^10, so a float32 sum is exact and one wrong turn shows.
      expect(answers, `seed ${seed}`).toEqual(truth);
    }
  });

  it('answers as the interpreter for every task, link and blend of members', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(1000 + seed);
      const spec = randomSpec(random);
      const rows = randomRows(random, spec, 40);
      const answers = await answersOf(spec, rows);
      const truth = eachRow(rows).flatMap((row, at) => answerOf(spec, row, textOf(rows, at)));
      expect(answers.length).toBe(truth.length);
      for (const [at, value] of truth.entries()) expect(Math.abs(answers[at] - value), `seed ${seed}`).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
    }
  });

  it('answers as a network does on rows that are missing, endless, or at the limits of its inputs', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(2000 + seed);
      const outputs = [1, 2, 5][random.below(3)];
      const fitted = randomNetwork(random, { columnCount: 3, outputs, link: outputs === 1 ? 'none' : 'softmax' });
      const hard = [NaN, Infinity, -Infinity, 0, -0, 3.4028234663852886e38, -1e30, 1e-45, ...fitted.low, ...fitted.high, ...fitted.center];
      const rows = rowsOf(
        Array.from({ length: 50 }, () => Array.from({ length: 3 }, () => neighbour32(hard[random.below(hard.length)], random.below(3) - 1))),
        3,
      );
      const answers = await answersOf(specOf(fitted, 3, outputs), rows);
      const truth = eachRow(rows).flatMap((row) => evaluate(fitted, row));
      for (const [at, value] of truth.entries()) expect(Math.abs(answers[at] - value), `seed ${seed}`).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(value)));
    }
  });

  it('reads a member its own extra columns', async () => {
    const stump = (threshold: number): FittedTrees => ({ ...leafOnly(1), ...split(2, threshold) });
    const spec: GraphSpec = {
      ...specOf(stump(0.5), 4, 1),
      baseColumnCount: 2,
      members: [
        { fitted: stump(0.5), extraOffset: 2, weight: 0.5 },
        { fitted: stump(0.5), extraOffset: 3, weight: 0.25 },
      ],
    };
    const answers = await answersOf(
      spec,
      rowsOf(
        [
          [9, 9, 0, 1],
          [9, 9, 1, 0],
        ],
        4,
      ),
    );
    expect([...answers]).toEqual([0.5 * -1 + 0.25 * 1, 0.5 * 1 + 0.25 * -1]);
  });

  it('keeps the digits of a target of millions', async () => {
    const spec: GraphSpec = { ...specOf(leafOnly(0.123456789), 1, 1), target: { kind: 'standardised', mean: 123456789, scale: 0.25, isLog1p: false } };
    const [answer] = await answersOf(spec, rowsOf([[0]], 1));
    expect(answer).toBeCloseTo(123456789 + 0.25 * 0.123456789, 7);
  });

  it('keeps the distance to 1 of a probability that is nearly 1', async () => {
    const spec: GraphSpec = { ...specOf({ ...leafOnly(30), link: 'sigmoid' }, 1, 2), task: 'binary' };
    const [negative] = await answersOf(spec, rowsOf([[0]], 1));
    expect(negative).toBeGreaterThan(9e-14);
    expect(negative).toBeLessThan(1e-13);
  });

  it('answers the intercept when a linear model reads nothing', async () => {
    const nothing = randomLinear(seededRandom(1), { columnCount: 0, outputs: 3, link: 'none', vocabularySize: 0 });
    const answers = await answersOf(
      specOf(nothing, 2, 3),
      rowsOf(
        [
          [1, 2],
          [3, 4],
        ],
        2,
      ),
    );
    expect([...answers]).toEqual([...nothing.intercept, ...nothing.intercept]);
  });

  it('is the same bytes for the same members', () => {
    const spec = randomSpec(seededRandom(5));
    expect(writeGraph(spec)).toEqual(writeGraph(spec));
  });

  it('takes about 1.5 kB a tree of 31 leaves', () => {
    const member = randomTrees(seededRandom(3), { columnCount: 30, outputs: 1, treeCount: 300, link: 'sigmoid', leaves: 31 });
    expect(writeGraph(specOf(member, 30, 1)).length / 300).toBeLessThan(1600);
  });
});

async function answersOf(spec: GraphSpec, rows: EncodedRows): Promise<Float64Array> {
  const graph = await graphs.open(writeGraph(spec));
  try {
    return await graph.run(rows);
  } finally {
    await graph.close();
  }
}

function specOf(fitted: Fitted, columnCount: number, classCount: number): GraphSpec {
  return {
    columnCount,
    baseColumnCount: columnCount,
    vocabularySize: 0,
    task: classCount === 1 ? 'regression' : 'multiclass',
    classCount,
    members: [{ fitted, extraOffset: columnCount, weight: 1 }],
    calibration: { kind: 'none' },
    target: { kind: 'identity' },
  };
}

function rowsOf(rows: number[][], columnCount: number): EncodedRows {
  return {
    rowCount: rows.length,
    columnCount,
    values: Float32Array.from(rows.flat()),
    textWidth: 0,
    textIds: new Int32Array(0),
    textWeights: new Float32Array(0),
  };
}

const eachRow = (rows: EncodedRows) =>
  Array.from({ length: rows.rowCount }, (_, at) => rows.values.subarray(at * rows.columnCount, (at + 1) * rows.columnCount));
const textOf = (rows: EncodedRows, at: number) => ({
  ids: rows.textIds.subarray(at * rows.textWidth, (at + 1) * rows.textWidth),
  weights: rows.textWeights.subarray(at * rows.textWidth, (at + 1) * rows.textWidth),
});

type TextTerms = { ids: Int32Array; weights: Float32Array };

// The interpreter: float64, straight from the definitions in domain/fitted.ts.

function evaluate(fitted: Fitted, row: Float32Array, text: TextTerms = { ids: new Int32Array(0), weights: new Float32Array(0) }): number[] {
  if (fitted.kind === 'network') return networkAnswer(fitted, row);
  return linked(fitted, fitted.kind === 'trees' ? sumOfTrees(fitted, row) : linearSum(fitted, row, text));
}

function networkAnswer(network: FittedNetwork, row: Float32Array): number[] {
  const { columns, members, width, layers, outputs } = network;
  const inputs = Array.from(columns, (column, at) => {
    const x = Number.isNaN(row[column]) ? network.fill[at] : Math.min(Math.max(row[column], network.low[at]), network.high[at]);
    const scaled = Math.fround(Math.fround(x - network.center[at]) * network.scale[at]);
    return scaled / Math.sqrt(1 + (scaled / 3) ** 2);
  });
  const times = (state: number[], matrix: Float32Array, offset: number, to: number) =>
    Array.from({ length: to }, (_, k) => state.reduce((sum, value, at) => sum + value * matrix[offset + at * to + k], 0));
  const mean = Array.from({ length: outputs }, () => 0);
  for (let member = 0; member < members; member++) {
    let state = inputs.map((value, at) => value * network.factors[member * columns.length + at]);
    for (let layer = 0; layer < layers; layer++) {
      const sums = layer === 0 ? times(state, network.first, 0, width) : times(state, network.hidden, (layer - 1) * width * width, width);
      state = sums.map((sum, k) => Math.max(0, sum + network.biases[(layer * members + member) * width + k]));
    }
    const raw = times(state, network.heads, member * width * outputs, outputs).map((sum, k) => sum + network.headBiases[member * outputs + k]);
    linked(network, raw).forEach((value, k) => (mean[k] += value / members));
  }
  return mean;
}

function sumOfTrees(trees: FittedTrees, row: Float32Array): number[] {
  const raw = [...trees.base];
  for (let tree = 0; tree + 1 < trees.treeStart.length; tree++) {
    const start = trees.treeStart[tree];
    let node = start;
    while (trees.feature[node] >= 0) {
      const x = row[trees.feature[node]];
      const goesLeft = Number.isNaN(x) ? trees.missingLeft[node] === 1 : trees.comparison === '<=' ? x <= trees.threshold[node] : x < trees.threshold[node];
      node = start + (goesLeft ? trees.left[node] : trees.right[node]);
    }
    if (trees.leafWidth === 1) raw[trees.treeOutput[tree]] += trees.leafValues[node];
    else for (let k = 0; k < trees.outputs; k++) raw[k] += trees.leafValues[node * trees.outputs + k];
  }
  return raw;
}

function linearSum(linear: FittedLinear, row: Float32Array, text: TextTerms): number[] {
  const raw = [...linear.intercept];
  linear.columns.forEach((column, at) => {
    const x = Number.isNaN(row[column]) ? linear.fill[at] : Math.min(Math.max(row[column], linear.low[at]), linear.high[at]);
    for (let k = 0; k < linear.outputs; k++) raw[k] += (x - linear.center[at]) * linear.scale[at] * linear.coefficients[at * linear.outputs + k];
  });
  text.ids.forEach((id, at) => {
    if (id * linear.outputs >= linear.textCoefficients.length) return;
    for (let k = 0; k < linear.outputs; k++) raw[k] += text.weights[at] * linear.textCoefficients[id * linear.outputs + k];
  });
  return raw;
}

function linked({ link }: Fitted, raw: number[]): number[] {
  if (link === 'none') return raw;
  return link === 'sigmoid' ? raw.map((value) => 1 / (1 + Math.exp(-value))) : softmax(raw);
}

function softmax(raw: number[]): number[] {
  const powers = raw.map((value) => Math.exp(value - Math.max(...raw)));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

function answerOf(spec: GraphSpec, row: Float32Array, text: TextTerms): number[] {
  const width = spec.task === 'binary' ? 1 : spec.classCount;
  const blended = Array.from({ length: width }, () => 0);
  for (const { fitted, extraOffset, weight } of spec.members) {
    const own = Float32Array.from([...row.subarray(0, spec.baseColumnCount), ...row.subarray(extraOffset)]);
    const answer = evaluate(fitted, own, text);
    const used = spec.task === 'binary' ? [answer[answer.length - 1]] : answer;
    used.forEach((value, k) => (blended[k] += weight * value));
  }
  if (spec.task === 'regression') {
    if (spec.target.kind === 'identity') return blended;
    const value = blended[0] * spec.target.scale + spec.target.mean;
    return [spec.target.isLog1p ? Math.expm1(value) : value];
  }
  const both = (positive: number) => [1 - positive, positive];
  const { calibration } = spec;
  const probabilities = spec.task === 'binary' ? both(blended[0]) : blended;
  if (calibration.kind === 'none') return probabilities;
  if (calibration.kind === 'temperature') return softmax(probabilities.map((p) => Math.log(Math.max(p, 1e-12)) / calibration.t));
  const p = Math.min(Math.max(blended[0], 1e-12), 1 - 1e-12);
  return both(1 / (1 + Math.exp(-(calibration.a * Math.log(p) - calibration.b * Math.log(1 - p) + calibration.c))));
}

// Random models and rows.

const uniform = (random: Random, low: number, high: number) => low + (high - low) * random.next();

function neighbour32(value: number, steps: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const bits = new Int32Array(Float32Array.of(value).buffer);
  bits[0] += steps;
  return new Float32Array(bits.buffer)[0];
}

const leafOnly = (value: number): FittedTrees => ({
  kind: 'trees',
  link: 'none',
  outputs: 1,
  comparison: '<=',
  base: Float64Array.of(0),
  treeStart: Int32Array.of(0, 1),
  treeOutput: Int32Array.of(0),
  feature: Int32Array.of(-1),
  threshold: Float64Array.of(0),
  left: Int32Array.of(0),
  right: Int32Array.of(0),
  missingLeft: Uint8Array.of(0),
  leafWidth: 1,
  leafValues: Float64Array.of(value),
});

const split = (column: number, threshold: number) => ({
  treeStart: Int32Array.of(0, 3),
  feature: Int32Array.of(column, -1, -1),
  threshold: Float64Array.of(threshold, 0, 0),
  left: Int32Array.of(1, 0, 0),
  right: Int32Array.of(2, 0, 0),
  missingLeft: Uint8Array.of(0, 0, 0),
  leafValues: Float64Array.of(0, -1, 1),
});

type TreesWanted = { columnCount: number; outputs: number; treeCount: number; link: FittedTrees['link']; leaves?: number };

function randomTrees(random: Random, { columnCount, outputs, treeCount, link, leaves = 12 }: TreesWanted): FittedTrees {
  const isVector = outputs > 1 && random.next() < 0.5;
  const nodes: { feature: number; threshold: number; left: number; right: number; missingLeft: number; values: number[] }[] = [];
  const treeStart = [0];
  const thresholdKinds = [
    () => uniform(random, -3, 3),
    () => 1e6 + random.below(64) / 16 + uniform(random, -1e-3, 1e-3),
    () => 1e300,
    () => 0,
    () => 2 ** 24 + 2 * random.below(9) + 0.7,
    () => 1e-45,
  ];
  for (let tree = 0; tree < treeCount; tree++) {
    const start = nodes.length;
    const grow = (leafBudget: number): number => {
      const at = nodes.length;
      const node = { feature: -1, threshold: 0, left: 0, right: 0, missingLeft: 0, values: [] as number[] };
      nodes.push(node);
      if (leafBudget <= 1) {
        node.values = Array.from({ length: isVector ? outputs : 1 }, () => (random.next() < 0.2 ? 0 : (random.below(1 << 13) - (1 << 12)) / 1024));
      } else {
        node.feature = random.below(columnCount);
        node.threshold = thresholdKinds[random.below(thresholdKinds.length)]();
        node.missingLeft = random.below(2);
        const onLeft = 1 + random.below(leafBudget - 1);
        node.left = grow(onLeft) - start;
        node.right = grow(leafBudget - onLeft) - start;
      }
      return at;
    };
    grow(leaves > 12 ? leaves : 1 + random.below(leaves));
    treeStart.push(nodes.length);
  }
  const width = isVector ? outputs : 1;
  return {
    kind: 'trees',
    link,
    outputs,
    comparison: random.next() < 0.5 ? '<=' : '<',
    base: Float64Array.from({ length: outputs }, () => random.below(8) / 4),
    treeStart: Int32Array.from(treeStart),
    treeOutput: Int32Array.from({ length: treeCount }, (_, tree) => tree % outputs),
    feature: Int32Array.from(nodes, (node) => node.feature),
    threshold: Float64Array.from(nodes, (node) => node.threshold),
    left: Int32Array.from(nodes, (node) => node.left),
    right: Int32Array.from(nodes, (node) => node.right),
    missingLeft: Uint8Array.from(nodes, (node) => node.missingLeft),
    leafWidth: width,
    leafValues: Float64Array.from(nodes.flatMap((node) => (node.values.length > 0 ? node.values : Array.from({ length: width }, () => 0)))),
  };
}

function randomLinear(random: Random, wanted: { columnCount: number; outputs: number; link: FittedLinear['link']; vocabularySize: number }): FittedLinear {
  const { columnCount, outputs, link, vocabularySize } = wanted;
  const numbers = (length: number, low: number, high: number) => Float64Array.from({ length }, () => uniform(random, low, high));
  return {
    kind: 'linear',
    link,
    outputs,
    columns: Int32Array.from({ length: columnCount }, (_, at) => columnCount - 1 - at),
    fill: numbers(columnCount, -1, 1),
    low: numbers(columnCount, -9, -1),
    high: numbers(columnCount, 1, 9),
    center: numbers(columnCount, -1, 1),
    scale: numbers(columnCount, 0.1, 2),
    coefficients: numbers(columnCount * outputs, -1, 1),
    intercept: numbers(outputs, -1, 1),
    textCoefficients: numbers(vocabularySize * outputs, -1, 1),
  };
}

function randomNetwork(random: Random, wanted: { columnCount: number; outputs: number; link: FittedNetwork['link'] }): FittedNetwork {
  const { columnCount, outputs, link } = wanted;
  const [members, width, layers] = [1 + random.below(3), 1 + random.below(6), 1 + random.below(3)];
  const columns = Int32Array.from({ length: columnCount + 2 }, (_, at) => at % columnCount); // some are read twice
  const numbers = (length: number, low: number, high: number) => Float32Array.from({ length }, () => uniform(random, low, high));
  return {
    kind: 'network',
    link,
    outputs,
    members,
    width,
    layers,
    columns,
    fill: numbers(columns.length, -1, 1),
    low: numbers(columns.length, -9, -1),
    high: numbers(columns.length, 1, 9),
    center: numbers(columns.length, -1, 1),
    scale: numbers(columns.length, 0.1, 2),
    factors: numbers(members * columns.length, -1, 1),
    first: numbers(columns.length * width, -1, 1),
    hidden: numbers((layers - 1) * width * width, -1, 1),
    biases: numbers(layers * members * width, -1, 1),
    heads: numbers(members * width * outputs, -1, 1),
    headBiases: Float64Array.from({ length: members * outputs }, () => uniform(random, -1, 1)),
  };
}

/** Rows whose values are the thresholds' float32 neighbours, missing values, infinities and zeros. */
function hardRows(random: Random, fitted: FittedTrees, columnCount: number, rowCount: number): EncodedRows {
  const thresholds = [...fitted.threshold.filter((_, node) => fitted.feature[node] >= 0), 0];
  const value = () => {
    const pick = random.below(10);
    if (pick === 0) return NaN;
    if (pick === 1) return [Infinity, -Infinity, 0, -0, 3.4028234663852886e38][random.below(5)];
    return neighbour32(Math.fround(thresholds[random.below(thresholds.length)]), random.below(5) - 2);
  };
  return rowsOf(
    Array.from({ length: rowCount }, () => Array.from({ length: columnCount }, value)),
    columnCount,
  );
}

function randomSpec(random: Random): GraphSpec {
  const task = (['binary', 'multiclass', 'regression'] as const)[random.below(3)];
  const classCount = { binary: 2, multiclass: 3 + random.below(4), regression: 1 }[task];
  const baseColumnCount = 3;
  const vocabularySize = random.next() < 0.5 ? 11 : 0;
  const memberCount = 1 + random.below(4);
  const shares = Array.from({ length: memberCount }, () => uniform(random, 0.1, 1));
  const total = shares.reduce((a, b) => a + b);
  const members = shares.map((share, at) => {
    const link = task === 'regression' ? 'none' : task === 'binary' ? 'sigmoid' : 'softmax';
    const outputs = task === 'binary' ? 1 : classCount;
    const isForest = task !== 'regression' && random.next() < 0.3;
    const isNetwork = random.next() < 0.3;
    const fitted: Fitted = isForest
      ? oneLeafForest(random, classCount)
      : isNetwork
        ? randomNetwork(random, { columnCount: baseColumnCount + 1, outputs, link })
        : random.next() < 0.5
          ? randomTrees(random, { columnCount: baseColumnCount + 1, outputs, treeCount: 1 + random.below(5), link })
          : randomLinear(random, { columnCount: baseColumnCount + 1, outputs, link, vocabularySize });
    return { fitted, extraOffset: baseColumnCount + at, weight: memberCount === 1 ? 1 : share / total };
  });
  const calibrations: GraphSpec['calibration'][] = [{ kind: 'none' }];
  if (task === 'binary') calibrations.push({ kind: 'beta', a: 0.8, b: 1.3, c: -0.2 });
  if (task !== 'regression') calibrations.push({ kind: 'temperature', t: 1.7 });
  const targets: GraphSpec['target'][] = [
    { kind: 'identity' },
    { kind: 'standardised', mean: 12.5, scale: 0.3, isLog1p: false },
    { kind: 'standardised', mean: 3, scale: 0.2, isLog1p: true },
  ];
  return {
    columnCount: baseColumnCount + memberCount,
    baseColumnCount,
    vocabularySize,
    task,
    classCount,
    members,
    calibration: calibrations[random.below(calibrations.length)],
    target: task === 'regression' ? targets[random.below(targets.length)] : { kind: 'identity' },
  };
}

/** A forest's leaves are probabilities: link none, and as many outputs as classes, for two classes too. */
function oneLeafForest(random: Random, classCount: number): FittedTrees {
  const shares = softmax(Array.from({ length: classCount }, () => uniform(random, -2, 2)));
  return { ...leafOnly(0), outputs: classCount, base: new Float64Array(classCount), leafWidth: classCount, leafValues: Float64Array.from(shares) };
}

function randomRows(random: Random, spec: GraphSpec, rowCount: number): EncodedRows {
  const rows = rowsOf(
    Array.from({ length: rowCount }, () => Array.from({ length: spec.columnCount }, () => (random.next() < 0.1 ? NaN : uniform(random, -12, 12)))),
    spec.columnCount,
  );
  if (spec.vocabularySize === 0) return rows;
  const textWidth = random.below(4);
  return {
    ...rows,
    textWidth,
    textIds: Int32Array.from({ length: rowCount * textWidth }, () => random.below(spec.vocabularySize + 1)),
    textWeights: Float32Array.from({ length: rowCount * textWidth }, () => random.next()),
  };
}
