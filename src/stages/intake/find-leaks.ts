import type { Column } from '../../domain/column.ts';
import type { LeakSuspect, Profile } from '../../domain/profile.ts';
import type { Labels } from '../../domain/task.ts';
import { correlation, findIdentity } from './find-identity.ts';
import { findWrittenAfterwards } from './find-written-afterwards.ts';
import { isEarlier, sharesWord } from './name-words.ts';

/** Rows looked at, evenly over the table: enough to tell 0.995 from less. */
const MAX_ROWS = 20_000;
const MIN_ROWS = 50;
const MAX_BINS = 256;
/**
 * The bars are where honest columns do not come: carat explains 87 % of a diamond's price, petal width tells 96 % of irises,
 * odour 98.5 % of mushrooms. What passes them is the answer in another spelling.
 */
const LEAK_AUC = 0.995;
const LEAK_RECALL = 0.99;
const LEAK_R2 = 0.999;
/** Between these and the bars above a column is told of; one that is also named after the target is left out. */
const NEAR_RECALL = 0.98;
const NEAR_R2 = 0.97;
/** For a number that is named after the target: the whole that the target is the greater part of. */
const NAMED_R2 = 0.95;
/** A class this rare is found by no honest column alone with precision and recall that high; a cause of death is. */
const RARE_SHARE = 0.1;
const LEAK_RARE_F1 = 0.9;
/** A class with fewer rows says nothing about a column. */
const MIN_CLASS_ROWS = 10;

/** `columns` may be more than will be learnt from; `rows[i]` is their row that label i belongs to. `moment`: when the question is asked, in the user's words. */
export type LeakSearch = {
  columns: Iterable<[string, Column]>;
  labels: Labels;
  rows: Int32Array;
  profile: Profile;
  target: string;
  moment: string | null;
};

/**
 * Columns that may know the answer: alone, in a sum or a product with others, or because they are written after it. Each is judged
 * on rows that its small table of answers was not made from, so that an identifier does not look like a leak.
 */
export function findLeaks({ columns, labels, rows, profile, target, moment }: LeakSearch): LeakSuspect[] {
  const sample = evenly(rows.length);
  if (sample.length < MIN_ROWS) return [];
  const truth = takeLabels(labels, sample);
  const suspects = new Map<string, LeakSuspect>();
  const note = (suspect: LeakSuspect) => {
    const known = suspects.get(suspect.column);
    if (!known || (suspect.isSure && !known.isSure)) suspects.set(suspect.column, suspect);
  };
  const numbers: { name: string; values: Float64Array }[] = [];
  const cellsOf = new Map<string, Cells>();
  for (const [column, values] of columns) {
    const cells = cellNumbers(values, sample, rows);
    cellsOf.set(column, cells);
    if (values.type === 'number') numbers.push({ name: column, values: cells.values });
    const isNamedSo = sharesWord(column, target) && !isEarlier(column);
    const found = truth.kind === 'classes' ? judgeClasses(cells, truth) : judgeValues(cells, truth.values, isNamedSo ? NAMED_R2 : NEAR_R2);
    if (found) note({ column, kind: 'answer', isSure: found.isSure || isNamedSo, detail: found.detail });
  }
  if (truth.kind === 'values') {
    const rest = numbers.filter(({ name }) => !suspects.get(name)?.isSure);
    const identity = findIdentity(rest, truth.values);
    for (const column of identity?.columns ?? [])
      note({ column, kind: 'answer', isSure: true, detail: `gives the answer with others: ${identity?.formula} is the target` });
  }
  for (const suspect of findWrittenAfterwards({ cellsOf, truth, profile, target, moment })) note(suspect);
  return [...suspects.values()];
}

function evenly(count: number): Int32Array {
  const size = Math.min(count, MAX_ROWS);
  return Int32Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

function takeLabels(labels: Labels, sample: Int32Array): Labels {
  return labels.kind === 'classes'
    ? { ...labels, codes: Int32Array.from(sample, (at) => labels.codes[at]) }
    : { kind: 'values', values: Float64Array.from(sample, (at) => labels.values[at]) };
}

/** Every type as numbers with NaN for missing; the codes of a text are only names. */
function cellNumbers(column: Column, sample: Int32Array, rows: Int32Array): { values: Float64Array; isOrdered: boolean } {
  switch (column.type) {
    case 'number':
    case 'timestamp':
      return { values: Float64Array.from(sample, (at) => column.values[rows[at]]), isOrdered: true };
    case 'boolean':
      return { values: Float64Array.from(sample, (at) => (column.values[rows[at]] === 255 ? NaN : column.values[rows[at]])), isOrdered: false };
    case 'text':
      return { values: Float64Array.from(sample, (at) => (column.codes[rows[at]] < 0 ? NaN : column.codes[rows[at]])), isOrdered: false };
  }
}

/** A column as numbers with NaN for missing; where it is not ordered they are only names. */
export type Cells = { values: Float64Array; isOrdered: boolean };
type Found = { isSure: boolean; detail: string };

/** The level or the quantile bin of every cell; missing is a bin of its own. */
function binsOf({ values, isOrdered }: Cells): { bins: Int32Array; binCount: number } {
  const distinct = [...new Set(values)].filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  let binOfValue = new Map(distinct.map((value, bin) => [value, bin]));
  let binCount = distinct.length;
  if (isOrdered && distinct.length > MAX_BINS) {
    const sorted = values.filter((value) => !Number.isNaN(value)).toSorted();
    binOfValue = new Map();
    let at = 0;
    for (const value of distinct) {
      while (at < sorted.length && sorted[at] < value) at++;
      binOfValue.set(value, Math.floor((at * MAX_BINS) / sorted.length));
    }
    binCount = MAX_BINS;
  }
  return { bins: Int32Array.from(values, (value) => binOfValue.get(value) ?? binCount), binCount: binCount + 1 };
}

const HALVES = [0, 1];

function judgeClasses(cells: Cells, { codes, classCount }: Extract<Labels, { kind: 'classes' }>): Found | undefined {
  const { bins, binCount } = binsOf(cells);
  // With about as many levels as rows there is nothing to learn from the other half.
  if (binCount > codes.length / 2) return undefined;
  const counts = HALVES.map(() => new Float64Array(binCount * classCount));
  const prior = new Float64Array(classCount);
  for (let i = 0; i < codes.length; i++) {
    counts[i % 2][bins[i] * classCount + codes[i]]++;
    prior[codes[i]] += 1 / codes.length;
  }
  const hits = new Float64Array(classCount);
  const claims = new Float64Array(classCount);
  const totals = new Float64Array(classCount);
  const scores = new Float64Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const other = counts[1 - (i % 2)];
    let sum = 0;
    let best = 0;
    let bestCount = -1;
    for (let k = 0; k < classCount; k++) {
      const count = other[bins[i] * classCount + k] + prior[k];
      sum += count;
      if (count > bestCount) [best, bestCount] = [k, count];
    }
    totals[codes[i]]++;
    claims[best]++;
    if (best === codes[i]) hits[codes[i]]++;
    if (classCount === 2) scores[i] = (other[bins[i] * 2 + 1] + prior[1]) / sum;
  }
  const recalls = [...totals.keys()].filter((k) => totals[k] >= MIN_CLASS_ROWS).map((k) => hits[k] / totals[k]);
  if (recalls.length < 2) return undefined;
  const rare = [...totals.keys()].find((k) => classCount === 2 && totals[k] >= MIN_CLASS_ROWS && totals[k] < RARE_SHARE * codes.length);
  if (rare !== undefined && (2 * hits[rare]) / (totals[rare] + claims[rare]) >= LEAK_RARE_F1) {
    return { isSure: true, detail: `tells the rare class alone: ${(100 * (hits[rare] / totals[rare])).toFixed(1)} % of it are found with no other column` };
  }
  const meanRecall = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
  if (meanRecall < NEAR_RECALL) return undefined;
  const isSure = meanRecall >= LEAK_RECALL && (classCount > 2 || areaUnderCurve(scores, codes) >= LEAK_AUC);
  return { isSure, detail: `tells the answer alone: ${(100 * meanRecall).toFixed(1)} % of each class are right with no other column` };
}

/** The chance that a row of class 1 scores above one of class 0, ties counted half. */
export function areaUnderCurve(scores: Float64Array, codes: Int32Array): number {
  const order = [...scores.keys()].toSorted((a, b) => scores[a] - scores[b]);
  let negatives = 0;
  let positives = 0;
  let pairs = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    let positivesHere = 0;
    while (to < order.length && scores[order[to]] === scores[order[from]]) positivesHere += codes[order[to++]];
    const negativesHere = to - from - positivesHere;
    pairs += positivesHere * (negatives + negativesHere / 2);
    positives += positivesHere;
    negatives += negativesHere;
    from = to;
  }
  return positives > 0 && negatives > 0 ? pairs / (positives * negatives) : 0;
}

function judgeValues(cells: Cells, values: Float64Array, bar: number): Found | undefined {
  const missingCount = cells.values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  if (missingCount > 0.5 * values.length) return undefined;
  // On ranks too: one far-out value that two columns share must not look like agreement of all rows.
  const share = Math.min(explainedShare(cells, values), explainedShare(cells, ranks(values)));
  if (share < bar) return undefined;
  return { isSure: share >= LEAK_R2, detail: `tells the answer alone: it explains ${(100 * share).toFixed(2)} % of the target with no other column` };
}

function explainedShare(cells: Cells, truth: Float64Array): number {
  if (!cells.isOrdered) return rSquared(meansOfBins(cells, truth), truth);
  return Math.max(rSquared(meansOfBins(cells, truth), truth), rSquared(betweenNeighbours(cells.values, truth), truth), correlation(cells.values, truth) ** 2);
}

/** Each row's answer from the rows of its bin in the other half. */
function meansOfBins(cells: Cells, truth: Float64Array): Float64Array {
  const { bins, binCount } = binsOf(cells);
  const mean = truth.reduce((sum, value) => sum + value / truth.length, 0);
  const sums = HALVES.map(() => new Float64Array(binCount));
  const counts = HALVES.map(() => new Float64Array(binCount));
  for (let i = 0; i < truth.length; i++) {
    sums[i % 2][bins[i]] += truth[i];
    counts[i % 2][bins[i]]++;
  }
  return Float64Array.from(truth, (_, i) => {
    const other = 1 - (i % 2);
    return counts[other][bins[i]] > 0 ? sums[other][bins[i]] / counts[other][bins[i]] : mean;
  });
}

/** Each row's answer on the straight line between its nearest neighbours of the other half: exact for a rescaled copy. */
function betweenNeighbours(values: Float64Array, truth: Float64Array): Float64Array {
  const mean = truth.reduce((sum, value) => sum + value / truth.length, 0);
  const answers = new Float64Array(truth.length).fill(mean);
  const order = [...values.keys()].filter((i) => !Number.isNaN(values[i])).toSorted((a, b) => values[a] - values[b]);
  for (const half of HALVES) {
    const known = order.filter((i) => i % 2 === half);
    if (known.length === 0) continue;
    let next = 0;
    for (const i of order) {
      if (i % 2 === half) continue;
      while (next < known.length && values[known[next]] < values[i]) next++;
      const above = known[Math.min(next, known.length - 1)];
      const below = known[Math.max(next - 1, 0)];
      const gap = values[above] - values[below];
      const weight = gap > 0 ? Math.min(Math.max((values[i] - values[below]) / gap, 0), 1) : 1;
      answers[i] = truth[below] * (1 - weight) + truth[above] * weight;
    }
  }
  return answers;
}

function rSquared(answers: Float64Array, truth: Float64Array): number {
  const mean = truth.reduce((sum, value) => sum + value / truth.length, 0);
  let residual = 0;
  let variance = 0;
  for (let i = 0; i < truth.length; i++) {
    residual += (truth[i] - answers[i]) ** 2;
    variance += (truth[i] - mean) ** 2;
  }
  return variance > 0 ? 1 - residual / variance : 0;
}

/** Ties share their mean rank. */
function ranks(values: Float64Array): Float64Array {
  const order = [...values.keys()].toSorted((a, b) => values[a] - values[b]);
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) result[order[i]] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}
