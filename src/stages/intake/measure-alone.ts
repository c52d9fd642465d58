import type { Labels } from '../../domain/task.ts';
import { ranksOf, sortCells, type SortedCells } from './sort-cells.ts';

/** What depends on the answers alone, made once for all columns. */
export type ClassTruth = { kind: 'classes'; codes: Int32Array; classCount: number; totals: Float64Array; rowsToCount: number };
export type ValueTruth = { kind: 'values'; values: Float64Array; sorted: SortedCells; onValues: Centred; onRanks: Centred };
export type Truth = ClassTruth | ValueTruth;
/** Around their mean; `square`: the sum of their squares. */
type Centred = { values: Float64Array; square: number };

/** How well one column alone tells the class. `area`: for two classes, under the curve; `rare`: the class of two that is under a tenth. */
export type ClassFigures = { meanRecall: number; area: number; rare: { recall: number; f1: number } | null };

const MAX_BINS = 256;
/** Rows that a bin has at least. */
const MIN_ROWS_A_BIN = 8;
/** A class with fewer rows says nothing about a column; in a small table a tenth of the rows is enough. */
const MIN_CLASS_ROWS = 10;
const LEAST_CLASS_ROWS = 3;
const RARE_SHARE = 0.1;

export function truthOf(labels: Labels): Truth {
  if (labels.kind === 'values') {
    const { values } = labels;
    const sorted = sortCells({ values, isOrdered: true });
    return { kind: 'values', values, sorted, onValues: centred(values), onRanks: centred(ranksOf(sorted)) };
  }
  const { codes, classCount } = labels;
  const totals = new Float64Array(classCount);
  for (const code of codes) totals[code]++;
  const rowsToCount = Math.min(MIN_CLASS_ROWS, Math.max(LEAST_CLASS_ROWS, Math.floor(codes.length / 10)));
  return { kind: 'classes', codes, classCount, totals, rowsToCount };
}

/** The level or the quantile bin of every cell; missing is a bin of its own, the last. */
function binsOf({ isOrdered, distinctCount, places, order, starts }: SortedCells): { bins: Int32Array; binCount: number } {
  const rowCount = places.length;
  if (!isOrdered || (distinctCount <= MAX_BINS && distinctCount <= rowCount / 4))
    return { bins: places.map((place) => (place < 0 ? distinctCount : place)), binCount: distinctCount + 1 };
  const binCount = Math.max(2, Math.min(MAX_BINS, Math.floor(rowCount / MIN_ROWS_A_BIN)));
  return { bins: places.map((place) => (place < 0 ? binCount : Math.floor((starts[place] * binCount) / order.length))), binCount: binCount + 1 };
}

/**
 * The classes by a table of answers of the level or bin in the other half of the rows; and, of an ordered column, two classes by its order.
 * Undefined where it cannot be said: there are about as many levels as rows, or one class only has rows enough.
 */
export function measureClasses(cells: SortedCells, truth: ClassTruth): ClassFigures | undefined {
  const { codes, classCount, totals, rowsToCount } = truth;
  const counted = [...totals.keys()].filter((k) => totals[k] >= rowsToCount);
  if (counted.length < 2) return undefined;
  const byOrder = classCount === 2 && cells.isOrdered ? tellByOrder(cells, truth) : null;
  const { bins, binCount } = binsOf(cells);
  // With about as many levels as rows there is nothing to learn from the other half.
  if (binCount > codes.length / 2) return byOrder ? { meanRecall: byOrder.recall, area: byOrder.area, rare: null } : undefined;
  const { hits, claims, area } = tellByTable(bins, binCount, truth);
  const meanRecall = counted.reduce((sum, k) => sum + hits[k] / totals[k], 0) / counted.length;
  const rarer = totals[0] < totals[1] ? 0 : 1;
  const isRare = classCount === 2 && totals[rarer] >= rowsToCount && totals[rarer] < RARE_SHARE * codes.length;
  const rare = isRare ? { recall: hits[rarer] / totals[rarer], f1: (2 * hits[rarer]) / (totals[rarer] + claims[rarer]) } : null;
  // Of a rare class nearly all lie beyond some bar without being told by it: there are more of the other beyond it.
  const barRecall = rare ? 0 : (byOrder?.recall ?? 0);
  return { meanRecall: Math.max(meanRecall, barRecall), area: Math.max(area, byOrder?.area ?? 0), rare };
}

/** Each row's class is said by the rows of its bin in the other half, the more frequent class where they are none or undecided. */
function tellByTable(bins: Int32Array, binCount: number, { codes, classCount, totals }: ClassTruth) {
  const rowCount = codes.length;
  const hits = new Float64Array(classCount);
  const claims = new Float64Array(classCount);
  // Rows by half and bin: what is said of one is counted in the other.
  const starts = new Int32Array(2 * binCount + 1);
  for (let i = 0; i < rowCount; i++) starts[(i % 2) * binCount + bins[i] + 1]++;
  for (let at = 0; at < 2 * binCount; at++) starts[at + 1] += starts[at];
  const next = starts.slice();
  const grouped = new Int32Array(rowCount);
  for (let i = 0; i < rowCount; i++) grouped[next[(i % 2) * binCount + bins[i]]++] = codes[i];
  let usual = 0;
  for (let k = 1; k < classCount; k++) if (totals[k] > totals[usual]) usual = k;

  const seen = new Int32Array(classCount);
  const cells: { score: number; positives: number; negatives: number }[] = [];
  for (let at = 0; at < 2 * binCount; at++) {
    const other = at < binCount ? at + binCount : at - binCount;
    if (starts[at] === starts[at + 1]) continue;
    let best = usual;
    for (let i = starts[other]; i < starts[other + 1]; i++) {
      const code = grouped[i];
      seen[code]++;
      if (seen[code] > seen[best] || (seen[code] === seen[best] && totals[code] > totals[best])) best = code;
    }
    const positivesThere = classCount === 2 ? seen[1] : 0;
    for (let i = starts[other]; i < starts[other + 1]; i++) seen[grouped[i]] = 0;
    let positives = 0;
    for (let i = starts[at]; i < starts[at + 1]; i++) {
      if (grouped[i] === best) hits[best]++;
      positives += grouped[i];
    }
    const size = starts[at + 1] - starts[at];
    claims[best] += size;
    if (classCount !== 2) continue;
    const prior = totals[1] / rowCount;
    cells.push({ score: (positivesThere + prior) / (starts[other + 1] - starts[other] + 1), positives, negatives: size - positives });
  }
  return { hits, claims, area: classCount === 2 ? areaOf(cells, totals) : 0 };
}

/** The chance that a row of class 1 scores above one of class 0, ties counted half; of a list of scores with how many rows have them. */
function areaOf(cells: { score: number; positives: number; negatives: number }[], [negatives, positives]: Float64Array): number {
  const byScore = new Map<number, { score: number; positives: number; negatives: number }>();
  for (const cell of cells) {
    const known = byScore.get(cell.score);
    if (known) [known.positives, known.negatives] = [known.positives + cell.positives, known.negatives + cell.negatives];
    else byScore.set(cell.score, cell);
  }
  let below = 0;
  let pairs = 0;
  for (const cell of [...byScore.values()].toSorted((a, b) => a.score - b.score)) {
    pairs += cell.positives * (below + cell.negatives / 2);
    below += cell.negatives;
  }
  return pairs / (negatives * positives);
}

/**
 * Two classes by the order of the values, up or down: the area, and the mean recall at the best bar. Missing cells stand at the end where they
 * tell more. One bar is too little to be learnt by heart, so that no half of the rows is set aside for it.
 */
function tellByOrder({ places, order, starts, distinctCount }: SortedCells, { codes, totals }: ClassTruth): { area: number; recall: number } {
  const [allNegatives, allPositives] = totals;
  const missing = places.length - order.length;
  let missingPositives = allPositives;
  for (const row of order) missingPositives -= codes[row];
  const missingNegatives = missing - missingPositives;
  const [missingUp, missingDown] = [missingPositives / allPositives, missingNegatives / allNegatives];
  let [below, pairs, positives, gap] = [0, 0, 0, 0];
  for (let place = 0; place < distinctCount; place++) {
    let here = 0;
    for (let i = starts[place]; i < starts[place + 1]; i++) here += codes[order[i]];
    const negatives = starts[place + 1] - starts[place] - here;
    pairs += here * (below + negatives / 2);
    below += negatives;
    positives += here;
    const apart = positives / allPositives - below / allNegatives;
    gap = Math.max(gap, Math.abs(apart), Math.abs(apart + missingUp - missingDown));
  }
  const tied = (missingPositives * missingNegatives) / 2;
  const atEnd = pairs + missingPositives * below + tied;
  const atStart = pairs + positives * missingNegatives + tied;
  const all = allNegatives * allPositives;
  return { area: Math.max(atEnd, all - atEnd, atStart, all - atStart) / all, recall: (1 + gap) / 2 };
}

/**
 * How much of a number one column alone explains, on rows that its answers were not made from: by bins, between neighbours, on a straight line.
 * On ranks too, and the lesser counts: one far-out value that two columns share must not look like agreement of all rows.
 * Below `bar` only that it is below is known.
 */
export function measureValues(cells: SortedCells, numbers: Float64Array, truth: ValueTruth, bar: number): number {
  if (cells.missingCount > 0.5 * numbers.length) return 0;
  const bins = binsOf(cells);
  const onRanks = explainedShare(cells, bins, numbers, truth.onRanks, cells.isOrdered ? ranksOf(cells) : numbers);
  return onRanks < bar ? onRanks : Math.min(onRanks, explainedShare(cells, bins, numbers, truth.onValues, numbers));
}

/** What bins see less of is no function of the column that its neighbours could see, unless rows of one value agree. */
const HOPELESS = 0.5;
const MOSTLY_DIFFERENT = 0.9;

/** How much of a number lies on a straight line over a column, on values and on ranks. */
export const straightShare = (cells: SortedCells, numbers: Float64Array, { onValues, onRanks }: ValueTruth): number =>
  Math.min(lineShare(cells, numbers, onValues), lineShare(cells, ranksOf(cells), onRanks));

/** `onLine`: the numbers, or their ranks, that are laid on a line. */
function explainedShare(cells: SortedCells, bins: { bins: Int32Array; binCount: number }, numbers: Float64Array, truth: Centred, onLine: Float64Array): number {
  if (truth.square === 0) return 0;
  const byBins = 1 - errorOfBins(bins, truth.values) / truth.square;
  if (!cells.isOrdered) return byBins;
  const simple = Math.max(byBins, lineShare(cells, onLine, truth));
  if (simple < HOPELESS && cells.distinctCount > MOSTLY_DIFFERENT * cells.order.length) return simple;
  return Math.max(simple, 1 - errorBetweenNeighbours(cells, numbers, truth.values) / truth.square);
}

/** Each row's answer is the mean of its bin in the other half. */
function errorOfBins({ bins, binCount }: { bins: Int32Array; binCount: number }, truth: Float64Array): number {
  const sums = new Float64Array(2 * binCount);
  const counts = new Int32Array(2 * binCount);
  for (let i = 0; i < truth.length; i++) {
    const at = (i % 2) * binCount + bins[i];
    sums[at] += truth[i];
    counts[at]++;
  }
  let error = 0;
  for (let i = 0; i < truth.length; i++) {
    const other = (1 - (i % 2)) * binCount + bins[i];
    error += (truth[i] - (counts[other] > 0 ? sums[other] / counts[other] : 0)) ** 2;
  }
  return error;
}

/**
 * Each row's answer lies on the straight line between its nearest neighbours of the other half: exact for a rescaled copy. Rows of one value
 * answer with their mean: their order is that of the file, which may be that of the answers.
 */
function errorBetweenNeighbours({ places, order, starts, distinctCount }: SortedCells, numbers: Float64Array, truth: Float64Array): number {
  let error = 0;
  for (let i = 0; i < truth.length; i++) if (places[i] < 0) error += truth[i] ** 2;
  for (const half of [0, 1]) {
    const known = meansByPlace({ order, starts, distinctCount }, truth, half);
    let [last, next] = [-1, -1];
    for (let place = 0; place < distinctCount; place++) {
      if (next < place) for (next = place; next < distinctCount && Number.isNaN(known[next]);) next++;
      if (next === place) last = place;
      const answer = last === place ? known[place] : between(numbers[order[starts[place]]], last, next < distinctCount ? next : -1);
      for (let i = starts[place]; i < starts[place + 1]; i++) if (order[i] % 2 !== half) error += (truth[order[i]] - answer) ** 2;
    }
    function between(value: number, below: number, above: number): number {
      if (below < 0 || above < 0) return known[Math.max(below, above)] ?? 0;
      const [low, high] = [numbers[order[starts[below]]], numbers[order[starts[above]]]];
      const weight = (value - low) / (high - low);
      return known[below] * (1 - weight) + known[above] * weight;
    }
  }
  return error;
}

/** The mean answer of one half of the rows for each value; NaN where it has none. */
function meansByPlace(
  { order, starts, distinctCount }: Pick<SortedCells, 'order' | 'starts' | 'distinctCount'>,
  truth: Float64Array,
  half: number,
): Float64Array {
  const means = new Float64Array(distinctCount);
  for (let place = 0; place < distinctCount; place++) {
    let [sum, count] = [0, 0];
    for (let i = starts[place]; i < starts[place + 1]; i++) if (order[i] % 2 === half) [sum, count] = [sum + truth[order[i]], count + 1];
    means[place] = count > 0 ? sum / count : Number.NaN;
  }
  return means;
}

/** Pearson's, squared; a missing value is taken for the mean. */
function lineShare({ places, order }: SortedCells, numbers: Float64Array, truth: Centred): number {
  let sum = 0;
  for (let i = 0; i < places.length; i++) if (places[i] >= 0) sum += numbers[i];
  const mean = sum / order.length;
  let [dot, square] = [0, 0];
  for (let i = 0; i < places.length; i++) {
    if (places[i] < 0) continue;
    const value = numbers[i] - mean;
    dot += value * truth.values[i];
    square += value * value;
  }
  return square === 0 ? 0 : dot ** 2 / (square * truth.square);
}

function centred(values: Float64Array): Centred {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const around = values.map((value) => value - mean);
  return { values: around, square: around.reduce((sum, value) => sum + value * value, 0) };
}

/** Classes of fewer rows say nothing about where a column is missing; in a small table a fifth of the rows is enough. */
const MIN_ROWS_TO_MISS = 20;
const LEAST_ROWS_TO_MISS = 5;
/** The rows with the highest or the lowest numbers, at least so many of all: the few cheapest houses have no garage. */
const END_SHARE = 0.1;

/** How much more often a column is filled in for one answer than for another: between two classes, or between the numbers above and below a bar. */
export type MissingMoves = { share: number; between: 'classes' | 'high-over-low' | 'low-over-high' };

export function missingMoves({ places, missingCount }: SortedCells, truth: Truth): MissingMoves {
  const rowCount = places.length;
  const least = Math.min(MIN_ROWS_TO_MISS, Math.max(LEAST_ROWS_TO_MISS, Math.floor(rowCount / 5)));
  if (missingCount === 0 || missingCount === rowCount) return { share: 0, between: 'classes' };
  if (truth.kind === 'classes') {
    const { codes, classCount, totals } = truth;
    const missing = new Float64Array(classCount);
    for (let i = 0; i < codes.length; i++) if (places[i] < 0) missing[codes[i]]++;
    const shares = [...totals.keys()].filter((k) => totals[k] >= least).map((k) => missing[k] / totals[k]);
    return { share: shares.length < 2 ? 0 : Math.max(...shares) - Math.min(...shares), between: 'classes' };
  }
  const { order, starts, distinctCount } = truth.sorted;
  let [missing, widest] = [0, 0];
  for (let place = 0; place < distinctCount - 1; place++) {
    for (let i = starts[place]; i < starts[place + 1]; i++) if (places[order[i]] < 0) missing++;
    const below = starts[place + 1];
    const above = rowCount - below;
    if (Math.min(below, above) < Math.max(least, END_SHARE * rowCount)) continue;
    const apart = missing / below - (missingCount - missing) / above;
    if (Math.abs(apart) > Math.abs(widest)) widest = apart;
  }
  return { share: Math.abs(widest), between: widest > 0 ? 'high-over-low' : 'low-over-high' };
}
