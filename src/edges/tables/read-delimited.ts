import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ModelwrightError } from '../../domain/error.ts';
import { trimCell } from '../../domain/read-cell.ts';
import { cleanLine, inScratch, isTooLong, readCsv, selectCopy } from './clean-copy.ts';
import { encodingNotes } from './decode-text.ts';
import { checkWidth, rowTooLong, tooLarge, type LoadOptions } from './load-limits.ts';
import { nameColumns } from './name-columns.ts';
import { DelimitedParser, MAX_ROW_LENGTH, type Cutting, type CuttingFault, type StrayQuotes } from './parse-delimited.ts';
import type { Dialect } from './reader-wire.ts';
import { textPieces, unsupportedFormat, type TextFile } from './scan-file.ts';
import { ESCAPED_QUOTE, isBlank, isCutInQuotes, mayIgnoreQuotes, sniffDialect, type Sniffed } from './sniff-dialect.ts';

/** Delimited text as the table `raw`: by DuckDB's own reader where the file is plain, else through a clean copy. */
export async function loadDelimited(connection: DuckDBConnection, path: string, file: TextFile, options: LoadOptions) {
  const sniffed = sniffDialect(file.sample, file.isSampleWhole);
  if (!sniffed)
    throw new ModelwrightError({
      code: 'MW1106',
      message: `The file "${path}" is empty.`,
      hint: 'Give a table with a header line and at least one row.',
      place: { file: path },
    });
  refuseMarkup(path, file.sample);
  const { width } = sniffed;
  checkWidth(path, width, options);
  const { columns, notes } = sniffed.hasHeader
    ? nameColumns(isHeaderShort(sniffed) ? ['row_names', ...sniffed.firstRow] : sniffed.firstRow.slice(0, width))
    : { columns: sniffed.firstRow.map((_, index) => `column_${index + 1}`), notes: [] };
  if (isHeaderShort(sniffed)) notes.push('The header is one name short: the first column is called row_names.');
  notes.push(...encodingNotes(file));
  if (!sniffed.hasHeader) notes.push('The first line is data, not a header: the columns are called column_1, column_2 and so on.');
  const isPlain = canReadDirectly(file) && !sniffed.cutting.hasEscapes && sniffed.skippedLines === 0 && !isHeaderShort(sniffed);
  const isRead = isPlain && (await readDirectly(connection, path, file, sniffed.cutting, width, sniffed.hasHeader));
  const { cutting, strayQuotes } = isRead ? { ...sniffed, strayQuotes: null } : await readThroughCopy(connection, path, file, sniffed, options);
  notes.push(...quoteNotes(file, cutting, strayQuotes));
  const { delimiter, quote } = cutting;
  const dialect: Dialect = { format: 'delimited', delimiter, quote, encoding: file.encoding, isGzip: file.isGzip, hasHeader: sniffed.hasHeader };
  return { columns, notes, dialect };
}

function quoteNotes({ sample }: TextFile, { quote, hasEscapes }: Cutting, stray: StrayQuotes | null): string[] {
  if (quote === '') return sample.includes('"') ? ['Quote signs are read as ordinary characters: as quotes they do not fit the file.'] : [];
  const notes = hasEscapes ? ['A backslash before a quote sign makes it an ordinary character.'] : [];
  if (stray === null || stray.count === 0) return notes;
  const where = stray.count === 1 ? `in one cell, in line ${stray.firstLine}` : `in ${stray.count} cells, the first in line ${stray.firstLine}`;
  return [...notes, `Quote signs inside a quoted cell that are not doubled are read as ordinary characters: ${where}.`];
}

const isHeaderShort = ({ hasHeader, firstRow, width }: Sniffed) => hasHeader && firstRow.length === width - 1;

/** A page saved under the name of a table. */
function refuseMarkup(path: string, sample: string): void {
  const start = sample
    .replace(/^\ufeff/, '')
    .trimStart()
    .slice(0, 200)
    .toLowerCase();
  if (/^<(?:!doctype html|html|head|body|table|script)\b/.test(start)) throw unsupportedFormat(path, 'an HTML page');
  if (start.startsWith('<?xml') || /^<[a-z][\w:-]*(?:\s[^>]*)?>/.test(start)) throw unsupportedFormat(path, 'XML');
  if (start.startsWith('{\\rtf')) throw unsupportedFormat(path, 'a text document (RTF)');
}

/** DuckDB's own reader takes plain UTF-8 whose header is the first line; all else goes through a cleaned copy. */
const canReadDirectly = (file: TextFile) => file.encoding === 'utf-8' && !file.replaced && !/^\ufeff?[ \t]*[\r\n]/.test(file.sample);

/** False when the file does not follow the strict form: then our own parser reads it, or says what is wrong and where. */
async function readDirectly(connection: DuckDBConnection, path: string, file: TextFile, cutting: Cutting, width: number, hasHeader: boolean): Promise<boolean> {
  try {
    await connection.run(`CREATE TABLE raw AS SELECT * FROM ${readCsv(path, cutting, width, hasHeader, file.isGzip)}`);
    return true;
  } catch (cause) {
    if (tooLarge(path, cause)) throw cause;
    return false;
  }
}

/**
 * Our own parser reads the file and writes it clean (UTF-8, commas, every cell quoted) for DuckDB; it has the last word on
 * what is wrong and where. Where the quotes do not fit, it is tried with backslashes before them, and with quote signs as ordinary
 * characters. Gives the cutting that fitted.
 */
async function readThroughCopy(
  connection: DuckDBConnection,
  path: string,
  file: TextFile,
  sniffed: Sniffed,
  options: LoadOptions,
): Promise<{ cutting: Cutting; strayQuotes: StrayQuotes }> {
  return inScratch(options, async (folder) => {
    const copy = join(folder, 'clean.csv');
    let fitting = sniffed.cutting;
    let written = await writeClean(path, file, sniffed, copy);
    const { fault } = written;
    for (const cutting of fault ? otherQuotings(sniffed.cutting, fault) : []) {
      const again = await writeClean(path, file, { ...sniffed, cutting }, copy);
      if (again.fault) continue;
      fitting = cutting;
      written = again;
      break;
    }
    if (written.fault) throw faultError(path, written.fault);
    await connection.run(`CREATE TABLE raw AS SELECT * FROM ${selectCopy(copy, sniffed.width)}`);
    return { cutting: fitting, strayQuotes: written.strayQuotes };
  });
}

function otherQuotings(cutting: Cutting, { problem, isEscaped }: RowFault): Cutting[] {
  if (cutting.quote === '' || problem === 'long-row') return [];
  const escaped: Cutting[] = isEscaped && !cutting.hasEscapes ? [{ ...cutting, hasEscapes: true }] : [];
  return mayIgnoreQuotes(cutting.delimiter, problem) ? [...escaped, { ...cutting, quote: '', hasEscapes: false }] : escaped;
}

/** The first row that does not fit. `isEscaped`: up to there a quote sign stood behind a backslash. */
type RowFault = { row: number; line: number; isEscaped: boolean } & (
  | { problem: CuttingFault['problem'] }
  | { problem: 'ragged'; found: number; width: number }
);

/** Writes the clean copy, up to the first row that does not fit. */
async function writeClean(
  path: string,
  file: TextFile,
  { cutting, width, hasHeader, skippedLines }: Sniffed,
  copy: string,
): Promise<{ fault: RowFault | undefined; strayQuotes: StrayQuotes }> {
  let lines: string[] = [];
  let rowNumber = hasHeader ? -1 : 0;
  let toSkip = skippedLines;
  let isEscaped = false;
  let strayCount = 0;
  let unfit: RowFault | undefined;
  const parser = new DelimitedParser(cutting, (cells, line) => {
    if (unfit) return;
    const hasStray = parser.strayQuotes.count > strayCount;
    strayCount = parser.strayQuotes.count;
    if (toSkip > 0) {
      toSkip--;
      return;
    }
    if (isBlank(cells) && (width > 1 || rowNumber < 0)) return;
    rowNumber++;
    if (rowNumber === 0) return;
    const place = { row: rowNumber, line, isEscaped };
    // One empty cell too many is a delimiter at the end of the line.
    if (cells.length !== width && !(cells.length === width + 1 && trimCell(cells[width]) === '')) {
      // Of a row that holds a stray quote the quotes are to blame.
      unfit = hasStray ? { problem: 'text-after-quote', ...place } : { problem: 'ragged', ...place, found: cells.length, width };
      return;
    }
    if (cutting.quote === '' && isCutInQuotes(cells)) {
      unfit = { problem: 'text-after-quote', ...place };
      return;
    }
    const clean = cleanLine(cells.slice(0, width));
    if (isTooLong(clean)) unfit = { problem: 'long-row', ...place };
    else lines.push(clean);
  });
  const decoder = new TextDecoder(file.encoding);
  async function* cleanText() {
    for await (const piece of textPieces(path, file.isGzip)) {
      const text = decoder.decode(piece, { stream: true });
      isEscaped ||= text.includes(ESCAPED_QUOTE);
      parser.push(text);
      if (parser.fault || unfit) return;
      if (lines.length > 0) yield lines.join('');
      lines = [];
    }
    parser.push(decoder.decode());
    parser.end();
    if (lines.length > 0) yield lines.join('');
  }
  await pipeline(cleanText, createWriteStream(copy, { mode: 0o600 }));
  const { fault, strayQuotes } = parser;
  return { fault: unfit ?? (fault && { problem: fault.problem, row: rowNumber + 1, line: fault.line, isEscaped }), strayQuotes };
}

function faultError(path: string, fault: RowFault): ModelwrightError {
  const where = `row ${fault.row} of "${path}" (line ${fault.line})`;
  const place = { file: path, row: fault.row };
  if (fault.problem === 'ragged') {
    return new ModelwrightError({
      code: 'MW1115',
      message: `In ${where} there ${fault.found === 1 ? 'is 1 cell' : `are ${fault.found} cells`} where the first line has ${fault.width}.`,
      hint: 'Mend or remove that row; a cell that holds the delimiter must stand in quotes.',
      place,
    });
  }
  if (fault.problem === 'long-row') return rowTooLong(where, place);
  const said = {
    'open-quote': `A quote opened in ${where} is never closed.`,
    'long-quote': `A quote opened in ${where} is not closed within ${MAX_ROW_LENGTH >> 20} MB, which is as long as a row may be.`,
    'text-after-quote': `In ${where} there is text between a closing quote and the end of the cell.`,
  };
  return new ModelwrightError({
    code: 'MW1116',
    message: said[fault.problem],
    hint: 'Close the quote; a quote sign inside a quoted cell is written twice.',
    place,
  });
}
