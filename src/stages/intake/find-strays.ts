import type { ReadingRule } from '../../domain/column.ts';
import { cellReader } from '../../domain/read-cell.ts';
import type { ColumnStatistics } from '../../edges/tables/index.ts';
import { totalOf } from './decide-markers.ts';
import { bestStyle } from './decide-number.ts';

/** Cells of a column of numbers or dates that are none, and are too many to be slips. `words`: the most frequent ones. */
export type Strays = { among: 'numbers' | 'dates'; share: number; words: { text: string; count: number }[] };

/** A column of which fewer cells are numbers or dates is a mixture and no slip. */
const MOSTLY_SHARE = 0.7;
/** A few different numbers beside many words are codes. */
const MOSTLY_SHARE_OF_FEW = 0.9;
const MANY_VALUES = 20;
const MAX_WORDS = 5;
/** Keys such as "PC 17599" beside 17463 are all different: there is nothing to name. */
const MIN_SHARE_OF_WORDS = 0.5;

/** What a user would have to change for the column to be numbers or dates; null for a column that is something else. */
export function findStrays(statistics: ColumnStatistics, presentCount: number, missing: string[]): Strays | null {
  const { among, count, rule, valueCount } = bestReading(statistics, missing);
  const otherCount = presentCount - count;
  if (otherCount <= 0 || count < (valueCount < MANY_VALUES ? MOSTLY_SHARE_OF_FEW : MOSTLY_SHARE) * presentCount) return null;
  const read = cellReader(rule);
  const words = statistics.top.filter(({ text }) => 'unreadable' in read(text)).slice(0, MAX_WORDS);
  return totalOf(words) < MIN_SHARE_OF_WORDS * otherCount ? null : { among, share: count / presentCount, words };
}

function bestReading({ numberCounts, commaCounts, numbers, commaNumbers, dates, distinctCount }: ColumnStatistics, missing: string[]) {
  const point = bestStyle(numberCounts);
  const comma = bestStyle(commaCounts);
  const isComma = comma.count > point.count;
  const { style, count } = isComma ? comma : point;
  const date = dates.toSorted((a, b) => b.count - a.count).at(0);
  if (date && date.count > count) {
    const rule: ReadingRule = { type: 'timestamp', missing, formats: [date.format] };
    return { among: 'dates' as const, count: date.count, rule, valueCount: distinctCount };
  }
  const rule: ReadingRule = { type: 'number', missing, style, ...(isComma && { decimal: ',' as const }) };
  return { among: 'numbers' as const, count, rule, valueCount: (isComma ? commaNumbers : numbers)?.distinctCount ?? 0 };
}
