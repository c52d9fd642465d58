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

export type Fitted = FittedTrees | FittedLinear;
