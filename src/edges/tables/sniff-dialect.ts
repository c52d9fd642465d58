import { PLAIN_NUMBER_PATTERN, trimCell } from '../../domain/read-cell.ts';
import { DelimitedParser, type Cutting, type CuttingFault } from './parse-delimited.ts';

/** What the first piece of a text file tells of its form. `header` holds the cells of the first row that is not blank. */
export type Sniffed = { cutting: Cutting; firstRow: string[]; hasHeader: boolean };

/**
 * Finds delimiter and quote from the start of a file: the pair under which the rows agree with the first row in their
 * number of cells. Undefined when there is nothing but blank lines. `isWhole`: the sample is the whole file.
 */
export function sniffDialect(sample: string, isWhole: boolean): Sniffed | undefined {
  const best = bestTrial(sample, isWhole);
  if (!best) return undefined;
  return { cutting: best.cutting, firstRow: best.rows[0], hasHeader: !isClearlyData(best.rows) };
}

type Trial = { cutting: Cutting; rows: string[][]; agreement: number; fault: CuttingFault['problem'] | undefined };

const USUAL_DELIMITERS = [',', '\t', ';', '|'];
/** Below this share of agreeing rows an unusual delimiter is taken for chance. */
const UNUSUAL_AGREEMENT = 0.98;
const MAX_SAMPLE_ROWS = 5000;

function bestTrial(sample: string, isWhole: boolean): Trial | undefined {
  const trials = USUAL_DELIMITERS.map((delimiter) => tryDelimiter(sample, delimiter, isWhole)).filter((trial) => trial !== undefined);
  const split = trials.filter((trial) => trial.rows[0].length > 1);
  const usual = split.toSorted((a, b) => b.agreement - a.agreement)[0];
  if (usual && usual.agreement >= 0.9) return usual;
  const unusual = unusualDelimiters(sample)
    .map((delimiter) => tryDelimiter(sample, delimiter, isWhole))
    .filter((trial) => trial !== undefined && !trial.fault && trial.rows.length > 1 && trial.rows[0].length > 1 && trial.agreement >= UNUSUAL_AGREEMENT)
    .toSorted((a, b) => (b?.rows[0].length ?? 0) - (a?.rows[0].length ?? 0))[0];
  return unusual ?? usual ?? trials[0];
}

/** Characters of the first line that could be meant to part cells: no letters, digits, or signs of numbers, dates and names. */
function unusualDelimiters(sample: string): string[] {
  const firstLine = /[^\r\n]+/.exec(sample)?.[0] ?? '';
  return [...new Set(firstLine.match(/[^\p{L}\p{N}"'._+\-/()\r\n\ufeff]/gu) ?? [])].filter(
    (character) => character.length === 1 && !USUAL_DELIMITERS.includes(character),
  );
}

/** The same delimiter with each way of quoting; double quotes unless they do not fit. */
function tryDelimiter(sample: string, delimiter: string, isWhole: boolean): Trial | undefined {
  const double = tryCutting(sample, { delimiter, quote: '"' }, isWhole);
  if (!double) return undefined;
  const quotedBySingle =
    sample.match(new RegExp(`(?<=^|[\\r\\n${escapeInClass(delimiter)}])'[^'\\r\\n]*'(?=$|[\\r\\n${escapeInClass(delimiter)}])`, 'g'))?.length ?? 0;
  const single = quotedBySingle >= double.rows.length ? tryCutting(sample, { delimiter, quote: "'" }, isWhole) : undefined;
  if (single && !single.fault && single.agreement >= double.agreement) return single;
  if (!double.fault || !mayIgnoreQuotes(delimiter, double.fault)) return double;
  const none = tryCutting(sample, { delimiter, quote: '' }, isWhole);
  return none && none.agreement === 1 ? none : double;
}

/**
 * Tab-separated files often know no quoting. Between commas, though, a quote that is opened and never closed is a slip,
 * even where the rows would come out even without it.
 */
export function mayIgnoreQuotes(delimiter: string, fault: CuttingFault['problem'] | 'ragged'): boolean {
  return fault === 'text-after-quote' || (delimiter !== ',' && delimiter !== ';');
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
  if (rows.length === 0) return fault ? { cutting, rows: [[sample.slice(0, 100)]], agreement: 0, fault } : undefined;
  const width = rows[0].length;
  const agreeing = rows.filter((cells) => cells.length === width).length;
  return { cutting, rows, agreement: agreeing / rows.length, fault };
}

/** A row that holds nothing: an empty line, or spaces alone. */
export const isBlank = (cells: string[]) => cells.length === 1 && trimCell(cells[0]) === '';

const plainNumber = new RegExp(`^(?:${PLAIN_NUMBER_PATTERN})$`);

/**
 * A first row is a header unless it clearly is not: the same number stands in it twice, and every column that is numbers
 * below is a number in it too. (Years as column names are different numbers.)
 */
function isClearlyData(rows: string[][]): boolean {
  const first = rows[0].map(trimCell);
  const numbers = first.filter((cell) => plainNumber.test(cell));
  if (new Set(numbers).size === numbers.length || rows.length < 2) return false;
  const below = rows.slice(1).filter((cells) => cells.length === first.length);
  return first.every((cell, column) => plainNumber.test(cell) || !below.every((cells) => plainNumber.test(trimCell(cells[column]))));
}
