import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../domain/random.ts';
import { confusionMatrix, measureReliability, summariseResiduals } from './reliability.ts';

function rowsSaying(say: (truth: number) => number) {
  const random = seededRandom(3);
  const truths = Float64Array.from({ length: 5000 }, () => random.next());
  const codes = Int32Array.from(truths, (p) => (random.next() < p ? 1 : 0));
  const probabilities = Float64Array.from({ length: 10_000 }, (_, at) => (at % 2 === 1 ? say(truths[at >> 1]) : 1 - say(truths[at >> 1])));
  return [
    { kind: 'classes', codes, classCount: 2 },
    { kind: 'classes', probabilities, decided: codes, classCount: 2 },
  ] as const;
}

describe('reliability', () => {
  it('is near 0 for probabilities that mean what they say, and large for boasting ones', () => {
    expect(measureReliability(...rowsSaying((p) => p)).expectedError).toBeLessThan(0.03);
    expect(measureReliability(...rowsSaying((p) => (p > 0.5 ? 0.99 : 0.01))).expectedError).toBeGreaterThan(0.2);
  });

  it('has ten bins of all rows, rising, and never parts equal probabilities', () => {
    const { bins } = measureReliability(...rowsSaying((p) => p));
    expect(bins.length).toBe(10);
    expect(bins.reduce((sum, bin) => sum + bin.rowCount, 0)).toBe(5000);
    expect(bins.every((bin, at) => at === 0 || bin.meanPredicted > bins[at - 1].meanPredicted)).toBe(true);
    expect(measureReliability(...rowsSaying((p) => (p > 0.5 ? 0.75 : 0.25))).bins.length).toBe(2);
  });

  it('judges the most probable class of many', () => {
    const labels = { kind: 'classes', codes: Int32Array.of(2, 0, 1), classCount: 3 } as const;
    const predictions = {
      kind: 'classes',
      probabilities: Float64Array.of(0.2, 0.2, 0.6, 0.6, 0.3, 0.1, 0.6, 0.3, 0.1),
      decided: Int32Array.of(2, 0, 0),
      classCount: 3,
    } as const;
    expect(measureReliability(labels, predictions).bins).toEqual([
      { meanPredicted: expect.closeTo(0.6, 12), shareObserved: expect.closeTo(2 / 3, 12), rowCount: 3 },
    ]);
    expect(confusionMatrix(labels, predictions)).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
  });

  it('residuals are truth minus prediction', () => {
    const summary = summariseResiduals(Float64Array.of(1, 2, 3, 4, 10), Float64Array.of(0, 2, 4, 4, 4), [0, 0.5, 1]);
    expect(summary).toEqual({
      mean: 1.2,
      quantiles: [
        { share: 0, value: -1 },
        { share: 0.5, value: 0 },
        { share: 1, value: 6 },
      ],
    });
  });
});
