import { describe, expect, it } from 'vitest';
import type { PredictionInterval } from '../domain/prediction-interval.ts';
import { shapeRowPrediction } from './shape-prediction.ts';

const interval: PredictionInterval = { kind: 'interval', level: 0.9, scale: 'unit', low: -1, high: 2, spread: null, least: null };

describe('the answer to one row', () => {
  it('is a number with the range that the contract knows of it', () => {
    const answered = shapeRowPrediction({ classes: [], decision: null, interval }, Float64Array.of(5));
    expect(answered).toEqual({ kind: 'value', prediction: 5, interval: { level: 0.9, low: 4, high: 7 } });
  });

  it('is the number alone where it knows none', () => {
    expect(shapeRowPrediction({ classes: [], decision: null, interval: null }, Float64Array.of(5))).toEqual({ kind: 'value', prediction: 5, interval: null });
  });
});
