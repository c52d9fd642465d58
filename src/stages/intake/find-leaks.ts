import type { Column } from '../../domain/column.ts';
import type { LeakSuspect, Profile } from '../../domain/profile.ts';
import type { Labels } from '../../domain/task.ts';
import { findIdentities } from './find-identity.ts';
import { findWrittenAfterwards } from './find-written-afterwards.ts';
import { measureClasses, measureValues, missingMoves, truthOf, type Truth } from './measure-alone.ts';
import { isEarlier, sharesWord } from './name-words.ts';
import { cellNumbers, sortCells, type Cells, type SortedCells } from './sort-cells.ts';

/** Rows looked at, evenly over the table: enough to tell 0.995 from less. */
const MAX_ROWS = 20_000;
const MIN_ROWS = 50;
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
/** A rare class is found by no honest column alone with precision and recall that high; a cause of death is. */
const LEAK_RARE_F1 = 0.9;

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
  const truth = truthOf(takeLabels(labels, sample));
  const looked = sample.map((at) => rows[at]);
  const suspects = new Map<string, LeakSuspect>();
  const note = (suspect: LeakSuspect) => {
    const known = suspects.get(suspect.column);
    if (!known || (suspect.isSure && !known.isSure)) suspects.set(suspect.column, suspect);
  };
  const numbers: { name: string; values: Float64Array }[] = [];
  const moves = new Map<string, number>();
  for (const [column, values] of columns) {
    const cells = cellNumbers(values, looked);
    const sorted = sortCells(cells);
    moves.set(column, missingMoves(sorted, truth));
    const isNamedSo = sharesWord(column, target) && !isEarlier(column);
    const found = judge(cells, sorted, truth, isNamedSo);
    if (found) note({ column, kind: 'answer', isSure: found.isSure || isNamedSo, detail: found.detail });
    if (values.type === 'number' && truth.kind === 'values' && !suspects.get(column)?.isSure) numbers.push({ name: column, values: cells.values });
  }
  if (truth.kind === 'values')
    for (const { columns: together, formula } of findIdentities(numbers, truth.values))
      for (const column of together) note({ column, kind: 'answer', isSure: true, detail: `gives the answer with others: ${formula} is the target` });
  for (const suspect of findWrittenAfterwards({ moves, profile, target, moment })) note(suspect);
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

type Found = { isSure: boolean; detail: string };

function judge(cells: Cells, sorted: SortedCells, truth: Truth, isNamedSo: boolean): Found | undefined {
  if (truth.kind === 'values') {
    const share = measureValues(sorted, cells.values, truth, isNamedSo ? NAMED_R2 : NEAR_R2);
    if (share < (isNamedSo ? NAMED_R2 : NEAR_R2)) return undefined;
    return { isSure: share >= LEAK_R2, detail: `tells the answer alone: it explains ${(100 * share).toFixed(2)} % of the target with no other column` };
  }
  const figures = measureClasses(sorted, truth);
  if (!figures) return undefined;
  const { meanRecall, area, rare } = figures;
  if (rare && rare.f1 >= LEAK_RARE_F1)
    return { isSure: true, detail: `tells the rare class alone: ${(100 * rare.recall).toFixed(1)} % of it are found with no other column` };
  if (meanRecall < NEAR_RECALL) return undefined;
  const isSure = meanRecall >= LEAK_RECALL && (truth.classCount > 2 || area >= LEAK_AUC);
  return { isSure, detail: `tells the answer alone: ${(100 * meanRecall).toFixed(1)} % of each class are right with no other column` };
}
