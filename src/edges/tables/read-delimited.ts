import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ModelwrightError } from '../../domain/error.ts';
import type { FileReading } from '../../domain/file-reading.ts';
import { trimCell } from '../../domain/read-cell.ts';
import { cleanLine, inScratch, isTooLong, readCsv, selectCopy } from './clean-copy.ts';
import { decodedText, encodingNotes } from './decode-text.ts';
import { checkWidth, rowTooLong, tooLarge, type LoadOptions } from './load-limits.ts';
import { nameColumns } from './name-columns.ts';
import { DelimitedParser, MAX_ROW_LENGTH, type Cutting, type CuttingFault, type StrayQuotes } from './parse-delimited.ts';
import { sqlText } from './query.ts';
import type { Dialect } from './reader-wire.ts';
import { refuseOtherTexts } from './refuse-formats.ts';
import { leftOutNotes, RowRoles } from './row-roles.ts';
import type { TextFile } from './scan-file.ts';
import { ESCAPED_QUOTE, isCutInQuotes, isOneEmptyMore, mayIgnoreQuotes, sniffDialect, type Sniffed } from './sniff-dialect.ts';

/** Delimited text as the table `raw`: by DuckDB's own reader where the file is plain, else through a clean copy. */
export async function loadDelimited(connection: DuckDBConnection, path: string, file: TextFile, options: LoadOptions, readAs: FileReading) {
  const sniffed = sniffDialect(file.sample, file.isSampleWhole, readAs);
  if (!sniffed)
    throw new ModelwrightError({
      code: 'MW1106',
      message: `The file "${path}" is empty.`,
      hint: 'Give a table with a header line and at least one row.',
      place: { file: path },
    });
  refuseOtherTexts(path, file.sample, sniffed.firstRow);
  checkWidth(path, sniffed.width, options);
  const isRead = isPlain(file, sniffed) && (await readDirectly(connection, path, file, sniffed));
  const reading = isRead ? { sniffed, strayQuotes: null, notes: [] } : await readThroughCopy(connection, path, file, sniffed, options);
  const { columns, notes } = columnsOf(reading.sniffed);
  const { delimiter, quote } = reading.sniffed.cutting;
  return {
    columns,
    notes: [...notes, ...encodingNotes(file), ...reading.notes, ...quoteNotes(file, reading.sniffed.cutting, reading.strayQuotes)],
    dialect: { format: 'delimited', delimiter, quote, encoding: file.encoding, isGzip: file.isGzip, hasHeader: sniffed.hasHeader } satisfies Dialect,
  };
}

/** The names of the columns, and how they and the first row were found. */
function columnsOf(sniffed: Sniffed): { columns: string[]; notes: string[] } {
  const { firstRow, width, hasHeader, names, skippedLines, remarkCount } = sniffed;
  const before =
    remarkCount === 0
      ? []
      : [skippedLines === 1 ? 'The first line is no part of the table: left out.' : `The first ${skippedLines} lines are no part of the table: left out.`];
  if (names !== null) {
    const named = nameColumns(names);
    return { columns: named.columns, notes: [...before, ...named.notes] };
  }
  if (!hasHeader) {
    const what = remarkCount === 0 ? 'The first line is data, not a header' : 'The table has no header';
    return {
      columns: Array.from({ length: width }, (_, index) => `column_${index + 1}`),
      notes: [...before, `${what}: the columns are called column_1, column_2 and so on.`],
    };
  }
  const named = nameColumns(isHeaderShort(sniffed) ? ['row_names', ...firstRow] : firstRow.slice(0, width));
  const short = isHeaderShort(sniffed) ? ['The header is one name short: the first column is called row_names.'] : [];
  return { columns: named.columns, notes: [...before, ...named.notes, ...short] };
}

function quoteNotes({ sample }: TextFile, { quote, hasEscapes }: Cutting, stray: StrayQuotes | null): string[] {
  if (quote === '') return sample.includes('"') ? ['Quote signs are read as ordinary characters: as quotes they do not fit the file.'] : [];
  const notes = hasEscapes ? ['A backslash before a quote sign makes it an ordinary character.'] : [];
  if (stray === null || stray.count === 0) return notes;
  const where = stray.count === 1 ? `in one cell, in line ${stray.firstLine}` : `in ${stray.count} cells, the first in line ${stray.firstLine}`;
  return [...notes, `Quote signs inside a quoted cell that are not doubled are read as ordinary characters: ${where}.`];
}

const isHeaderShort = ({ hasHeader, firstRow, width }: Sniffed) => hasHeader && firstRow.length === width - 1;

/** DuckDB's own reader takes plain UTF-8 whose header is the first line; all else goes through a cleaned copy. */
function isPlain(file: TextFile, sniffed: Sniffed): boolean {
  if (file.encoding !== 'utf-8' || file.replaced !== null || file.hasOddEnds || /^[ \t]*[\r\n]/.test(file.sample)) return false;
  return !sniffed.cutting.hasEscapes && sniffed.skippedRows === 0 && !isHeaderShort(sniffed) && !sniffed.endsInDelimiter && !sniffed.hasRule;
}

/** False when the file does not follow the strict form, or holds rows to be left out: then our own parser reads it, or says what is wrong and where. */
async function readDirectly(connection: DuckDBConnection, path: string, file: TextFile, sniffed: Sniffed): Promise<boolean> {
  try {
    await connection.run(`CREATE TABLE raw AS SELECT * FROM ${readCsv(path, sniffed.cutting, sniffed.width, sniffed.hasHeader, file.isGzip)}`);
  } catch (cause) {
    if (tooLarge(path, cause)) throw cause;
    return false;
  }
  if (sniffed.width === 1 || !(await holdsRowsToLeaveOut(connection, sniffed))) return true;
  await connection.run('DROP TABLE raw');
  return false;
}

/** Columns that tell an empty row and a header apart from others; where a row only begins like one, the copy is made for nothing. */
const TELLING_COLUMNS = 50;

async function holdsRowsToLeaveOut(connection: DuckDBConnection, { width, hasHeader, firstRow }: Sniffed): Promise<boolean> {
  const nameAt = (index: number) => (hasHeader ? trimCell(firstRow[index]) : '');
  const telling = Array.from({ length: Math.min(width, TELLING_COLUMNS) }, (_, index) => index);
  const isNoData = telling.map((index) => `(c${index} IS NULL OR trim(c${index}) IN ('', ${sqlText(nameAt(index))}))`).join(' AND ');
  // Comparing is many times faster than trimming, and says no to nearly every row: what is empty or begins with a space comes before '!'.
  const mayBeNone = `c0 IS NULL OR c0 < '!' OR c0 IN (${sqlText(nameAt(0))}, ${sqlText(hasHeader ? firstRow[0] : '')})`;
  const found = await connection.runAndReadAll(`SELECT 1 FROM raw WHERE CASE WHEN ${mayBeNone} THEN ${isNoData} ELSE false END LIMIT 1`);
  return found.currentRowCount > 0;
}

/**
 * Our own parser reads the file and writes it clean (UTF-8, commas, every cell quoted) for DuckDB; it has the last word on
 * what is wrong and where. Where the rows do not fit, other ways to read them are tried. Gives the one that fitted.
 */
async function readThroughCopy(connection: DuckDBConnection, path: string, file: TextFile, sniffed: Sniffed, options: LoadOptions) {
  return inScratch(options, async (copy) => {
    let fitting = sniffed;
    let written = await writeClean(path, file, sniffed, copy);
    const { fault } = written;
    for (const other of fault ? otherReadings(sniffed, fault) : []) {
      const again = await writeClean(path, file, other, copy);
      if (again.fault) continue;
      fitting = other;
      written = again;
      break;
    }
    if (written.fault) throw faultError(path, written.fault, sniffed);
    await connection.run(`CREATE TABLE raw AS SELECT * FROM ${selectCopy(copy, fitting.width)}`);
    return { sniffed: fitting, strayQuotes: written.strayQuotes, notes: leftOutNotes(written.roles) };
  });
}

/** With backslashes before quote signs, with quote signs as ordinary characters, with a last column that seemed empty. */
function otherReadings(sniffed: Sniffed, fault: RowFault): Sniffed[] {
  const { cutting, endsInDelimiter, width } = sniffed;
  if (endsInDelimiter && fault.problem === 'ragged' && fault.found === width + 1) return [{ ...sniffed, width: width + 1, endsInDelimiter: false }];
  return otherQuotings(cutting, fault).map((other) => ({ ...sniffed, cutting: other }));
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
  sniffed: Sniffed,
  copy: string,
): Promise<{ fault: RowFault | undefined; strayQuotes: StrayQuotes; roles: RowRoles }> {
  const { cutting, width } = sniffed;
  let lines: string[] = [];
  let row = 0;
  let isEscaped = false;
  let strayCount = 0;
  let unfit: RowFault | undefined;
  const roles = new RowRoles(sniffed);
  const parser = new DelimitedParser(cutting, (cells, line) => {
    if (unfit) return;
    const hasStray = parser.strayQuotes.count > strayCount;
    strayCount = parser.strayQuotes.count;
    if (roles.roleOf(cells, line) !== 'data') return;
    row++;
    const place = { row, line, isEscaped };
    if (cells.length !== width && !isOneEmptyMore(cells, width)) {
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
  async function* cleanText() {
    for await (const text of decodedText(path, file)) {
      isEscaped ||= text.includes(ESCAPED_QUOTE);
      parser.push(text);
      if (parser.fault || unfit) return;
      if (lines.length > 0) yield lines.join('');
      lines = [];
    }
    parser.end();
    if (lines.length > 0) yield lines.join('');
  }
  await pipeline(cleanText, createWriteStream(copy, { mode: 0o600 }));
  const { fault, strayQuotes } = parser;
  return { fault: unfit ?? (fault && { problem: fault.problem, row: row + 1, line: fault.line, isEscaped }), strayQuotes, roles };
}

function faultError(path: string, fault: RowFault, { width, firstRow, skippedLines }: Sniffed): ModelwrightError {
  const where = `row ${fault.row} of "${path}" (line ${fault.line})`;
  const place = { file: path, row: fault.row };
  if (fault.problem === 'ragged') {
    const first = skippedLines === 0 ? 'the first line' : `line ${skippedLines + 1}`;
    const isTitle = fault.row === 1 && firstRow.length < fault.found;
    return new ModelwrightError({
      code: 'MW1115',
      message: `In ${where} there ${fault.found === 1 ? 'is 1 cell' : `are ${fault.found} cells`} where ${first} has ${width}.`,
      hint: isTitle
        ? 'If the table begins further down, remove the lines above its header; else give every column a name there.'
        : 'Mend or remove that row; a cell that holds the delimiter must stand in quotes.',
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
