import type { ReadingRule } from '../../domain/column.ts';
import type { BuildRequest } from '../../domain/event.ts';
import { ModelwrightError } from '../../domain/error.ts';
import type { ColumnProfile } from '../../domain/profile.ts';
import { readTimestamp } from '../../domain/read-timestamp.ts';
import type { ColumnStatistics } from '../../edges/tables/index.ts';
import { decideDate } from './decide-date.ts';
import { YES_AND_NO } from './decide-kind.ts';
import { totalOf } from './decide-markers.ts';
import { decideNumber, READABLE_SHARE } from './decide-number.ts';
import type { Conventions } from './find-conventions.ts';

export type NamedKind = NonNullable<BuildRequest['kinds']>[number]['kind'];

/** How a column is read and what is known of it where the user says what it is; throws MW1001 where it cannot be that. */
export type NamedColumn = Pick<ColumnProfile, 'kind' | 'kindReason' | 'rule' | 'distinctCount' | 'missingCount' | 'unreadableCount' | 'order'>;

export function asNamed(column: ColumnProfile, kind: NamedKind, statistics: ColumnStatistics, conventions: Conventions): NamedColumn {
  const { name, rule, missingCount, distinctCount, unreadableCount } = column;
  const kindReason = `is taken as ${kind}, as you said`;
  const { missing } = rule;
  const presentCount = statistics.rowCount - missingCount;
  const typed = (of: ColumnProfile['kind'], as: ReadingRule, readableCount: number, distinct = distinctCount): NamedColumn => ({
    kind: of,
    kindReason,
    rule: { ...as, missing },
    missingCount,
    distinctCount: distinct,
    unreadableCount: Math.max(0, presentCount - readableCount),
    order: null,
  });
  switch (kind) {
    case 'identifier':
      return { kind, kindReason, rule, missingCount, distinctCount, unreadableCount, order: null };
    case 'category':
    case 'text': {
      const missingTexts = statistics.top.filter(({ text }) => missing.includes(text));
      return { ...typed(kind, { type: 'text', missing }, presentCount, statistics.distinctCount - missingTexts.length), unreadableCount: 0 };
    }
    case 'number': {
      const found = decideNumber(statistics, presentCount, conventions.decimal);
      if (!found) throw unfit(column, kind, 'A column is a number where nearly all its cells are.');
      return typed('number', found.rule, found.readableCount);
    }
    case 'date': {
      const found = decideDate(statistics, presentCount, conventions.dateOrders) ?? asYears(statistics, presentCount);
      if (!found) throw unfit(column, kind, 'A column is a date where nearly all its cells are dates in a spelling that is known.');
      return typed('datetime', found.rule, found.readableCount);
    }
    case 'boolean': {
      const found = asAnswers(statistics, missing);
      if (!found) throw unfit(column, kind, `A column is a yes or no where it holds nothing but ${[...YES].join(', ')} and ${[...NO].join(', ')}.`);
      return typed('boolean', found, totalOf(statistics.top.filter(({ text }) => found.yes.includes(text) || found.no.includes(text))), 2);
    }
    default:
      return kind satisfies never;
  }

  function unfit({ kindReason: found }: ColumnProfile, wanted: NamedKind, when: string): ModelwrightError {
    return new ModelwrightError({
      code: 'MW1001',
      message: `--kind ${name}=${wanted} does not fit: the column ${found}.`,
      hint: `${when} Leave --kind out, or mend the cells.`,
      place: { column: name },
    });
  }
}

/** The reader tries no spelling of dates on a column of whole numbers: years are counted here, of which the order of the rows is not known. */
export function withYears(statistics: ColumnStatistics): ColumnStatistics {
  const { numbers, dates, numberCounts } = statistics;
  const first = numbers && readTimestamp(String(numbers.min), 'yyyy');
  const last = numbers && readTimestamp(String(numbers.max), 'yyyy');
  if (!numbers?.isWhole || typeof first !== 'number' || typeof last !== 'number' || dates.length > 0) return statistics;
  return { ...statistics, dates: [{ format: 'yyyy', count: numberCounts.plain, first, last, swappedCount: 0, isInOrder: false }] };
}

/** Years alone are numbers unless somebody says otherwise. */
function asYears({ dates }: ColumnStatistics, presentCount: number): { rule: ReadingRule; readableCount: number } | undefined {
  const years = dates.find(({ format, count }) => format === 'yyyy' && count >= READABLE_SHARE * presentCount);
  return years && { rule: { type: 'timestamp', missing: [], formats: ['yyyy'] }, readableCount: years.count };
}

const YES = new Set(['1', ...YES_AND_NO.flatMap(([yes]) => yes)]);
const NO = new Set(['0', ...YES_AND_NO.flatMap(([, no]) => no)]);

/** Both answers in whatever spellings, and nothing else. */
function asAnswers({ top, distinctCount }: ColumnStatistics, missing: string[]): Extract<ReadingRule, { type: 'boolean' }> | undefined {
  if (distinctCount > top.length) return undefined;
  const texts = top.map(({ text }) => text).filter((text) => !missing.includes(text));
  const yes = texts.filter((text) => YES.has(text.toLowerCase()));
  const no = texts.filter((text) => NO.has(text.toLowerCase()));
  return yes.length > 0 && no.length > 0 && yes.length + no.length === texts.length ? { type: 'boolean', missing, yes, no } : undefined;
}
