import type { ColumnProfile } from '../../domain/profile.ts';

/** Parts of a calendar are whole numbers no greater: minutes, weeks, days of a month. */
const LARGEST_PART = 60;
const YEARS = { first: 1900, last: 2100 };

/**
 * Whether a value can be known for a time to come: what is a name, a class, a date or a part of the calendar can; an amount is measured
 * along with the answer. `time`: the column that orders the rows.
 */
export function isKnownAhead({ name, kind, numbers }: ColumnProfile, time: string): boolean {
  if (name === time || kind !== 'number' || numbers === null) return true;
  if (!numbers.isWhole) return false;
  return (numbers.min >= 0 && numbers.max <= LARGEST_PART) || (numbers.min >= YEARS.first && numbers.max <= YEARS.last);
}
