import type { Column } from '../../domain/column.ts';
import type { LeakSuspect, Profile } from '../../domain/profile.ts';
import { equalRowIds, takeRows } from '../../domain/table.ts';
import type { Labels } from '../../domain/task.ts';
import { findIdentities } from './find-identity.ts';
import { findWrittenAfterwards } from './find-written-afterwards.ts';
import {
  measureClasses,
  measureValues,
  missingMoves,
  straightShare,
  truthOf,
  type ClassFigures,
  type ClassTruth,
  type MissingMoves,
  type ValueTruth,
} from './measure-alone.ts';
import { isEarlier, sharesWord } from './name-words.ts';
import { cellNumbers, sortCells, type Cells, type SortedCells } from './sort-cells.ts';

/** Rows looked at, evenly over the table: enough to tell 0.995 from less. */
const MAX_ROWS = 20_000;
/** As many as a plan needs. */
const MIN_ROWS = 30;
/** Above these a column is the answer in another spelling. Honest ones do not come here: carat explains 87 % of a diamond's price, odour tells 98.5 % of mushrooms. */
const LEAK_AUC = 0.995;
const LEAK_RECALL = 0.99;
const LEAK_R2 = 0.999;
/** From these on a person is asked; a column that is also named after the target, or that leaves all others far behind, is left out. */
const NEAR_AUC = 0.98;
const NEAR_RECALL = 0.98;
const NEAR_R2 = 0.97;
/** For a number that is named after the target: the whole that the target is the greater part of. */
const NAMED_R2 = 0.95;
/** For a rare class: a distance finds dear taxi rides with 0.91, the largest cities most of the largest sales with 0.92; a cause of death finds deaths with 0.94. */
const LEAK_RARE_F1 = 0.93;
const NEAR_RARE_F1 = 0.9;
/**
 * A jump over all the rest: what the best column leaves untold of a class or of a number is nearly nothing, and so many times less than what any
 * other leaves. A measurement may rank two classes that well and still tell a tenth of the rows wrongly, as the pressure of the air tells tomorrow's
 * rain: rows have to be told. Among fewer columns than these, or in fewer rows, a strong column is no wonder.
 */
const JUMP = 10;
const JUMP_UNTOLD_CLASS = 0.01;
const JUMP_UNTOLD_VALUE = 0.02;
const JUMP_COLUMNS = 5;
const JUMP_ROWS = 100;
/** The area under the curve is easily had for a rare class; a jump there takes the class being found as well. */
const JUMP_RARE_F1 = 0.8;

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
 * on rows that its small table of answers was not made from, so that an identifier does not look like a leak. With the columns that it is
 * sure of taken away it finds no further ones: a plan that was made by it is found in order when it is looked at again.
 */
export function findLeaks({ columns, labels, rows, profile, target, moment }: LeakSearch): LeakSuspect[] {
  const sample = withoutCopies(evenly(rows.length), rows, new Map(columns));
  if (sample.length < MIN_ROWS) return [];
  const truth = truthOf(takeLabels(labels, sample));
  const looked = sample.map((at) => rows[at]);
  const alone: Alone[] = [];
  const numbers: { name: string; values: Float64Array }[] = [];
  const moves = new Map<string, MissingMoves>();
  for (const [column, values] of columns) {
    const cells = cellNumbers(values, looked);
    const sorted = sortCells(cells);
    moves.set(column, missingMoves(sorted, truth));
    const isNamedSo = sharesWord(column, target) && !isEarlier(column);
    const isDate = values.type === 'timestamp';
    const judged =
      truth.kind === 'values' ? judgeValues(cells, sorted, truth, { isNamedSo, isDate }) : judgeClasses(measureClasses(sorted, truth), truth, isNamedSo);
    if (judged) alone.push({ column, ...judged });
    if (values.type === 'number') numbers.push({ name: column, values: cells.values });
  }
  const suspects = new Map<string, LeakSuspect>();
  const note = (suspect: LeakSuspect) => {
    const known = suspects.get(suspect.column);
    if (!known || (suspect.isSure && !known.isSure)) suspects.set(suspect.column, suspect);
  };
  for (const { column, level, detail } of withJumps(alone, sample.length))
    if (level !== 'honest') note({ column, kind: 'answer', isSure: level === 'leak', detail });
  if (truth.kind === 'values') {
    // The greater part of a sum may jump over all others; the sum is found all the same.
    const tellsAlone = new Set(alone.filter(({ level }) => level === 'leak').map(({ column }) => column));
    const rest = numbers.filter(({ name }) => !tellsAlone.has(name));
    for (const { columns: together, formula } of findIdentities(rest, truth.values))
      for (const column of together) note({ column, kind: 'answer', isSure: true, detail: `gives the answer with others: ${formula} is the target` });
  }
  for (const suspect of findWrittenAfterwards({ moves, profile, target, moment })) note(suspect);
  return [...suspects.values()];
}

function evenly(count: number): Int32Array {
  const size = Math.min(count, MAX_ROWS);
  return Int32Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

/** Rows have as many copies on average: with fewer, what copies tell of each other makes no column look as if it knew the answer. */
const MANY_COPIES = 2;
/** Copies are made of all rows about equally often. Where a few values meet by chance, some rows come far more often than others. */
const MOST_TIMES_MEAN = 4;

/**
 * One of each set of equal rows, where the table is one that was copied: otherwise any measurement tells the answer of its own copies, in the
 * half that its table of answers was made from.
 */
function withoutCopies(sample: Int32Array, rows: Int32Array, columns: Map<string, Column>): Int32Array {
  const looked = Int32Array.from(sample, (at) => rows[at]);
  const ids = equalRowIds(takeRows({ rowCount: rows.length, columns }, looked));
  const first = sample.filter((_, row) => ids[row] < 0 || ids[row] === row);
  const mean = sample.length / first.length;
  if (first.length < MIN_ROWS || mean < MANY_COPIES) return sample;
  const sizes = new Int32Array(sample.length);
  for (const id of ids) if (id >= 0) sizes[id]++;
  return sizes.every((size) => size <= MOST_TIMES_MEAN * mean) ? first : sample;
}

function takeLabels(labels: Labels, sample: Int32Array): Labels {
  return labels.kind === 'classes'
    ? { ...labels, codes: Int32Array.from(sample, (at) => labels.codes[at]) }
    : { kind: 'values', values: Float64Array.from(sample, (at) => labels.values[at]) };
}

/** What one column alone leaves untold (0: nothing), and what that makes of it. `near` counts as a leak where it jumps over all others. */
type Judged = { untold: number; level: 'leak' | 'near' | 'honest'; mayJump: boolean; detail: string };
type Alone = Judged & { column: string };

function judgeValues(cells: Cells, sorted: SortedCells, truth: ValueTruth, { isNamedSo, isDate }: { isNamedSo: boolean; isDate: boolean }): Judged {
  const bar = isNamedSo ? NAMED_R2 : NEAR_R2;
  const share = isDate ? straightShare(sorted, cells.values, truth) : measureValues(sorted, cells.values, truth, bar);
  // A trend is no leak, and what follows a date smoothly is told by its neighbours; a date that is the answer lies on a line.
  const level = share >= LEAK_R2 || (isNamedSo && share >= bar) ? 'leak' : share >= bar && !isDate ? 'near' : 'honest';
  return {
    untold: 1 - share,
    level,
    mayJump: 1 - share <= JUMP_UNTOLD_VALUE,
    detail: `tells the answer alone: it explains ${(100 * share).toFixed(2)} % of the target with no other column`,
  };
}

function judgeClasses(figures: ClassFigures | undefined, { classCount }: ClassTruth, isNamedSo: boolean): Judged | undefined {
  if (!figures) return undefined;
  const { meanRecall, area, rare } = figures;
  const untold = 1 - meanRecall;
  const mayJump = untold <= JUMP_UNTOLD_CLASS && (rare === null || rare.f1 >= JUMP_RARE_F1);
  if (rare && rare.f1 >= NEAR_RARE_F1) {
    const level = rare.f1 >= LEAK_RARE_F1 || isNamedSo ? 'leak' : 'near';
    return { untold, level, mayJump, detail: `tells the rare class alone: ${(100 * rare.recall).toFixed(1)} % of it are found with no other column` };
  }
  const isNear = meanRecall >= NEAR_RECALL || area >= NEAR_AUC;
  const isLeak = meanRecall >= LEAK_RECALL && (classCount > 2 || area >= LEAK_AUC);
  const detail =
    meanRecall >= NEAR_RECALL
      ? `tells the answer alone: ${(100 * meanRecall).toFixed(1)} % of each class are right with no other column`
      : `tells the answer alone: it puts ${(100 * area).toFixed(1)} % of all pairs of two classes in the right order with no other column`;
  return { untold, level: isLeak || (isNear && isNamedSo) ? 'leak' : isNear ? 'near' : 'honest', mayJump, detail };
}

/** With every near column for a leak that jumps over all those that are none. */
function withJumps(alone: Alone[], rowCount: number): Alone[] {
  if (rowCount < JUMP_ROWS) return alone;
  const rest = alone.filter(({ level }) => level !== 'leak').toSorted((a, b) => a.untold - b.untold);
  const jumped = new Set<string>();
  const isJump = ([best, next]: Alone[]) => best.level === 'near' && best.mayJump && next.untold >= JUMP * best.untold;
  while (rest.length >= JUMP_COLUMNS && isJump(rest)) jumped.add(rest.shift()?.column ?? '');
  return alone.map((one) => (jumped.has(one.column) ? { ...one, level: 'leak', detail: `${one.detail}, and none of the others comes near` } : one));
}
