/**
 * Probabilities that mean what they say: Beta calibration (Kull et al. 2017) for two classes, a temperature for more, fitted
 * on answers out of the folds. Two classes keep their order: a and b are never negative.
 */
import { calibrate, PROBABILITY_FLOOR } from '../../domain/calibration.ts';
import type { Calibration } from '../../domain/event.ts';
import type { Random } from '../../domain/random.ts';
import type { Labels } from '../../domain/task.ts';
import { logLossOfRows } from '../evaluation/index.ts';
import { dealByClass, takeRowsOf } from './sample-rows.ts';

type ClassLabels = Extract<Labels, { kind: 'classes' }>;

/** Rows of the rarer class below which three parameters are not learnt from it; of each of more classes, on average, for one. */
const MIN_ROWS_OF_CLASS = 50;
const MAX_CELLS = 400_000;
const PARTS = 4;

/** None unless the log loss of rows that did not fit it falls for certain: the whole 95 % interval of the gain is above 0. */
export function chooseCalibration(request: { labels: ClassLabels; probabilities: Float64Array; random: Random }): Calibration {
  const { random } = request;
  const { labels, probabilities } = sampleOf(request);
  const { codes, classCount } = labels;
  if (!hasEnoughRows(labels)) return { kind: 'none' };
  const partOf = dealByClass(codes, classCount, PARTS, random);
  const gains: number[] = [];
  for (let part = 0; part < PARTS; part++) {
    const rowsWhere = (isWanted: (row: number) => boolean) => Int32Array.from(codes.keys().filter(isWanted));
    const fitted = take(
      labels,
      probabilities,
      rowsWhere((row) => partOf[row] !== part),
    );
    const judged = take(
      labels,
      probabilities,
      rowsWhere((row) => partOf[row] === part),
    );
    const after = calibrate(judged.probabilities, classCount, fitCalibration(fitted.labels.codes, fitted.probabilities, classCount));
    const lossBefore = logLossOfRows(judged.labels.codes, { probabilities: judged.probabilities, classCount });
    const lossAfter = logLossOfRows(judged.labels.codes, { probabilities: after, classCount });
    for (let row = 0; row < lossBefore.length; row++) gains.push(lossBefore[row] - lossAfter[row]);
  }
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (gains.length - 1);
  const isReal = mean - 1.96 * Math.sqrt(variance / gains.length) > 0;
  return isReal ? fitCalibration(codes, probabilities, classCount) : { kind: 'none' };
}

function hasEnoughRows({ codes, classCount }: ClassLabels): boolean {
  if (classCount > 2) return codes.length >= MIN_ROWS_OF_CLASS * classCount;
  const positives = codes.reduce((sum, code) => sum + (code === 1 ? 1 : 0), 0);
  return Math.min(positives, codes.length - positives) >= MIN_ROWS_OF_CLASS;
}

function sampleOf({ labels, probabilities, random }: { labels: ClassLabels; probabilities: Float64Array; random: Random }) {
  const limit = Math.floor(MAX_CELLS / labels.classCount);
  if (labels.codes.length <= limit) return { labels, probabilities };
  return take(labels, probabilities, random.shuffle(Int32Array.from(labels.codes.keys())).slice(0, limit));
}

function take(labels: ClassLabels, probabilities: Float64Array, rows: Int32Array): { labels: ClassLabels; probabilities: Float64Array } {
  const taken = takeRowsOf(labels, [probabilities], rows);
  return { labels: { ...labels, codes: taken.labels.kind === 'classes' ? taken.labels.codes : new Int32Array(0) }, probabilities: taken.values[0] };
}

export function fitCalibration(codes: Int32Array, probabilities: Float64Array, classCount: number): Calibration {
  return classCount === 2 ? fitBeta(codes, probabilities) : fitTemperature(codes, probabilities, classCount);
}

/** A pull towards "as it is" (a = b = 1, c = 0) of about one row, without which rows in perfect order have no finite fit. */
const PULL = 1;

function fitBeta(codes: Int32Array, probabilities: Float64Array): Calibration {
  const rowCount = codes.length;
  const lnYes = new Float64Array(rowCount);
  const lnNo = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const p = Math.min(Math.max(probabilities[2 * row + 1], PROBABILITY_FLOOR), 1 - PROBABILITY_FLOOR);
    lnYes[row] = Math.log(p);
    lnNo[row] = -Math.log(1 - p);
  }
  const both = logistic(codes, lnYes, lnNo, { a: true, b: true });
  if (both.a >= 0 && both.b >= 0) return betaOf(both);
  return betaOf(logistic(codes, lnYes, lnNo, both.a < 0 ? { a: false, b: true } : { a: true, b: false }));
}

/** A fit that turns the order round, or loses it, is no calibration. */
function betaOf({ a, b, c }: { a: number; b: number; c: number }): Calibration {
  const isUsable = a >= 0 && b >= 0 && a + b > 1e-6 && Number.isFinite(a + b + c);
  return isUsable ? { kind: 'beta', a, b, c } : { kind: 'none' };
}

/** Newton's steps for ln(odds) = a · lnYes + b · lnNo + c; a coefficient that is not free stays 0. */
function logistic(codes: Int32Array, lnYes: Float64Array, lnNo: Float64Array, free: { a: boolean; b: boolean }): { a: number; b: number; c: number } {
  let a = free.a ? 1 : 0;
  let b = free.b ? 1 : 0;
  let c = 0;
  let loss = Number.POSITIVE_INFINITY;
  const lossAt = (atA: number, atB: number, atC: number) => {
    let sum = (PULL / 2) * ((free.a ? (atA - 1) ** 2 : 0) + (free.b ? (atB - 1) ** 2 : 0) + atC ** 2);
    for (let row = 0; row < codes.length; row++) {
      const z = atA * lnYes[row] + atB * lnNo[row] + atC;
      const signed = codes[row] === 1 ? -z : z;
      sum += signed > 0 ? signed + Math.log1p(Math.exp(-signed)) : Math.log1p(Math.exp(signed));
    }
    return sum;
  };
  for (let step = 0; step < 30; step++) {
    const gradient = [free.a ? PULL * (a - 1) : 0, free.b ? PULL * (b - 1) : 0, PULL * c];
    const [aa, ab, ac, bb, bc, cc] = [0, 1, 2, 3, 4, 5];
    const curve = Float64Array.of(PULL, 0, 0, PULL, 0, PULL);
    for (let row = 0; row < codes.length; row++) {
      const x = lnYes[row];
      const y = lnNo[row];
      const p = 1 / (1 + Math.exp(-(a * x + b * y + c)));
      const error = p - codes[row];
      const spread = p * (1 - p);
      if (free.a) gradient[0] += error * x;
      if (free.b) gradient[1] += error * y;
      gradient[2] += error;
      if (free.a) {
        curve[aa] += spread * x * x;
        curve[ac] += spread * x;
        if (free.b) curve[ab] += spread * x * y;
      }
      if (free.b) {
        curve[bb] += spread * y * y;
        curve[bc] += spread * y;
      }
      curve[cc] += spread;
    }
    const [stepA, stepB, stepC] = solve3(curve, gradient);
    if (step === 0) loss = lossAt(a, b, c);
    let size = 1;
    let next = lossAt(a - stepA, b - stepB, c - stepC);
    while (next > loss && size > 1e-4) {
      size /= 2;
      next = lossAt(a - size * stepA, b - size * stepB, c - size * stepC);
    }
    if (next > loss) break;
    a -= size * stepA;
    b -= size * stepB;
    c -= size * stepC;
    const hasConverged = loss - next < 1e-9 * Math.max(1, loss);
    loss = next;
    if (hasConverged) break;
  }
  return { a, b, c };
}

/** Solves a symmetric positive definite system of three, given as its upper triangle. */
function solve3(m: Float64Array, [g0, g1, g2]: number[]): [number, number, number] {
  const [m00, m01, m02, m11, m12, m22] = m;
  const l00 = Math.sqrt(m00);
  const l10 = m01 / l00;
  const l20 = m02 / l00;
  const l11 = Math.sqrt(m11 - l10 * l10);
  const l21 = (m12 - l20 * l10) / l11;
  const l22 = Math.sqrt(m22 - l20 * l20 - l21 * l21);
  const y0 = g0 / l00;
  const y1 = (g1 - l10 * y0) / l11;
  const y2 = (g2 - l20 * y0 - l21 * y1) / l22;
  const x2 = y2 / l22;
  const x1 = (y1 - l21 * x2) / l11;
  return [(y0 - l10 * x1 - l20 * x2) / l00, x1, x2];
}

/** Newton's steps on the sharpness 1 / t, in which the loss has one minimum. */
function fitTemperature(codes: Int32Array, probabilities: Float64Array, classCount: number): Calibration {
  const ln = probabilities.map((p) => Math.log(Math.max(p, PROBABILITY_FLOOR)));
  let sharpness = 1;
  for (let step = 0; step < 20; step++) {
    let gradient = PULL * (sharpness - 1);
    let curve = PULL;
    for (let row = 0; row < codes.length; row++) {
      const from = row * classCount;
      let greatest = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classCount; k++) greatest = Math.max(greatest, ln[from + k]);
      let sum = 0;
      let first = 0;
      let second = 0;
      for (let k = 0; k < classCount; k++) {
        const share = Math.exp(sharpness * (ln[from + k] - greatest));
        sum += share;
        first += share * ln[from + k];
        second += share * ln[from + k] * ln[from + k];
      }
      const mean = first / sum;
      gradient += mean - ln[from + codes[row]];
      curve += second / sum - mean * mean;
    }
    const next = Math.min(Math.max(sharpness - gradient / curve, sharpness / 2, 0.02), sharpness * 2, 50);
    const hasConverged = Math.abs(next - sharpness) < 1e-7 * sharpness;
    sharpness = next;
    if (hasConverged) break;
  }
  return { kind: 'temperature', t: 1 / sharpness };
}
