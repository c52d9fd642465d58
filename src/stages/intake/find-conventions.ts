import type { DecimalMark } from '../../domain/read-number.ts';
import type { ColumnStatistics } from '../../edges/tables/index.ts';
import { dateOrdersOf, decideDate, type DateOrder, type DateOrders } from './decide-date.ts';
import { totalOf } from './decide-markers.ts';
import { decideNumber, decimalMarkOf } from './decide-number.ts';

/** How the writer of a file writes numbers and dates, as far as some of its columns leave no doubt. `isNaMissing`: NA stands for a missing one. */
export type Conventions = { decimal: DecimalMark | null; dateOrders: DateOrders; isNaMissing: boolean };

export const NO_CONVENTIONS: Conventions = { decimal: null, dateOrders: new Map(), isNaMissing: false };

/** What the columns that settle it say, each with one vote; nothing where they contradict each other evenly. */
export function findConventions(columns: ColumnStatistics[]): Conventions {
  const marks: DecimalMark[] = [];
  const ordersBySeparator = new Map<string, DateOrder[]>();
  let isNaMissing = false;
  for (const statistics of columns) {
    const presentCount = statistics.rowCount - statistics.emptyCount - totalOf(statistics.markers);
    if (presentCount === 0) continue;
    const mark = decimalMarkOf(statistics, presentCount);
    if (mark !== undefined) marks.push(mark);
    for (const { separator, order } of dateOrdersOf(statistics, presentCount))
      ordersBySeparator.set(separator, [...(ordersBySeparator.get(separator) ?? []), order]);
    const holdsNa = statistics.markers.some(({ text }) => text === 'NA');
    if (holdsNa && (decideNumber(statistics, presentCount, null) || decideDate(statistics, presentCount, new Map()))) isNaMissing = true;
  }
  const dateOrders = new Map<string, DateOrder>();
  for (const [separator, orders] of ordersBySeparator) {
    const order = mostFrequent(orders);
    if (order !== null) dateOrders.set(separator, order);
  }
  return { decimal: mostFrequent(marks), dateOrders, isNaMissing };
}

/** Null where there is none, or a second one as frequent. */
function mostFrequent<T>(votes: T[]): T | null {
  const counts = new Map<T, number>();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  const [first, second] = [...counts].toSorted((a, b) => b[1] - a[1]);
  return first && first[1] > (second?.[1] ?? 0) ? first[0] : null;
}
