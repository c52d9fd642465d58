import type { ColumnProfile } from '../../domain/profile.ts';

/** More classes than these are told apart by nothing. */
export const MAX_CLASSES = 500;

/** What a target column holds: its distinct texts with their rows, missing ones left out. */
export type TargetLevels = { level: string; count: number }[];
/** Of a column of more values than there may be classes it is enough to know how many. */
export type TargetCounts = { distinctCount: number; labelledCount: number };

/** What the profile tells of the target; undefined where its rows have to be looked at. */
export function levelsOfProfile(
  { topValues, distinctCount, missingCount, unreadableCount }: ColumnProfile,
  rowCount: number,
): TargetLevels | TargetCounts | undefined {
  const presentCount = rowCount - missingCount;
  if (distinctCount > MAX_CLASSES) return { distinctCount, labelledCount: presentCount - unreadableCount };
  // A list that is cut off, of a sample, or of a column of persons does not add up; a text that is cut off may be two.
  const isWhole = topValues.reduce((sum, { count }) => sum + count, 0) === presentCount && topValues.every(({ value }) => value.length < MAX_WHOLE_LENGTH);
  return isWhole ? topValues.map(({ value, count }) => ({ level: value, count })) : undefined;
}

/** Frequent values of a profile are cut at 200 signs. */
const MAX_WHOLE_LENGTH = 200;

export const countsOf = (held: TargetLevels | TargetCounts): TargetCounts =>
  Array.isArray(held) ? { distinctCount: held.length, labelledCount: held.reduce((sum, { count }) => sum + count, 0) } : held;
