import { describe, expect, it } from 'vitest';
import { stump } from '../../../tests/fixtures/small-package.ts';
import type { FittedLinear, FittedNetwork } from '../../domain/fitted.ts';
import type { FeatureFile } from '../../features/index.ts';
import { rankInputs } from './rank-inputs.ts';

const column = (name: string, type: 'number' | 'text') => ({ name, expression: { kind: 'column' as const, name, type } });
const features: FeatureFile = {
  format: 1,
  inputs: [
    { name: 'age', type: 'number' },
    { name: 'city', type: 'text' },
    { name: 'rent', type: 'number' },
  ],
  features: [column('age', 'number'), column('city', 'text'), column('rent', 'number')],
  dictionaries: [{ feature: 1, levels: ['Oslo'] }],
  columns: [
    { kind: 'number', feature: 0 },
    { kind: 'lookup', dictionary: 0, values: [0, 1, null] },
    { kind: 'number', feature: 2 },
  ],
  folds: [
    [
      { dictionary: 0, values: [0.5, 0.5, 0.5] },
      { bias: 0, effects: [{ dictionary: 0, values: [0.5, 0.5, 0.5] }] },
    ],
  ],
  text: [],
};

/** y = 5 · rent + 1 · age. */
const linear: FittedLinear = {
  kind: 'linear',
  link: 'none',
  outputs: 1,
  columns: Int32Array.of(0, 2),
  fill: new Float64Array(2),
  low: new Float64Array(2),
  high: new Float64Array(2),
  center: new Float64Array(2),
  scale: new Float64Array(2).fill(1),
  coefficients: Float64Array.of(1, -5),
  intercept: new Float64Array(1),
  textCoefficients: new Float64Array(0),
};

describe('rankInputs', () => {
  it('puts the input first that the trees split by, also where they split by its target statistics or level scores', () => {
    expect(rankInputs(features, [{ fitted: stump(2, 0, 0, 1), weight: 1 }])[0]).toBe('rent');
    for (const ofFold of [3, 4]) expect(rankInputs(features, [{ fitted: stump(ofFold, 0, 0, 1), weight: 1 }])[0]).toBe('city');
  });

  it('puts the input first that a linear model hangs on most', () => {
    expect(rankInputs(features, [{ fitted: linear, weight: 1 }])).toEqual(['rent', 'age', 'city']);
  });

  it('puts the input first that a network weighs most, all the pieces of its column together', () => {
    const network: FittedNetwork = {
      kind: 'network',
      link: 'none',
      outputs: 1,
      members: 1,
      width: 2,
      layers: 1,
      columns: Int32Array.of(2, 0, 0),
      fill: new Float32Array(3),
      low: new Float32Array(3),
      high: new Float32Array(3),
      center: new Float32Array(3),
      scale: new Float32Array(3).fill(1),
      factors: new Float32Array(3).fill(1),
      first: Float32Array.of(2, -2, 1, -2, 1, 2),
      hidden: new Float32Array(0),
      biases: new Float32Array(2),
      heads: new Float32Array(2),
      headBiases: new Float64Array(1),
    };
    expect(rankInputs(features, [{ fitted: network, weight: 1 }])).toEqual(['age', 'rent', 'city']);
  });

  it('counts each member by its weight and names every input', () => {
    const ranked = rankInputs(features, [
      { fitted: linear, weight: 0.2 },
      { fitted: stump(0, 0, 0, 1), weight: 0.8 },
    ]);
    expect(ranked).toEqual(['age', 'rent', 'city']);
  });
});
