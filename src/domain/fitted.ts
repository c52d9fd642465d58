/**
 * What a learner learnt, as plain arrays: the harness reads it from the learner's own dump, TypeScript writes the ONNX
 * graph from it. K is the class count (binary: see `outputs`), F the matrix columns, V the text vocabulary.
 */

/** How the summed raw outputs become an answer. `none` for regression and for averaged forests, whose leaves hold answers. */
export type Link = 'none' | 'sigmoid' | 'softmax';

/**
 * Trees of one model, concatenated. Per node: `feature` (−1: leaf), `threshold` (as the learner holds it, float64),
 * `left`, `right` (indices within the tree), `missingLeft` (1: a missing value goes left). The test is
 * `x comparison threshold → left`. Tree t spans nodes `treeStart[t] … treeStart[t + 1]`.
 * Leaves: scalar (`leafWidth` 1: `leafValues[node]` is added to output `treeOutput[t]`) or vector (`leafWidth` = outputs:
 * `leafValues[node * outputs + k]`). Raw output k = base[k] + sum of leaves; then `link`.
 * outputs is 1 for regression and for binary with link sigmoid (the probability of class 1), K otherwise.
 */
export type FittedTrees = {
  kind: 'trees';
  link: Link;
  outputs: number;
  comparison: '<=' | '<';
  base: Float64Array;
  treeStart: Int32Array;
  treeOutput: Int32Array;
  feature: Int32Array;
  threshold: Float64Array;
  left: Int32Array;
  right: Int32Array;
  missingLeft: Uint8Array;
  leafWidth: number;
  leafValues: Float64Array;
};

/**
 * A linear model over matrix columns: x' = (missing(x) ? fill : clamp(x, low, high) − center) × scale, raw = intercept + coefficients · x'.
 * `columns` lists the C matrix columns it reads; coefficients are row-major C × outputs. A missing value becomes 0 after scaling when
 * `fill` equals `center`. `textCoefficients`, row-major V × outputs (V 0 where no text is used), multiplies the TF-IDF weights of a row.
 */
export type FittedLinear = {
  kind: 'linear';
  link: Link;
  outputs: number;
  columns: Int32Array;
  fill: Float64Array;
  low: Float64Array;
  high: Float64Array;
  center: Float64Array;
  scale: Float64Array;
  coefficients: Float64Array;
  intercept: Float64Array;
  textCoefficients: Float64Array;
};

/**
 * An ensemble of small networks that share most of their weights. For each of I inputs, in float32 step by step,
 * x' = ((missing(x) ? fill : clamp(x, low, high)) − center) × scale and input = x' / √(1 + (x' / 3)²); `columns` names the matrix column of
 * each, and several inputs may read the same one. A member's state is max(0, (inputs × its factors) · first + its biases), then for each further
 * layer max(0, state · hidden + its biases); its answer is link(state · its heads + its headBiases), in float64 from the heads' sums on. The
 * network's answer is the mean of its members'. All arrays are row-major: factors M × I, first I × W, hidden (L − 1) × W × W,
 * biases L × M × W, heads M × W × outputs, headBiases M × outputs.
 */
export type FittedNetwork = {
  kind: 'network';
  link: Link;
  outputs: number;
  members: number;
  width: number;
  layers: number;
  columns: Int32Array;
  fill: Float32Array;
  low: Float32Array;
  high: Float32Array;
  center: Float32Array;
  scale: Float32Array;
  factors: Float32Array;
  first: Float32Array;
  hidden: Float32Array;
  biases: Float32Array;
  heads: Float32Array;
  headBiases: Float64Array;
};

export type Fitted = FittedTrees | FittedLinear | FittedNetwork;
