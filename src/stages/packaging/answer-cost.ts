/**
 * What a model will cost to answer, before it is built. The numbers were measured with ONNX Runtime 1.30 on one thread of a
 * 2-core x64 machine, 30 columns; they tell apart what fits under the plan's limits from what does not, no more.
 */
import type { Fitted, FittedLinear, FittedNetwork, FittedTrees } from '../../domain/fitted.ts';
import type { AnswerLimits } from '../../domain/plan.ts';

export type AnswerCost = { rowMs: number; batchMsPerRow: number; packageBytes: number };

/** A call's own cost, and the few plain operators around the members. */
const CALL_MS = 0.02;
const TYPICAL_LEAVES = 31;
const TREE_NS = { row: 90, batch: 34 } as const;
/** Deeper trees cost more steps and more cache misses: time grows as a power of the leaf count. One row pays more, since it finds the cache cold. */
const LEAF_POWER = { row: 0.35, batch: 0.27 } as const;
const LEAF_VALUE_NS = 2.4;
const LINEAR_CALL_MS = 0.02;
const LINEAR_COLUMN_NS = 10;
const TYPICAL_TERMS = 60;
const TERM_NS = 4;

const NETWORK_CALL_MS = 0.03;
/** One product of the matrices, for a row alone and in a batch, where a matrix is read once for many rows; an input prepared; an answer of a member linked. */
const PRODUCT_NS = { row: 0.08, batch: 0.042 } as const;
const INPUT_NS = 1.5;
const LINK_NS = 15;

const BRANCH_BYTES = 26;
const LEAF_BYTES = 18;
const LEAF_VALUE_BYTES = 9;
/** Contract, manifest and report; and what a column of the matrix takes in the feature file. */
const OTHER_FILES_BYTES = 60_000;
const COLUMN_BYTES = 400;

/** The cost of all members in one graph over a matrix of `columnCount` columns. Milliseconds are the graph's; encoding is not in them. */
export function estimateAnswerCost(members: readonly Fitted[], columnCount: number): AnswerCost {
  const cost = { rowMs: CALL_MS, batchMsPerRow: 0, packageBytes: OTHER_FILES_BYTES + COLUMN_BYTES * columnCount };
  for (const fitted of members) {
    const own = costOf(fitted);
    cost.rowMs += own.rowMs;
    cost.batchMsPerRow += own.batchMsPerRow;
    cost.packageBytes += own.packageBytes;
  }
  return cost;
}

/** The limits of the plan that this cost breaks; empty when it keeps all. */
export function findBrokenLimits(cost: AnswerCost, limits: AnswerLimits): (keyof AnswerLimits)[] {
  const broken: (keyof AnswerLimits)[] = [];
  if (cost.rowMs > limits.maxRowMs) broken.push('maxRowMs');
  if (cost.batchMsPerRow > limits.maxBatchMsPerRow) broken.push('maxBatchMsPerRow');
  if (cost.packageBytes > limits.maxPackageBytes) broken.push('maxPackageBytes');
  return broken;
}

function costOf(fitted: Fitted): AnswerCost {
  switch (fitted.kind) {
    case 'trees':
      return costOfTrees(fitted);
    case 'linear':
      return costOfLinear(fitted);
    case 'network':
      return costOfNetwork(fitted);
  }
}

function costOfTrees({ treeStart, feature, leafWidth, leafValues }: FittedTrees): AnswerCost {
  const treeCount = treeStart.length - 1;
  let leafCount = 0;
  let entryCount = 0;
  for (let node = 0; node < feature.length; node++) {
    if (feature[node] >= 0) continue;
    leafCount++;
    // A class that a leaf has not met is not written; one value a leaf always is.
    let entries = 0;
    for (let at = node * leafWidth; at < (node + 1) * leafWidth; at++) if (leafValues[at] !== 0) entries++;
    entryCount += Math.max(1, entries);
  }
  const growth = leafCount / Math.max(1, treeCount) / TYPICAL_LEAVES;
  const entriesALeaf = entryCount / Math.max(1, leafCount);
  const nsOf = (way: 'row' | 'batch') => treeCount * (TREE_NS[way] * Math.max(0.5, growth ** LEAF_POWER[way]) + LEAF_VALUE_NS * Math.max(0, entriesALeaf - 1));
  return {
    rowMs: nsOf('row') / 1e6,
    batchMsPerRow: nsOf('batch') / 1e6,
    packageBytes: (feature.length - leafCount) * BRANCH_BYTES + leafCount * LEAF_BYTES + entryCount * LEAF_VALUE_BYTES,
  };
}

function costOfLinear({ columns, outputs, coefficients, textCoefficients }: FittedLinear): AnswerCost {
  const columnNs = columns.length * (LINEAR_COLUMN_NS + outputs);
  const textNs = textCoefficients.length > 0 ? TYPICAL_TERMS * outputs * TERM_NS : 0;
  const batchMsPerRow = (columnNs + textNs) / 1e6;
  return { rowMs: LINEAR_CALL_MS + batchMsPerRow, batchMsPerRow, packageBytes: 8 * (coefficients.length + textCoefficients.length) + 48 * columns.length };
}

function costOfNetwork({ columns, members, width, layers, outputs, first, hidden, heads }: FittedNetwork): AnswerCost {
  const inputs = columns.length;
  const products = members * width * (inputs + (layers - 1) * width + outputs);
  const besideNs = inputs * INPUT_NS + members * outputs * LINK_NS;
  return {
    rowMs: NETWORK_CALL_MS + (products * PRODUCT_NS.row + besideNs) / 1e6,
    batchMsPerRow: (products * PRODUCT_NS.batch + besideNs) / 1e6,
    packageBytes: 4 * (first.length + hidden.length + heads.length + members * (inputs + layers * width)) + 24 * inputs,
  };
}
