import type { ReadingRule } from '../../domain/column.ts';
import type { DecimalMark } from '../../domain/read-number.ts';
import type { ColumnStatistics } from '../../edges/tables/index.ts';

/** Share of the cells that are there which a typed rule has to read: the rest is taken for slips. */
export const READABLE_SHARE = 0.99;
/** A few numbers beside a letter are codes; only a column of more different numbers is a quantity with slips. */
const MIN_NUMBERS_WITH_SLIPS = 20;

/** A letter or a unit behind a few different numbers makes names of them: 1B, 2B, 3B. */
const MIN_NUMBERS_WITH_LETTERS = 10;

/**
 * `isOpen`: the other decimal mark gives other numbers, and nothing in the column or the file speaks against it. `otherMarkCount`: cells that only the
 * other mark reads, where they are too many to be slips.
 */
export type NumberDecision = { rule: Extract<ReadingRule, { type: 'number' }>; readableCount: number; reason: string; isOpen: boolean; otherMarkCount: number };

/**
 * The narrowest style that reads the column, with the decimal mark that reads more cells. Where both read as many, the mark of the file, else a point:
 * whole numbers too, for rows to be predicted may hold 1.250 or 12,5.
 * @param fileMark what the other columns of the file say
 */
export function decideNumber(statistics: ColumnStatistics, presentCount: number, fileMark: DecimalMark | null): NumberDecision | undefined {
  const point = bestStyle(statistics.numberCounts);
  const comma = bestStyle(statistics.commaCounts);
  const isEither = point.count === comma.count && statistics.openCount > 0;
  const isComma = comma.count > point.count || (comma.count === point.count && fileMark === ',');
  const { style, count, reason } = isComma ? comma : point;
  const rule: NumberDecision['rule'] = { type: 'number', missing: [], style, ...(isComma && { decimal: ',' as const }) };
  const distinctCount = numbersOf(statistics, rule)?.distinctCount ?? 0;
  if (count === 0 || (count < presentCount && distinctCount < MIN_NUMBERS_WITH_SLIPS)) return undefined;
  if (style === 'scaled' && distinctCount < MIN_NUMBERS_WITH_LETTERS) return undefined;
  const otherOnly = isComma ? statistics.onlyCounts.point : statistics.onlyCounts.comma;
  if (count < READABLE_SHARE * presentCount) {
    // 12.50 and 12,50 in one column: the way of the most is taken, and the user told; to leave the column out would cost more.
    if (count + otherOnly < READABLE_SHARE * presentCount) return undefined;
    return { rule, readableCount: count, reason: `${reason}, with two ways of writing decimals`, isOpen: false, otherMarkCount: otherOnly };
  }
  return {
    rule,
    readableCount: count,
    reason: isComma && (isEither || comma.count > point.count) ? `${reason}, with a comma before the decimals` : reason,
    isOpen: isEither && fileMark === null,
    otherMarkCount: 0,
  };
}

/** Numbers that all have the same text behind them: 12 kg. */
export function decideNumberWithUnit(statistics: ColumnStatistics, presentCount: number, fileMark: DecimalMark | null): NumberDecision | undefined {
  const { unit } = statistics;
  const decided = unit ? decideNumber({ ...statistics, ...unit, unit: null }, presentCount, fileMark) : undefined;
  if (!unit || !decided) return undefined;
  const rule = { ...decided.rule, units: unit.texts };
  if ((numbersOf(statistics, rule)?.distinctCount ?? 0) < MIN_NUMBERS_WITH_LETTERS) return undefined;
  return { ...decided, rule, reason: `${decided.reason}, in ${unit.texts.map((text) => `"${text}"`).join(', ')}` };
}

/** The numbers of a column as its rule reads them. Where a comma reads just what a point does, they are counted once. */
export function numbersOf(statistics: ColumnStatistics, { decimal, units }: NumberDecision['rule']): ColumnStatistics['numbers'] {
  const { numbers, commaNumbers } = units ? (statistics.unit ?? statistics) : statistics;
  return decimal === undefined ? numbers : (commaNumbers ?? numbers);
}

/** The decimal mark that a column of numbers leaves no doubt of: 12.5 and 1,234.50 are of one kind, 12,5 and 1.234,50 of the other. */
export function decimalMarkOf(statistics: ColumnStatistics, presentCount: number): DecimalMark | undefined {
  const point = bestStyle(statistics.numberCounts).count;
  const comma = bestStyle(statistics.commaCounts).count;
  if (point === comma || Math.max(point, comma) < READABLE_SHARE * presentCount) return undefined;
  return comma > point ? ',' : '.';
}

/** The narrowest style that reads most. */
export function bestStyle({ plain, grouped, currency, percent, scaled, time, duration }: ColumnStatistics['numberCounts']) {
  const styles = [
    { style: 'plain', count: plain, reason: 'holds numbers' },
    { style: 'grouped', count: plain + grouped, reason: 'holds numbers as they are printed, such as 1,234 or −5' },
    { style: 'currency', count: plain + grouped + currency, reason: 'holds amounts of money' },
    { style: 'percent', count: plain + grouped + percent, reason: 'holds percentages' },
    { style: 'scaled', count: plain + grouped + currency + scaled, reason: 'holds numbers with K, M or B for thousands, millions or billions' },
    { style: 'time', count: time, reason: 'holds times of day, taken as minutes since midnight' },
    { style: 'duration', count: time + duration, reason: 'holds durations, taken as minutes' },
  ] as const;
  const most = Math.max(...styles.map(({ count }) => count));
  return styles.find(({ count }) => count === most) ?? styles[0];
}
