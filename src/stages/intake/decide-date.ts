import type { ReadingRule } from '../../domain/column.ts';
import type { ColumnStatistics } from '../../edges/tables/index.ts';
import { READABLE_SHARE } from './decide-number.ts';

type DateFacts = ColumnStatistics['dates'][number];
/** Which part of a date of numbers comes first. */
export type DateOrder = 'year' | 'month' | 'day';
/** What the columns of a file say of the order in its dates, by the sign between the parts. */
export type DateOrders = ReadonlyMap<string, DateOrder>;

/** `open`: the other order gives other days, and nothing in the column or the file speaks against it. */
export type DateDecision = {
  rule: Extract<ReadingRule, { type: 'timestamp' }>;
  readableCount: number;
  reason: string;
  open: { taken: string; other: string } | null;
};

/** Spellings that cannot be mistaken for each other; of the orders in one of them the column decides for one, the likeliest first. */
const DATE_FAMILIES = [
  ['yyyy-mm-dd'],
  ['yyyy/mm/dd'],
  ['yyyy.mm.dd'],
  ['mm/dd/yyyy', 'dd/mm/yyyy'],
  ['mm-dd-yyyy', 'dd-mm-yyyy'],
  ['dd.mm.yyyy'],
  ['mm/dd/yy', 'dd/mm/yy', 'yy/mm/dd'],
  ['mm-dd-yy', 'dd-mm-yy', 'yy-mm-dd'],
  ['dd.mm.yy', 'yy.mm.dd'],
  ['dd mmm yyyy'],
  ['dd mmm yy'],
  ['mmm dd yyyy'],
  ['mmm yyyy'],
  ['mmm yy'],
  ['yyyy mmm'],
  ['yyyy-mm'],
  ['mm/yyyy'],
  ['yyyymmdd'],
  ['yyyymm'],
  ['yyyy'],
  ['yyyy-Qq'],
  ['Qq-yyyy'],
  ['yyyy-Www'],
];

/** @param orders what the other columns of the file say */
export function decideDate({ dates }: ColumnStatistics, presentCount: number, orders: DateOrders): DateDecision | undefined {
  const chosen = DATE_FAMILIES.flatMap((family) => {
    const choice = chooseOrder(family, dates, orders);
    return choice ? [choice] : [];
  }).toSorted((a, b) => b.best.count - a.best.count);
  // A few years beside other dates are dates; years alone are numbers.
  const isOnlyYears = chosen.every(({ best }) => best.format === 'yyyy');
  // Days and months written as digits come alone: beside other spellings they are numbers.
  const kept = chosen.filter(({ best }) => !/^y+m+(?:dd)?$/.test(best.format) || chosen.length === 1);
  const readableCount = kept.reduce((sum, { best }) => sum + best.count, 0);
  if (kept.length === 0 || isOnlyYears || readableCount < READABLE_SHARE * presentCount) return undefined;
  const formats = kept.map(({ best }) => best.format);
  const open = kept.find(({ other }) => other !== null);
  return {
    rule: { type: 'timestamp', missing: [], formats },
    readableCount,
    reason: `holds dates written ${formats.join(' or ')}`,
    open: open?.other ? { taken: open.best.format, other: open.other } : null,
  };
}

/** The orders that a column of dates leaves no doubt of, by the sign between the parts. */
export function dateOrdersOf(statistics: ColumnStatistics, presentCount: number): { separator: string; order: DateOrder }[] {
  const decided = decideDate(statistics, presentCount, new Map());
  return (decided?.rule.formats ?? []).flatMap((format) => {
    const family = DATE_FAMILIES.find((one) => one.includes(format)) ?? [];
    const [most, next] = countsOf(family, statistics.dates);
    return family.length > 1 && most > (next ?? 0) ? [{ separator: separatorOf(format), order: orderOf(format) }] : [];
  });
}

const countsOf = (family: string[], dates: DateFacts[]) =>
  dates
    .filter(({ format }) => family.includes(format))
    .map(({ count }) => count)
    .toSorted((a, b) => b - a);

const separatorOf = (format: string) => /[/.-]/.exec(format)?.[0] ?? '';
const orderOf = (format: string): DateOrder => (format.startsWith('dd') ? 'day' : format.startsWith('mm') ? 'month' : 'year');
const spanOf = ({ first, last }: DateFacts) => last - first;

/** Years of two digits that lie further apart are days: 23-12-31 is hardly of 1931 where 23-12-01 would be of 2001. */
const MAX_SPAN_OF_SHORT_YEARS = 60 * 365 * 86_400_000_000;

/**
 * The order that reads most cells. Where several do, the file decides; else the year stands behind, and day and month as keeps the dates closer
 * together, else month first.
 */
function chooseOrder(family: string[], dates: DateFacts[], orders: DateOrders): { best: DateFacts; other: string | null } | undefined {
  const known = dates.filter(({ format }) => family.includes(format));
  const most = Math.max(...known.map(({ count }) => count));
  const equal = known.filter(({ count }) => count === most).toSorted((a, b) => spanOf(a) - spanOf(b) || family.indexOf(a.format) - family.indexOf(b.format));
  const likeliest = equal.find((one) => !isYearFirst(one) && spanOf(one) <= MAX_SPAN_OF_SHORT_YEARS) ?? equal[0];
  if (!likeliest) return undefined;
  const order = orders.get(separatorOf(likeliest.format));
  const ofFile = equal.find((one) => orderOf(one.format) === order && (order === 'year' || !isYearFirst(likeliest)));
  if (ofFile) return { best: ofFile, other: null };
  const other = equal.find(
    (one) => one !== likeliest && (isYearFirst(one) === isYearFirst(likeliest) ? likeliest.swappedCount > 0 : spanOf(one) < 2 * spanOf(likeliest)),
  );
  return { best: likeliest, other: other?.format ?? null };
}

const isYearFirst = ({ format }: DateFacts) => orderOf(format) === 'year';
