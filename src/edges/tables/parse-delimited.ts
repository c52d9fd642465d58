/** How the lines of a text file are cut into cells. `quote` is empty where quote signs are ordinary characters. */
export type Cutting = { delimiter: string; quote: '"' | "'" | '' };

/**
 * What is wrong with a row; `line` counts from 1 and is where the row starts. `long-quote`: a quote is not closed within the length of a row,
 * whether it is later or never; `long-row`: the row is longer without one.
 */
export type CuttingFault = { problem: 'open-quote' | 'long-quote' | 'text-after-quote' | 'long-row'; line: number; rowIndex: number };

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** Characters of one row; also the longest line in bytes that DuckDB is given. */
export const MAX_ROW_LENGTH = 16 << 20;

/**
 * Cuts text into rows of cells, in pieces of any size. A quote opens only at the start of a cell (spaces before it are
 * skipped) and is doubled inside; after it comes the delimiter or the end of the row. Line ends may be mixed. Empty lines
 * come as one empty cell: what they mean is the caller's to say.
 */
export class DelimitedParser {
  readonly #delimiter: string;
  readonly #delimiterCode: number;
  readonly #quote: string;
  readonly #onRow: (cells: string[], line: number) => void;
  #rest = '';
  #cells: string[] = [];
  #cellsLength = 0;
  #line = 1;
  #rowLine = 1;
  #rowIndex = 0;
  fault: CuttingFault | undefined;

  constructor(cutting: Cutting, onRow: (cells: string[], line: number) => void) {
    this.#delimiter = cutting.delimiter;
    this.#delimiterCode = cutting.delimiter.charCodeAt(0);
    this.#quote = cutting.quote;
    this.#onRow = onRow;
  }

  get rowCount(): number {
    return this.#rowIndex;
  }

  /** Takes the next piece of text. Stops for good at the first fault. */
  push(piece: string): void {
    if (this.fault) return;
    this.#cut(this.#rest + piece, false);
  }

  /** The text is over: the last row need not end in a line end. */
  end(): void {
    if (this.fault) return;
    this.#cut(this.#rest, true);
    if (this.fault) return;
    if (this.#rest !== '' || this.#cells.length > 0) {
      this.#cells.push(this.#rest);
      this.#rest = '';
      this.#finishRow();
    }
  }

  #finishRow(): void {
    this.#onRow(this.#cells, this.#rowLine);
    this.#rowIndex++;
    this.#cells = [];
    this.#cellsLength = 0;
    this.#rowLine = this.#line;
  }

  #cut(text: string, isEnd: boolean): void {
    const { length } = text;
    let at = 0; // start of the cell that is being read
    while (at < length) {
      let next = at;
      let cell: string;
      let linesInside = 0;
      let start = at;
      if (this.#quote !== '') while (start < length && text[start] === ' ' && this.#delimiter !== ' ') start++;
      if (this.#quote !== '' && start < length && text[start] === this.#quote) {
        const closing = this.#findClosing(text, start + 1);
        if (closing === -1 || (closing === length - 1 && !isEnd)) {
          if (isEnd) this.fault = { problem: 'open-quote', line: this.#rowLine, rowIndex: this.#rowIndex };
          break;
        }
        cell = text.slice(start + 1, closing);
        linesInside = countLineEnds(cell);
        if (cell.includes(this.#quote)) cell = cell.replaceAll(this.#quote + this.#quote, this.#quote);
        next = closing + 1;
        while (next < length && text[next] === ' ' && this.#delimiter !== ' ') next++;
        if (next >= length && !isEnd) break;
        if (next < length && text[next] !== this.#delimiter && text[next] !== '\n' && text[next] !== '\r') {
          this.fault = { problem: 'text-after-quote', line: this.#rowLine, rowIndex: this.#rowIndex };
          break;
        }
      } else {
        while (next < length) {
          const code = text.charCodeAt(next);
          if (code === this.#delimiterCode || code === LINE_FEED || code === CARRIAGE_RETURN) break;
          next++;
        }
        if (next >= length) break; // unfinished: kept for the next piece, or the last cell of all
        cell = text.slice(at, next);
      }
      if (next < length && text[next] === '\r' && next + 1 >= length && !isEnd) break; // its \n may be in the next piece
      this.#line += linesInside;
      if (next >= length) {
        this.#cells.push(cell);
        this.#finishRow();
        at = length;
        break;
      }
      if (text[next] === this.#delimiter) {
        this.#cells.push(cell);
        this.#cellsLength += cell.length;
        at = next + 1;
        continue;
      }
      this.#cells.push(cell);
      this.#line++;
      this.#finishRow();
      at = next + (text[next] === '\r' && text[next + 1] === '\n' ? 2 : 1);
    }
    this.#rest = text.slice(at);
    // Without a bound, one quote that is never closed would take the whole file into memory.
    if (this.#cellsLength + this.#rest.length <= MAX_ROW_LENGTH) return;
    const isQuoted = this.#quote !== '' && /^ *(.?)/.exec(this.#rest)?.[1] === this.#quote;
    this.fault ??= { problem: isQuoted ? 'long-quote' : 'long-row', line: this.#rowLine, rowIndex: this.#rowIndex };
  }

  #findClosing(text: string, from: number): number {
    let at = from;
    for (;;) {
      at = text.indexOf(this.#quote, at);
      if (at === -1) return -1;
      if (text[at + 1] !== this.#quote) return at;
      at += 2;
    }
  }
}

function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
