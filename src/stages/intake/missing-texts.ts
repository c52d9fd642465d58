import { ModelwrightError } from '../../domain/error.ts';
import { findName } from '../../domain/get-column.ts';
import { readNumber } from '../../domain/read-number.ts';
import { readTimestamp } from '../../domain/read-timestamp.ts';
import type { ColumnStatistics } from '../../edges/tables/index.ts';

/**
 * For each column the texts that the user says mean "no value" there. `TEXT` is meant for all columns, `COLUMN=TEXT` for one; a text may hold
 * the sign itself. Throws MW1001 for a name that is no column's where no cell holds the whole.
 */
export function missingTextsOf(given: string[], columns: ColumnStatistics[]): ReadonlyMap<string, string[]> {
  const texts = new Map(columns.map(({ name }): [string, string[]] => [name, []]));
  const names = [...texts.keys()];
  for (const word of given) {
    const at = word.lastIndexOf('=');
    const column = at > 0 ? findName(names, word.slice(0, at)) : undefined;
    if (column === undefined && at > 0 && !columns.some(({ top }) => top.some(({ text }) => text === word))) {
      throw new ModelwrightError({
        code: 'MW1001',
        message: `--missing "${word}" names no column of the table, and no frequent cell is that text.`,
        hint: 'Write it like --missing -999 for all columns, or --missing income=-999 for one.',
      });
    }
    for (const name of column === undefined ? names : [column]) texts.get(name)?.push((column === undefined ? word : word.slice(at + 1)).trim());
  }
  return texts;
}

/**
 * What a column's statistics would be with the cells of a text empty, as far as that follows from them: counts do, and the extremes and
 * quantiles of its numbers do not. A text that is none of the frequent ones is not counted out.
 */
export function withoutText(statistics: ColumnStatistics, text: string): ColumnStatistics {
  const { top, markers, dates, distinctCount, emptyCount, zeroLedCount } = statistics;
  const count = top.find((one) => one.text === text)?.count ?? 0;
  if (count === 0) return statistics;
  return {
    ...statistics,
    emptyCount: emptyCount + count,
    distinctCount: distinctCount - 1,
    top: top.filter((one) => one.text !== text),
    markers: markers.filter((one) => one.text !== text),
    numberCounts: lessOne(statistics.numberCounts, text, '.', count),
    commaCounts: lessOne(statistics.commaCounts, text, ',', count),
    zeroLedCount: /^[+-]?0[0-9]+$/.test(text) ? Math.max(0, zeroLedCount - count) : zeroLedCount,
    dates: dates.flatMap((one) => {
      if (readTimestamp(text, one.format) === undefined) return [one];
      return one.count > count ? [{ ...one, count: one.count - count, swappedCount: Math.min(one.swappedCount, one.count - count) }] : [];
    }),
  };
}

const styles = ['plain', 'grouped', 'currency', 'percent', 'time'] as const;

function lessOne(counts: ColumnStatistics['numberCounts'], text: string, mark: '.' | ',', count: number): ColumnStatistics['numberCounts'] {
  const style = styles.find((one) => readNumber(text, one, mark) !== undefined);
  return style === undefined ? counts : { ...counts, [style]: Math.max(0, counts[style] - count) };
}
