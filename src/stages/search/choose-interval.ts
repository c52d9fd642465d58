/**
 * Prediction intervals from the errors of answers out of the folds. The ends are split-conformal quantiles of signed errors (Lei et al.
 * 2018; both tails apart: Linusson et al. 2014), taken as CV+ takes them, from models that had not seen the row (Barber et al. 2021), but set around
 * the one answer of the model that ships: the graph does not tell the answers of single folds.
 */
import { spreadAt, toErrorScale, type ChosenInterval, type PredictionInterval } from '../../domain/prediction-interval.ts';
import type { Random } from '../../domain/random.ts';
import { risingOrder } from '../evaluation/index.ts';

const LEVEL = 0.9;
/** With fewer the ends would be single rows' errors. */
const LEAST_ROWS = 50;
const LEAST_ROWS_OF_BIN = 50;
const MOST_BINS = 20;
/** A bin is pulled towards the mean error of all rows as if it had so many rows of it. */
const PULL_ROWS = 10;
const PARTS = 4;
/** With so many, chance in the ends moves what they hold by a fifth of a per cent. */
const MOST_ROWS = 20_000;
/** The spread must be better by so many standard errors of the gain. */
const LEAST_GAIN = 1;

type Spread = NonNullable<PredictionInterval['spread']>;
/** Answers and signed errors of the same rows, on the scale of the errors. */
type Errors = { answers: Float64Array; errors: Float64Array };

/** `answers`: in the user's unit, out of the folds. `leastLabel`: the least answer known, of all rows. */
export function chooseInterval(request: { labels: Float64Array; answers: Float64Array; isLog1p: boolean; leastLabel: number; random: Random }): ChosenInterval {
  const { labels, random } = request;
  if (labels.length < LEAST_ROWS) return { kind: 'none', because: 'few-rows', rowCount: labels.length };
  const scale = request.isLog1p ? 'log1p' : 'unit';
  // In an order of chance, so that parts are parts by chance.
  const rows = random.shuffle(Int32Array.from(labels.keys())).slice(0, MOST_ROWS);
  const answers = Float64Array.from(rows, (row) => toErrorScale(request.answers[row], scale));
  const errors = Float64Array.from(rows, (row, at) => toErrorScale(labels[row], scale) - answers[at]);
  const all = { answers, errors };
  const scaled = scaledErrors(all);
  const { low, high } = endsOf(scaled ?? errors);
  // Were truths below 0 possible, the next row would be the first of them with a chance of one in all rows: the level stands.
  const least = request.isLog1p || request.leastLabel >= 0 ? 0 : null;
  return { kind: 'interval', level: LEVEL, scale, low, high, spread: scaled && fitSpread(all), least };
}

/** Each error over the spread that the other parts make likely for its answer; null where that tells no more than one width for all. */
function scaledErrors(all: Errors): Float64Array | null {
  const scaled = new Float64Array(all.errors.length);
  const gains = new Float64Array(all.errors.length);
  for (let part = 0; part < PARTS; part++) {
    const fitted = partOf(all, (row) => row % PARTS !== part);
    const spread = fitSpread(fitted);
    if (spread === null) return null;
    const overSpread = (answer: number, error: number) => error / spreadAt(spread, answer);
    const constant = endsOf(fitted.errors);
    const local = endsOf(fitted.errors.map((error, row) => overSpread(fitted.answers[row], error)));
    for (let row = part; row < scaled.length; row += PARTS) {
      const error = all.errors[row];
      scaled[row] = overSpread(all.answers[row], error);
      gains[row] = intervalLoss(error, constant, 1) - intervalLoss(error, local, spreadAt(spread, all.answers[row]));
    }
  }
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (gains.length - 1);
  return mean > LEAST_GAIN * Math.sqrt(variance / gains.length) && fitSpread(all) !== null ? scaled : null;
}

const partOf = ({ answers, errors }: Errors, isTaken: (row: number) => boolean): Errors => ({
  answers: answers.filter((_, row) => isTaken(row)),
  errors: errors.filter((_, row) => isTaken(row)),
});

/** The mean absolute error in ranges of the answer with equally many rows; null where there are too few rows or answers, or no error. */
function fitSpread({ answers, errors }: Errors): Spread | null {
  const rowCount = answers.length;
  const binCount = Math.min(MOST_BINS, Math.floor(rowCount / LEAST_ROWS_OF_BIN));
  const overall = errors.reduce((sum, error) => sum + Math.abs(error), 0) / rowCount;
  if (binCount < 2 || overall === 0) return null;
  const order = risingOrder(answers);
  const knots: (Spread[number] & { rowCount: number })[] = [];
  for (let bin = 0; bin < binCount; bin++) {
    const rows = order.subarray(Math.floor((bin * rowCount) / binCount), Math.floor(((bin + 1) * rowCount) / binCount));
    const at = answers[rows[Math.floor(rows.length / 2)]];
    const value = (rows.reduce((sum, row) => sum + Math.abs(errors[row]), 0) + PULL_ROWS * overall) / (rows.length + PULL_ROWS);
    const last = knots.at(-1);
    // Bins of one and the same answer are one.
    if (last && at <= last.at) {
      last.value = (last.value * last.rowCount + value * rows.length) / (last.rowCount + rows.length);
      last.rowCount += rows.length;
    } else knots.push({ at, value, rowCount: rows.length });
  }
  return knots.length < 2 ? null : knots.map(({ at, value }) => ({ at, value }));
}

type Ends = { low: number; high: number };

/** In each tail the error of the rank that a further row exceeds in at most half of what the level leaves. */
function endsOf(errors: Float64Array): Ends {
  const sorted = errors.toSorted();
  const rank = Math.min(sorted.length, Math.ceil((sorted.length + 1) * (1 - (1 - LEVEL) / 2)));
  return { low: Math.min(0, sorted[sorted.length - rank]), high: Math.max(0, sorted[rank - 1]) };
}

/** The interval score of Gneiting and Raftery (2007): the width, and what the truth lies outside of it times 2 / (1 - level). */
function intervalLoss(error: number, { low, high }: Ends, spread: number): number {
  const outside = Math.max(0, low * spread - error, error - high * spread);
  return (high - low) * spread + (2 / (1 - LEVEL)) * outside;
}
