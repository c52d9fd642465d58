import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../../domain/random.ts';
import { Metric, metricFacts, type Labels, type Predictions } from '../../domain/task.ts';
import { measurePaired, measureScore } from './measure-score.ts';
import { measureMetric } from './metrics.ts';

const gaussian = (random: Random) => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

function binaryRows(rowCount: number, random: Random, strength = 1): { labels: Labels; predictions: Predictions } {
  const codes = Int32Array.from({ length: rowCount }, () => (random.next() < 0.3 ? 1 : 0));
  const probabilities = new Float64Array(rowCount * 2);
  const decided = new Int32Array(rowCount);
  codes.forEach((code, row) => {
    const p = 1 / (1 + Math.exp(-(strength * code + gaussian(random) - 1)));
    probabilities[2 * row] = 1 - p;
    probabilities[2 * row + 1] = p;
    decided[row] = p >= 0.5 ? 1 : 0;
  });
  return { labels: { kind: 'classes', codes, classCount: 2 }, predictions: { kind: 'classes', probabilities, decided, classCount: 2 } };
}

function numberRows(rowCount: number, random: Random): { labels: Labels; predictions: Predictions } {
  const truth = Float64Array.from({ length: rowCount }, () => 50 + 10 * gaussian(random));
  return { labels: { kind: 'values', values: truth }, predictions: { kind: 'values', values: truth.map((value) => value + 2 * gaussian(random)) } };
}

const rowsFor = (metric: Metric, rowCount: number, random: Random) =>
  metricFacts[metric].needs === 'value' ? numberRows(rowCount, random) : binaryRows(rowCount, random);

describe('measureScore', () => {
  it.each(Metric.options)('gives %s an interval round its value, the same for the same seed', (metric) => {
    const { labels, predictions } = rowsFor(metric, 300, seededRandom(1));
    const score = measureScore({ metric, labels, predictions, random: seededRandom(7), resamples: 400 });
    expect(score.value).toBe(measureMetric(metric, labels, predictions));
    expect(score.low).toBeLessThan(score.value);
    expect(score.high).toBeGreaterThan(score.value);
    expect(score.rowCount).toBe(300);
    expect(measureScore({ metric, labels, predictions, random: seededRandom(7), resamples: 400 })).toEqual(score);
  });

  it.each(['roc_auc', 'log_loss', 'macro_f1', 'rmse'] as const)('the interval of %s is about half as wide on four times the rows', (metric) => {
    const widthOn = (rowCount: number) => {
      const { labels, predictions } = rowsFor(metric, rowCount, seededRandom(3));
      const { low, high } = measureScore({ metric, labels, predictions, random: seededRandom(4), resamples: 800 });
      return high - low;
    };
    expect(widthOn(2000) / widthOn(500)).toBeGreaterThan(0.4);
    expect(widthOn(2000) / widthOn(500)).toBeLessThan(0.62);
  });

  it('the interval holds the true accuracy in about 95 of 100 samples', () => {
    const random = seededRandom(11);
    let held = 0;
    for (let sample = 0; sample < 300; sample++) {
      const decided = Int32Array.from({ length: 150 }, () => (random.next() < 0.8 ? 1 : 0));
      const labels: Labels = { kind: 'classes', codes: new Int32Array(150).fill(1), classCount: 2 };
      const predictions: Predictions = { kind: 'classes', probabilities: new Float64Array(300).fill(0.5), decided, classCount: 2 };
      const { low, high } = measureScore({ metric: 'accuracy', labels, predictions, random, resamples: 400 });
      if (low <= 0.8 && 0.8 <= high) held++;
    }
    expect(held / 300).toBeGreaterThan(0.91);
    expect(held / 300).toBeLessThan(0.985);
  });

  it('many rows are drawn in blocks and give the interval of single rows', () => {
    const random = seededRandom(5);
    const rowCount = 20_000;
    const { labels, predictions } = numberRows(rowCount, random);
    const { value, low, high } = measureScore({ metric: 'mae', labels, predictions, random, resamples: 1000 });
    // The standard deviation of |N(0, 2²)| is 2 √(1 − 2/π).
    const expected = (2 * 1.96 * 2 * Math.sqrt(1 - 2 / Math.PI)) / Math.sqrt(rowCount);
    expect((high - low) / expected).toBeGreaterThan(0.9);
    expect((high - low) / expected).toBeLessThan(1.1);
    expect(value).toBeCloseTo(2 * Math.sqrt(2 / Math.PI), 1);
  });

  it('whole groups are drawn: rows that repeat within a group do not narrow the interval', () => {
    const random = seededRandom(6);
    const single = numberRows(60, random);
    if (single.labels.kind !== 'values' || single.predictions.kind !== 'values') throw new Error('numbers expected');
    const { values: truth } = single.labels;
    const { values } = single.predictions;
    const tenfold = (from: Float64Array) => Float64Array.from({ length: 600 }, (_, row) => from[row % 60]);
    const repeated = { labels: { kind: 'values', values: tenfold(truth) } as const, predictions: { kind: 'values', values: tenfold(values) } as const };
    const groups = Int32Array.from({ length: 600 }, (_, row) => row % 60);
    const once = measureScore({ metric: 'rmse', ...single, random: seededRandom(1) });
    const grouped = measureScore({ metric: 'rmse', ...repeated, groups, random: seededRandom(1) });
    const naive = measureScore({ metric: 'rmse', ...repeated, random: seededRandom(1) });
    expect(grouped.high - grouped.low).toBeCloseTo(once.high - once.low, 6);
    expect(naive.high - naive.low).toBeLessThan((once.high - once.low) / 2);
  });

  it('many groups are drawn in blocks, which vary as single groups do', () => {
    const random = seededRandom(7);
    const single = numberRows(3000, random);
    if (single.labels.kind !== 'values' || single.predictions.kind !== 'values') throw new Error('numbers expected');
    const threefold = (from: Float64Array) => ({ kind: 'values' as const, values: Float64Array.from({ length: 9000 }, (_, row) => from[row % 3000]) });
    const repeated = { labels: threefold(single.labels.values), predictions: threefold(single.predictions.values) };
    const groups = Int32Array.from({ length: 9000 }, (_, row) => row % 3000);
    const once = measureScore({ metric: 'rmse', ...single, random: seededRandom(1) });
    const grouped = measureScore({ metric: 'rmse', ...repeated, groups, random: seededRandom(1) });
    expect((grouped.high - grouped.low) / (once.high - once.low)).toBeGreaterThan(0.9);
    expect((grouped.high - grouped.low) / (once.high - once.low)).toBeLessThan(1.1);
  });

  it('a faultless answer on few rows does not claim certainty', () => {
    const labels: Labels = { kind: 'classes', codes: Int32Array.from({ length: 40 }, (_, row) => row % 2), classCount: 2 };
    const predictions: Predictions = {
      kind: 'classes',
      probabilities: Float64Array.from({ length: 80 }, (_, at) => ((at >> 1) % 2 === at % 2 ? 0.9 : 0.1)),
      decided: Int32Array.from({ length: 40 }, (_, row) => row % 2),
      classCount: 2,
    };
    for (const metric of ['roc_auc', 'accuracy'] as const) {
      const score = measureScore({ metric, labels, predictions, random: seededRandom(1), resamples: 200 });
      expect(score.value).toBe(1);
      expect(score.low).toBeCloseTo(0.85, 10);
      expect(score.high).toBe(1);
    }
  });
});

describe('measurePaired', () => {
  it.each(Metric.options)('a gain in %s is positive for the better answer, and its opposite for the worse', (metric) => {
    const random = seededRandom(2);
    const { labels, predictions } = rowsFor(metric, 400, random);
    const worse = spoiled(predictions, random);
    const gain = measurePaired({ metric, labels, a: predictions, b: worse, random: seededRandom(9), resamples: 400 });
    const loss = measurePaired({ metric, labels, a: worse, b: predictions, random: seededRandom(9), resamples: 400 });
    expect(gain.value).toBeGreaterThan(0);
    expect(gain.low).toBeLessThanOrEqual(gain.value);
    expect(gain.high).toBeGreaterThanOrEqual(gain.value);
    expect(loss.value).toBe(-gain.value);
    expect(loss.low).toBeCloseTo(-gain.high, 2);
  });

  it('nothing is gained over oneself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Metric.options), fc.integer({ min: 0, max: 1000 }), (metric, seed) => {
        const { labels, predictions } = rowsFor(metric, 30, seededRandom(seed));
        expect(measurePaired({ metric, labels, a: predictions, b: predictions, random: seededRandom(1), resamples: 20 })).toMatchObject({
          value: 0,
          low: 0,
          high: 0,
        });
      }),
      { numRuns: 30 },
    );
  });

  it('is narrower than the scores apart, because both answer the same rows', () => {
    const random = seededRandom(8);
    const { labels, predictions } = numberRows(500, random);
    if (predictions.kind !== 'values') throw new Error('numbers expected');
    const nearly: Predictions = { kind: 'values', values: predictions.values.map((value) => value + 0.3 * gaussian(random)) };
    const gain = measurePaired({ metric: 'rmse', labels, a: predictions, b: nearly, random });
    const score = measureScore({ metric: 'rmse', labels, predictions, random });
    expect(gain.high - gain.low).toBeLessThan((score.high - score.low) / 2);
  });

  function spoiled(predictions: Predictions, random: Random): Predictions {
    if (predictions.kind === 'values') return { kind: 'values', values: predictions.values.map((value) => value + 6 * gaussian(random)) };
    const probabilities = predictions.probabilities.slice();
    const decided = predictions.decided.slice();
    for (let row = 0; row < decided.length; row++) {
      const p = Math.min(Math.max(probabilities[2 * row + 1] + 0.8 * (random.next() - 0.5), 0.001), 0.999);
      probabilities[2 * row] = 1 - p;
      probabilities[2 * row + 1] = p;
      decided[row] = p >= 0.5 ? 1 : 0;
    }
    return { kind: 'classes', probabilities, decided, classCount: 2 };
  }
});
