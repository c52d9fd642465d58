import type { ColumnProfile } from '../../domain/profile.ts';

/** A class of so few rows beside classes that are all frequent is a slip of somebody's hand more often than a class. */
const STRAY_SHARE = 0.002;
const FREQUENT_SHARE = 0.01;
const MIN_ROWS_OF_FREQUENT = 10;
const MAX_STRAYS = 3;
const MAX_CLASSES = 10;

/** The few classes of hardly a row in a column that has two frequent ones at least and none between. */
export function findStrayClasses({ kind, topValues, distinctCount }: ColumnProfile): { value: string; count: number }[] {
  if ((kind !== 'category' && kind !== 'ordered') || distinctCount > MAX_CLASSES + MAX_STRAYS || topValues.length < distinctCount) return [];
  const total = topValues.reduce((sum, { count }) => sum + count, 0);
  const strays = topValues.filter(({ count }) => count <= Math.max(1, STRAY_SHARE * total));
  const frequent = topValues.filter(({ count }) => count >= Math.max(MIN_ROWS_OF_FREQUENT, FREQUENT_SHARE * total));
  const isClear = strays.length <= MAX_STRAYS && frequent.length >= 2 && frequent.length <= MAX_CLASSES;
  return isClear && strays.length + frequent.length === topValues.length ? strays : [];
}
