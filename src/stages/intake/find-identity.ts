/** Columns that give a numeric target together: `a + b`, `a − b + c`, `a × b`, `a / b`. */
export type Identity = { columns: string[]; formula: string };

/** More columns are looked at in the order of how well each explains the target. */
const MAX_COLUMNS = 80;
const MAX_TERMS = 4;
/** Share of the rows on which a product or a ratio has to hold, to the rounding of the target. */
const LEAST_SHARE = 0.98;
const SUM_R2 = 0.999_999;
/** A ready sum that is also rounded. */
const ROUNDED_R2 = 0.999;
const MIN_ROWS = 30;
const MAX_ROWS = 4000;
const MIN_FINITE_SHARE = 0.9;

/** `centred`: around the mean, a missing value at it; `square`: the sum of its squares. Made once, however often a column is looked at. */
type Numbers = { name: string; values: Float64Array; centred: Float64Array; square: number };

/** Every such set of columns; none of them is in two. */
export function findIdentities(columns: { name: string; values: Float64Array }[], target: Float64Array): Identity[] {
  const step = Math.max(1, Math.floor(target.length / MAX_ROWS));
  const rows = Int32Array.from({ length: Math.floor(target.length / step) }, (_, at) => at * step);
  const truth = numbersOf('', target, rows);
  if (rows.length < MIN_ROWS || truth.square === 0) return [];
  let near = columns
    .map(({ name, values }) => numbersOf(name, values, rows))
    .filter(({ values, square }) => square > 0 && isMostlyFinite(values))
    .map((column) => ({ column, strength: strengthOf(column, truth.centred) }))
    // One that gives the number alone needs no other, and is judged elsewhere.
    .filter(({ strength }) => strength < SUM_R2 * truth.square)
    .toSorted((a, b) => b.strength - a.strength)
    .map(({ column }) => column);
  const found: Identity[] = [];
  for (;;) {
    const looked = near.slice(0, MAX_COLUMNS);
    const identity = findSum(looked, truth) ?? findProduct(looked, truth.values);
    if (!identity) return found;
    found.push(identity);
    near = near.filter(({ name }) => !identity.columns.includes(name));
  }
}

function numbersOf(name: string, all: Float64Array, rows: Int32Array): Numbers {
  const values = new Float64Array(rows.length);
  let [sum, count] = [0, 0];
  for (let at = 0; at < rows.length; at++) {
    const value = (values[at] = all[rows[at]]);
    if (Number.isFinite(value)) [sum, count] = [sum + value, count + 1];
  }
  const mean = count === 0 ? 0 : sum / count;
  const centred = values.map((value) => (Number.isFinite(value) ? value - mean : 0));
  return { name, values, centred, square: dot(centred, centred) };
}

const isMostlyFinite = (values: Float64Array) => {
  let count = 0;
  for (const value of values) if (Number.isFinite(value)) count++;
  return count >= MIN_FINITE_SHARE * values.length;
};

/** How much of what is left a column explains, up to a factor that is the same for all. */
const strengthOf = ({ centred, square }: Numbers, residual: Float64Array) => dot(centred, residual) ** 2 / square;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
}

/** Greedy: the column that explains most of what is left joins, all weights are fitted anew, until nothing is left or too many have joined. */
function findSum(columns: Numbers[], truth: Numbers): Identity | undefined {
  const chosen: Numbers[] = [];
  let residual = truth.centred;
  while (chosen.length < Math.min(MAX_TERMS, columns.length)) {
    let next: { column: Numbers; strength: number } | undefined;
    for (const column of columns) {
      if (chosen.includes(column)) continue;
      const strength = strengthOf(column, residual);
      if (!next || strength > next.strength) next = { column, strength };
    }
    if (!next) return undefined;
    chosen.push(next.column);
    const fit = leastSquares(chosen, truth.centred);
    if (!fit) return undefined;
    residual = fit.residual;
    const explained = 1 - dot(residual, residual) / truth.square;
    const isPlain = fit.weights.every((weight) => Math.abs(Math.abs(weight) - 1) < 0.01);
    // Weights that are not 1 have to leave nothing at all.
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
      if (holds(truth, a.values, b.values, 'times')) return { columns: [a.name, b.name], formula: `"${a.name}" × "${b.name}"` };
      if (holds(truth, a.values, b.values, 'over')) return { columns: [a.name, b.name], formula: `"${a.name}" / "${b.name}"` };
      if (holds(truth, b.values, a.values, 'over')) return { columns: [a.name, b.name], formula: `"${b.name}" / "${a.name}"` };
    }
  }
  return undefined;
}

/** Whether the value is the target on nearly all rows, but for a rounding in its third digit; given up early where it clearly is not. */
function holds(truth: Float64Array, a: Float64Array, b: Float64Array, how: 'times' | 'over'): boolean {
  let [missed, seen] = [0, 0];
  const mayMiss = Math.ceil((1 - LEAST_SHARE) * truth.length);
  for (let row = 0; row < truth.length; row++) {
    const value = how === 'times' ? a[row] * b[row] : a[row] / b[row];
    if (!Number.isFinite(value)) continue;
    seen++;
    if (Math.abs(value - truth[row]) > 0.005 * Math.max(Math.abs(truth[row]), 1e-9) && ++missed > mayMiss) return false;
  }
  return seen >= MIN_FINITE_SHARE * truth.length;
}

/** Weights of the centred columns for the centred target, by the normal equations; undefined where columns stand in for each other. */
function leastSquares(columns: Numbers[], truth: Float64Array): { weights: number[]; residual: Float64Array } | undefined {
  const xs = columns.map(({ centred }) => centred);
  const matrix = xs.map((a) => [...xs.map((b) => dot(a, b)), dot(a, truth)]);
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
  const residual = truth.slice();
  for (const [at, x] of xs.entries()) for (let row = 0; row < residual.length; row++) residual[row] -= weights[at] * x[row];
  return { weights, residual };
}
