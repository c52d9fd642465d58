/** Checks what a learner says it learnt so deeply that whoever writes a graph from it need not check again. */
import { z } from 'zod';
import type { Fitted, FittedLinear, FittedNetwork, FittedTrees, Link } from '../../domain/fitted.ts';
import type { ArrayShelf, ResultExpectation } from './wire.ts';

const MAX_TREES = 200_000;
const MAX_NETWORK_INPUTS = 10_000;

const Described = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('trees'),
    link: z.enum(['none', 'sigmoid', 'softmax']),
    outputs: z.int().min(1).max(10_000),
    comparison: z.enum(['<=', '<']),
    leafWidth: z.int().min(1).max(10_000),
  }),
  z.strictObject({ kind: z.literal('linear'), link: z.enum(['none', 'sigmoid', 'softmax']), outputs: z.int().min(1).max(10_000) }),
  z.strictObject({
    kind: z.literal('network'),
    link: z.enum(['none', 'sigmoid', 'softmax']),
    outputs: z.int().min(1).max(10_000),
    members: z.int().min(1).max(64),
    width: z.int().min(1).max(1024),
    layers: z.int().min(1).max(6),
  }),
]);

export function readFitted(description: unknown, shelf: ArrayShelf, expectation: ResultExpectation): Fitted {
  const parsed = Described.safeParse(description);
  if (!parsed.success) throw new RangeError(`what was fitted is not as agreed: ${z.prettifyError(parsed.error)}`);
  const described = parsed.data;
  checkOutputs(described, expectation);
  const mayRead = readableColumns(expectation);
  switch (described.kind) {
    case 'trees':
      return readTrees(described, shelf, mayRead);
    case 'linear':
      return readLinear(described, shelf, mayRead, expectation);
    case 'network':
      return readNetwork(described, shelf, mayRead);
  }
}

function checkOutputs({ link, outputs }: { link: Link; outputs: number }, { job }: ResultExpectation): void {
  const links: Record<typeof job.task, Partial<Record<Link, number>>> = {
    regression: { none: 1 },
    binary: { sigmoid: 1, softmax: 2, none: 2 },
    multiclass: { softmax: job.classCount, none: job.classCount },
  };
  const expected = links[job.task][link];
  if (expected === undefined) throw new RangeError(`a ${job.task} model cannot end in ${link}`);
  if (outputs !== expected) throw new RangeError(`${outputs} outputs where ${expected} belong`);
}

/** 1 for every column of the job's view that a model may read: the matrix columns it was given and its own extra columns. */
function readableColumns({ job, matrix }: ResultExpectation): Uint8Array {
  const mayRead = new Uint8Array(matrix.columnCount + job.extraCount);
  for (const column of job.columns) mayRead[column] = 1;
  mayRead.fill(1, matrix.columnCount);
  return mayRead;
}

type DescribedTrees = Extract<z.infer<typeof Described>, { kind: 'trees' }>;

function readTrees(described: DescribedTrees, shelf: ArrayShelf, mayRead: Uint8Array): FittedTrees {
  const { outputs, leafWidth } = described;
  if (leafWidth !== 1 && leafWidth !== outputs) throw new RangeError(`a leaf of ${leafWidth} values fits neither one output nor all ${outputs}`);
  const treeStart = shelf.take('treeStart', Int32Array);
  const treeCount = treeStart.length - 1;
  if (treeCount < 0 || treeCount > MAX_TREES || treeStart[0] !== 0) throw new RangeError('treeStart is not a list of trees');
  for (let tree = 0; tree < treeCount; tree += 1) if (treeStart[tree + 1] <= treeStart[tree]) throw new RangeError(`tree ${tree} has no node`);
  const nodeCount = treeStart[treeCount];
  const fitted: FittedTrees = {
    ...described,
    base: shelf.take('base', Float64Array, outputs),
    treeStart,
    treeOutput: shelf.take('treeOutput', Int32Array, treeCount),
    feature: shelf.take('feature', Int32Array, nodeCount),
    threshold: shelf.take('threshold', Float64Array, nodeCount),
    left: shelf.take('left', Int32Array, nodeCount),
    right: shelf.take('right', Int32Array, nodeCount),
    missingLeft: shelf.take('missingLeft', Uint8Array, nodeCount),
    leafValues: shelf.take('leafValues', Float64Array, nodeCount * leafWidth),
  };
  if (!fitted.base.every(Number.isFinite)) throw new RangeError('base holds something that is not a finite number');
  if (fitted.treeOutput.some((output) => output < 0 || output >= outputs)) throw new RangeError('a tree adds to an output that is not there');
  for (let tree = 0; tree < treeCount; tree += 1) checkTree(fitted, tree, mayRead);
  return fitted;
}

/** Children come after their parent and every node but the root is the child of exactly one: so it is a tree, and finite. */
function checkTree({ treeStart, feature, threshold, left, right, missingLeft, leafValues, leafWidth }: FittedTrees, tree: number, mayRead: Uint8Array): void {
  const start = treeStart[tree];
  const size = treeStart[tree + 1] - start;
  const hasParent = new Uint8Array(size);
  for (let node = 0; node < size; node += 1) {
    const at = start + node;
    if (node > 0 && hasParent[node] === 0) throw new RangeError(`node ${node} of tree ${tree} cannot be reached`);
    if (feature[at] === -1) {
      for (let value = at * leafWidth; value < (at + 1) * leafWidth; value += 1) {
        if (!Number.isFinite(leafValues[value])) throw new RangeError(`a leaf of tree ${tree} is not a finite number`);
      }
      continue;
    }
    if (feature[at] < 0 || feature[at] >= mayRead.length || mayRead[feature[at]] === 0) {
      throw new RangeError(`tree ${tree} reads column ${feature[at]}, which the job was not given`);
    }
    if (!Number.isFinite(threshold[at])) throw new RangeError(`a threshold of tree ${tree} is not a finite number`);
    if (missingLeft[at] > 1) throw new RangeError(`tree ${tree} says neither left nor right of a missing value`);
    for (const child of [left[at], right[at]]) {
      if (child <= node || child >= size) throw new RangeError(`node ${node} of tree ${tree} points outside what follows it`);
      if (hasParent[child] === 1) throw new RangeError(`node ${child} of tree ${tree} has two parents`);
      hasParent[child] = 1;
    }
  }
}

type DescribedLinear = Extract<z.infer<typeof Described>, { kind: 'linear' }>;

/** Takes numbers off the shelf that must all be finite. */
function takeFinite<A extends Float32Array | Float64Array>(shelf: ArrayShelf, name: string, type: new (length: number) => A, length: number): A {
  const array = shelf.take(name, type, length);
  if (!array.every(Number.isFinite)) throw new RangeError(`"${name}" holds something that is not a finite number`);
  return array;
}

function readLinear(described: DescribedLinear, shelf: ArrayShelf, mayRead: Uint8Array, { job, matrix }: ResultExpectation): FittedLinear {
  const { outputs } = described;
  const columns = shelf.take('columns', Int32Array);
  if (columns.length > mayRead.length || new Set(columns).size !== columns.length) throw new RangeError('a linear model reads a column twice');
  const stranger = columns.find((column) => column < 0 || column >= mayRead.length || mayRead[column] === 0);
  if (stranger !== undefined) throw new RangeError(`a linear model reads column ${stranger}, which the job was not given`);
  const numbers = (name: string, length: number) => takeFinite(shelf, name, Float64Array, length);
  const fitted: FittedLinear = {
    ...described,
    columns,
    fill: numbers('fill', columns.length),
    low: numbers('low', columns.length),
    high: numbers('high', columns.length),
    center: numbers('center', columns.length),
    scale: numbers('scale', columns.length),
    coefficients: numbers('coefficients', columns.length * outputs),
    intercept: numbers('intercept', outputs),
    textCoefficients: numbers('textCoefficients', (job.usesText ? matrix.vocabularySize : 0) * outputs),
  };
  if (fitted.low.some((low, index) => low > fitted.high[index])) throw new RangeError('a lower limit lies above its upper one');
  return fitted;
}

type DescribedNetwork = Extract<z.infer<typeof Described>, { kind: 'network' }>;

function readNetwork(described: DescribedNetwork, shelf: ArrayShelf, mayRead: Uint8Array): FittedNetwork {
  const { outputs, members, width, layers } = described;
  const columns = shelf.take('columns', Int32Array);
  const inputs = columns.length;
  if (inputs < 1 || inputs > MAX_NETWORK_INPUTS) throw new RangeError(`a network of ${inputs} inputs is none`);
  const stranger = columns.find((column) => column < 0 || column >= mayRead.length || mayRead[column] === 0);
  if (stranger !== undefined) throw new RangeError(`a network reads column ${stranger}, which the job was not given`);
  const numbers = (name: string, length: number) => takeFinite(shelf, name, Float32Array, length);
  const fitted: FittedNetwork = {
    ...described,
    columns,
    fill: numbers('fill', inputs),
    low: numbers('low', inputs),
    high: numbers('high', inputs),
    center: numbers('center', inputs),
    scale: numbers('scale', inputs),
    factors: numbers('factors', members * inputs),
    first: numbers('first', inputs * width),
    hidden: numbers('hidden', (layers - 1) * width * width),
    biases: numbers('biases', layers * members * width),
    heads: numbers('heads', members * width * outputs),
    headBiases: takeFinite(shelf, 'headBiases', Float64Array, members * outputs),
  };
  if (fitted.low.some((low, index) => low > fitted.high[index])) throw new RangeError('a lower limit lies above its upper one');
  return fitted;
}
