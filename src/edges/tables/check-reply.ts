/**
 * What a schema cannot say of the replies of a reader: that they fit each other and what was asked. Whoever takes a reply counts on it, and
 * a reader may have been taken over by the file that it reads. All throw MW1112.
 */
import type { ColumnType } from '../../domain/column.ts';
import { unreachable } from '../../domain/error.ts';
import type { z } from 'zod';
import { nameKey } from './name-columns.ts';
import { readerNonsense } from './reader-errors.ts';
import { MAX_TIME, type ColumnPart, type OpenedReply, type StatisticsReply } from './reader-wire.ts';

type Opened = z.infer<typeof OpenedReply>;
type Statistics = z.infer<typeof StatisticsReply>;
type Part = z.infer<typeof ColumnPart>;

/** Row numbers are 32 bits wide. */
const MAX_ROWS = 2 ** 31 - 1;
const MISSING_BOOLEAN = 255;

export function checkOpened(opened: Opened): Opened {
  const { columns, rowCount } = opened;
  if (columns.length === 0 || rowCount > MAX_ROWS) throw readerNonsense('a table of a size that is none');
  if (new Set(columns.map(nameKey)).size < columns.length) throw readerNonsense('two columns of one name');
  return opened;
}

export function checkStatistics(statistics: Statistics, { columns, rowCount }: Opened): Statistics {
  const { columns: counted, duplicateRowCount, twins } = statistics;
  const fits = ({ name, rowCount: rows, emptyCount, distinctCount }: Statistics['columns'][number], at: number) =>
    name === columns[at] && rows === rowCount && emptyCount <= rowCount && distinctCount <= rowCount;
  if (counted.length !== columns.length || !counted.every(fits) || duplicateRowCount > rowCount) throw readerNonsense('statistics of another table');
  if (!twins.every(({ index, of }) => of < index && index < columns.length)) throw readerNonsense('a twin that is no column');
  return statistics;
}

export function checkColumn({ column, unreadable }: Part, asked: ColumnType, rowCount: number): void {
  const cells = column.type === 'text' ? column.codes : column.values;
  if (column.type !== asked || cells.length !== rowCount) throw readerNonsense('a column of another type or length');
  if (!holdsCells(column)) throw readerNonsense('cells that are none');
  if (unreadable && (unreadable.count > rowCount || unreadable.firstRow > rowCount)) throw readerNonsense('cells beyond the last row');
}

function holdsCells(column: Part['column']): boolean {
  switch (column.type) {
    case 'text': {
      const { codes, levels } = column;
      return codes.every((code) => code >= -1 && code < levels.length) && new Set(levels).size === levels.length;
    }
    case 'boolean':
      return column.values.every((value) => value <= 1 || value === MISSING_BOOLEAN);
    case 'number':
      return column.values.every((value) => Number.isFinite(value) || Number.isNaN(value));
    case 'timestamp':
      return column.values.every((value) => Number.isNaN(value) || (Number.isInteger(value) && Math.abs(value) <= MAX_TIME));
    default:
      return unreachable(column);
  }
}

/** Each row has the number of the first of its group. */
export function checkGroups(groups: Int32Array, rowCount: number): Int32Array {
  if (groups.length !== rowCount) throw readerNonsense('groups of another number of rows');
  if (!groups.every((first, row) => first >= 0 && first <= row && groups[first] === first)) throw readerNonsense('a group that has no first row');
  return groups;
}

export function readTrees(trees: string[], count: number): unknown[] {
  if (trees.length !== count) throw readerNonsense('another number of expressions');
  return trees.map((tree): unknown => JSON.parse(tree));
}
