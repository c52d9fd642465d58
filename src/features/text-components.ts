/**
 * The directions in which the texts of a table differ most: a truncated singular value decomposition of their TF-IDF matrix, by randomised
 * subspace iteration (Halko, Martinsson and Tropp 2011). It knows no labels, so it is learnt once from all unlocked rows.
 */
import { seededRandom } from '../domain/random.ts';
import { differentTexts, roundTextSum, type TableText, type TextSum } from './text-sums.ts';

const MAX_COMPONENTS = 24;
/** On few rows more directions are mostly chance. */
const ROWS_A_COMPONENT = 50;
/** Directions beside the wanted ones, so that the last of these are found well. */
const SPARE = 8;
const ITERATIONS = 1;
/** Terms of rows that it learns from; of more rows, evenly spaced ones. */
const MAX_TERMS = 4_000_000;
/** A direction that says less than this part of the first is rounding. */
const LEAST_SHARE = 1e-4;
const SEED = 20_011;

export function fitTextComponents(text: TableText, vocabularySize: number): TextSum[] {
  const rowCount = text.same.length;
  const step = Math.max(1, Math.ceil(text.ids.length / MAX_TERMS));
  const { rows, counts } = differentTexts(
    text,
    Int32Array.from({ length: Math.ceil(rowCount / step) }, (_, i) => i * step),
  );
  const wanted = Math.min(MAX_COMPONENTS, Math.ceil(rows.length / ROWS_A_COMPONENT), vocabularySize);
  if (wanted === 0) return [];
  const width = Math.min(wanted + SPARE, vocabularySize, rows.length);
  const matrix = { text, rows, scales: counts.map(Math.sqrt), vocabularySize, width };

  const random = seededRandom(SEED);
  let byTerm: Float64Array = new Float64Array(vocabularySize * width);
  for (let at = 0; at < byTerm.length; at++) byTerm[at] = random.next() - 0.5;
  for (let iteration = 0; iteration <= ITERATIONS; iteration++) {
    const byRow = times(matrix, byTerm);
    orthonormalise(byRow, width);
    byTerm = transposedTimes(matrix, byRow);
  }
  const { values, vectors } = eigenOf(gram(byTerm, width), width);
  const order = Array.from(values.keys()).toSorted((a, b) => values[b] - values[a]);
  const kept = order.slice(0, wanted).filter((at) => values[at] > LEAST_SHARE ** 2 * values[order[0]] && values[at] > 0);
  return kept.map((at) => {
    const scale = 1 / Math.sqrt(values[at]);
    const coefficients = new Float64Array(vocabularySize);
    for (let term = 0; term < vocabularySize; term++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += byTerm[term * width + k] * vectors[k * width + at];
      coefficients[term] = sum * scale;
    }
    return roundTextSum(coefficients, 0);
  });
}

/** A text of many rows counts as often. */
type Sampled = { text: TableText; rows: Int32Array; scales: Float64Array; vocabularySize: number; width: number };

/** rows × width = the rows' terms times (vocabulary × width). */
function times({ text, rows, scales, width }: Sampled, byTerm: Float64Array): Float64Array {
  const byRow = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const to = i * width;
    for (let at = text.start[rows[i]]; at < text.start[rows[i] + 1]; at++) {
      const weight = scales[i] * text.weights[at];
      for (let k = 0, from = text.ids[at] * width; k < width; k++) byRow[to + k] += weight * byTerm[from + k];
    }
  }
  return byRow;
}

function transposedTimes({ text, rows, scales, vocabularySize, width }: Sampled, byRow: Float64Array): Float64Array {
  const byTerm = new Float64Array(vocabularySize * width);
  for (let i = 0; i < rows.length; i++) {
    const from = i * width;
    for (let at = text.start[rows[i]]; at < text.start[rows[i] + 1]; at++) {
      const weight = scales[i] * text.weights[at];
      for (let k = 0, to = text.ids[at] * width; k < width; k++) byTerm[to + k] += weight * byRow[from + k];
    }
  }
  return byTerm;
}

/** The products of all pairs of columns. */
function gram(values: Float64Array, width: number): Float64Array {
  const products = new Float64Array(width * width);
  for (let from = 0; from < values.length; from += width) {
    for (let a = 0; a < width; a++) {
      const value = values[from + a];
      if (value !== 0) for (let b = 0; b <= a; b++) products[a * width + b] += value * values[from + b];
    }
  }
  for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) products[b * width + a] = products[a * width + b];
  return products;
}

/** Columns of length 1 at right angles that span the same, in place, by Cholesky; a column that adds nothing becomes zeros. */
function orthonormalise(values: Float64Array, width: number): void {
  const factor = gram(values, width);
  const least = 1e-12 * Math.max(...Array.from({ length: width }, (_, k) => factor[k * width + k]));
  const inverse = new Float64Array(width);
  for (let a = 0; a < width; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = factor[a * width + b];
      for (let k = 0; k < b; k++) sum -= factor[a * width + k] * factor[b * width + k];
      if (a > b) factor[a * width + b] = sum * inverse[b];
      else {
        inverse[a] = sum > least ? 1 / Math.sqrt(sum) : 0;
        factor[a * width + a] = Math.sqrt(Math.max(sum, 0));
      }
    }
  }
  for (let from = 0; from < values.length; from += width) {
    for (let a = 0; a < width; a++) {
      let value = values[from + a];
      for (let k = 0; k < a; k++) value -= factor[a * width + k] * values[from + k];
      values[from + a] = value * inverse[a];
    }
  }
}

/** Eigenvalues, and eigenvectors in the columns, of a symmetric matrix: Jacobi's rotations. */
function eigenOf(matrix: Float64Array, size: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let k = 0; k < size; k++) vectors[k * size + k] = 1;
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    let on = 0;
    for (let p = 0; p < size; p++)
      for (let q = 0; q < size; q++)
        if (p === q) on += a[p * size + q] ** 2;
        else off += a[p * size + q] ** 2;
    if (off <= 1e-24 * on) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  }
  return { values: Float64Array.from({ length: size }, (_, k) => a[k * size + k]), vectors };
}

function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const between = a[p * size + q];
  if (between === 0) return;
  const theta = (a[q * size + q] - a[p * size + p]) / (2 * between);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  const turn = (values: Float64Array, first: number, second: number, stride: number) => {
    for (let k = 0; k < size; k++) {
      const x = values[first + k * stride];
      const y = values[second + k * stride];
      values[first + k * stride] = cosine * x - sine * y;
      values[second + k * stride] = sine * x + cosine * y;
    }
  };
  turn(a, p, q, size);
  turn(a, p * size, q * size, 1);
  turn(vectors, p, q, size);
}
