import type { Random } from '../../domain/random.ts';
import type { Labels } from '../../domain/task.ts';

/** Rows of one fold: what is fitted, what stops the fitting early, what is scored. The three never share a row. */
export type FoldRows = { fit: Int32Array; holdout: Int32Array; validate: Int32Array };

const HOLDOUT_SHARE = 0.12;
const MAX_HOLDOUT_ROWS = 20_000;
/** With fewer rows than this a holdout would say nothing. */
const MIN_TRAIN_ROWS = 60;

/**
 * Cuts the rows that stop a fit early from a fold's training rows: 12 % of them, stratified by class, whole `blocks` together
 * (rows of one group, or equal rows; −1: alone). Where rows are ordered by time the last ones are taken.
 */
export function cutHoldout(
  train: Int32Array,
  options: { labels: Labels; blocks: Int32Array; isTimeOrdered: boolean; random: Random },
): { fit: Int32Array; holdout: Int32Array } {
  if (train.length < MIN_TRAIN_ROWS) return { fit: train, holdout: new Int32Array(0) };
  const wanted = Math.min(MAX_HOLDOUT_ROWS, Math.round(train.length * HOLDOUT_SHARE));
  if (options.isTimeOrdered) return { fit: train.slice(0, train.length - wanted), holdout: train.slice(train.length - wanted) };

  const { labels, blocks } = options;
  const order = options.random.shuffle(Int32Array.from(train));
  const classCount = labels.kind === 'classes' ? labels.classCount : 1;
  const classOf = (row: number) => (labels.kind === 'classes' ? labels.codes[row] : 0);
  const left = new Float64Array(classCount);
  for (const row of train) left[classOf(row)]++;
  // A class gives rows only while enough of it stays to learn from.
  const quota = left.map((count) => (count < 8 ? 0 : (count / train.length) * wanted));
  const blockIsHeld = new Map<number, boolean>();
  const held = new Set<number>();
  for (const row of order) {
    const block = blocks[row];
    const known = block >= 0 ? blockIsHeld.get(block) : undefined;
    const isHeld = known ?? quota[classOf(row)] >= 1;
    if (block >= 0 && known === undefined) blockIsHeld.set(block, isHeld);
    if (!isHeld) continue;
    held.add(row);
    quota[classOf(row)]--;
  }
  return { fit: train.filter((row) => !held.has(row)), holdout: train.filter((row) => held.has(row)) };
}
