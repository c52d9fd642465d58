import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate } from '../../domain/calibration.ts';
import { seededRandom } from '../../domain/random.ts';
import { measureMetric } from '../evaluation/index.ts';
import { chooseCalibration, fitCalibration } from './calibrate.ts';

/** Rows whose true chance is `chance`, told as `tell` says. */
function binaryRows(rowCount: number, tell: (chance: number) => number, seed = 1) {
  const random = seededRandom(seed);
  const chances = Float64Array.from({ length: rowCount }, () => random.next());
  const codes = Int32Array.from(chances, (chance) => (random.next() < chance ? 1 : 0));
  const probabilities = new Float64Array(2 * rowCount);
  chances.forEach((chance, row) => {
    probabilities[2 * row + 1] = tell(chance);
    probabilities[2 * row] = 1 - tell(chance);
  });
  return { labels: { kind: 'classes', codes, classCount: 2 } as const, probabilities };
}

function manyClassRows(rowCount: number, sharpen: number, seed = 1) {
  const random = seededRandom(seed);
  const classCount = 4;
  const codes = new Int32Array(rowCount);
  const probabilities = new Float64Array(rowCount * classCount);
  for (let row = 0; row < rowCount; row++) {
    const raw = Array.from({ length: classCount }, () => -Math.log(1 - random.next()));
    const sum = raw.reduce((all, one) => all + one, 0);
    let left = random.next() * sum;
    codes[row] = raw.findIndex((one) => (left -= one) < 0);
    const told = raw.map((one) => one ** sharpen);
    const toldSum = told.reduce((all, one) => all + one, 0);
    told.forEach((one, k) => (probabilities[row * classCount + k] = one / toldSum));
  }
  return { labels: { kind: 'classes', codes, classCount } as const, probabilities };
}

const logit = (p: number) => Math.log(p / (1 - p));
const boasting = (chance: number) => 1 / (1 + Math.exp(-3 * logit(chance)));

describe('chooseCalibration', () => {
  it('finds the temperature that blunts boasting probabilities of many classes', () => {
    const rows = manyClassRows(4000, 2.5);
    const calibration = chooseCalibration({ ...rows, random: seededRandom(3) });
    expect(calibration).toEqual({ kind: 'temperature', t: expect.closeTo(2.5, 0) });
  });

  it('undoes a bent scale of two classes, on rows that it was not fitted on', () => {
    const calibration = chooseCalibration({ ...binaryRows(4000, boasting), random: seededRandom(3) });
    expect(calibration).toMatchObject({ kind: 'beta', a: expect.closeTo(1 / 3, 1), b: expect.closeTo(1 / 3, 1), c: expect.closeTo(0, 0) });
    const fresh = binaryRows(4000, boasting, 9);
    const loss = (probabilities: Float64Array) =>
      measureMetric('log_loss', fresh.labels, { kind: 'classes', probabilities, decided: fresh.labels.codes, classCount: 2 });
    expect(loss(calibrate(fresh.probabilities, 2, calibration))).toBeLessThan(loss(fresh.probabilities) - 0.1);
  });

  it('leaves probabilities alone that mean what they say', () => {
    expect(chooseCalibration({ ...binaryRows(3000, (chance) => chance), random: seededRandom(3) })).toEqual({ kind: 'none' });
    expect(chooseCalibration({ ...manyClassRows(3000, 1), random: seededRandom(3) })).toEqual({ kind: 'none' });
  });

  it('leaves them alone where the rarer class has few rows', () => {
    const rows = binaryRows(90, boasting);
    expect(chooseCalibration({ ...rows, random: seededRandom(3) })).toEqual({ kind: 'none' });
  });

  it('never turns the order of two rows round, whatever the labels', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 100 })), { minLength: 2, maxLength: 60 }), (rows) => {
        const codes = Int32Array.from(rows, ([code]) => code);
        const probabilities = Float64Array.from(rows.flatMap(([, p]) => [1 - p / 100, p / 100]));
        const calibration = fitCalibration(codes, probabilities, 2);
        if (calibration.kind !== 'beta') return;
        expect(Math.min(calibration.a, calibration.b)).toBeGreaterThanOrEqual(0);
        const ladder = Float64Array.from({ length: 202 }, (_, at) => (at % 2 === 1 ? (at >> 1) / 100 : 1 - (at >> 1) / 100));
        const after = calibrate(ladder, 2, calibration);
        for (let row = 1; row <= 100; row++) expect(after[2 * row + 1]).toBeGreaterThanOrEqual(after[2 * row - 1]);
      }),
      { numRuns: 200 },
    );
  });

  it('has a finite fit even where the classes are in perfect order', () => {
    const codes = Int32Array.from({ length: 200 }, (_, row) => (row < 100 ? 0 : 1));
    const calibration = fitCalibration(codes, Float64Array.from([...codes].flatMap((code) => [1 - code, code])), 2);
    expect(calibration).toMatchObject({ kind: 'beta' });
    expect(Object.values(calibration).every((value) => typeof value === 'string' || Number.isFinite(value))).toBe(true);
  });
});
