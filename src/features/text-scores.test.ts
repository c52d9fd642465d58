import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../domain/random.ts';
import type { StatisticLabels } from './target-statistics.ts';
import { countTextScores, fitTextScores } from './text-scores.ts';
import type { TableText } from './text-sums.ts';

const VOCABULARY = 30;
const ROWS = 120;

function madeText(seed: number, rowCount = ROWS): TableText {
  const random = seededRandom(seed);
  const rows = Array.from({ length: rowCount }, () =>
    [...new Set(Array.from({ length: random.below(8) }, () => random.below(VOCABULARY)))].toSorted((a, b) => a - b),
  );
  const start = new Int32Array(rowCount + 1);
  rows.forEach((ids, row) => (start[row + 1] = start[row] + ids.length));
  const weights = Float32Array.from(rows.flatMap((ids) => ids.map(() => 1 / Math.sqrt(ids.length))));
  return { start, ids: Int32Array.from(rows.flat()), weights, same: Int32Array.from(rows.keys()) };
}

const numbers = (values: readonly number[]): StatisticLabels => ({ columnCount: 1, valueOf: (row) => values[row] });
const alone = new Int32Array(ROWS).fill(-1);
const range = (first: number, end: number) => Int32Array.from({ length: end - first }, (_, i) => first + i);
/** Terms below ten say yes. */
const truthOf = (text: TableText) =>
  Array.from(text.same, (_, row) => text.ids.subarray(text.start[row], text.start[row + 1]).reduce((sum, id) => sum + (id < 10 ? 1 : -0.5), 0));

describe('the scores of texts', () => {
  it('say nothing to a row that trains of its own label, nor of those of its block', () => {
    const text = madeText(1);
    const blocks = Int32Array.from(alone, (_, row) => (row < 40 ? row >> 2 : -1));
    const labels = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: ROWS, maxLength: ROWS });
    fc.assert(
      fc.property(labels, fc.nat(99), (before, row) => {
        const inBlock = (other: number) => other === row || (blocks[row] >= 0 && blocks[other] === blocks[row]);
        const after = before.map((value, other) => (inBlock(other) ? 1 - value : value));
        const [a, b] = [before, after].map((of) => fitTextScores(text, VOCABULARY, numbers(of), { rows: range(0, 100), blocks }, seededRandom(7)));
        for (let other = 0; other < 100; other++) if (inBlock(other)) expect(a.fitted[other]).toBe(b.fitted[other]);
      }),
      { numRuns: 60 },
    );
  });

  it('are of the fitted rows only: other labels change nothing', () => {
    const text = madeText(2);
    const truth = truthOf(text);
    const [a, b] = [truth, truth.map((value, row) => (row < 80 ? value : 99))].map((of) =>
      fitTextScores(text, VOCABULARY, numbers(of), { rows: range(0, 80), blocks: alone }, seededRandom(7)),
    );
    expect(b.columns).toEqual(a.columns);
    expect(b.encode(range(80, ROWS))).toEqual(a.encode(range(80, ROWS)));
  });

  it('tell rows apart that the labels tell apart, one column a class', () => {
    const text = madeText(3);
    const truth = truthOf(text);
    const labels: StatisticLabels = { columnCount: 3, valueOf: (row, k) => Number((truth[row] > 0 ? 2 : truth[row] > -1 ? 1 : 0) === k) };
    const { columns, fitted, encode } = fitTextScores(text, VOCABULARY, labels, { rows: range(0, 90), blocks: alone }, seededRandom(7));
    expect(columns).toHaveLength(3);
    expect(fitted).toHaveLength(270);
    const scores = encode(range(90, ROWS)).subarray(60);
    const mean = (isHigh: boolean) => {
      const own = [...scores].filter((_, i) => truth[90 + i] > 0 === isHigh);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    };
    expect(mean(true)).toBeGreaterThan(mean(false) + 0.2);
  });

  it('are near the ridge solution', () => {
    const text = madeText(4);
    const truth = truthOf(text);
    const rows = range(0, ROWS);
    const { encode } = fitTextScores(text, VOCABULARY, numbers(truth), { rows, blocks: alone }, seededRandom(7));
    const expected = ridgeAnswers(text, truth);
    expect(largestShare(encode(rows), expected)).toBeLessThan(0.1);
  });

  it('come out alike whether equal texts are known as equal or not', () => {
    const once = madeText(5, 40);
    const text: TableText = { ...once, same: Int32Array.from({ length: ROWS }, (_, row) => row % 40), ...copies(once, 3) };
    const truth = truthOf(text).map((value, row) => value + (row < 40 ? 0.5 : -0.25));
    const rows = range(0, ROWS);
    const [known, unknown] = [text, { ...text, same: rows }].map((of) =>
      fitTextScores(of, VOCABULARY, numbers(truth), { rows, blocks: alone }, seededRandom(7)).encode(rows),
    );
    expect(largestShare(known, unknown)).toBeLessThan(0.1);
  });

  it('are left out where they would cost too much, or there is no text', () => {
    const text = madeText(6);
    const task = { kind: 'multiclass' as const, classCount: 12, foldCount: 5, budgetMs: 60_000 };
    expect(countTextScores(task, text, VOCABULARY)).toBe(12);
    expect(countTextScores({ ...task, kind: 'binary', classCount: 2 }, text, VOCABULARY)).toBe(1);
    expect(countTextScores({ ...task, classCount: 31 }, text, VOCABULARY)).toBe(0);
    expect(countTextScores(task, text, 200_000)).toBe(0);
    expect(countTextScores({ ...task, budgetMs: 1 }, text, VOCABULARY)).toBe(0);
    expect(countTextScores(task, text, 0)).toBe(0);
  });
});

/** The largest difference, as a share of the range of what was expected: few passes come near, not all the way. */
function largestShare(found: Float32Array, expected: ArrayLike<number>): number {
  const all = Array.from(expected);
  return Math.max(...all.map((value, row) => Math.abs(found[row] - value))) / (Math.max(...all) - Math.min(...all));
}

function copies({ start, ids, weights }: TableText, times: number): Pick<TableText, 'start' | 'ids' | 'weights'> {
  const each = start.length - 1;
  const repeated = Int32Array.from({ length: each * times + 1 }, (_, row) => Math.floor(row / each) * start[each] + start[row % each]);
  const all = Array.from({ length: times });
  return { start: repeated, ids: Int32Array.from(all.flatMap(() => [...ids])), weights: Float32Array.from(all.flatMap(() => [...weights])) };
}

/** Gradient descent to the end on ½ Σ (y − w·x)² + ½ |w|², y without its mean and x with a constant 1. */
function ridgeAnswers(text: TableText, labels: number[]): number[] {
  const mean = labels.reduce((a, b) => a + b, 0) / labels.length;
  const weights = new Float64Array(VOCABULARY + 1);
  const answerOf = (row: number) => {
    let sum = weights[VOCABULARY];
    for (let at = text.start[row]; at < text.start[row + 1]; at++) sum += text.weights[at] * weights[text.ids[at]];
    return sum;
  };
  for (let step = 0; step < 4_000; step++) {
    const slope = weights.slice();
    for (let row = 0; row < labels.length; row++) {
      const residual = labels[row] - mean - answerOf(row);
      slope[VOCABULARY] -= residual;
      for (let at = text.start[row]; at < text.start[row + 1]; at++) slope[text.ids[at]] -= residual * text.weights[at];
    }
    for (let at = 0; at < weights.length; at++) weights[at] -= 0.005 * slope[at];
  }
  return labels.map((_, row) => mean + answerOf(row));
}
