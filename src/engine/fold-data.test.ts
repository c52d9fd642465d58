import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../domain/candidate.ts';
import type { Plan } from '../domain/plan.ts';
import type { Labels } from '../domain/task.ts';
import { makeJob, openFolds, refitFold, settledBy, wholeFold, wholeRefitFold } from './fold-data.ts';
import type { PreparedData } from './prepare-data.ts';
import { MADE_FOLDS, madeCandidate, madeData } from '../../tests/fixtures/made-data.ts';

const ROWS = 100;
const values = (of: readonly number[]): Labels => ({ kind: 'values', values: Float64Array.from(of) });
const classes = (of: readonly number[], classCount: number): Labels => ({ kind: 'classes', codes: Int32Array.from(of), classCount });
const binary = { task: 'binary', classes: ['No', 'Yes'], metric: 'roc_auc' } satisfies Partial<Plan>;
const codes = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: ROWS, maxLength: ROWS });
const folds = fc.integer({ min: 0, max: MADE_FOLDS - 1 });

const jobOf = (labels: Labels, fold: number, part = {}, levelScoreCount = 0) => {
  const data = { ...madeData(labels, part), levelScoreCount };
  return makeJob(data, openFolds(data)(fold), fold, madeCandidate('c1'), null, 1000);
};

/** A term a row, one of five. */
function textJobOf(labels: Labels, fold: number, part: Partial<Candidate>, more: Partial<PreparedData> = {}) {
  const made = madeData(labels, binary);
  const start = Int32Array.from({ length: ROWS + 1 }, (_, row) => row);
  const ids = Int32Array.from({ length: ROWS }, (_, row) => (row * 7) % 5);
  const text = { start, ids, weights: new Float32Array(ROWS).fill(1), same: Int32Array.from({ length: ROWS }, (_, row) => row % 5) };
  const data = { ...made, text, textScoreCount: 1, matrix: { ...made.matrix, vocabularySize: 5 }, ...more };
  return makeJob(data, openFolds(data)(fold), fold, madeCandidate('c1', part), null, 1000);
}

describe('what a fold hands to a learner', () => {
  it('does not change when the labels of the rows to be scored do', () => {
    fc.assert(
      fc.property(codes, folds, (labels, fold) => {
        const changed = labels.map((code, row) => (row % MADE_FOLDS === fold ? 1 - code : code));
        expect(jobOf(classes(changed, 2), fold, binary, 1)).toEqual(jobOf(classes(labels, 2), fold, binary, 1));
      }),
      { numRuns: 40 },
    );
  });

  it('shows the fitted rows nothing of the labels of the holdout', () => {
    fc.assert(
      fc.property(codes, folds, (labels, fold) => {
        const { holdout } = madeData(classes(labels, 2), binary).folds[fold];
        const changed = labels.slice();
        for (const row of holdout) changed[row] = 1 - changed[row];
        const [before, after] = [jobOf(classes(labels, 2), fold, binary, 1), jobOf(classes(changed, 2), fold, binary, 1)];
        expect(after.train).toEqual(before.train);
        expect(after.holdout.extra).toEqual(before.holdout.extra);
        expect(after.score).toEqual(before.score);
      }),
      { numRuns: 40 },
    );
  });

  it('has no labels of the rows to be scored, and none of them among the rows to learn from', () => {
    for (let fold = 0; fold < MADE_FOLDS; fold++) {
      const { train, holdout, score } = jobOf(values(Array.from({ length: ROWS }, (_, row) => row)), fold);
      expect(Object.keys(score).toSorted()).toEqual(['extra', 'rows']);
      const learnt = new Set([...train.rows, ...holdout.rows]);
      expect([...score.rows].filter((row) => learnt.has(row))).toEqual([]);
      expect(train.labels.length).toBe(train.rows.length);
      expect(holdout.labels.length).toBe(holdout.rows.length);
    }
  });

  it('shows a tree what the texts say of the target, and nothing of the labels of the rows to be scored', () => {
    fc.assert(
      fc.property(codes, folds, (labels, fold) => {
        const changed = labels.map((code, row) => (row % MADE_FOLDS === fold ? 1 - code : code));
        const [before, after] = [labels, changed].map((of) => textJobOf(classes(of, 2), fold, {}));
        expect(after).toEqual(before);
        expect(before.extraCount).toBe(2);
        expect(before.score.extra).toHaveLength(2 * before.score.rows.length);
      }),
      { numRuns: 20 },
    );
  });

  it('spares a learner that reads the terms itself what a linear model makes of them', () => {
    const labels = classes(
      Array.from({ length: ROWS }, (_, row) => row % 2),
      2,
    );
    expect(textJobOf(labels, 0, { usesText: true }).extraCount).toBe(1);
    expect(textJobOf(labels, 0, { usesTargetStatistics: false }).extraCount).toBe(0);
    const [own, shared] = [textJobOf(labels, 0, {}), textJobOf(labels, 0, { usesText: true })];
    expect(own.train.extra.subarray(0, shared.train.extra.length)).toEqual(shared.train.extra);
  });

  it('is the statistics and the scores of the texts without the statistics of generated features for who reads none, and all in one order for who does', () => {
    const labels = classes(
      Array.from({ length: ROWS }, (_, row) => Number(row % 3 === 0)),
      2,
    );
    const { train, score, extraCount } = textJobOf(labels, 0, {}, { generatedDictionaries: [0] });
    const generated = textJobOf(labels, 0, { columns: 'generated' }, { generatedDictionaries: [0] });
    const columnsOf = (of: Float32Array, count: number) =>
      Array.from({ length: count }, (_, at) => of.subarray((at * of.length) / count, ((at + 1) * of.length) / count));
    expect([extraCount, generated.extraCount]).toEqual([2, 3]);
    for (const [few, all] of [
      [train.extra, generated.train.extra],
      [score.extra, generated.score.extra],
    ]) {
      const [statistics, scores] = columnsOf(few, 2);
      expect(columnsOf(all, 3)).toEqual([statistics, statistics, scores]);
      expect(scores).not.toEqual(statistics);
    }
  });

  it('is the columns that its learner reads, and statistics only for those that want them', () => {
    const data = madeData(
      classes(
        Array.from({ length: ROWS }, (_, row) => row % 2),
        2,
      ),
      binary,
    );
    const fold = openFolds(data)(0);
    const job = (part: Parameters<typeof madeCandidate>[1]) => makeJob(data, fold, 0, madeCandidate('c1', part), null, 1000);
    expect([...job({ columns: 'tree' }).columns]).toEqual([0, 1]);
    expect([...job({ columns: 'linear' }).columns]).toEqual([0, 2]);
    expect(job({}).extraCount).toBe(1);
    expect(job({}).train.extra.length).toBe(job({}).train.rows.length);
    const plain = job({ usesTargetStatistics: false });
    expect([plain.extraCount, plain.train.extra.length, plain.score.extra.length]).toEqual([0, 0, 0]);
  });

  it('is labels on the training scale, a mean a class for few classes and none for many', () => {
    const numbers = Array.from({ length: ROWS }, (_, row) => 1000 + row);
    const { train } = jobOf(values(numbers), 0);
    expect(Math.max(...train.labels.map(Math.abs))).toBeLessThan(2);
    const names = (count: number) => Array.from({ length: count }, (_, name) => String(name));
    const multiclass = (count: number) =>
      jobOf(
        classes(
          Array.from({ length: ROWS }, (_, row) => row % count),
          count,
        ),
        0,
        { task: 'multiclass', classes: names(count), metric: 'log_loss' },
      ).extraCount;
    expect([multiclass(4), multiclass(9)]).toEqual([4, 0]);
  });

  it('is each of many equal rows once, with its count as weight', () => {
    const rowCount = 20_000;
    const data = madeData(
      classes(
        Array.from({ length: rowCount }, (_, row) => row % 2),
        2,
      ),
      binary,
    );
    // Rows of one remainder by ten are equal, in inputs as in label and level.
    data.twins = data.twins.map((_, row) => row % 10);
    data.blocks = data.twins;
    const fold = openFolds(data)(0);
    const { train, score } = makeJob(data, fold, 0, madeCandidate('c1'), null, 1000);
    expect(train.rows.length).toBe(8);
    expect(train.weights?.reduce((sum, weight) => sum + weight, 0)).toBe(data.folds[0].fit.length);
    expect(train.extra.length).toBe(8);
    expect(score.rows.length).toBe(rowCount / MADE_FOLDS);
  });

  it('is, for the model that learns from all rows in the end, what a fold keeps, its holdout too where the rounds are known, or every row', () => {
    const data = madeData(values(Array.from({ length: ROWS }, (_, row) => row)));
    const job = (fold: number, rounds: number | null) => makeJob(data, openFolds(data)(fold), fold, madeCandidate('c1'), rounds, 1000);
    const kept = job(1, null);
    const [known, unknown, all] = [job(wholeFold(data, 1), 33), job(wholeFold(data, 1), null), job(wholeRefitFold(data), 33)];
    expect([...known.train.rows]).toEqual([...kept.train.rows, ...kept.holdout.rows]);
    expect([known.holdout.rows.length, known.refitFactor, known.maxRounds]).toEqual([0, 0, 33]);
    expect([unknown.train.rows, unknown.holdout.rows]).toEqual([kept.train.rows, kept.holdout.rows]);
    expect([all.train.rows.length, all.holdout.rows.length]).toEqual([ROWS, 0]);
    expect(new Set([kept, known, all, job(refitFold(data), 33)].map(({ id }) => id)).size).toBe(4);
    expect(new Set([kept, known, all, job(refitFold(data), 33)].map(({ seed }) => seed)).size).toBe(4);
  });

  it('leaves nothing open for a fit that is done again: the rows that were learnt from, the rounds kept, the settings found', () => {
    const data = madeData(values(Array.from({ length: ROWS }, (_, row) => row)));
    const fold = openFolds(data)(1);
    const candidate = madeCandidate('c1', { refitFactor: 1.1, settings: { strengths: '3,0.3' } });
    const first = makeJob(data, fold, 1, candidate, null, 1000);
    const again = (isWhole: boolean) => makeJob(data, fold, 1, candidate, 33, 1000, { isWhole, settings: { path: '3.0:7' } });
    expect(again(false).train).toEqual(first.train);
    expect([...again(true).train.rows]).toEqual([...first.train.rows, ...first.holdout.rows]);
    for (const { holdout, refitFactor, maxRounds, settings, seed } of [again(false), again(true)]) {
      expect([holdout.rows.length, refitFactor, maxRounds, settings, seed]).toEqual([0, 0, 33, { strengths: '3,0.3', path: '3.0:7' }, first.seed]);
    }
  });

  it('is known to have learnt from its holdout where the learner did, or where the job had it among its rows', () => {
    const data = madeData(values(Array.from({ length: ROWS }, (_, row) => row)));
    const job = (rounds: number | null) => makeJob(data, openFolds(data)(1), 1, madeCandidate('c1', { refitFactor: 1.1 }), rounds, 1000);
    const told = (isWhole: boolean) => ({ isWhole, settings: {} });
    expect([settledBy(job(null), told(false)), settledBy(job(null), told(true)), settledBy(job(33), told(false))].map(({ isWhole }) => isWhole)).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('is all rows for a refit, without a holdout', () => {
    const data = madeData(values(Array.from({ length: ROWS }, (_, row) => row)));
    const job = makeJob(data, openFolds(data)(refitFold(data)), refitFold(data), madeCandidate('c1'), 33, 1000);
    expect([job.train.rows.length, job.holdout.rows.length, job.maxRounds, job.id]).toEqual([ROWS, 0, 33, 'c1-5']);
  });

  it('is the same in every process', () => {
    const labels = classes(
      Array.from({ length: ROWS }, (_, row) => (row * 13) % 2),
      2,
    );
    expect(jobOf(labels, 2, binary)).toEqual(jobOf(labels, 2, binary));
    expect(jobOf(labels, 2, { ...binary, seed: 4 }).train.extra).not.toEqual(jobOf(labels, 2, binary).train.extra);
  });
});
