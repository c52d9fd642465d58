import { trimCell } from '../../domain/read-cell.ts';
import { isClearlyData, isClearlyHeader } from './judge-header.ts';
import { isRule } from './row-roles.ts';

/** Of the rows from the start on, those that must have the same number of cells. */
const LEAST_AGREEMENT = 0.9;

/** A header and a row at least. */
const LEAST_ROWS = 2;

/** The names that an ARFF file, the format of Weka, gives its columns before the rows; null in any other. */
export function findArffNames(sample: string): string[] | null {
  if (!/^(?:\s|%[^\r\n]*[\r\n])*@relation\b/i.test(sample)) return null;
  return [...sample.matchAll(/^[ \t]*@attribute[ \t]+(?:'([^'\r\n]*)'|"([^"\r\n]*)"|([^\s{]+))/gim)].map(
    ([, single, double, bare]) => single ?? double ?? bare,
  );
}

/**
 * How many of the first rows, blank ones not among them, are remarks above the table: a title, a comment, a line that a tool wrote. Where it is not sure
 * that they are, none: the rows then do not agree, which is an error, and nothing is lost in silence.
 */
export function countRemarks(rows: string[][], isArff: boolean): number {
  const others = rows.filter((row) => !isComment(row, isArff));
  const width = commonWidth(others.length > 0 ? others : rows);
  if (width < 2) return 0;
  let start = rows.findIndex((row) => remarkIn(row, width, isArff) === null);
  if (start <= 0) return 0;
  // `#age,city` is a header where what follows is none.
  if (remarkIn(rows[start - 1], width, isArff) === 'wide-comment' && !isHeaderOf(rows, start)) start--;
  const table = rows.slice(start);
  const agreeing = table.filter((row) => row.length === width).length;
  if (table.length < LEAST_ROWS || agreeing < LEAST_AGREEMENT * (table.length - 1)) return 0;
  const isSure = rows.slice(0, start).every((row) => {
    switch (remarkIn(row, width, isArff)) {
      case 'comment':
        return true;
      case 'line':
        return width > 2 || isHeaderOf(rows, start);
      case 'padded-line':
        return isHeaderOf(rows, start) || (width > 2 && isAllTexts(table[0]) && !isClearlyData(table[0], table.slice(1)));
      case 'wide-comment':
      case 'short':
        return isHeaderOf(rows, start);
      default:
        return false;
    }
  });
  return isSure ? start : 0;
}

function isHeaderOf(rows: string[][], start: number): boolean {
  const below = rows.slice(start + 1);
  return isClearlyHeader(rows[start], below[0] && isRule(below[0]) ? below.slice(1) : below);
}

/** Names, and no row below a header that names one column only. */
const isAllTexts = (row: string[]) => row.every((cell) => /^\P{L}{0,2}\p{L}/u.test(trimCell(cell)));

/** The number of cells that most rows have; of two as frequent the larger. */
function commonWidth(rows: string[][]): number {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].toSorted(([a, countA], [b, countB]) => countB - countA || b - a)[0]?.[0] ?? 0;
}

/** What a row may be if it is no row of the table; null where nothing speaks for that. */
function remarkIn(row: string[], width: number, isArff: boolean): 'comment' | 'wide-comment' | 'line' | 'padded-line' | 'short' | null {
  if (isComment(row, isArff)) return row.length === width && !isArff ? 'wide-comment' : 'comment';
  if (isArff) return null;
  const text = trimCell(row[0]);
  const filled = row.filter((cell) => trimCell(cell) !== '').length;
  if (row.length === 1) return isCutOtherwise(text, width) ? null : 'line';
  if (filled === 1 && text !== '') return 'padded-line';
  return row.length < width && 2 * filled <= width ? 'short' : null;
}

const isComment = ([first]: string[], isArff: boolean) => (isArff ? /^\s*[@%]/ : /^\s*(?:#|%|\/\/)/).test(first);

/** A header whose names are parted by another sign than the rows. */
const isCutOtherwise = (text: string, width: number) => ['\t', ';', ',', '|'].some((delimiter) => text.split(delimiter).length === width);
