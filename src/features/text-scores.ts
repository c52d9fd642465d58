/**
 * What the texts say of the target: ridge regression of the labels on the TF-IDF terms, one number a label column, for learners that read no
 * terms. A row that trains never meets its own label: it gets the score of a model of the other inner parts; rows to be scored, and later the
 * rows to be answered, get that of all training rows of the fold.
 */
import type { Random } from '../domain/random.ts';
import type { TaskKind } from '../domain/task.ts';
import type { FoldColumns } from './feature-file.ts';
import { dealParts, type FittedRows, type StatisticLabels } from './target-statistics.ts';
import { differentTexts, openTextSums, roundTextSum, type TableText, type TextSum } from './text-sums.ts';

/** With more classes than this a score a class would be too many columns, and too many coefficients to ship. */
const MAX_CLASSES = 30;
/** Numbers that the scores of all folds may put into the package: some 20 MB of it. */
const MAX_COEFFICIENTS = 8_000_000;
/** Multiplications a millisecond of the run's budget that the scores of all folds may take: about a twentieth of it. */
const WORK_A_MS = 2e4;
/** Coefficients are drawn to zero as by so many rows. Texts have length 1 a block, so that one strength does for all tables. */
const STRENGTH = 1;
const MAX_PASSES = 20;

/** Many classes cost as many times more: they get fewer inner parts and passes. */
const effortFor = (columnCount: number) => (columnCount > 8 ? { parts: 3, epochs: 3 } : { parts: 5, epochs: 4 });

/** How many score columns a task has; 0 where they would cost more than they tell. */
export function countTextScores(
  task: { kind: TaskKind; classCount: number; foldCount: number; budgetMs: number },
  text: TableText,
  vocabularySize: number,
): number {
  if (vocabularySize === 0) return 0;
  const count = task.kind === 'multiclass' ? task.classCount : 1;
  const { parts, epochs } = effortFor(count);
  const everyRow = Int32Array.from(text.same.keys());
  const termCount = differentTexts(text, everyRow).rows.reduce((sum, row) => sum + text.start[row + 1] - text.start[row], 0);
  const work = 2 * task.foldCount * epochs * parts * termCount * count;
  return count <= MAX_CLASSES && count * vocabularySize * task.foldCount <= MAX_COEFFICIENTS && work <= WORK_A_MS * task.budgetMs ? count : 0;
}

/** A column a label column. */
export function fitTextScores(
  text: TableText,
  vocabularySize: number,
  labels: StatisticLabels,
  { rows, blocks }: FittedRows,
  random: Random,
): FoldColumns<TextSum> {
  const { columnCount } = labels;
  const { parts, epochs } = effortFor(columnCount);
  const part = dealParts(rows, blocks, random, parts);
  const order = random.shuffle(Int32Array.from(rows.keys()));
  const learn = (places: Int32Array) => {
    const learnt = Int32Array.from(places, (place) => rows[place]);
    return fitRidge({ text, rows: learnt, labels, vocabularySize, epochs });
  };
  const fitted = new Float32Array(rows.length * columnCount);
  for (let p = 0; p < parts; p++) {
    const own = order.filter((place) => part[place] === p);
    if (own.length === 0) continue;
    const sums = openTextSums(learn(order.filter((place) => part[place] !== p)), vocabularySize);
    for (const place of own) {
      sums.addUp(text, text.start[rows[place]], text.start[rows[place] + 1]);
      for (let k = 0; k < columnCount; k++) fitted[k * rows.length + place] = sums.sums[k];
    }
  }
  const sums = learn(order);
  const opened = openTextSums(sums, vocabularySize);
  return {
    columns: sums,
    fitted,
    encode(wanted) {
      const values = new Float32Array(wanted.length * columnCount);
      for (let i = 0; i < wanted.length; i++) {
        opened.addUp(text, text.start[wanted[i]], text.start[wanted[i] + 1]);
        for (let k = 0; k < columnCount; k++) values[k * wanted.length + i] = opened.sums[k];
      }
      return values;
    },
  };
}

type Problem = { text: TableText; rows: Int32Array; labels: StatisticLabels; vocabularySize: number; epochs: number };

/**
 * Dual coordinate ascent (Shalev-Shwartz and Zhang 2013), all label columns at once; a few passes are enough where rows are many and alike in
 * length. Rows of one text are one, with the mean of their labels and their number as its weight.
 */
function fitRidge({ text, rows, labels, vocabularySize, epochs }: Problem): TextSum[] {
  const width = labels.columnCount;
  const { rows: different, counts, placeOf } = differentTexts(text, rows);
  const means = new Float64Array(width);
  const targets = new Float64Array(different.length * width);
  for (let i = 0; i < rows.length; i++) {
    for (let k = 0; k < width; k++) {
      const value = labels.valueOf(rows[i], k);
      means[k] += value / rows.length;
      targets[placeOf[i] * width + k] += value / counts[placeOf[i]];
    }
  }
  // One row more than there are terms: the constant.
  const coefficients = new Float32Array((vocabularySize + 1) * width);
  const constant = vocabularySize * width;
  const duals = new Float64Array(different.length * width);
  // As many steps as there would be without putting equal texts together, within reason.
  const passes = Math.min(MAX_PASSES, Math.ceil((epochs * rows.length) / different.length));
  const steps = new Float64Array(width);
  for (let pass = 0; pass < passes; pass++) {
    for (let i = 0; i < different.length; i++) {
      const [first, end] = [text.start[different[i]], text.start[different[i] + 1]];
      let squares = 1;
      for (let k = 0; k < width; k++) steps[k] = coefficients[constant + k];
      for (let at = first; at < end; at++) {
        const weight = text.weights[at];
        squares += weight * weight;
        for (let k = 0, from = text.ids[at] * width; k < width; k++) steps[k] += weight * coefficients[from + k];
      }
      const strength = STRENGTH / counts[i];
      for (let k = 0, own = i * width; k < width; k++, own++) {
        steps[k] = (targets[own] - means[k] - steps[k] - strength * duals[own]) / (squares + strength);
        duals[own] += steps[k];
        coefficients[constant + k] += steps[k];
      }
      for (let at = first; at < end; at++) {
        const weight = text.weights[at];
        for (let k = 0, to = text.ids[at] * width; k < width; k++) coefficients[to + k] += weight * steps[k];
      }
    }
  }
  return Array.from(means, (mean, k) => {
    const own = new Float64Array(vocabularySize);
    for (let term = 0; term < vocabularySize; term++) own[term] = coefficients[term * width + k];
    return roundTextSum(own, mean + coefficients[constant + k]);
  });
}
