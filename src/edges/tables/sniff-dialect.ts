import type { FileReading } from '../../domain/file-reading.ts';
import { trimCell } from '../../domain/read-cell.ts';
import { countRemarks, findArffNames } from './find-start.ts';
import { isClearlyData } from './judge-header.ts';
import { DelimitedParser, type Cutting, type CuttingFault } from './parse-delimited.ts';
import { isBlank, isEmptyRow, isRule } from './row-roles.ts';

/**
 * What the first piece of a text file tells of its form. `firstRow`: the first row of the table; it may be one cell shorter than `width`, as the
 * header of a table with row names is, or longer by the empty cell behind a delimiter at the end. `names`: those of the columns where they stand elsewhere
 * than in the first row. `skippedRows`: rows before it, blank ones among them, that are no part of the table; they take up `skippedLines`, `remarkCount`
 * of them more than the line that names the delimiter. `endsInDelimiter`: every row does, and what is behind is no column. `hasRule`: a line is drawn under the header.
 */
export type Sniffed = {
  cutting: Cutting;
  firstRow: string[];
  width: number;
  hasHeader: boolean;
  names: string[] | null;
  skippedRows: number;
  skippedLines: number;
  remarkCount: number;
  endsInDelimiter: boolean;
  hasRule: boolean;
};

/** Excel's own first line that names the delimiter; some programs put it in quotes. */
const EXCEL_HINT = /^(["']?)sep=(.)\1[ \t]*(?:\r\n|\r|\n)/i;

/**
 * Finds delimiter and quote from the start of a file: the pair under which the rows agree with the first row in their
 * number of cells. Undefined when there is nothing but blank lines. `isWhole`: the sample is the whole file.
 * @param said what the user says of it, which is taken as it is
 */
export function sniffDialect(sample: string, isWhole: boolean, said: FileReading = {}): Sniffed | undefined {
  const hint = EXCEL_HINT.exec(sample);
  const text = hint ? sample.slice(hint[0].length) : sample;
  const hinted = hint ? tryDelimiter(text, hint[2], isWhole) : undefined;
  // A wrong hint would make one column of the table.
  const found = () => (hinted && hinted.width > 1 ? hinted : (bestTrial(text, isWhole) ?? hinted));
  const trial = said.delimiter === undefined ? found() : tryDelimiter(text, said.delimiter, isWhole);
  if (!trial) return undefined;
  const { cutting, rows, width, start, endsInDelimiter, hasRule } = trial;
  const arffNames = findArffNames(text);
  const hasHeader = arffNames === null && (said.hasHeader ?? (rows[0].length < width || !isClearlyData(rows[0], rows.slice(1))));
  return {
    cutting,
    firstRow: rows[0],
    width,
    hasHeader,
    names: arffNames?.length === width ? arffNames : null,
    skippedRows: start.row + (hint ? 1 : 0),
    skippedLines: start.line - 1 + (hint ? 1 : 0),
    remarkCount: start.remarkCount,
    endsInDelimiter,
    hasRule,
  };
}

/** `rows` of the table, without blank ones and the line under the header; `start` is where the first of them stands. */
type Trial = {
  cutting: Cutting;
  rows: string[][];
  start: { row: number; line: number; remarkCount: number };
  width: number;
  endsInDelimiter: boolean;
  hasRule: boolean;
  agreement: number;
  strayCount: number;
  fault: CuttingFault['problem'] | undefined;
};

const USUAL_DELIMITERS = ['\t', ',', ';', '|'];
/** Below this share of agreeing rows an unusual delimiter is taken for chance. */
const UNUSUAL_AGREEMENT = 0.98;
const MAX_SAMPLE_ROWS = 5000;

function bestTrial(sample: string, isWhole: boolean): Trial | undefined {
  const trials = USUAL_DELIMITERS.map((delimiter) => tryDelimiter(sample, delimiter, isWhole)).filter((trial) => trial !== undefined);
  const split = trials.filter((trial) => trial.rows[0].length > 1);
  const usual = split.toSorted(
    (a, b) => b.agreement - a.agreement || a.start.remarkCount - b.start.remarkCount || likelihood(b) - likelihood(a) || b.width - a.width,
  )[0];
  if (usual && usual.agreement >= 0.9) return usual;
  const unusual = unusualDelimiters(sample)
    .map((delimiter) => tryDelimiter(sample, delimiter, isWhole))
    .filter((trial) => trial !== undefined && !trial.fault && trial.rows.length > 1 && trial.rows[0].length > 1 && trial.agreement >= UNUSUAL_AGREEMENT)
    .toSorted((a, b) => (b?.rows[0].length ?? 0) - (a?.rows[0].length ?? 0))[0];
  return unusual ?? usual ?? trials.find(({ cutting }) => cutting.delimiter === ',');
}

/**
 * Which of two delimiters is meant where the rows agree under both: a tab hardly ever stands in a cell, and where all commas that another one leaves in
 * cells part decimals (`0,5;12,25`), they part no cells.
 */
function likelihood({ cutting, rows }: Trial): number {
  if (cutting.delimiter === '\t') return 2;
  if (cutting.delimiter === ',') return 0;
  const withCommas = rows.flat().filter((cell) => cell.includes(','));
  return withCommas.length > 0 && withCommas.every((cell) => DECIMAL_COMMA.test(trimCell(cell))) ? 1 : 0;
}

const DECIMAL_COMMA = /^[-+]?[0-9.]*,[0-9]+(?:[eE][-+]?[0-9]+)?(?: ?[%€])?$/;

/** Characters of the first line that could be meant to part cells: no letters, digits, or signs of numbers, dates and names. */
function unusualDelimiters(sample: string): string[] {
  const firstLine = /[^\r\n]+/.exec(sample)?.[0] ?? '';
  return [...new Set(firstLine.match(/[^\p{L}\p{N}"'._+\-/()\r\n\ufeff]/gu) ?? [])].filter(
    (character) => character.length === 1 && !USUAL_DELIMITERS.includes(character),
  );
}

/** The same delimiter with each way of quoting; double quotes, doubled inside, unless they do not fit. */
function tryDelimiter(sample: string, delimiter: string, isWhole: boolean): Trial | undefined {
  const double = tryCutting(sample, { delimiter, quote: '"', hasEscapes: false }, isWhole);
  if (!double) return undefined;
  const quotedBySingle =
    sample.match(new RegExp(`(?<=^|[\\r\\n${escapeInClass(delimiter)}])'[^'\\r\\n]*'(?=$|[\\r\\n${escapeInClass(delimiter)}])`, 'g'))?.length ?? 0;
  const single = quotedBySingle >= double.rows.length ? tryCutting(sample, { delimiter, quote: "'", hasEscapes: false }, isWhole) : undefined;
  if (single && !single.fault && single.agreement >= double.agreement) return single;
  if (double.fault === undefined && double.strayCount === 0 && double.agreement === 1) return double;
  const escaped = sample.includes(ESCAPED_QUOTE) ? tryCutting(sample, { ...double.cutting, hasEscapes: true }, isWhole) : undefined;
  if (escaped && escaped.fault === undefined && escaped.strayCount === 0 && escaped.agreement >= double.agreement) return escaped;
  if (double.fault === undefined || !mayIgnoreQuotes(delimiter, double.fault)) return double;
  const none = tryCutting(sample, { ...double.cutting, quote: '' }, isWhole);
  return none && none.agreement === 1 && !none.rows.some(isCutInQuotes) ? none : double;
}

/** How files that know no doubled quotes write one inside a quoted cell. */
export const ESCAPED_QUOTE = String.raw`\"`;

/**
 * Tab-separated files often know no quoting. Between commas, though, a quote that is opened and never closed is a slip,
 * even where the rows would come out even without it.
 */
export function mayIgnoreQuotes(delimiter: string, fault: CuttingFault['problem'] | 'ragged'): boolean {
  return fault === 'text-after-quote' || (delimiter !== ',' && delimiter !== ';');
}

/** Cut without quotes: a quote that opens in one cell is closed in a later one, so what stood between them was no delimiter. */
export function isCutInQuotes(cells: string[]): boolean {
  let isOpen = false;
  for (const cell of cells) {
    const text = trimCell(cell);
    const [opens, closes] = [text.startsWith('"'), text.endsWith('"')];
    if (isOpen && closes && !opens) return true;
    if (opens) isOpen = !closes || text.length === 1;
  }
  return false;
}

const escapeInClass = (character: string) => (/[\\\]^-]/.test(character) ? `\\${character}` : character);

function tryCutting(sample: string, cutting: Cutting, isWhole: boolean): Trial | undefined {
  const all: { cells: string[]; row: number; line: number }[] = [];
  let row = -1;
  const parser = new DelimitedParser(cutting, (cells, line) => {
    row++;
    if (all.length < MAX_SAMPLE_ROWS && !isBlank(cells) && !isEmptyRow(cells)) all.push({ cells, row, line });
  });
  parser.push(sample);
  if (isWhole) parser.end();
  const isOpenToTheEnd = !isWhole && parser.fault === undefined && parser.rowCount < 2 && sample.includes('\n');
  // A sample of one long unfinished line still has to give a first row.
  if (all.length === 0 && !isWhole && !parser.fault) parser.end();
  const fault = parser.fault?.problem ?? (isOpenToTheEnd ? 'open-quote' : undefined);
  const strayCount = parser.strayQuotes.count;
  if (all.length === 0) {
    const start = { row: 0, line: 1, remarkCount: 0 };
    return fault
      ? { cutting, rows: [[sample.slice(0, 100)]], start, width: 1, endsInDelimiter: false, hasRule: false, agreement: 0, strayCount, fault }
      : undefined;
  }
  const remarkCount = countRemarks(
    all.map(({ cells }) => cells),
    findArffNames(sample) !== null,
  );
  const [head, ...others] = all.slice(remarkCount);
  const below = others.filter(({ cells }, at) => !((at === 0 || cells.length !== head.cells.length) && isRule(cells)));
  const rows = [head, ...below].map(({ cells }) => cells);
  const { width, endsInDelimiter } = widthOf(rows, strayCount);
  const agreeing = rows.slice(1).filter((cells) => cells.length === width || isOneEmptyMore(cells, width)).length;
  const start = { row: remarkCount === 0 ? 0 : head.row, line: remarkCount === 0 ? 1 : head.line, remarkCount };
  const hasRule = below.length < others.length;
  return { cutting, rows, start, width, endsInDelimiter, hasRule, agreement: (agreeing + 1) / rows.length, strayCount, fault };
}

/** Of the rows below a header that is one name short; the others are told of as ragged. */
const SHORT_HEADER_SHARE = 0.95;

function widthOf([head, ...below]: string[][], strayCount: number): { width: number; endsInDelimiter: boolean } {
  const first = head.length;
  // A delimiter at the end of every line is no column, and neither is one at the end of the header alone.
  const endsEmpty = (cells: string[]) => trimCell(cells[cells.length - 1]) === '';
  if (first > 1 && below.length > 0 && endsEmpty(head) && below.every((cells) => cells.length === first - 1 || endsEmpty(cells)))
    return { width: first - 1, endsInDelimiter: true };
  // One name short, as R writes a table with row names: then every row below has one cell more. Stray quotes make more cells than are meant.
  const isShort =
    first > 1 && strayCount === 0 && below.length > 0 && below.filter((cells) => cells.length === first + 1).length >= SHORT_HEADER_SHARE * below.length;
  return { width: isShort && !below.every(endsEmpty) ? first + 1 : first, endsInDelimiter: false };
}

/** A delimiter at the end of the line. */
export const isOneEmptyMore = (cells: string[], width: number) => cells.length === width + 1 && trimCell(cells[width]) === '';
