import type { ColumnProfile } from '../../domain/profile.ts';

/** Between two classes a third of so few rows is a slip of somebody's hand; among more, rare classes are common, and only one row is told of. */
const STRAY_SHARE_OF_TWO = 0.002;
const FREQUENT_SHARE = 0.01;
const MIN_ROWS_OF_FREQUENT = 10;
const MAX_STRAYS = 3;
const MAX_CLASSES = 10;

/** The few classes of hardly a row in a column that has two frequent ones at least and none between. The ends of a scale are rare by nature. */
export function findStrayClasses({ kind, topValues, distinctCount }: ColumnProfile): { value: string; count: number }[] {
  if (kind !== 'category' || distinctCount > MAX_CLASSES + MAX_STRAYS || topValues.length < distinctCount) return [];
  const total = topValues.reduce((sum, { count }) => sum + count, 0);
  const frequent = topValues.filter(({ count }) => count >= Math.max(MIN_ROWS_OF_FREQUENT, FREQUENT_SHARE * total));
  const strays = topValues.filter(({ count }) => count === 1 || (frequent.length === 2 && count <= STRAY_SHARE_OF_TWO * total));
  const isClear = strays.length <= MAX_STRAYS && frequent.length >= 2 && frequent.length <= MAX_CLASSES;
  return isClear && strays.length + frequent.length === topValues.length ? strays : [];
}
