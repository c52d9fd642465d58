import { describe, expect, it } from 'vitest';
import { smallPlan, smallSpec, stump } from '../../../tests/fixtures/small-package.ts';
import type { FittedNetwork, FittedTrees } from '../../domain/fitted.ts';
import { estimateAnswerCost, findBrokenLimits } from './answer-cost.ts';
import { writeGraph } from './write-graph.ts';

/** Trees in a chain: `leaves` leaves each. */
function manyTrees(treeCount: number, leaves: number): FittedTrees {
  const nodesEach = 2 * leaves - 1;
  const nodes = Array.from({ length: treeCount * nodesEach }, (_, node) => node % nodesEach);
  const isBranch = (node: number) => node % 2 === 0 && node < nodesEach - 1;
  return {
    ...stump(0, 0, 0, 0),
    treeStart: Int32Array.from({ length: treeCount + 1 }, (_, tree) => tree * nodesEach),
    treeOutput: new Int32Array(treeCount),
    feature: Int32Array.from(nodes, (node) => (isBranch(node) ? 0 : -1)),
    threshold: Float64Array.from(nodes, (node) => node),
    left: Int32Array.from(nodes, (node) => (isBranch(node) ? node + 1 : 0)),
    right: Int32Array.from(nodes, (node) => (isBranch(node) ? node + 2 : 0)),
    missingLeft: new Uint8Array(nodes.length),
    leafValues: new Float64Array(nodes.length),
  };
}

function network(inputs: number, members: number): FittedNetwork {
  const [width, layers, outputs] = [128, 2, 1];
  const numbers = (length: number) => new Float32Array(length);
  return {
    kind: 'network',
    link: 'none',
    outputs,
    members,
    width,
    layers,
    columns: new Int32Array(inputs),
    fill: numbers(inputs),
    low: numbers(inputs),
    high: numbers(inputs),
    center: numbers(inputs),
    scale: numbers(inputs),
    factors: numbers(members * inputs),
    first: numbers(inputs * width),
    hidden: numbers(width * width),
    biases: numbers(layers * members * width),
    heads: numbers(members * width * outputs),
    headBiases: new Float64Array(members),
  };
}

describe('the cost of an answer', () => {
  it('is about 7 µs a row of a batch for a network of 170 inputs and four members, and grows with its members', () => {
    const cost = (members: number) => estimateAnswerCost([network(170, members)], 30).batchMsPerRow;
    expect(cost(4)).toBeGreaterThan(0.006);
    expect(cost(4)).toBeLessThan(0.008);
    expect(cost(8)).toBeCloseTo(2 * cost(4), 3);
  });

  it('foresees the size of the graph of a network', () => {
    const fitted = network(200, 4);
    const written = writeGraph({ ...smallSpec, members: [{ fitted, extraOffset: 3, weight: 1 }] }).length;
    const foreseen = estimateAnswerCost([fitted], 5).packageBytes - estimateAnswerCost([], 5).packageBytes;
    expect(foreseen / written).toBeGreaterThan(0.95);
    expect(foreseen / written).toBeLessThan(1.05);
  });

  it('is about 34 ns a tree of 31 leaves for a row of a batch', () => {
    const { batchMsPerRow } = estimateAnswerCost([manyTrees(1000, 31)], 30);
    expect(batchMsPerRow * 1e6).toBeCloseTo(34_000, 0);
  });

  it('keeps five members of 300 trees within the limits of a plan, and 26 classes of five folds not', () => {
    const member = manyTrees(300, 31);
    expect(
      findBrokenLimits(
        estimateAnswerCost(
          Array.from({ length: 5 }, () => member),
          30,
        ),
        smallPlan.limits,
      ),
    ).toEqual([]);
    const letters = Array.from({ length: 26 * 5 }, () => member);
    expect(findBrokenLimits(estimateAnswerCost(letters, 30), smallPlan.limits)).toContain('maxBatchMsPerRow');
  });

  it('foresees the size of the graph to a quarter', () => {
    for (const [treeCount, leaves] of [
      [300, 31],
      [100, 500],
      [20, 4000],
    ]) {
      const fitted = manyTrees(treeCount, leaves);
      const written = writeGraph({ ...smallSpec, members: [{ fitted, extraOffset: 3, weight: 1 }] }).length;
      const foreseen = estimateAnswerCost([fitted], 5).packageBytes - estimateAnswerCost([], 5).packageBytes;
      expect(foreseen / written).toBeGreaterThan(0.95);
      expect(foreseen / written).toBeLessThan(1.25);
    }
  });
});
