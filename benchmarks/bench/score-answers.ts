/**
 * The one scorer of all engines, ours included, over the files that they wrote: a column a class with its probability and perhaps the class
 * they decided for, or a column of numbers. The rules are those that the product judges by (`src/stages/evaluation`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../src/domain/random.ts';
import type { Labels, Metric, Predictions } from '../../src/domain/task.ts';
import { measureMetric, measureScore } from '../../src/stages/evaluation/index.ts';
import { readCsv } from './csv.ts';
import type { Task } from './prepare-set.ts';

/** Answers and truth of the same rows. */
export type JudgedRows = { labels: Labels; predictions: Predictions };

type Table = ReturnType<typeof readCsv>;

/** Reads what an engine wrote beside the truth of a prepared set. Throws where there is no number for a row. */
export function readJudged(taskFolder: string, task: Task, answersFile: string): JudgedRows {
  return judgedRows(task, readCsv(readFileSync(join(taskFolder, 'truth.csv'), 'utf8')), readCsv(readFileSync(answersFile, 'utf8')));
}

export function judgedRows(task: Pick<Task, 'task' | 'positive_class'>, truth: Table, answers: Table): JudgedRows {
  if (answers.rows.length !== truth.rows.length) throw new Error(`${answers.rows.length} answers for ${truth.rows.length} rows`);
  const trueLabels = truth.rows.map(([cell]) => cell);
  if (task.task === 'regression') {
    const place = answers.names.findIndex((name) => name === 'value' || name === 'prediction');
    if (place === -1) throw new Error('the answers have no column "value"');
    return {
      labels: { kind: 'values', values: Float64Array.from(trueLabels, parseNumber) },
      predictions: { kind: 'values', values: Float64Array.from(answers.rows, (row) => parseNumber(row[place])) },
    };
  }
  return judgedClasses(trueLabels, answers, task.task === 'binary' ? task.positive_class : null);
}

function judgedClasses(trueLabels: string[], answers: Table, positive: string | null): JudgedRows {
  const labelPlace = answers.names.findIndex((name) => name === '__label' || name === 'prediction');
  const given = answers.names.flatMap((name, place) => (place === labelPlace ? [] : [{ name: name.replace(/^probability_/, ''), place }]));
  const shares = answers.rows.map((row) => given.map(({ place }) => parseNumber(row[place])));
  const decidedNames = answers.rows.map((row, at) => (labelPlace === -1 ? given[placeOfLargest(shares[at])].name : row[labelPlace]));

  // Classes that the engine does not know are there all the same, with probability 0; the positive class of two is the second.
  const known = [...new Set([...given.map(({ name }) => name), ...trueLabels, ...decidedNames])];
  if (positive !== null && !given.some(({ name }) => name === positive)) throw new Error(`the answers have no column for the class "${positive}"`);
  const classes = positive === null ? known : [...known.filter((name) => name !== positive), positive];
  const codeOf = new Map(classes.map((name, code) => [name, code]));
  const codesOf = (names: string[]) => Int32Array.from(names, (name) => codeOf.get(name) ?? -1);
  const probabilities = new Float64Array(classes.length * shares.length);
  const columns = given.map(({ name }) => codeOf.get(name) ?? -1);
  for (const [row, ofRow] of shares.entries()) for (const [at, share] of ofRow.entries()) probabilities[row * classes.length + columns[at]] = share;
  return {
    labels: { kind: 'classes', codes: codesOf(trueLabels), classCount: classes.length },
    predictions: { kind: 'classes', probabilities, decided: codesOf(decidedNames), classCount: classes.length },
  };
}

function placeOfLargest(shares: number[]): number {
  let largest = 0;
  for (const [place, share] of shares.entries()) if (share > shares[largest]) largest = place;
  return largest;
}

function parseNumber(cell: string | undefined): number {
  const value = cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell);
  if (!Number.isFinite(value)) throw new Error(`"${cell}" is no number`);
  return value;
}

export const scoreOf = (metric: Metric, { labels, predictions }: JudgedRows): number => measureMetric(metric, labels, predictions);

/** The score with the standard error that its 95 % interval speaks of. Rows of one block (a code a row; below 0: alone) vary together. */
export function scoreWithError(metric: Metric, { labels, predictions }: JudgedRows, blocks: Int32Array): { value: number; standardError: number } {
  const { value, low, high } = measureScore({ metric, labels, predictions, groups: blocks, random: seededRandom(1) });
  return { value, standardError: standardErrorOf({ low, high }) };
}

export const standardErrorOf = ({ low, high }: { low: number; high: number }): number => (high - low) / (2 * 1.96);

/** Some of the rows, by a mark a row. */
export function takeRows({ labels, predictions }: JudgedRows, isTaken: readonly boolean[]): JudgedRows {
  const rows = isTaken.flatMap((taken, row) => (taken ? [row] : []));
  if (labels.kind === 'values' && predictions.kind === 'values') {
    const pick = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]);
    return { labels: { kind: 'values', values: pick(labels.values) }, predictions: { kind: 'values', values: pick(predictions.values) } };
  }
  if (labels.kind === 'values' || predictions.kind === 'values') throw new RangeError('labels and predictions are of different kinds');
  const { classCount, probabilities } = predictions;
  const pick = (codes: Int32Array) => Int32Array.from(rows, (row) => codes[row]);
  const taken = new Float64Array(rows.length * classCount);
  for (const [at, row] of rows.entries()) taken.set(probabilities.subarray(row * classCount, (row + 1) * classCount), at * classCount);
  return {
    labels: { kind: 'classes', codes: pick(labels.codes), classCount },
    predictions: { kind: 'classes', probabilities: taken, decided: pick(predictions.decided), classCount },
  };
}
