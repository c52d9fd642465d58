import { trimCell } from '../../domain/read-cell.ts';
import { isClearlyData } from './judge-header.ts';
import { DelimitedParser, type Cutting, type CuttingFault } from './parse-delimited.ts';

/**
 * What the first piece of a text file tells of its form. `firstRow`: the first row that is not blank; it may be one cell shorter than `width`, as the
 * header of a table with row names is. `skippedLines`: lines before it that are no part of the table.
 */
export type Sniffed = { cutting: Cutting; firstRow: string[]; width: number; hasHeader: boolean; skippedLines: number };

/** Excel's own first line that names the delimiter. */
const EXCEL_HINT = /^\ufeff?sep=(.)[ \t]*\r?\n/i;

/**
 * Finds delimiter and quote from the start of a file: the pair under which the rows agree with the first row in their
 * number of cells. Undefined when there is nothing but blank lines. `isWhole`: the sample is the whole file.
 */
export function sniffDialect(sample: string, isWhole: boolean): Sniffed | undefined {
  const hint = EXCEL_HINT.exec(sample);
  if (hint) {
    const rest = sample.slice(hint[0].length);
    const trial = tryDelimiter(rest, hint[1], isWhole) ?? bestTrial(rest, isWhole);
    return trial && sniffedFrom(trial, 1);
  }
  const best = bestTrial(sample, isWhole);
  return best && sniffedFrom(best, 0);
}

function sniffedFrom({ cutting, rows, width }: Trial, skippedLines: number): Sniffed {
  return { cutting, firstRow: rows[0], width, hasHeader: rows[0].length < width || !isClearlyData(rows[0], rows.slice(1)), skippedLines };
}

type Trial = { cutting: Cutting; rows: string[][]; width: number; agreement: number; strayCount: number; fault: CuttingFault['problem'] | undefined };

const USUAL_DELIMITERS = ['\t', ',', ';', '|'];
/** Below this share of agreeing rows an unusual delimiter is taken for chance. */
const UNUSUAL_AGREEMENT = 0.98;
const MAX_SAMPLE_ROWS = 5000;

function bestTrial(sample: string, isWhole: boolean): Trial | undefined {
  const trials = USUAL_DELIMITERS.map((delimiter) => tryDelimiter(sample, delimiter, isWhole)).filter((trial) => trial !== undefined);
  const split = trials.filter((trial) => trial.rows[0].length > 1);
  const usual = split.toSorted((a, b) => b.agreement - a.agreement || likelihood(b) - likelihood(a) || b.width - a.width)[0];
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
  const rows: string[][] = [];
  const parser = new DelimitedParser(cutting, (cells) => {
    if (rows.length < MAX_SAMPLE_ROWS && !isBlank(cells)) rows.push(cells);
  });
  parser.push(sample);
  if (isWhole) parser.end();
  const isOpenToTheEnd = !isWhole && parser.fault === undefined && parser.rowCount < 2 && sample.includes('\n');
  // A sample of one long unfinished line still has to give a first row.
  if (rows.length === 0 && !isWhole && !parser.fault) parser.end();
  const fault = parser.fault?.problem ?? (isOpenToTheEnd ? 'open-quote' : undefined);
  const strayCount = parser.strayQuotes.count;
  if (rows.length === 0) return fault ? { cutting, rows: [[sample.slice(0, 100)]], width: 1, agreement: 0, strayCount, fault } : undefined;
  const first = rows[0].length;
  const below = rows.slice(1);
  // One name short, as R writes a table with row names: then every row below has one cell more.
  // Stray quotes make more cells than are meant.
  const isShort =
    first > 1 && strayCount === 0 && below.length > 0 && below.filter((cells) => cells.length === first + 1).length >= SHORT_HEADER_SHARE * below.length;
  const width = isShort && !hasTrailingDelimiter(below) ? first + 1 : first;
  const agreeing = below.filter((cells) => cells.length === width).length;
  return { cutting, rows, width, agreement: (agreeing + 1) / rows.length, strayCount, fault };
}

/** Of the rows below a header that is one name short; the others are told of as ragged. */
const SHORT_HEADER_SHARE = 0.95;

/** A delimiter at the end of every line is no column. */
const hasTrailingDelimiter = (rows: string[][]) => rows.every((cells) => trimCell(cells[cells.length - 1]) === '');

/** A row that holds nothing: an empty line, or spaces alone. */
export const isBlank = (cells: string[]) => cells.length === 1 && trimCell(cells[0]) === '';
