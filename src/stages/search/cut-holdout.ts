import type { Random } from '../../domain/random.ts';
import type { Labels } from '../../domain/task.ts';
import { denseCodes } from '../evaluation/index.ts';

/** Rows of one fold: what is fitted, what stops the fitting early, what is scored. The three never share a row. */
export type FoldRows = { fit: Int32Array; holdout: Int32Array; validate: Int32Array };

const HOLDOUT_SHARE = 0.12;
const MAX_HOLDOUT_ROWS = 20_000;
/** With fewer rows than this a holdout would say nothing. */
const MIN_TRAIN_ROWS = 60;
/** A class with fewer rows gives none: enough of it has to stay to learn from. */
const MIN_CLASS_ROWS = 8;
/** A block larger than this part of the holdout comes only where the smaller ones do not fill half of it: first up to all of it, then up to a third of all rows. */
const MAX_BLOCK_SHARE = 0.2;
const MAX_TRAIN_SHARE = 1 / 3;

/**
 * Cuts the rows that stop a fit early from a fold's training rows: 12 % of them, stratified by class, whole `blocks` together
 * (rows of one group, or equal rows; −1: alone). Where rows are ordered by time the last ones are taken. None where no block is small enough.
 */
export function cutHoldout(
  train: Int32Array,
  options: { labels: Labels; blocks: Int32Array; isTimeOrdered: boolean; random: Random },
): { fit: Int32Array; holdout: Int32Array } {
  if (train.length < MIN_TRAIN_ROWS) return { fit: train, holdout: new Int32Array(0) };
  const wanted = Math.min(MAX_HOLDOUT_ROWS, Math.round(train.length * HOLDOUT_SHARE));
  if (options.isTimeOrdered) return { fit: train.slice(0, train.length - wanted), holdout: train.slice(train.length - wanted) };

  const { labels, random } = options;
  const classCount = labels.kind === 'classes' ? labels.classCount : 1;
  const classOf = (row: number) => (labels.kind === 'classes' ? labels.codes[row] : 0);
  const left = new Float64Array(classCount);
  for (const row of train) left[classOf(row)]++;
  const quota = left.map((count) => (count < MIN_CLASS_ROWS ? 0 : (count / train.length) * wanted));

  const { unitOf, count: unitCount } = denseCodes(train.map((row) => options.blocks[row]));
  const rowsOf = rowsByUnit(train, unitOf, unitCount);
  const order = random.shuffle(Int32Array.from({ length: unitCount }, (_, unit) => unit));
  const isHeld = new Uint8Array(unitCount);
  let heldRows = 0;
  for (const most of [Math.max(1, wanted * MAX_BLOCK_SHARE), wanted, train.length * MAX_TRAIN_SHARE]) {
    if (heldRows > wanted / 2) break;
    for (const unit of order) {
      const rows = rowsOf(unit);
      if (isHeld[unit] === 1 || rows.length > most || (heldRows > 0 && heldRows + rows.length / 2 > wanted)) continue;
      const classes = rows.map(classOf);
      if (!isWanted(classes, quota, left)) continue;
      isHeld[unit] = 1;
      heldRows += rows.length;
      for (const code of classes) {
        quota[code]--;
        left[code]--;
      }
    }
  }
  return { fit: train.filter((_, at) => isHeld[unitOf[at]] === 0), holdout: train.filter((_, at) => isHeld[unitOf[at]] === 1) };
}

/** A row alone is wanted while its class has a place free; a block while its rows have one on the whole and most of each class stays. */
function isWanted(classes: Int32Array, quota: Float64Array, left: Float64Array): boolean {
  if (classes.length === 1) return quota[classes[0]] >= 1;
  const taken = new Map<number, number>();
  let places = 0;
  for (const code of classes) {
    places += quota[code];
    taken.set(code, (taken.get(code) ?? 0) + 1);
  }
  return places > 0 && [...taken].every(([code, count]) => count <= left[code] / 2);
}

function rowsByUnit(train: Int32Array, unitOf: Int32Array, unitCount: number): (unit: number) => Int32Array {
  const start = new Int32Array(unitCount + 1);
  for (const unit of unitOf) start[unit + 1]++;
  for (let unit = 0; unit < unitCount; unit++) start[unit + 1] += start[unit];
  const next = start.slice();
  const rows = new Int32Array(train.length);
  for (let at = 0; at < train.length; at++) rows[next[unitOf[at]]++] = train[at];
  return (unit) => rows.subarray(start[unit], start[unit + 1]);
}
