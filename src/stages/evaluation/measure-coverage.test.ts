import { describe, expect, it } from 'vitest';
import type { PredictionInterval } from '../../domain/prediction-interval.ts';
import { chanceOfAtMost, measureCoverage } from './measure-coverage.ts';

const interval: PredictionInterval = { kind: 'interval', level: 0.9, scale: 'unit', low: -1, high: 2, spread: null, least: null };
/** So many rows within, the others far outside. */
const rows = (within: number, outside: number) => Float64Array.from({ length: within + outside }, (_, row) => (row < within ? 0.5 : 9));
const coverageOf = (labels: Float64Array) => measureCoverage(interval, labels, new Float64Array(labels.length));

describe('how often the truth lies in its interval', () => {
  it('is counted with the ends, beside the width', () => {
    expect(coverageOf(Float64Array.of(-1.01, -1, 0, 2, 2.01))).toMatchObject({ level: 0.9, coveredCount: 3, rowCount: 5, meanWidth: 3 });
  });

  it('is called too low only where chance hardly does that and it is clearly less than was said', () => {
    expect(coverageOf(rows(90, 10)).isLow).toBe(false);
    expect(coverageOf(rows(85, 15)).isLow).toBe(false);
    expect(coverageOf(rows(80, 20)).isLow).toBe(true);
    expect(coverageOf(rows(8900, 1100)).isLow).toBe(false);
    expect(coverageOf(rows(8700, 1300)).isLow).toBe(true);
    expect(coverageOf(rows(2, 2)).isLow).toBe(false);
  });
});

describe('the binomial tail', () => {
  it('is the sum of its terms', () => {
    expect(chanceOfAtMost(0, 3, 0.5)).toBeCloseTo(1 / 8, 12);
    expect(chanceOfAtMost(1, 3, 0.5)).toBeCloseTo(4 / 8, 12);
    expect(chanceOfAtMost(3, 3, 0.5)).toBeCloseTo(1, 12);
    expect(chanceOfAtMost(2, 4, 0.9)).toBeCloseTo(0.0523, 12);
  });

  it('stays a share for 50,000 rows', () => {
    expect(chanceOfAtMost(45_000, 50_000, 0.9)).toBeCloseTo(0.5, 1);
    expect(chanceOfAtMost(40_000, 50_000, 0.9)).toBeLessThan(1e-100);
  });
});
