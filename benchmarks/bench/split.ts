/**
 * Which rows of a public table are the test rows, by the rule that every engine is held to. Rows are numbered from 0 in file order; a row
 * without a label is in neither part.
 *
 * - by chance: a row is a test row when the first 8 hex digits of sha256("NAME:SEED:INDEX") divide by 4 without rest, about a quarter of them;
 * - by group: the same with the values of the group's columns, joined by `|`, in place of the index, so that no group lies on both sides;
 *   Where scores are compared with what was reported of other rows, equal inputs count as such a group (`inputsOf`), as they do in the product's own
 *   split: rows that are new to a model are then of the same kind on both sides, repeated ones among them.
 * - by time: the time of the row at 75 % is the first test time, and all rows from that time on are test rows. The seed changes nothing.
 */
import { createHash } from 'node:crypto';
import type { Dataset, TimeOrder } from './dataset.ts';

const TRAINING_SHARE = 0.75;

/** Where a row goes: its place in the list is its number. */
export type Side = 'train' | 'test' | 'neither';

type SplitFacts = Pick<Dataset, 'name' | 'target_index' | 'target_missing' | 'group_column' | 'time_order'>;

export function sidesOf(
  facts: SplitFacts,
  names: readonly string[],
  rows: Iterable<string[]>,
  { seed, inputsOf }: { seed: number; inputsOf?: (row: string[]) => string },
): Side[] {
  const { name, target_index: target, target_missing: missing, group_column: groupColumns, time_order: timeOrder } = facts;
  const isLabelled = (row: string[]) => !missing.includes((row[target] ?? '').trim());
  if (timeOrder) return sidesByTime(timeOrder, names, rows, isLabelled);
  const groupPlaces = groupColumns?.map((column) => placeOf(names, column));
  const sides: Side[] = [];
  for (const row of rows) {
    const key = groupPlaces ? groupPlaces.map((place) => row[place]).join('|') : (inputsOf?.(row) ?? String(sides.length));
    const side = isTestKey(name, seed, key) ? 'test' : 'train';
    sides.push(isLabelled(row) ? side : 'neither');
  }
  return sides;
}

export function isTestKey(name: string, seed: number, key: string): boolean {
  const digest = createHash('sha256').update(`${name}:${seed}:${key}`).digest('hex');
  return Number.parseInt(digest.slice(0, 8), 16) % 4 === 0;
}

type TimeKey = (string | number)[];

function sidesByTime(order: TimeOrder, names: readonly string[], rows: Iterable<string[]>, isLabelled: (row: string[]) => boolean): Side[] {
  const keyOf = timeKeyOf(order, names);
  const keys: (TimeKey | null)[] = [];
  for (const row of rows) keys.push(isLabelled(row) ? keyOf(row) : null);
  const sorted = keys.filter((key) => key !== null).sort(compareTimes);
  const first = sorted[Math.floor(TRAINING_SHARE * sorted.length)];
  return keys.map((key) => (key === null ? 'neither' : compareTimes(key, first) < 0 ? 'train' : 'test'));
}

function timeKeyOf(order: TimeOrder, names: readonly string[]): (row: string[]) => TimeKey {
  const parts = order.map(([column, kind]) => ({ place: placeOf(names, column), kind }));
  return (row) => parts.map(({ place, kind }) => (kind === 'int' ? Number(row[place]) : row[place].trim()));
}

/** A number a row that rises with time; equal for equal times. */
export function timeRanks(order: TimeOrder, names: readonly string[], rows: readonly string[][]): Float64Array {
  const keys = rows.map(timeKeyOf(order, names));
  const inOrder = [...keys.keys()].sort((a, b) => compareTimes(keys[a], keys[b]));
  const ranks = new Float64Array(keys.length);
  for (const [place, row] of inOrder.entries()) {
    const before = inOrder[place - 1];
    ranks[row] = place > 0 && compareTimes(keys[before], keys[row]) === 0 ? ranks[before] : place;
  }
  return ranks;
}

function compareTimes(a: TimeKey, b: TimeKey): number {
  for (const [at, value] of a.entries()) {
    if (value < b[at]) return -1;
    if (value > b[at]) return 1;
  }
  return 0;
}

function placeOf(names: readonly string[], column: string): number {
  const place = names.indexOf(column);
  if (place === -1) throw new Error(`the table has no column "${column}"`);
  return place;
}
