import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalsAround, PredictionInterval, type ChosenInterval } from '../../domain/prediction-interval.ts';
import { seededRandom, type Random } from '../../domain/random.ts';
import { measureCoverage } from '../evaluation/index.ts';
import { chooseInterval } from './choose-interval.ts';

const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
const skewed = (random: Random) => -Math.log(1 - random.next()) - 1;

/** Answers from 0 to 10 and what was true: the answer, and noise that may depend on it. */
function made(rowCount: number, random: Random, noise: (answer: number) => number): { labels: Float64Array; answers: Float64Array } {
  const answers = Float64Array.from({ length: rowCount }, () => 10 * random.next());
  return { answers, labels: answers.map((answer) => answer + noise(answer)) };
}

const choose = (rows: { labels: Float64Array; answers: Float64Array }, changes: { isLog1p?: boolean; leastLabel?: number } = {}) =>
  chooseInterval({ ...rows, isLog1p: false, leastLabel: Number.NEGATIVE_INFINITY, random: seededRandom(5), ...changes });

function rule(chosen: ChosenInterval): PredictionInterval {
  if (chosen.kind === 'none') throw new Error('no interval was chosen');
  return chosen;
}

describe('the interval that errors out of the folds allow', () => {
  const noises: Record<string, (random: Random) => (answer: number) => number> = {
    'of one width': (random) => () => normal(random),
    'that grows with the answer': (random) => (answer) => (0.2 + answer) * normal(random),
    'to one side': (random) => () => 3 * skewed(random),
    'to one side that grows with the answer': (random) => (answer) => answer * skewed(random),
    'with rare large errors': (random) => () => normal(random) / (0.05 + random.next()),
  };
  it.each(Object.keys(noises))('holds nine tenths of further rows under noise %s, as many missing below as above', (name) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.constantFrom(60, 200, 1000, 4000), (seed, rowCount) => {
        const random = seededRandom(seed);
        const noise = noises[name](random);
        const interval = rule(choose(made(rowCount, random, noise)));
        const further = made(4000, random, noise);
        const { coveredCount } = measureCoverage(interval, further.labels, further.answers);
        // What chance does to the ends learnt from so few rows (a Beta variable) and to the 4,000 further ones, five times over.
        const tolerance = 5 * Math.sqrt(0.09 / rowCount + 0.09 / 4000) + 2 / rowCount;
        expect(Math.abs(coveredCount / 4000 - 0.9)).toBeLessThan(tolerance);
        const { low } = intervalsAround(interval, further.answers);
        const below = further.labels.filter((label, row) => label < low[row]).length;
        expect(Math.abs(below / 4000 - 0.05)).toBeLessThan(tolerance);
      }),
      { numRuns: 25, seed: 11 },
    );
  });

  it('covers on average at least what it says, over many small samples', () => {
    const random = seededRandom(3);
    let sum = 0;
    const draws = 300;
    for (let draw = 0; draw < draws; draw++) {
      const noise = () => normal(random);
      const interval = rule(choose(made(60, random, noise)));
      const further = made(500, random, noise);
      sum += measureCoverage(interval, further.labels, further.answers).coveredCount / 500;
    }
    expect(sum / draws).toBeGreaterThan(0.895);
    expect(sum / draws).toBeLessThan(0.94);
  });

  it('follows the answer where errors do, and is then narrower on the whole', () => {
    const random = seededRandom(2);
    const rows = made(1000, random, (answer) => (0.2 + answer) * normal(random));
    const interval = rule(choose(rows));
    expect(interval.spread?.length).toBe(20);
    const { low, high } = intervalsAround(interval, Float64Array.of(1, 9));
    expect((high[1] - low[1]) / (high[0] - low[0])).toBeGreaterThan(4);
    const reach = rows.labels.map((label, row) => Math.abs(label - rows.answers[row])).toSorted()[900];
    expect(measureCoverage(interval, rows.labels, rows.answers).meanWidth).toBeLessThan(2 * reach);
  });

  it('has one width where the answer says nothing of the error, where rows are few, or where there is but one answer', () => {
    const random = seededRandom(4);
    const plain = [...Array(20).keys()].map(() => rule(choose(made(1000, random, () => normal(random)))));
    expect(plain.filter(({ spread }) => spread !== null).length).toBeLessThan(8);
    expect(rule(choose(made(90, random, (answer) => answer * normal(random)))).spread).toBeNull();
    const one = { answers: new Float64Array(400).fill(7), labels: Float64Array.from({ length: 400 }, () => 7 + normal(random)) };
    expect(rule(choose(one)).spread).toBeNull();
  });

  it('is none for fewer than 50 rows, and says how many there were', () => {
    const random = seededRandom(1);
    expect(choose(made(49, random, () => normal(random)))).toEqual({ kind: 'none', because: 'few-rows', rowCount: 49 });
    expect(choose(made(50, random, () => normal(random))).kind).toBe('interval');
  });

  it('is the answer itself where all answers were right', () => {
    const answers = Float64Array.from({ length: 200 }, (_, row) => row);
    expect(rule(choose({ answers, labels: answers.slice() }))).toMatchObject({ low: 0, high: 0, spread: null });
  });

  it('never goes below 0 for a logarithm, nor where no known answer does', () => {
    const random = seededRandom(6);
    const rows = made(300, random, () => normal(random));
    expect(rule(choose(rows, { leastLabel: 0 })).least).toBe(0);
    expect(rule(choose(rows, { leastLabel: -0.1 })).least).toBeNull();
    expect(rule(choose({ ...rows, labels: rows.labels.map(Math.abs) }, { isLog1p: true })).least).toBe(0);
  });

  it('is a factor up and down for a logarithm', () => {
    const random = seededRandom(8);
    const answers = Float64Array.from({ length: 2000 }, () => 100 * random.next());
    const labels = answers.map((answer) => Math.expm1(Math.max(0, Math.log1p(answer) + 0.3 * normal(random))));
    const interval = rule(choose({ answers, labels }, { isLog1p: true }));
    const { low, high } = intervalsAround(interval, Float64Array.of(50));
    expect(high[0] - 50).toBeGreaterThan(50 - low[0]);
    expect(measureCoverage(interval, labels, answers).coveredCount / 2000).toBeCloseTo(0.9, 1);
  });

  it('is a rule that a package takes, whatever the errors are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(0, 1, 2, 1e9), fc.double({ min: -1e12, max: 1e12, noNaN: true })), { minLength: 50, maxLength: 400 }),
        (rows) => {
          const answers = Float64Array.from(rows, ([answer]) => answer);
          const labels = Float64Array.from(rows, ([, label]) => label);
          PredictionInterval.parse(choose({ answers, labels }));
          PredictionInterval.parse(choose({ answers, labels: labels.map(Math.abs) }, { isLog1p: true }));
        },
      ),
    );
  });
});
