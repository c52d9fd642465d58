/**
 * How the lines of a text file are cut into cells. `quote` is empty where quote signs are ordinary characters. `hasEscapes`: a quote sign inside a
 * quoted cell has a backslash before it, instead of being doubled.
 */
export type Cutting = { delimiter: string; quote: '"' | "'" | ''; hasEscapes: boolean };

/**
 * What is wrong with a row; `line` counts from 1 and is where the row starts. `long-quote`: a quote is not closed within the length of a row,
 * whether it is later or never; `long-row`: the row is longer without one.
 */
export type CuttingFault = { problem: 'open-quote' | 'long-quote' | 'text-after-quote' | 'long-row'; line: number; rowIndex: number };

/** Cells in which a quote sign stood that neither is doubled nor ends the cell, and the line of the first. */
export type StrayQuotes = { count: number; firstLine: number };

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** Characters of one row; also the longest line in bytes that DuckDB is given. */
export const MAX_ROW_LENGTH = 16 << 20;

/**
 * Cuts text into rows of cells, in pieces of any size. A quote opens only at the start of a cell (spaces before it are
 * skipped) and is doubled inside; after it comes the delimiter or the end of the row. Where something else comes, and the cell is
 * in one line, the quote sign is a part of it. Line ends may be mixed. Empty lines come as one empty cell: what they mean is the
 * caller's to say.
 */
export class DelimitedParser {
  readonly #delimiter: string;
  readonly #delimiterCode: number;
  readonly #quote: string;
  readonly #hasEscapes: boolean;
  readonly #onRow: (cells: string[], line: number) => void;
  #rest = '';
  #cells: string[] = [];
  #cellsLength = 0;
  #line = 1;
  #rowLine = 1;
  #rowIndex = 0;
  /** Where the line ends in which a stray quote was found, in the text that is being cut: looked for once a line. */
  #lineEnd = -1;
  fault: CuttingFault | undefined;
  strayQuotes: StrayQuotes = { count: 0, firstLine: 0 };

  constructor(cutting: Cutting, onRow: (cells: string[], line: number) => void) {
    this.#delimiter = cutting.delimiter;
    this.#delimiterCode = cutting.delimiter.charCodeAt(0);
    this.#quote = cutting.quote;
    this.#hasEscapes = cutting.hasEscapes;
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
    this.#lineEnd = -1;
    let at = 0; // start of the cell that is being read
    while (at < length) {
      let next = at;
      let cell: string;
      let linesInside = 0;
      let isStray = false;
      let start = at;
      if (this.#quote !== '') while (start < length && text[start] === ' ' && this.#delimiter !== ' ') start++;
      if (this.#quote !== '' && start < length && text[start] === this.#quote) {
        const closing = this.#findClosing(text, start + 1);
        if (closing === -1 || (closing === length - 1 && !isEnd)) {
          if (isEnd) this.fault = { problem: 'open-quote', line: this.#rowLine, rowIndex: this.#rowIndex };
          break;
        }
        next = this.#skipSpaces(text, closing + 1);
        if (next >= length && !isEnd) break;
        if (this.#endsCell(text, next)) {
          cell = this.#unquoted(text.slice(start + 1, closing));
          linesInside = countLineEnds(cell);
        } else {
          const whole = this.#findStrayCell(text, at, start, closing, isEnd);
          if (whole === 'unfinished') break;
          if (whole === undefined) {
            this.fault = { problem: 'text-after-quote', line: this.#rowLine, rowIndex: this.#rowIndex };
            break;
          }
          ({ cell, next } = whole);
          isStray = true;
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
      if (isStray && this.strayQuotes.count++ === 0) this.strayQuotes.firstLine = this.#line;
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
      if (this.#hasEscapes && isEscaped(text, at, from)) at++;
      else if (text[at + 1] !== this.#quote) return at;
      else at += 2;
    }
  }

  /**
   * A cell that goes on behind a quote sign, such as "O"Brien, Pat": up to a quote sign that ends it in its line; else up to the next delimiter, and
   * then as it stands. Undefined where it is of several lines: then the sign more likely opens a cell of a later row.
   */
  #findStrayCell(text: string, at: number, start: number, closing: number, isEnd: boolean): { cell: string; next: number } | 'unfinished' | undefined {
    if (LINE_END.test(text.slice(start, closing))) return undefined;
    if (this.#lineEnd < closing) {
      LINE_END_FROM.lastIndex = closing;
      this.#lineEnd = LINE_END_FROM.exec(text)?.index ?? text.length;
    }
    if (this.#lineEnd === text.length && !isEnd) return 'unfinished';
    const line = text.slice(0, this.#lineEnd);
    for (let quote = line.indexOf(this.#quote, closing + 1); quote !== -1; quote = line.indexOf(this.#quote, quote + 1)) {
      if (this.#hasEscapes && isEscaped(line, quote, start + 1)) continue;
      const next = this.#skipSpaces(line, quote + 1);
      if (this.#endsCell(line, next)) return { cell: this.#unquoted(line.slice(start + 1, quote)), next };
      // The next cell is quoted as well: this one is over before it.
      let before = quote - 1;
      while (line[before] === ' ') before--;
      if (line[before] === this.#delimiter) break;
    }
    const delimiter = line.indexOf(this.#delimiter, closing + 1);
    const next = delimiter === -1 ? line.length : delimiter;
    return { cell: line.slice(at, next), next };
  }

  #skipSpaces(text: string, from: number): number {
    let at = from;
    while (at < text.length && text[at] === ' ' && this.#delimiter !== ' ') at++;
    return at;
  }

  #endsCell(text: string, at: number): boolean {
    return at >= text.length || text[at] === this.#delimiter || text[at] === '\n' || text[at] === '\r';
  }

  /** What stands between the quotes of a cell. */
  #unquoted(inside: string): string {
    if (this.#hasEscapes && inside.includes('\\')) return inside.replaceAll(/\\(["'\\])|(["'])\2/g, '$1$2');
    return inside.includes(this.#quote) ? inside.replaceAll(this.#quote + this.#quote, this.#quote) : inside;
  }
}

const LINE_END = /[\r\n]/;
const LINE_END_FROM = /[\r\n]/g;

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, at: number, from: number): boolean {
  let count = 0;
  while (at - count - 1 >= from && text[at - count - 1] === '\\') count++;
  return count % 2 === 1;
}

function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
