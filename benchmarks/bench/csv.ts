/**
 * Delimited text as Python's csv module reads and writes it, so that our preparation of a data set and the published rule, which is written
 * in Python, see the same rows.
 */

/** Rows of a text, one at a time: a file of half a million rows never lies in memory as cells. Blank lines are no rows. */
export function* csvRows(text: string, { delimiter = ',', quote = '"' }: { delimiter?: string; quote?: string | null } = {}): Generator<string[]> {
  let at = 0;
  while (at < text.length) {
    if (isLineEnd(text, at)) {
      at++;
      continue;
    }
    const row: string[] = [];
    for (;;) {
      let cell = '';
      if (quote !== null && text[at] === quote) {
        at++;
        for (;;) {
          const close = text.indexOf(quote, at);
          cell += text.slice(at, close === -1 ? text.length : close);
          at = close === -1 ? text.length : close + 1;
          if (text[at] !== quote) break;
          cell += quote;
          at++;
        }
      }
      // A cell without quotes; or what stands between a closing quote and the delimiter, which belongs to the cell.
      const start = at;
      while (at < text.length && text[at] !== delimiter && !isLineEnd(text, at)) at++;
      row.push(cell === '' ? text.slice(start, at) : cell + text.slice(start, at));
      if (text[at] !== delimiter) break;
      at++;
    }
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    yield row;
  }
}

const isLineEnd = (text: string, at: number) => text[at] === '\n' || text[at] === '\r';

/** A table as its header's names and its rows. */
export function readCsv(text: string): { names: string[]; rows: string[][] } {
  const [names = [], ...rows] = csvRows(text);
  return { names, rows };
}

/** One line with its end. A lone empty cell is quoted: unquoted it would be a blank line, and no row. */
export function csvLine(cells: readonly string[]): string {
  if (cells.length === 1 && cells[0] === '') return '""\n';
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}
