/**
 * One ONNX graph a model: from the float32 matrix (and the text terms) to the calibrated answer.
 *
 * Trees are one float32 operator a member, whose routing is exact (see float32-threshold.ts). Everything after their sums is
 * float64: 1 − p keeps its digits where p is nearly 1, and a target of millions is not rounded to float32.
 */
import { PROBABILITY_FLOOR } from '../../domain/calibration.ts';
import type { Calibration } from '../../domain/event.ts';
import type { Fitted, FittedLinear, FittedNetwork, FittedTrees, Link } from '../../domain/fitted.ts';
import type { TargetScale } from '../../domain/target-scale.ts';
import type { TaskKind } from '../../domain/task.ts';
import { below32, floor32 } from './float32-threshold.ts';
import { elementType, OnnxWriter, TREES_DOMAIN, type Attribute, type TensorData } from './onnx-protobuf.ts';

/** A fitted model in the ensemble. Its column f < F is base column f; F + e is matrix column `extraOffset` + e. */
export type GraphMember = { fitted: Fitted; extraOffset: number; weight: number };

export type GraphSpec = {
  /** All matrix columns: the base columns, then every fold's extra columns. */
  columnCount: number;
  baseColumnCount: number;
  /** 0 where no text is read. Id `vocabularySize` is padding. */
  vocabularySize: number;
  task: TaskKind;
  /** 1 for regression, 2 for binary, K for multiclass: the columns of the answer. */
  classCount: number;
  members: readonly GraphMember[];
  calibration: Calibration;
  target: TargetScale;
};

/**
 * Inputs: `x` float32 [rows, columnCount]; where a member reads text, `ids` int32 and `weights` float32 [rows, terms].
 * Output: `answer` float64 [rows, classCount]: probabilities, or one number in the user's unit.
 */
export function writeGraph(spec: GraphSpec): Uint8Array {
  const graph = new GraphWriter();
  graph.onnx.input('x', elementType.float32, ['rows', spec.columnCount]);
  if (spec.members.some(({ fitted }) => readsText(fitted))) {
    graph.onnx.input('ids', elementType.int32, ['rows', 'terms']);
    graph.onnx.input('weights', elementType.float32, ['rows', 'terms']);
  }
  graph.onnx.output('answer', elementType.float64, ['rows', spec.classCount]);

  let combined = '';
  for (const member of spec.members) {
    const answer = writeMember(graph, member, spec);
    const weighted = member.weight === 1 ? answer : graph.node('Mul', [answer, graph.scalar(member.weight)]);
    combined = combined === '' ? weighted : graph.node('Add', [combined, weighted]);
  }
  const answer = spec.task === 'regression' ? writeUserUnit(graph, combined, spec.target) : writeCalibration(graph, combined, spec);
  graph.onnx.node('Identity', [answer], 'answer');
  return graph.onnx.finish();
}

export function readsText(fitted: Fitted): boolean {
  return fitted.kind === 'linear' && fitted.textCoefficients.length > 0;
}

/** A member's answer: p(class 1) alone for binary, K probabilities, or one number on the training scale. */
function writeMember(graph: GraphWriter, member: GraphMember, spec: GraphSpec): string {
  const { fitted } = member;
  const answer = writeFitted(graph, member, spec);
  if (spec.task !== 'binary' || fitted.outputs === 1) return answer;
  return graph.node('Gather', [answer, graph.constant([1], Int32Array.of(1))], { axis: { kind: 'int', value: 1 } });
}

function writeFitted(graph: GraphWriter, member: GraphMember, spec: GraphSpec): string {
  const { fitted } = member;
  switch (fitted.kind) {
    case 'trees':
      return writeLink(graph, fitted.link, writeTrees(graph, fitted, member, spec), 1);
    case 'linear':
      return writeLink(graph, fitted.link, writeLinear(graph, fitted, member, spec), 1);
    case 'network':
      return writeNetwork(graph, fitted, member, spec);
  }
}

function writeLink(graph: GraphWriter, link: Link, raw: string, axis: number): string {
  if (link === 'none') return raw;
  return link === 'sigmoid' ? graph.node('Sigmoid', [raw]) : graph.node('Softmax', [raw], { axis: { kind: 'int', value: axis } });
}

/** `TreeEnsembleRegressor` of ai.onnx.ml 3 for every kind of tree: the classifier operator has links of its own and less exact sums. */
function writeTrees(graph: GraphWriter, fitted: FittedTrees, member: GraphMember, spec: GraphSpec): string {
  const sums = graph.node('TreeEnsembleRegressor', ['x'], treeAttributes(fitted, matrixColumns(member, spec)), TREES_DOMAIN);
  const raw = graph.node('Cast', [sums], { to: { kind: 'int', value: elementType.float64 } });
  return fitted.base.every((value) => value === 0) ? raw : graph.node('Add', [raw, graph.constant([fitted.outputs], fitted.base)]);
}

function treeAttributes(fitted: FittedTrees, matrixColumn: (column: number) => number): Record<string, Attribute> {
  const { treeStart, treeOutput, feature, threshold, left, right, missingLeft, leafWidth, leafValues, outputs } = fitted;
  const treeCount = treeStart.length - 1;
  if (treeCount === 0) return treeAttributes({ ...fitted, ...oneEmptyLeaf }, matrixColumn);

  const nodeCount = feature.length;
  const treeIds = new Int32Array(nodeCount);
  const nodeIds = new Int32Array(nodeCount);
  const columns = new Int32Array(nodeCount);
  const thresholds = new Float32Array(nodeCount);
  const modes = new Uint8Array(nodeCount);
  const whenTrue = new Int32Array(nodeCount);
  const whenFalse = new Int32Array(nodeCount);
  const missingTrue = new Uint8Array(nodeCount);
  const isVector = leafWidth > 1;
  const isInclusive = fitted.comparison === '<=';
  let leafCount = 0;
  for (let node = 0; node < nodeCount; node++) if (feature[node] < 0) leafCount++;
  const mostWeights = leafCount * leafWidth;
  const weightTrees = new Int32Array(mostWeights);
  const weightNodes = new Int32Array(mostWeights);
  const weightOutputs = new Int32Array(mostWeights);
  const weights = new Float32Array(mostWeights);
  let weightCount = 0;

  for (let tree = 0; tree < treeCount; tree++) {
    const start = treeStart[tree];
    const end = treeStart[tree + 1];
    for (let node = start; node < end; node++) {
      treeIds[node] = tree;
      nodeIds[node] = node - start;
      if (feature[node] >= 0) {
        columns[node] = matrixColumn(feature[node]);
        thresholds[node] = isInclusive ? floor32(threshold[node]) : below32(threshold[node]);
        whenTrue[node] = left[node];
        whenFalse[node] = right[node];
        missingTrue[node] = missingLeft[node];
        continue;
      }
      modes[node] = 1;
      const firstWeight = weightCount;
      for (let k = 0; k < leafWidth; k++) {
        const value = isVector ? leafValues[node * outputs + k] : leafValues[node];
        // A forest over many classes is mostly zeros; one value a leaf is kept so that every leaf has one.
        if (value === 0 && isVector && (k < leafWidth - 1 || weightCount > firstWeight)) continue;
        weightTrees[weightCount] = tree;
        weightNodes[weightCount] = node - start;
        weightOutputs[weightCount] = isVector ? k : treeOutput[tree];
        weights[weightCount++] = value;
      }
    }
  }
  return {
    n_targets: { kind: 'int', value: outputs },
    aggregate_function: { kind: 'word', value: 'SUM' },
    post_transform: { kind: 'word', value: 'NONE' },
    nodes_treeids: { kind: 'ints', values: treeIds },
    nodes_nodeids: { kind: 'ints', values: nodeIds },
    nodes_featureids: { kind: 'ints', values: columns },
    nodes_values: { kind: 'floats', values: thresholds },
    nodes_modes: { kind: 'words', words: ['BRANCH_LEQ', 'LEAF'], picks: modes },
    nodes_truenodeids: { kind: 'ints', values: whenTrue },
    nodes_falsenodeids: { kind: 'ints', values: whenFalse },
    nodes_missing_value_tracks_true: { kind: 'ints', values: missingTrue },
    target_treeids: { kind: 'ints', values: weightTrees.subarray(0, weightCount) },
    target_nodeids: { kind: 'ints', values: weightNodes.subarray(0, weightCount) },
    target_ids: { kind: 'ints', values: weightOutputs.subarray(0, weightCount) },
    target_weights: { kind: 'floats', values: weights.subarray(0, weightCount) },
  };
}

/** A model that stopped before its first tree: the operator wants at least one. */
const oneEmptyLeaf = {
  treeStart: Int32Array.of(0, 1),
  treeOutput: Int32Array.of(0),
  feature: Int32Array.of(-1),
  threshold: Float64Array.of(0),
  left: Int32Array.of(0),
  right: Int32Array.of(0),
  missingLeft: Uint8Array.of(0),
  leafWidth: 1,
  leafValues: Float64Array.of(0),
};

function writeLinear(graph: GraphWriter, fitted: FittedLinear, member: GraphMember, spec: GraphSpec): string {
  const width = fitted.columns.length;
  const vector = (values: Float64Array) => graph.constant([values.length], values);
  let raw = '';
  if (width > 0) {
    const columns = graph.constant([width], fitted.columns.map(matrixColumns(member, spec)));
    const read = graph.node('Gather', ['x', columns], { axis: { kind: 'int', value: 1 } });
    const isMissing = graph.node('IsNaN', [read]);
    const wide = graph.node('Cast', [read], { to: { kind: 'int', value: elementType.float64 } });
    const clamped = graph.node('Min', [graph.node('Max', [wide, vector(fitted.low)]), vector(fitted.high)]);
    const filled = graph.node('Where', [isMissing, vector(fitted.fill), clamped]);
    const scaled = graph.node('Mul', [graph.node('Sub', [filled, vector(fitted.center)]), vector(fitted.scale)]);
    raw = graph.node('MatMul', [scaled, graph.constant([width, fitted.outputs], fitted.coefficients)]);
  }
  if (readsText(fitted)) {
    const text = writeText(graph, fitted, spec.vocabularySize);
    raw = raw === '' ? text : graph.node('Add', [raw, text]);
  }
  if (raw !== '') return graph.node('Add', [raw, vector(fitted.intercept)]);
  // Neither a column nor text: the intercept for every row.
  const rows = graph.node('Slice', [graph.node('Shape', ['x']), ...[0, 1].map((at) => graph.constant([1], BigInt64Array.of(BigInt(at))))]);
  const shape = graph.node('Concat', [rows, graph.constant([1], BigInt64Array.of(BigInt(fitted.outputs)))], { axis: { kind: 'int', value: 0 } });
  return graph.node('Expand', [graph.constant([1, fitted.outputs], fitted.intercept), shape]);
}

/** The members lie side by side, [members, rows, …], so that one product does them all. In float32, as they learnt, up to the last layer's sums. */
function writeNetwork(graph: GraphWriter, fitted: FittedNetwork, member: GraphMember, spec: GraphSpec): string {
  const { columns, members, width, layers, outputs } = fitted;
  const inputCount = columns.length;
  const vector = (values: Float32Array) => graph.constant([inputCount], values);
  const scalar = (value: number) => graph.constant([], Float32Array.of(value));
  const axis = graph.constant([1], BigInt64Array.of(0n));
  const read = graph.node('Gather', ['x', graph.constant([inputCount], columns.map(matrixColumns(member, spec)))], { axis: { kind: 'int', value: 1 } });
  const clamped = graph.node('Min', [graph.node('Max', [read, vector(fitted.low)]), vector(fitted.high)]);
  const filled = graph.node('Where', [graph.node('IsNaN', [read]), vector(fitted.fill), clamped]);
  const scaled = graph.node('Mul', [graph.node('Sub', [filled, vector(fitted.center)]), vector(fitted.scale)]);
  const third = graph.node('Mul', [scaled, scalar(1 / 3)]);
  const inputs = graph.node('Div', [scaled, graph.node('Sqrt', [graph.node('Add', [graph.node('Mul', [third, third]), scalar(1)])])]);

  const factors = graph.constant([members, 1, inputCount], fitted.factors);
  let state = graph.node('Mul', [graph.node('Unsqueeze', [inputs, axis]), factors]);
  for (let layer = 0; layer < layers; layer++) {
    const matrix =
      layer === 0
        ? graph.constant([inputCount, width], fitted.first)
        : graph.constant([width, width], fitted.hidden.subarray((layer - 1) * width * width, layer * width * width));
    const biases = graph.constant([members, 1, width], fitted.biases.subarray(layer * members * width, (layer + 1) * members * width));
    state = graph.node('Relu', [graph.node('Add', [graph.node('MatMul', [state, matrix]), biases])]);
  }
  const sums = graph.node('MatMul', [state, graph.constant([members, width, outputs], fitted.heads)]);
  const wide = graph.node('Cast', [sums], { to: { kind: 'int', value: elementType.float64 } });
  const raw = graph.node('Add', [wide, graph.constant([members, 1, outputs], fitted.headBiases)]);
  const answers = writeLink(graph, fitted.link, raw, 2);
  return graph.node('Mul', [graph.node('ReduceSum', [answers, axis], { keepdims: { kind: 'int', value: 0 } }), graph.scalar(1 / members)]);
}

/** Σ weight × coefficients[id]: the vocabulary is never made dense. The row after the last term is zeros, for padding. */
function writeText(graph: GraphWriter, { outputs, textCoefficients }: FittedLinear, vocabularySize: number): string {
  const table = new Float64Array((vocabularySize + 1) * outputs);
  table.set(textCoefficients);
  const axis = (at: number) => graph.constant([1], BigInt64Array.of(BigInt(at)));
  const terms = graph.node('Gather', [graph.constant([vocabularySize + 1, outputs], table), 'ids'], { axis: { kind: 'int', value: 0 } });
  const wide = graph.node('Cast', ['weights'], { to: { kind: 'int', value: elementType.float64 } });
  const weighted = graph.node('Mul', [terms, graph.node('Unsqueeze', [wide, axis(2)])]);
  return graph.node('ReduceSum', [weighted, axis(1)], { keepdims: { kind: 'int', value: 0 } });
}

function writeUserUnit(graph: GraphWriter, answer: string, target: TargetScale): string {
  if (target.kind === 'identity') return answer;
  const value = graph.node('Add', [graph.node('Mul', [answer, graph.scalar(target.scale)]), graph.scalar(target.mean)]);
  return target.isLog1p ? graph.node('Sub', [graph.node('Exp', [value]), graph.scalar(1)]) : value;
}

function writeCalibration(graph: GraphWriter, answer: string, { calibration, task }: GraphSpec): string {
  const bounded = (low: number, high: number) => graph.node('Min', [graph.node('Max', [answer, graph.scalar(low)]), graph.scalar(high)]);
  const complement = (value: string) => graph.node('Sub', [graph.scalar(1), value]);
  const bothClasses = (positive: string) => graph.node('Concat', [complement(positive), positive], { axis: { kind: 'int', value: 1 } });
  switch (calibration.kind) {
    case 'none':
      return task === 'binary' ? bothClasses(answer) : answer;
    case 'beta': {
      if (task !== 'binary') throw new RangeError('beta calibration is for two classes');
      const positive = bounded(PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR);
      const forIt = graph.node('Mul', [graph.node('Log', [positive]), graph.scalar(calibration.a)]);
      const againstIt = graph.node('Mul', [graph.node('Log', [complement(positive)]), graph.scalar(calibration.b)]);
      const raw = graph.node('Add', [graph.node('Sub', [forIt, againstIt]), graph.scalar(calibration.c)]);
      return bothClasses(graph.node('Sigmoid', [raw]));
    }
    case 'temperature': {
      const all = task === 'binary' ? bothClasses(answer) : answer;
      const logs = graph.node('Log', [graph.node('Max', [all, graph.scalar(PROBABILITY_FLOOR)])]);
      return graph.node('Softmax', [graph.node('Div', [logs, graph.scalar(calibration.t)])], { axis: { kind: 'int', value: 1 } });
    }
  }
}

const matrixColumns =
  ({ extraOffset }: GraphMember, { baseColumnCount }: GraphSpec) =>
  (column: number) =>
    column < baseColumnCount ? column : extraOffset + column - baseColumnCount;

/** Names the values of a graph, so that an expression reads as one. */
class GraphWriter {
  readonly onnx = new OnnxWriter('model');
  #named = 0;
  readonly #scalars = new Map<number, string>();

  node(operator: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}, domain = ''): string {
    const output = this.#name();
    this.onnx.node(operator, inputs, output, attributes, domain);
    return output;
  }

  constant(dimensions: readonly number[], data: TensorData): string {
    const name = this.#name();
    this.onnx.constant(name, dimensions, data);
    return name;
  }

  scalar(value: number): string {
    const known = this.#scalars.get(value);
    if (known !== undefined) return known;
    const name = this.constant([], Float64Array.of(value));
    this.#scalars.set(value, name);
    return name;
  }

  #name(): string {
    this.#named += 1;
    return `v${this.#named}`;
  }
}
