/** Columns that give a numeric target together: `a + b`, `a − b + c`, `a × b`, `a / b`. */
export type Identity = { columns: string[]; formula: string };

type Numbers = { name: string; values: Float64Array };

/** More columns are looked at in the order of how well each explains the target. */
const MAX_COLUMNS = 80;
const MAX_TERMS = 4;
/** Share of the rows on which a product or a ratio has to hold, to the rounding of the target. */
const LEAST_SHARE = 0.98;
const SUM_R2 = 0.999_999;
/** A ready sum that is also rounded. */
const ROUNDED_R2 = 0.999;
const MIN_ROWS = 50;
const MAX_ROWS = 4000;

export function findIdentity(columns: Numbers[], target: Float64Array): Identity | undefined {
  const step = Math.max(1, Math.floor(target.length / MAX_ROWS));
  const rows = Int32Array.from({ length: Math.floor(target.length / step) }, (_, at) => at * step);
  const truth = take(target, rows);
  const near = columns
    .map(({ name, values }) => ({ name, values: take(values, rows) }))
    .filter(({ values }) => values.filter(Number.isFinite).length >= 0.9 * values.length && spread(values) > 0)
    .toSorted((a, b) => Math.abs(correlation(b.values, truth)) - Math.abs(correlation(a.values, truth)))
    .slice(0, MAX_COLUMNS);
  if (truth.length < MIN_ROWS || spread(truth) === 0) return undefined;
  return findSum(near, truth) ?? findProduct(near, truth);
}

/** Greedy: the column that explains most of what is left joins, all weights are fitted anew, until nothing is left or too many have joined. */
function findSum(columns: Numbers[], truth: Float64Array): Identity | undefined {
  const chosen: Numbers[] = [];
  let residual = truth;
  while (chosen.length < Math.min(MAX_TERMS, columns.length)) {
    const next = columns
      .filter((column) => !chosen.includes(column))
      .toSorted((a, b) => Math.abs(correlation(b.values, residual)) - Math.abs(correlation(a.values, residual)))[0];
    chosen.push(next);
    const fit = leastSquares(chosen, truth);
    if (!fit) return undefined;
    residual = fit.residual;
    const explained = 1 - sumOfSquares(residual) / sumOfSquares(centred(truth));
    const isPlain = fit.weights.every((weight) => Math.abs(Math.abs(weight) - 1) < 0.01);
    // One column alone is judged elsewhere. Weights that are not 1 have to leave nothing at all.
    if (chosen.length < 2 || explained < (isPlain ? ROUNDED_R2 : SUM_R2)) continue;
    const formula = chosen
      .map(({ name }, at) =>
        `${fit.weights[at] < 0 ? '−' : at === 0 ? '' : '+'} ${isPlain ? '' : `${Number(Math.abs(fit.weights[at]).toPrecision(3))} × `}"${name}"`.trim(),
      )
      .join(' ');
    return { columns: chosen.map(({ name }) => name), formula };
  }
  return undefined;
}

function findProduct(columns: Numbers[], truth: Float64Array): Identity | undefined {
  for (const [i, a] of columns.entries()) {
    for (const b of columns.slice(i + 1)) {
      if (holds(truth, (row) => a.values[row] * b.values[row])) return { columns: [a.name, b.name], formula: `"${a.name}" × "${b.name}"` };
      if (holds(truth, (row) => a.values[row] / b.values[row])) return { columns: [a.name, b.name], formula: `"${a.name}" / "${b.name}"` };
      if (holds(truth, (row) => b.values[row] / a.values[row])) return { columns: [a.name, b.name], formula: `"${b.name}" / "${a.name}"` };
    }
  }
  return undefined;
}

/** Whether the value is the target on nearly all rows, but for a rounding in its third digit; given up early where it clearly is not. */
function holds(truth: Float64Array, valueAt: (row: number) => number): boolean {
  let [missed, seen] = [0, 0];
  const mayMiss = Math.ceil((1 - LEAST_SHARE) * truth.length);
  for (let row = 0; row < truth.length; row++) {
    const value = valueAt(row);
    if (!Number.isFinite(value)) continue;
    seen++;
    if (Math.abs(value - truth[row]) > 0.005 * Math.max(Math.abs(truth[row]), 1e-9) && ++missed > mayMiss) return false;
  }
  return seen >= 0.9 * truth.length;
}

const take = (values: Float64Array, rows: Int32Array) => Float64Array.from(rows, (row) => values[row]);
const meanOf = (values: Float64Array) => {
  let [sum, count] = [0, 0];
  for (const value of values) if (Number.isFinite(value)) [sum, count] = [sum + value, count + 1];
  return count === 0 ? 0 : sum / count;
};
/** Around its mean, missing ones at it. */
const centred = (values: Float64Array) => {
  const mean = meanOf(values);
  return values.map((value) => (Number.isFinite(value) ? value - mean : 0));
};
const sumOfSquares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
const spread = (values: Float64Array) => sumOfSquares(centred(values));
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, at) => sum + value * b[at], 0);

/** Pearson's, over all rows, a missing value taken for the mean. */
export function correlation(a: Float64Array, b: Float64Array): number {
  const [x, y] = [centred(a), centred(b)];
  const size = Math.sqrt(sumOfSquares(x) * sumOfSquares(y));
  return size === 0 ? 0 : dot(x, y) / size;
}

/** Weights of the centred columns for the centred target, by the normal equations; undefined where columns stand in for each other. */
function leastSquares(columns: Numbers[], truth: Float64Array): { weights: number[]; residual: Float64Array } | undefined {
  const xs = columns.map(({ values }) => centred(values));
  const y = centred(truth);
  const matrix = xs.map((a, i) => [...xs.map((b) => dot(a, b)), dot(xs[i], y)]);
  for (let i = 0; i < xs.length; i++) {
    const pivot = matrix.slice(i).reduce((best, row, at) => (Math.abs(row[i]) > Math.abs(matrix[best][i]) ? i + at : best), i);
    [matrix[i], matrix[pivot]] = [matrix[pivot], matrix[i]];
    if (Math.abs(matrix[i][i]) < 1e-9 * Math.abs(matrix[0][0])) return undefined;
    for (let j = 0; j < xs.length; j++) {
      if (j === i) continue;
      const factor = matrix[j][i] / matrix[i][i];
      for (let k = i; k <= xs.length; k++) matrix[j][k] -= factor * matrix[i][k];
    }
  }
  const weights = matrix.map((row, i) => row[xs.length] / row[i]);
  return { weights, residual: y.map((value, row) => value - weights.reduce((sum, weight, at) => sum + weight * xs[at][row], 0)) };
}
