/**
 * Which rows train, validate and test. Random splits keep the shares of the classes (or of ten ranges of the target) on
 * every side and rows with equal features together; group splits keep groups whole; time splits let only the past train.
 * In a group or a time split equal rows of different groups or times are not joined: the group and the hour matter more.
 */
import type { Random } from '../../domain/random.ts';
import type { Labels } from '../../domain/task.ts';
import { denseCodes, quantileOfSorted, type Units } from './bootstrap.ts';
import { rowCountOf } from './metrics.ts';
import { partCrowd } from './part-crowd.ts';

export type SplitRequest = {
  labels: Labels;
  kind: 'random' | 'group' | 'time';
  /** For a group split: a code a row, below 0: the row stands alone. */
  groups: Int32Array | null;
  /** For a time split: any rising scale, NaN where unknown. */
  time: Float64Array | null;
  /** The id of the class of equal rows that a row belongs to, −1 where it has no twin. */
  duplicates: Int32Array;
  hasTestFile: boolean;
  /** A long budget affords more folds on large data. */
  budgetMs?: number;
  random: Random;
};

/** Row numbers: rising, or in the order of time for a time split, where rows of `learn` later than a fold are in neither part. */
export type Fold = { train: Int32Array; validate: Int32Array };

export type Split = {
  kind: 'random' | 'group' | 'time';
  /** Locked away until the packaged file answers them; empty unless `reportedOn` is locked-test. Rising. */
  test: Int32Array;
  /** All other rows, rising. */
  learn: Int32Array;
  /** What candidates are compared on. A learning row validates in at most one of them. */
  folds: Fold[];
  /** Which rows the reported score comes from. */
  reportedOn: 'locked-test' | 'test-file' | 'cross-validation';
  /** For people: what was done otherwise than usual, and why. */
  notes: string[];
};

/** Fewer rows than this are too few to lock any away: the cross-validated score is reported. */
const MIN_ROWS_FOR_TEST = 200;
/** The same for rows of the rarer of two classes, and for groups. */
const MIN_RARER_FOR_TEST = 20;
const MIN_GROUPS_FOR_TEST = 10;
const MAX_TEST_ROWS = 50_000;
const MAX_HOLDOUT_ROWS = 50_000;
const TARGET_BINS = 10;
/** Any budget below the first that affords more folds. */
const SHORT_BUDGET_MS = 60_000;

export function splitRows(request: SplitRequest): Split {
  const rowCount = rowCountOf(request.labels);
  if (rowCount < 2) throw new RangeError('a split needs at least two rows');
  const { kind, groups, time } = request;
  if (kind === 'random') return splitAtRandom(request);
  if (kind === 'group') {
    if (!groups) throw new RangeError('a group split needs groups');
    return splitByUnits(request, 'group', denseCodes(groups));
  }
  if (!time) throw new RangeError('a time split needs times');
  return splitByTime(request, time);
}

/** Small data gives a larger share: with less the interval would say nothing. */
function testShareFor(rowCount: number): number {
  if (rowCount <= 10_000) return 0.2;
  if (rowCount <= 50_000) return 0.15;
  return rowCount <= 200_000 ? 0.1 : Math.min(0.05, MAX_TEST_ROWS / rowCount);
}

/** With more classes than this a learner's time grows with them: rows count for more. */
const FEW_CLASSES = 4;

/** 1 is a holdout. */
function foldCountFor(labels: Labels, learnCount: number, budgetMs: number): number {
  const work = learnCount * (labels.kind === 'classes' ? Math.max(1, labels.classCount / FEW_CLASSES) : 1);
  if (work <= 50_000) return 5;
  if (work <= 200_000) return budgetMs >= 300_000 ? 5 : 3;
  return budgetMs >= 3_600_000 ? 3 : 1;
}

function splitAtRandom(request: SplitRequest): Split {
  const parted = partCrowd(request.duplicates);
  const split = splitByUnits(request, 'random', denseCodes(parted));
  return parted === request.duplicates ? split : { ...split, notes: ['Nearly all rows are equal; those were split one by one.', ...split.notes] };
}

function splitByUnits(request: SplitRequest, kind: 'random' | 'group', wanted: Units): Split {
  const { labels, hasTestFile, budgetMs = SHORT_BUDGET_MS, random } = request;
  const rowCount = rowCountOf(labels);
  const notes: string[] = [];
  let units = wanted;
  if (units.count < 2) {
    notes.push(kind === 'group' ? 'All rows are of one group, so they were split at random.' : 'All rows are equal, so they were split one by one.');
    units = { unitOf: Int32Array.from({ length: rowCount }, (_, row) => row), count: rowCount };
  }
  const strata = strataOf(labels);
  const rarest = rarestOfTwo(labels);
  const joined = kind === 'random' ? rowCount - units.count : 0;
  if (joined > 0) notes.push(`${joined} rows repeat another row; equal rows were kept on one side of every split.`);

  const everything = Int32Array.from({ length: rowCount }, (_, row) => row);
  let test: Int32Array = new Int32Array(0);
  let reportedOn: Split['reportedOn'] = 'cross-validation';
  if (hasTestFile) reportedOn = 'test-file';
  else if (rowCount < MIN_ROWS_FOR_TEST) notes.push(`${rowCount} rows are too few to lock any away: the score is cross-validated.`);
  else if (rarest < MIN_RARER_FOR_TEST) notes.push(`The rarer class has ${rarest} rows, too few to lock any away: the score is cross-validated.`);
  else if (kind === 'group' && units.count < MIN_GROUPS_FOR_TEST)
    notes.push(`${units.count} groups are too few to lock any away: the score is cross-validated.`);
  else {
    test = takePart(everything, units, strata, testShareFor(rowCount), random);
    // What is left to learn from needs two units, or there is no fold.
    if (piecesOf(without(everything, test, rowCount), units).count < 2) test = new Int32Array(0);
    if (test.length > 0) reportedOn = 'locked-test';
    else notes.push('The rows could not be parted into learning and test rows without breaking a group: the score is cross-validated.');
  }
  const learn = without(everything, test, rowCount);

  const foldCount = foldCountFor(labels, learn.length, budgetMs);
  if (foldCount === 1) {
    const validate = takePart(learn, units, strata, Math.min(0.2, MAX_HOLDOUT_ROWS / learn.length), random);
    if (validate.length > 0) return { kind, test, learn, folds: [{ train: without(learn, validate, rowCount), validate }], reportedOn, notes };
  }
  const folds = foldsOf(learn, units, strata, labels, kind, Math.max(foldCount, 3), random, notes);
  return { kind, test, learn, folds, reportedOn, notes };
}

/** A small whole number a row by which sides are kept alike: the class, or the range its target falls in. */
function strataOf(labels: Labels): Int32Array {
  if (labels.kind === 'classes') return labels.codes;
  const sorted = labels.values.toSorted();
  const bins = Math.min(TARGET_BINS, Math.max(1, Math.floor(sorted.length / 20)));
  const edges = Float64Array.from({ length: bins - 1 }, (_, at) => quantileOfSorted(sorted, (at + 1) / bins));
  return Int32Array.from(labels.values, (value) => {
    let bin = 0;
    while (bin < edges.length && value > edges[bin]) bin++;
    return bin;
  });
}

function rarestOfTwo(labels: Labels): number {
  if (labels.kind === 'values' || labels.classCount !== 2) return Number.POSITIVE_INFINITY;
  const positives = labels.codes.reduce((sum, code) => sum + (code === 1 ? 1 : 0), 0);
  return Math.min(positives, labels.codes.length - positives);
}

/** The units that the rows fall into, each with its rows, as offsets into one array. */
type Pieces = { rows: Int32Array; start: Int32Array; count: number };

function piecesOf(rows: Int32Array, { unitOf, count }: Units): Pieces {
  const sizes = new Int32Array(count);
  for (const row of rows) sizes[unitOf[row]]++;
  const pieceOf = new Int32Array(count).fill(-1);
  let pieces = 0;
  for (let unit = 0; unit < count; unit++) if (sizes[unit] > 0) pieceOf[unit] = pieces++;
  const start = new Int32Array(pieces + 1);
  for (let unit = 0; unit < count; unit++) if (pieceOf[unit] >= 0) start[pieceOf[unit] + 1] = sizes[unit];
  for (let piece = 0; piece < pieces; piece++) start[piece + 1] += start[piece];
  const next = start.slice();
  const sorted = new Int32Array(rows.length);
  for (const row of rows) sorted[next[pieceOf[unitOf[row]]]++] = row;
  return { rows: sorted, start, count: pieces };
}

function stratumTotals(rows: Int32Array, strata: Int32Array): Float64Array {
  let largest = 0;
  for (const row of rows) largest = Math.max(largest, strata[row]);
  const totals = new Float64Array(largest + 1);
  for (const row of rows) totals[strata[row]]++;
  return totals;
}

/**
 * About `share` of the rows, of every stratum alike, in whole units. In random order, so that each unit is as likely as its
 * neighbour; a unit larger than a tenth of the part stays out at first, or a single much repeated row would be the part.
 */
function takePart(rows: Int32Array, units: Units, strata: Int32Array, share: number, random: Random): Int32Array {
  const pieces = piecesOf(rows, units);
  const order = random.shuffle(Int32Array.from({ length: pieces.count }, (_, piece) => piece));
  const totals = stratumTotals(rows, strata);
  const wanted = totals.map((total) => Math.round(total * share));
  const wantedRows = Math.round(rows.length * share);
  const taken = new Float64Array(totals.length);
  const isTaken = new Uint8Array(pieces.count);
  let takenRows = 0;
  for (const largest of [Math.max(1, wantedRows / 10), wantedRows / 2, wantedRows]) {
    if (takenRows > wantedRows / 2) break;
    for (const piece of order) {
      if (isTaken[piece] === 1) continue;
      const from = pieces.start[piece];
      const to = pieces.start[piece + 1];
      const size = to - from;
      if (size > largest || takenRows + size / 2 > wantedRows) continue;
      let need = 0;
      for (let at = from; at < to; at++) {
        const stratum = strata[pieces.rows[at]];
        need += (wanted[stratum] - taken[stratum] - (size - 1) / 2) / totals[stratum];
      }
      if (need <= 0) continue;
      for (let at = from; at < to; at++) taken[strata[pieces.rows[at]]]++;
      isTaken[piece] = 1;
      takenRows += size;
    }
  }
  const part: number[] = [];
  for (let piece = 0; piece < pieces.count; piece++) {
    if (isTaken[piece] === 1) for (let at = pieces.start[piece]; at < pieces.start[piece + 1]; at++) part.push(pieces.rows[at]);
  }
  return Int32Array.from(part).sort();
}

/**
 * Folds of like size and strata: the largest unit first, each to the fold that lacks most of what it holds. In random splits
 * a class with fewer units than folds stays in training in every fold: no fold may be without it.
 */
function foldsOf(
  learn: Int32Array,
  units: Units,
  strata: Int32Array,
  labels: Labels,
  kind: 'random' | 'group',
  wantedFolds: number,
  random: Random,
  notes: string[],
): Fold[] {
  const pieces = piecesOf(learn, units);
  const totals = stratumTotals(learn, strata);
  const unitsOfStratum = new Float64Array(totals.length);
  for (let piece = 0; piece < pieces.count; piece++) unitsOfStratum[strata[pieces.rows[pieces.start[piece]]]]++;
  let foldCount = Math.min(wantedFolds, pieces.count);
  // Of two classes the rarer one has to be in every validation part, so it limits the folds; of many it may sit some out.
  if (labels.kind === 'classes' && labels.classCount === 2 && kind === 'random') {
    const rarest = Math.min(...unitsOfStratum.filter((count) => count > 0));
    if (rarest < foldCount && rarest >= 2) foldCount = rarest;
  }
  foldCount = Math.max(foldCount, 2);
  if (foldCount < wantedFolds)
    notes.push(`Only ${foldCount} folds: there are not enough ${kind === 'group' ? 'groups' : 'rows of the rarer class'} for ${wantedFolds}.`);
  // Unless that is true of every class: then some fold has to do without.
  const canStay = kind === 'random' && unitsOfStratum.some((count) => count >= foldCount);
  const staysInTraining = (piece: number) => canStay && labels.kind === 'classes' && unitsOfStratum[strata[pieces.rows[pieces.start[piece]]]] < foldCount;

  const order = random.shuffle(Int32Array.from({ length: pieces.count }, (_, piece) => piece));
  const sizeOf = (piece: number) => pieces.start[piece + 1] - pieces.start[piece];
  // The sort is stable: units of one size keep their random order.
  if (pieces.count < learn.length) order.sort((a, b) => sizeOf(b) - sizeOf(a));
  const taken = Array.from({ length: foldCount }, () => new Float64Array(totals.length));
  const takenRows = new Float64Array(foldCount);
  const foldOfRow = new Int32Array(strata.length).fill(-1);
  let stayed = 0;
  for (const piece of order) {
    const from = pieces.start[piece];
    const to = pieces.start[piece + 1];
    if (staysInTraining(piece)) {
      stayed += to - from;
      continue;
    }
    let best = 0;
    let bestNeed = Number.NEGATIVE_INFINITY;
    for (let fold = 0; fold < foldCount; fold++) {
      // Total rows break ties between folds that lack equally much of the strata.
      let need = (-1e-3 * (to - from) * takenRows[fold]) / learn.length;
      for (let at = from; at < to; at++) {
        const stratum = strata[pieces.rows[at]];
        need -= taken[fold][stratum] / totals[stratum];
      }
      if (need > bestNeed) {
        best = fold;
        bestNeed = need;
      }
    }
    for (let at = from; at < to; at++) {
      taken[best][strata[pieces.rows[at]]]++;
      foldOfRow[pieces.rows[at]] = best;
    }
    takenRows[best] += to - from;
  }
  if (stayed > 0) notes.push(`${stayed} rows of classes with fewer distinct rows than folds stay in training in every fold.`);
  return Array.from({ length: foldCount }, (_, fold) => ({
    train: learn.filter((row) => foldOfRow[row] !== fold),
    validate: learn.filter((row) => foldOfRow[row] === fold),
  })).filter(({ train, validate }) => train.length > 0 && validate.length > 0);
}

function without(rows: Int32Array, taken: Int32Array, rowCount: number): Int32Array {
  if (taken.length === 0) return rows;
  const isTaken = new Uint8Array(rowCount);
  for (const row of taken) isTaken[row] = 1;
  return rows.filter((row) => isTaken[row] === 0);
}

/**
 * The last part is the test. Folds go forward: the first half of the learning rows only trains, the second half is cut into
 * blocks, and each block is predicted by what came before it. Rows of one time stay together; rows without a time come first.
 */
function splitByTime(request: SplitRequest, times: Float64Array): Split {
  const { labels, hasTestFile, budgetMs = SHORT_BUDGET_MS } = request;
  const rowCount = rowCountOf(labels);
  const notes: string[] = [];
  const at = times.map((time) => (Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time));
  const unknown = times.reduce((sum, time) => sum + (Number.isNaN(time) ? 1 : 0), 0);
  if (unknown > 0) notes.push(`${unknown} rows have no time; they only train.`);
  const order = Int32Array.from({ length: rowCount }, (_, row) => row).sort((a, b) => (at[a] < at[b] ? -1 : at[a] > at[b] ? 1 : a - b));
  if (at[order[0]] === at[order[rowCount - 1]]) {
    const split = splitAtRandom(request);
    return { ...split, notes: ['All rows are of one time, so they were split at random.', ...split.notes] };
  }
  /** The place nearest to `wanted`, in (from, to), at which a new time begins; null where there is none. */
  const cutNear = (wanted: number, from: number, to: number): number | null => {
    const isCut = (place: number) => place > from && place < to && at[order[place]] !== at[order[place - 1]];
    for (let reach = 0; reach < to - from; reach++) {
      if (isCut(wanted - reach)) return wanted - reach;
      if (isCut(wanted + reach)) return wanted + reach;
    }
    return null;
  };

  let learnCount = rowCount;
  let reportedOn: Split['reportedOn'] = hasTestFile ? 'test-file' : 'cross-validation';
  if (!hasTestFile && rowCount < MIN_ROWS_FOR_TEST) notes.push(`${rowCount} rows are too few to lock any away: the score is cross-validated.`);
  else if (!hasTestFile) {
    const cut = cutNear(Math.round(rowCount * (1 - testShareFor(rowCount))), Math.floor(rowCount * 0.3), rowCount);
    // Two times are needed to learn from, or no fold can go forward.
    if (cut !== null && at[order[0]] !== at[order[cut - 1]]) {
      learnCount = cut;
      reportedOn = 'locked-test';
    } else notes.push('There are too few different times to lock the last ones away: the score is cross-validated.');
  }
  const inOrder = order.subarray(0, learnCount);
  const wantedFolds = foldCountFor(request.labels, learnCount, budgetMs);
  const share = wantedFolds === 1 ? Math.min(0.2, MAX_HOLDOUT_ROWS / learnCount) : 0.5;
  const cuts: number[] = [];
  for (let fold = 0; fold < wantedFolds; fold++) {
    const wanted = Math.round(learnCount * (1 - share + (share * fold) / wantedFolds));
    const cut = cutNear(wanted, cuts.at(-1) ?? 0, learnCount);
    if (cut !== null) cuts.push(cut);
  }
  if (cuts.length < wantedFolds) notes.push(`Only ${cuts.length} folds: there are not enough different times for ${wantedFolds}.`);
  const folds = cuts.map((cut, fold) => ({ train: inOrder.slice(0, cut), validate: inOrder.slice(cut, cuts[fold + 1] ?? learnCount) }));
  return { kind: 'time', test: order.slice(learnCount).sort(), learn: inOrder.slice().sort(), folds, reportedOn, notes };
}
