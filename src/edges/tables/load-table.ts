import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { ModelwrightError, type ErrorPlace } from '../../domain/error.ts';
import { trimCell } from '../../domain/read-cell.ts';
import { nameColumns } from './name-columns.ts';
import { DelimitedParser, MAX_ROW_LENGTH, type Cutting, type CuttingFault, type StrayQuotes } from './parse-delimited.ts';
import { findJsonColumns, looksLikeJson, nameOfKey, objectBatches } from './read-json.ts';
import { findParquetColumns } from './read-parquet.ts';
import { refuseChangedSince, scanFile, textPieces, unsupportedFormat, type Scanned } from './scan-file.ts';
import { ESCAPED_QUOTE, isBlank, isCutInQuotes, mayIgnoreQuotes, sniffDialect, type Sniffed } from './sniff-dialect.ts';
import { sqlText } from './query.ts';
import type { Dialect } from './reader-wire.ts';

/** What a reader needs to open a file; `tempDirectory` takes what does not fit in memory. */
export type LoadOptions = { tempDirectory: string; memoryBytes: number; threads: number; maxColumns: number };

/** A file as the table `raw` of a database of its own: columns c0, c1 …, all text, in file order. */
export type LoadedTable = {
  connection: DuckDBConnection;
  columns: string[];
  rowCount: number;
  sha256: string;
  sizeBytes: number;
  dialect: Dialect;
  notes: string[];
  close(): void;
};

type TextFile = Extract<Scanned, { format: 'text' }>;

/** Reads the file into a database that can then reach nothing but what it holds. */
export async function loadTable(path: string, options: LoadOptions): Promise<LoadedTable> {
  const scanned = await scanFile(path);
  const database = await openDatabase(options);
  try {
    const { columns, dialect, notes } = await loadRaw(database.connection, path, scanned, options);
    await lockDown(database.connection);
    await refuseChangedSince(path, scanned.state);
    const rowCount = await countRows(database.connection);
    if (rowCount === 0) {
      throw new ModelwrightError({
        code: 'MW1107',
        message: `The file "${path}" has a header and no rows.`,
        hint: 'Give a table with at least one row.',
        place: { file: path },
      });
    }
    return { connection: database.connection, columns, rowCount, sha256: scanned.sha256, sizeBytes: scanned.sizeBytes, dialect, notes, close: database.close };
  } catch (cause) {
    database.close();
    throw tooLarge(path, cause) ?? cause;
  }
}

async function loadRaw(connection: DuckDBConnection, path: string, scanned: Scanned, options: LoadOptions) {
  if (scanned.format === 'text') {
    return looksLikeJson(scanned.sample) ? loadJson(connection, path, scanned, options) : loadText(connection, path, scanned, options);
  }
  if (!scanned.isGzip) return loadParquet(connection, path, path, options);
  return inScratch(options, async (folder) => {
    const unpacked = join(folder, 'unpacked.parquet');
    await pipeline(textPieces(path, true), createWriteStream(unpacked, { mode: 0o600 }));
    return loadParquet(connection, path, unpacked, options);
  });
}

async function inScratch<T>(options: LoadOptions, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(options.tempDirectory, 'table-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An in-memory database with its limits set and no extension to be fetched. */
export async function openDatabase(options: Pick<LoadOptions, 'tempDirectory' | 'memoryBytes' | 'threads'>) {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(options.memoryBytes / 1024)}KiB`,
    threads: String(options.threads),
    temp_directory: options.tempDirectory,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** From here on no file can be opened and no setting changed. The order matters: limits, ingest, lock, then everything derived from the data. */
export async function lockDown(connection: DuckDBConnection): Promise<void> {
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

async function countRows(connection: DuckDBConnection): Promise<number> {
  const result = await connection.runAndReadAll('SELECT count(*)::DOUBLE FROM raw');
  return Number(result.value(0, 0));
}

/** @param path as the user named it @param source where the bytes lie, unpacked */
async function loadParquet(connection: DuckDBConnection, path: string, source: string, options: LoadOptions) {
  try {
    // A folder called year=2024 is a name, and no column.
    const file = sqlText(literalPath(source));
    const read = `read_parquet(${file}, hive_partitioning = false)`;
    const found = await findParquetColumns(connection, file, read);
    checkWidth(path, found.length, options);
    const selected = found.map(({ sql }, index) => `CAST(${sql} AS VARCHAR) AS c${index}`);
    await connection.run(`CREATE TABLE raw AS SELECT ${selected.join(', ')} FROM ${read}`);
    const { columns, notes } = nameColumns(found.map(({ name }) => name));
    return { columns, notes, dialect: { format: 'parquet', isGzip: source !== path } satisfies Dialect };
  } catch (cause) {
    if (cause instanceof ModelwrightError || tooLarge(path, cause)) throw cause;
    throw new ModelwrightError({
      code: 'MW1111',
      message: `The file "${path}" is damaged: it begins as Parquet and cannot be read.`,
      hint: 'Write or download it again.',
      place: { file: path },
      cause,
    });
  }
}

async function loadText(connection: DuckDBConnection, path: string, file: TextFile, options: LoadOptions) {
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

function encodingNotes({ encoding, replaced }: TextFile): string[] {
  if (encoding === 'windows-1252') return ['The bytes are not UTF-8: read as Latin-1 (Windows-1252).'];
  if (encoding !== 'utf-8') return ['The bytes are UTF-16.'];
  if (!replaced) return [];
  const { count, firstLine } = replaced;
  return [
    `The text is UTF-8 but for ${count === 1 ? `one place in line ${firstLine}` : `${count} places, the first in line ${firstLine}`}: read as "\ufffd" there.`,
  ];
}

/** JSON objects as rows, through a clean copy. */
async function loadJson(connection: DuckDBConnection, path: string, file: TextFile, options: LoadOptions) {
  const found = await findJsonColumns(path, file, options.maxColumns);
  checkWidth(path, found.keys.length, options);
  await inScratch(options, async (folder) => {
    const copy = join(folder, 'clean.csv');
    let row = 0;
    const asLine = (cells: ReadonlyMap<string, string>) => {
      row++;
      const line = cleanLine(found.keys.map((key) => cells.get(key) ?? ''));
      if (isTooLong(line)) throw rowTooLong(`row ${row} of "${path}"`, { file: path, row });
      return line;
    };
    async function* cleanText() {
      for await (const batch of objectBatches(path, file, found.isLines)) yield batch.map(asLine).join('');
    }
    await pipeline(cleanText, createWriteStream(copy, { mode: 0o600 }));
    await connection.run(`CREATE TABLE raw AS SELECT * FROM ${readCsv(copy, { delimiter: ',', quote: '"' }, found.keys.length, false, false)}`);
  });
  const { columns, notes } = nameColumns(found.keys.map(nameOfKey));
  const told = found.note === null ? [] : [found.note];
  return {
    columns,
    notes: [...told, ...notes, ...encodingNotes(file)],
    dialect: { format: 'json', isLines: found.isLines, isGzip: file.isGzip } satisfies Dialect,
  };
}

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

function readCsv(path: string, cutting: Pick<Cutting, 'delimiter' | 'quote'>, width: number, hasHeader: boolean, isGzip: boolean): string {
  const columns = Array.from({ length: width }, (_, index) => `'c${index}': 'VARCHAR'`).join(', ');
  return (
    `read_csv(${sqlText(literalPath(path))}, auto_detect = false, delim = ${sqlText(cutting.delimiter)}, quote = ${sqlText(cutting.quote)}, escape = ${sqlText(cutting.quote)}, ` +
    `header = ${hasHeader}, columns = {${columns}}, nullstr = '', strict_mode = true, hive_partitioning = false, max_line_size = ${MAX_ROW_LENGTH}, compression = '${isGzip ? 'gzip' : 'none'}')`
  );
}

/** DuckDB takes names with * ? [ for patterns; a class of one character stands for itself. */
const literalPath = (path: string) => path.replaceAll(/[*?[]/g, (character) => `[${character}]`);

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
    await connection.run(`CREATE TABLE raw AS SELECT * FROM ${readCsv(copy, { delimiter: ',', quote: '"' }, sniffed.width, false, false)}`);
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

const cleanLine = (cells: string[]) => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;

/** A line that DuckDB would refuse. */
const isTooLong = (line: string) => line.length > MAX_ROW_LENGTH / 4 && Buffer.byteLength(line) > MAX_ROW_LENGTH;

const rowTooLong = (where: string, place: ErrorPlace) =>
  new ModelwrightError({
    code: 'MW1114',
    message: `There are more than ${MAX_ROW_LENGTH >> 20} MB in ${where}.`,
    hint: 'Shorten its longest cell, or leave that column out.',
    place,
  });

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

function checkWidth(path: string, width: number, options: LoadOptions): void {
  if (width <= options.maxColumns) return;
  throw new ModelwrightError({
    code: 'MW1114',
    message: `The file "${path}" has ${width} columns; at most ${options.maxColumns} can be read.`,
    hint: 'Keep the columns that matter and give those.',
    place: { file: path },
  });
}

function tooLarge(path: string, cause: unknown): ModelwrightError | undefined {
  if (!(cause instanceof Error) || !/Out of Memory Error|No space left on device/i.test(cause.message)) return undefined;
  return new ModelwrightError({
    code: 'MW1114',
    message: `The file "${path}" is too large for the memory and disk that the reader may use.`,
    hint: 'Free disk space, give fewer columns or rows, or raise the memory limit.',
    place: { file: path },
    cause,
  });
}
