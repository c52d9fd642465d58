import { expect, it } from 'vitest';
import type { FittedLinear } from '../domain/fitted.ts';
import { MADE_RUN, madeFit, memoryFiles } from '../../tests/fixtures/made-data.ts';
import { fixtureNetwork } from '../edges/sandbox/wire-fixtures.ts';
import { keepFit, readFit, type FitToKeep } from './kept-fit.ts';

const linear: FittedLinear = {
  kind: 'linear',
  link: 'softmax',
  outputs: 3,
  columns: Int32Array.of(0, 4),
  fill: Float64Array.of(0, 1),
  low: Float64Array.of(-1, -1),
  high: Float64Array.of(1, 1),
  center: Float64Array.of(0, Number.NaN),
  scale: Float64Array.of(1, 1e300),
  coefficients: new Float64Array(6).fill(0.1),
  intercept: Float64Array.of(-0, 1, 2),
  textCoefficients: new Float64Array(0),
};
const trees = madeFit(Float64Array.of(1, Number.NaN, -0, 1e-300), 17);
const fits: [string, FitToKeep][] = [
  ['trees', trees],
  ['a linear model', { ...trees, fitted: linear }],
  ['a network', { ...trees, fitted: fixtureNetwork.fitted }],
];

it.each(fits)('a fit of %s is read from disk as it was kept, bit for bit', async (_, fit) => {
  const files = memoryFiles();
  expect(await readFit(files, MADE_RUN, await keepFit(files, MADE_RUN, fit))).toEqual(fit);
});

it('what is under its right hash and no fit is refused with a reason', async () => {
  const files = memoryFiles();
  const ref = await files.put(MADE_RUN, new TextEncoder().encode('MWB1 of another time'));
  await expect(readFit(files, MADE_RUN, ref)).rejects.toMatchObject({ code: 'MW3014', message: expect.stringContaining('is not a fit') });
});
