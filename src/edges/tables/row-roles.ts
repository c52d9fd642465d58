import { trimCell } from '../../domain/read-cell.ts';
import { isSameRow } from './judge-header.ts';
import type { Sniffed } from './sniff-dialect.ts';

/** What a row of a delimited file is: of the table, or of what stands around it. */
export type RowRole = 'before' | 'blank' | 'empty' | 'header' | 'header-again' | 'rule' | 'row-count' | 'data';

/** A row that holds nothing: an empty line, or spaces alone. */
export const isBlank = (cells: string[]) => cells.length === 1 && trimCell(cells[0]) === '';

/** Cells that are all empty, as Excel writes the rows below a table that once was longer. */
export const isEmptyRow = (cells: string[]) => cells.every((cell) => trimCell(cell) === '');

/** The line under a header, as sqlcmd (`---,---`), psql (`-----+----`) and Markdown (`|---|:--|`) draw it. */
export const isRule = (cells: string[]) => cells.some((cell) => /-{2}|={2}/.test(cell)) && cells.every((cell) => /^[-=+:|\s]*$/.test(cell));

/** `(240 rows affected)`, which database clients write below a result. */
const ROW_COUNT = /^\(\s*[0-9]+ rows?(?: affected)?\s*\)$/i;

/** Tells the rows of a file apart, one after the other, and keeps count of what is left out. */
export class RowRoles {
  readonly #sniffed: Sniffed;
  #seenRows = 0;
  #isAfterHeader = false;
  #hasHeader = false;
  /** By role: how many, and in which line the first. */
  readonly leftOut = new Map<RowRole, { count: number; firstLine: number }>();

  constructor(sniffed: Sniffed) {
    this.#sniffed = sniffed;
  }

  roleOf(cells: string[], line: number): RowRole {
    const role = this.#decide(cells);
    if (role !== 'data' && role !== 'header') {
      const known = this.leftOut.get(role);
      this.leftOut.set(role, known ? { ...known, count: known.count + 1 } : { count: 1, firstLine: line });
    }
    return role;
  }

  #decide(cells: string[]): RowRole {
    const { firstRow, width, hasHeader, skippedRows } = this.#sniffed;
    if (this.#seenRows++ < skippedRows) return 'before';
    // In a table of one column a blank line may be a cell.
    if (isBlank(cells) && (width > 1 || (hasHeader && !this.#hasHeader))) return 'blank';
    if (width > 1 && isEmptyRow(cells)) return 'empty';
    const isAfterHeader = this.#isAfterHeader;
    this.#isAfterHeader = false;
    if (hasHeader && !this.#hasHeader) {
      this.#hasHeader = this.#isAfterHeader = true;
      return 'header';
    }
    if (width === 1) return 'data';
    if (hasHeader && isSameRow(cells, firstRow)) {
      this.#isAfterHeader = true;
      return 'header-again';
    }
    if ((isAfterHeader || cells.length !== width) && isRule(cells)) return 'rule';
    if (cells.length === 1 && ROW_COUNT.test(trimCell(cells[0]))) return 'row-count';
    return 'data';
  }
}

/** Notes on what was left out: blank lines and what stands before the table aside. */
export function leftOutNotes({ leftOut }: RowRoles): string[] {
  const notes: string[] = [];
  const tell = (role: RowRole, what: string, whatMany: string) => {
    const found = leftOut.get(role);
    if (found)
      notes.push(
        found.count === 1 ? `${what} in line ${found.firstLine}: left out.` : `${found.count} ${whatMany}, the first in line ${found.firstLine}: left out.`,
      );
  };
  tell('header-again', 'The header stands again', 'rows are the header again');
  tell('rule', 'There is a line of dashes', 'lines are of dashes');
  tell('row-count', 'A count of the rows stands', 'lines count the rows');
  tell('empty', 'A row holds nothing', 'rows hold nothing');
  return notes;
}
