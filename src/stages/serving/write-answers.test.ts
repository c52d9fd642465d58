import { describe, expect, it } from 'vitest';
import { smallPlan, smallProfile } from '../../../tests/fixtures/small-package.ts';
import type { PredictionInterval } from '../../domain/prediction-interval.ts';
import { makeContract } from '../packaging/index.ts';
import { answersAsCsv, answersAsJsonLines } from './write-answers.ts';

const interval: PredictionInterval = { kind: 'interval', level: 0.9, scale: 'unit', low: -1, high: 2.5, spread: null, least: 0 };
const names = new Set(['age', 'city', 'member']);
const numbers = (range: PredictionInterval | null) => makeContract({ ...smallPlan, task: 'regression', classes: [] }, smallProfile, names, null, range);
const predictions = { kind: 'values' as const, values: Float64Array.of(0.5, 7) };

describe('answers that are numbers', () => {
  it('stand between the ends of their range', () => {
    const contract = numbers(interval);
    expect(answersAsCsv.header(contract) + answersAsCsv.rows(contract, predictions)).toBe('prediction,low,high\n0.5,0,3\n7,6,9.5\n');
    expect(answersAsJsonLines.rows(contract, predictions)).toBe('{"prediction":0.5,"low":0,"high":3}\n{"prediction":7,"low":6,"high":9.5}\n');
  });

  it('stand alone where the model knows no range', () => {
    const contract = numbers(null);
    expect(answersAsCsv.header(contract) + answersAsCsv.rows(contract, predictions)).toBe('prediction\n0.5\n7\n');
    expect(answersAsJsonLines.rows(contract, predictions)).toBe('{"prediction":0.5}\n{"prediction":7}\n');
  });
});

describe('answers that are classes', () => {
  it('come with a probability a class and never with a range', () => {
    const contract = makeContract(smallPlan, smallProfile, names, { kind: 'argmax' }, interval);
    const classes = { kind: 'classes' as const, classCount: 2, decided: Int32Array.of(1), probabilities: Float64Array.of(0.25, 0.75) };
    expect(answersAsCsv.header(contract) + answersAsCsv.rows(contract, classes)).toBe('prediction,probability_no,probability_yes\nyes,0.25,0.75\n');
  });
});
