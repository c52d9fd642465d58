/**
 * Tables of which everything is known: some where a fixed rule and chance make the target, so that a model's true score can be measured on as
 * many fresh rows as one likes; and some of pure noise, in which there is nothing to learn. The same number gives the same table.
 */
import { seededRandom, type Random } from '../../src/domain/random.ts';
import type { Metric, TaskKind } from '../../src/domain/task.ts';

export const TARGET = 'y';

/** Columns with the target last, and the rows as text. */
export type GeneratedTable = { names: string[]; rows: string[][] };

/** A source of rows, all drawn from the same distribution. */
export type Source = { task: TaskKind; metric: Metric; positive: string | null; rowCount: number; draw: (count: number, random: Random) => GeneratedTable };

const judged: readonly { task: TaskKind; metric: Metric }[] = [
  { task: 'binary', metric: 'roc_auc' },
  { task: 'regression', metric: 'rmse' },
  { task: 'multiclass', metric: 'accuracy' },
  { task: 'binary', metric: 'log_loss' },
  { task: 'regression', metric: 'mae' },
  { task: 'binary', metric: 'average_precision' },
];

const LEVELS = ['red', 'green', 'blue', 'grey'];
const CLASSES = ['a', 'b', 'c'];

/** The source number `index`: its task, its metric and its coefficients follow from the number alone. */
export function openSource(index: number): Source {
  const { task, metric } = judged[index % judged.length];
  const random = seededRandom(10_000 + index);
  const rowCount = logUniform(random, 300, 2000);
  const coefficients = CLASSES.map(() => Array.from({ length: 4 }, () => normal(random)));
  const levelEffects = CLASSES.map(() => LEVELS.map(() => normal(random)));
  const noise = 0.5 + 1.5 * random.next();
  const offset = 1.5 * random.next();
  // Errors with a long tail are the hard case for an interval of rmse.
  const isHeavy = random.next() < 0.5;

  const signalOf = (k: number, x: readonly number[], level: number) =>
    coefficients[k][0] * x[0] + coefficients[k][1] * x[1] + coefficients[k][2] * x[2] * x[3] + coefficients[k][3] * Math.abs(x[3]) + levelEffects[k][level];
  const disturb = (from: Random) => noise * normal(from) * (isHeavy ? Math.exp(normal(from) / 2) : 1);
  const labelOf = (x: readonly number[], level: number, from: Random): string => {
    if (task === 'regression') return number(10 + signalOf(0, x, level) + disturb(from));
    if (task === 'binary') return signalOf(0, x, level) + disturb(from) > offset ? 'yes' : 'no';
    const scores = CLASSES.map((_, k) => signalOf(k, x, level) + disturb(from));
    return CLASSES[scores.indexOf(Math.max(...scores))];
  };
  const draw = (count: number, from: Random): GeneratedTable => ({
    names: ['x1', 'x2', 'x3', 'x4', 'colour', TARGET],
    rows: Array.from({ length: count }, () => {
      const x = Array.from({ length: 4 }, () => normal(from));
      const level = from.below(LEVELS.length);
      return [...x.map(number), LEVELS[level], labelOf(x, level, from)];
    }),
  });
  return { task, metric, positive: task === 'binary' ? 'yes' : null, rowCount, draw };
}

const MIN_NOISE_ROWS = 100;
const MAX_NOISE_ROWS = 5000;

/** Table number `index` of noise: 100 to 5,000 rows, 3 to 20 columns, and a target that has nothing to do with them. */
export function drawNoise(index: number): GeneratedTable {
  const random = seededRandom(20_000 + index);
  const rowCount = logUniform(random, MIN_NOISE_ROWS, MAX_NOISE_ROWS);
  const columns = Array.from({ length: 3 + random.below(18) }, () => (random.next() < 0.7 ? 0 : 2 + random.below(10)));
  const task = (['binary', 'regression', 'multiclass'] as const)[index % 3];
  const share = 0.1 + 0.4 * random.next();
  const isSkewed = random.next() < 0.5;
  const labelOf = () => {
    if (task === 'binary') return random.next() < share ? 'yes' : 'no';
    if (task === 'multiclass') return CLASSES[random.below(CLASSES.length)];
    return number(isSkewed ? Math.exp(normal(random)) : normal(random));
  };
  return {
    names: [...columns.map((_, at) => `x${at + 1}`), TARGET],
    rows: Array.from({ length: rowCount }, () => [
      ...columns.map((levelCount) => (levelCount === 0 ? number(normal(random)) : `level ${random.below(levelCount)}`)),
      labelOf(),
    ]),
  };
}

const number = (value: number) => value.toFixed(4);

/** Box and Muller's way from uniform to normal. */
const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

const logUniform = (random: Random, low: number, high: number) => Math.round(low * (high / low) ** random.next());
