import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../domain/random.ts';
import type { Labels } from '../../domain/task.ts';
import { splitRows, type Split, type SplitRequest } from './split-rows.ts';

const alone = (rowCount: number) => new Int32Array(rowCount).fill(-1);
const withClasses = (codes: ArrayLike<number>, classCount: number): Labels => ({ kind: 'classes', codes: Int32Array.from(codes), classCount });

function split(request: Partial<SplitRequest> & { labels: Labels }, seed = 1): Split {
  const rowCount = request.labels.kind === 'classes' ? request.labels.codes.length : request.labels.values.length;
  return splitRows({ kind: 'random', groups: null, time: null, duplicates: alone(rowCount), hasTestFile: false, random: seededRandom(seed), ...request });
}

const rising = (rows: Iterable<number>) => [...rows].toSorted((a, b) => a - b);
const upTo = (rowCount: number) => Array.from({ length: rowCount }, (_, row) => row);

/** What is wrong with a split of so many rows, whatever its kind. */
function faultsOf(made: Split, rowCount: number): string[] {
  const faults: string[] = [];
  const check = (isRight: boolean, fault: string) => {
    if (!isRight) faults.push(fault);
  };
  check(rising([...made.test, ...made.learn]).join() === upTo(rowCount).join(), 'test and learn are not all rows, each once');
  check(made.learn.join() === rising(made.learn).join(), 'learn does not rise');
  const learn = new Set(made.learn);
  const { folds } = made;
  const validated = folds.flatMap(({ validate }) => [...validate]);
  check(folds.length > 0, 'there is no fold');
  check(new Set(validated).size === validated.length, 'a row validates twice');
  for (const { train, validate } of folds) {
    check(train.length > 0 && validate.length > 0, 'a fold has an empty part');
    const inTrain = new Set(train);
    check(inTrain.size === train.length, 'a row trains twice');
    check(!validate.some((row) => inTrain.has(row)), 'a row trains and validates');
    check(
      [...train, ...validate].every((row) => learn.has(row)),
      'a test row is in a fold',
    );
  }
  return faults;
}

/** Whether rows that share a code lie on one side of every cut. */
function areTogether(made: Split, codes: Int32Array): boolean {
  const sideOf = (rows: Int32Array) => new Set([...rows].map((row) => codes[row]).filter((code) => code >= 0));
  const cuts = [[made.test, made.learn], ...made.folds.map(({ train, validate }) => [train, validate])];
  return cuts.every(([a, b]) => sideOf(a).isDisjointFrom(sideOf(b)));
}

const shareOfOnes = (codes: Int32Array, rows: Int32Array) => rows.reduce((sum, row) => sum + codes[row], 0) / rows.length;

describe('splitRows at random', () => {
  it('uses every row once: test and learn are all rows, and folds of five validate each learning row', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 600 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 1000 }), (rowCount, classCount, seed) => {
        const random = seededRandom(seed);
        const labels = withClasses(
          Int32Array.from({ length: rowCount }, () => random.below(classCount)),
          Math.max(2, classCount),
        );
        expect(faultsOf(split({ labels }, seed), rowCount)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same for the same seed, and another for another', () => {
    const labels: Labels = { kind: 'values', values: Float64Array.from({ length: 400 }, (_, row) => row % 37) };
    expect(split({ labels }, 5)).toEqual(split({ labels }, 5));
    expect(split({ labels }, 5).test).not.toEqual(split({ labels }, 6).test);
  });

  it('keeps the share of the classes on every side', () => {
    const codes = Int32Array.from({ length: 2000 }, (_, row) => (row % 20 === 0 ? 1 : 0));
    const made = split({ labels: withClasses(codes, 2) });
    expect(made.reportedOn).toBe('locked-test');
    expect(made.test.length).toBe(400);
    for (const rows of [made.test, made.learn, ...made.folds.flatMap(({ train, validate }) => [train, validate])])
      expect(shareOfOnes(codes, rows)).toBeCloseTo(0.05, 2);
  });

  it('keeps the spread of a numeric target on every side', () => {
    const values = Float64Array.from({ length: 1500 }, (_, row) => ((row * 7919) % 1500) ** 2);
    const made = split({ labels: { kind: 'values', values } });
    const mean = (rows: Int32Array) => rows.reduce((sum, row) => sum + values[row], 0) / rows.length;
    for (const rows of [made.test, ...made.folds.map(({ validate }) => validate)]) expect(mean(rows) / mean(Int32Array.from(upTo(1500)))).toBeCloseTo(1, 1);
  });

  it('keeps equal rows on one side', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 30 }), { minLength: 10, maxLength: 400 }), fc.integer({ min: 0, max: 100 }), (ids, seed) => {
        const duplicates = Int32Array.from(ids);
        const made = split(
          {
            labels: withClasses(
              ids.map((id) => Math.abs(id) % 3),
              3,
            ),
            duplicates,
          },
          seed,
        );
        expect(faultsOf(made, ids.length)).toEqual([]);
        const isAllEqual = new Set(ids).size === 1 && !ids.includes(-1);
        expect(isAllEqual || areTogether(made, duplicates)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('a row repeated thousands of times does not become the test part', () => {
    const duplicates = Int32Array.from({ length: 4000 }, (_, row) => (row < 3000 ? 0 : -1));
    const made = split({
      labels: withClasses(
        upTo(4000).map((row) => row % 2),
        2,
      ),
      duplicates,
    });
    expect(faultsOf(made, 4000)).toEqual([]);
    expect(made.test.length).toBeGreaterThan(300);
    expect(made.test.every((row) => row >= 3000)).toBe(true);
  });

  it('rows that nearly all are equal are parted all the same', () => {
    const duplicates = Int32Array.from({ length: 400 }, (_, row) => (row < 396 ? 0 : -1));
    const made = split({
      labels: withClasses(
        upTo(400).map((row) => row % 2),
        2,
      ),
      duplicates,
    });
    expect(faultsOf(made, 400)).toEqual([]);
    expect(made.test.length).toBeGreaterThan(60);
    expect(made.folds).toHaveLength(5);
    expect(made.notes.join()).toContain('split one by one');
  });

  it('a class with fewer rows than folds stays in training in every fold', () => {
    const codes = Int32Array.from({ length: 600 }, (_, row) => (row < 3 ? 2 : row % 2));
    const made = split({ labels: withClasses(codes, 3), hasTestFile: true });
    for (const { train, validate } of made.folds) {
      expect(train.filter((row) => row < 3).length).toBe(3);
      expect(validate.some((row) => row < 3)).toBe(false);
    }
    expect(made.notes.join()).toContain('3 rows');
  });

  it('the rarer of two classes limits the folds', () => {
    const made = split({
      labels: withClasses(
        upTo(150).map((row) => (row % 50 === 0 ? 1 : 0)),
        2,
      ),
    });
    expect(made.folds.length).toBe(3);
    expect(made.folds.every(({ validate }) => validate.some((row) => row % 50 === 0))).toBe(true);
  });

  it('very small data is reported by cross-validation, not by a locked part', () => {
    const made = split({
      labels: withClasses(
        upTo(120).map((row) => row % 2),
        2,
      ),
    });
    expect(made.reportedOn).toBe('cross-validation');
    expect(made.test.length).toBe(0);
    expect(made.notes.join()).toContain('cross-validated');
  });

  it('too few positives to lock any away are cross-validated, however many the rows', () => {
    expect(
      split({
        labels: withClasses(
          upTo(3000).map((row) => (row % 300 === 0 ? 1 : 0)),
          2,
        ),
      }).reportedOn,
    ).toBe('cross-validation');
  });

  it('with a test file every row is learnt from', () => {
    const made = split({
      labels: withClasses(
        upTo(900).map((row) => row % 2),
        2,
      ),
      hasTestFile: true,
    });
    expect(made.reportedOn).toBe('test-file');
    expect(made.learn.length).toBe(900);
  });

  it('many rows are judged on one holdout of at most 50,000, and in three folds when there is an hour', () => {
    const rowCount = 370_000;
    const codes = Int32Array.from({ length: rowCount }, (_, row) => (row % 1000 === 0 ? 22 : row % 22));
    const labels = withClasses(codes, 23);
    const made = split({ labels });
    expect(made.folds.length).toBe(1);
    expect(made.test.length).toBeGreaterThan(18_000);
    expect(made.folds[0].validate.length).toBeLessThanOrEqual(50_000);
    expect(made.folds[0].validate.length).toBeGreaterThan(49_900);
    expect(made.folds[0].train.length + made.folds[0].validate.length).toBe(made.learn.length);
    expect(split({ labels, budgetMs: 3_600_000 }).folds.length).toBe(3);
  });

  it('refuses a table of one row', () => {
    expect(() => split({ labels: withClasses([0], 2) })).toThrow(RangeError);
  });
});

describe('splitRows by group', () => {
  it('keeps groups whole, and uses every row once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 200, max: 700 }), fc.integer({ min: 0, max: 1000 }), (groupCount, rowCount, seed) => {
        const random = seededRandom(seed);
        const groups = Int32Array.from({ length: rowCount }, () => Math.floor(random.next() ** 2 * groupCount));
        const made = split(
          {
            labels: withClasses(
              upTo(rowCount).map(() => random.below(2)),
              2,
            ),
            kind: 'group',
            groups,
          },
          seed,
        );
        expect(faultsOf(made, rowCount)).toEqual([]);
        expect(new Set(groups).size === 1 || areTogether(made, groups)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('gives about the wanted share of rows and classes to the test part', () => {
    const groups = Int32Array.from({ length: 2000 }, (_, row) => row >> 3);
    const codes = Int32Array.from(groups, (group) => (group % 4 === 0 ? 1 : 0));
    const made = split({ labels: withClasses(codes, 2), kind: 'group', groups });
    expect(made.test.length / 2000).toBeCloseTo(0.2, 1);
    expect(shareOfOnes(codes, made.test)).toBeCloseTo(0.25, 1);
    for (const { validate } of made.folds) expect(shareOfOnes(codes, validate)).toBeCloseTo(0.25, 1);
  });

  it('few groups are cross-validated, at most one fold a group', () => {
    const groups = Int32Array.from({ length: 300 }, (_, row) => row % 4);
    const made = split({
      labels: withClasses(
        groups.map((group) => group & 1),
        2,
      ),
      kind: 'group',
      groups,
    });
    expect(made.reportedOn).toBe('cross-validation');
    expect(made.folds.length).toBe(4);
  });

  it('locks no group away when only one is left to learn from', () => {
    const groups = Int32Array.from({ length: 1000 }, (_, row) => (row < 950 ? 0 : 1 + (row % 12)));
    const made = split({
      labels: withClasses(
        upTo(1000).map((row) => row % 2),
        2,
      ),
      kind: 'group',
      groups,
    });
    expect(faultsOf(made, 1000)).toEqual([]);
    expect(areTogether(made, groups)).toBe(true);
  });

  it('says so when all rows are of one group, and splits at random', () => {
    const made = split({
      labels: withClasses(
        upTo(300).map((row) => row & 1),
        2,
      ),
      kind: 'group',
      groups: new Int32Array(300),
    });
    expect(made.notes.join()).toContain('one group');
    expect(made.folds.length).toBe(5);
  });
});

describe('splitRows by time', () => {
  it('tests on the last rows and lets only the past train, rows of one time together', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 600 }), fc.integer({ min: 3, max: 500 }), fc.integer({ min: 0, max: 1000 }), (rowCount, timeCount, seed) => {
        const random = seededRandom(seed);
        const time = Float64Array.from({ length: rowCount }, () => random.below(timeCount));
        time[0] = 0;
        time[1] = timeCount;
        const made = split({ labels: { kind: 'values', values: time.slice() }, kind: 'time', time }, seed);
        expect(faultsOf(made, rowCount)).toEqual([]);
        const latest = (rows: Int32Array) => rows.reduce((max, row) => Math.max(max, time[row]), Number.NEGATIVE_INFINITY);
        const earliest = (rows: Int32Array) => rows.reduce((min, row) => Math.min(min, time[row]), Number.POSITIVE_INFINITY);
        expect(earliest(made.test)).toBeGreaterThan(latest(made.learn));
        for (const { train, validate } of made.folds) {
          expect(earliest(validate)).toBeGreaterThan(latest(train));
          expect([...train].map((row) => time[row])).toEqual(rising([...train].map((row) => time[row])));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('the first half only trains, and five blocks follow', () => {
    const made = split({ labels: { kind: 'values', values: new Float64Array(1000) }, kind: 'time', time: Float64Array.from(upTo(1000)) });
    expect(made.test.length).toBe(200);
    expect(made.folds.map(({ train }) => train.length)).toEqual([400, 480, 560, 640, 720]);
    expect(made.folds.every(({ validate }) => validate.length === 80)).toBe(true);
  });

  it('rows without a time only train, and are counted', () => {
    const time = Float64Array.from({ length: 400 }, (_, row) => (row % 10 === 0 ? Number.NaN : row));
    const made = split({ labels: { kind: 'values', values: new Float64Array(400) }, kind: 'time', time });
    expect(made.notes.join()).toContain('40 rows');
    expect(made.test.some((row) => row % 10 === 0)).toBe(false);
    expect(made.folds[0].train.filter((row) => row % 10 === 0).length).toBe(40);
  });

  it('splits at random, and says so, when there is only one time', () => {
    const made = split({ labels: { kind: 'values', values: Float64Array.from(upTo(300)) }, kind: 'time', time: new Float64Array(300) });
    expect(made.notes.join()).toContain('one time');
    expect(made.folds.length).toBe(5);
  });
});
