import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, ReadingRule } from '../../domain/column.ts';
import { cellReader, CELL_SPACES, trimCell } from '../../domain/read-cell.ts';
import { PLAIN_NUMBER_PATTERN } from '../../domain/read-number.ts';
import { byBytes } from './measure-texts.ts';
import { forEachText, readNumbersInto, readRows, SMALL_ROWS, sqlText } from './query.ts';
import type { Unreadable } from './reader-wire.ts';

export type ColumnRead = { column: Column; unreadable: Omit<Unreadable, 'column'> | null };

const sqlSpaces = [...CELL_SPACES].map((character) => `chr(${character.codePointAt(0)})`).join(' || ');

const plainNumber = new RegExp(`^(?:${PLAIN_NUMBER_PATTERN})$`);

/** The trimmed cell, as `trimCell` has it. */
export const trimmed = (column: string) => `trim(${column}, ${sqlSpaces})`;

/** Plain numbers of some columns in one pass of SQL; equal to `readCell`, which a property test holds. */
export async function readPlainNumbers(
  connection: DuckDBConnection,
  requests: { index: number; missing: string[] }[],
  rowCount: number,
): Promise<ColumnRead[]> {
  // Read from a file, a number is never infinite: so infinity can stand for "unreadable" on the way. Trimming is slow in
  // SQL and seldom needed, so cells that are numbers as they stand go first.
  const numberOf = (text: string) =>
    `CASE WHEN regexp_full_match(${text}, '${PLAIN_NUMBER_PATTERN}') THEN coalesce(TRY_CAST(${text} AS DOUBLE), 'inf'::DOUBLE)`;
  const selected = requests.map(({ index, missing }) => {
    const cell = `c${index}`;
    // A long IN list would become a join, and so trim every row first.
    const isMissing = (text: string) => `list_contains([${['', ...missing].map(sqlText).join(', ')}], ${text})`;
    const plain = missing.some((text) => plainNumber.test(text)) ? `CASE WHEN ${isMissing(cell)} THEN 'nan'::DOUBLE ELSE ${numberOf(cell)}` : numberOf(cell);
    const ends = plain.startsWith('CASE WHEN regexp') ? 'END' : 'END END';
    return `${plain} WHEN ${cell} IS NULL OR ${isMissing(trimmed(cell))} THEN 'nan'::DOUBLE ELSE ${numberOf(trimmed(cell))} ELSE 'inf'::DOUBLE END ${ends}`;
  });
  const arrays = requests.map(() => new Float64Array(rowCount));
  await readNumbersInto(connection, `SELECT ${selected.join(', ')} FROM raw`, arrays);
  const reads: ColumnRead[] = [];
  for (const [at, values] of arrays.entries()) {
    let count = 0;
    let first = -1;
    for (let row = 0; row < rowCount; row++) {
      if (values[row] !== Infinity && values[row] !== -Infinity) continue;
      values[row] = NaN;
      if (count++ === 0) first = row;
    }
    const unreadable = count > 0 ? { count, firstRow: first + 1, example: await cellAt(connection, requests[at].index, first) } : null;
    reads.push({ column: { type: 'number', values }, unreadable });
  }
  return reads;
}

async function cellAt(connection: DuckDBConnection, index: number, row: number): Promise<string> {
  const [[text]] = await readRows(connection, `SELECT left(c${index}, 100) FROM raw WHERE rowid = ${row}`);
  return String(text);
}

/** Any other column: its distinct texts are read by `readCell`, and each row takes the value of its text. `take` has each column as soon as it is read. */
export async function readByDictionary(
  connection: DuckDBConnection,
  requests: { index: number; rule: ReadingRule }[],
  rowCount: number,
  take: (at: number, read: ColumnRead) => void,
): Promise<void> {
  if (rowCount <= SMALL_ROWS) {
    const dictionaries = await makeDictionaries(
      connection,
      requests.map(({ index }) => index),
      rowCount,
    );
    for (const [at, { rule }] of requests.entries()) take(at, asRead(dictionaries[at], rule));
  } else for (const [at, { index, rule }] of requests.entries()) take(at, asRead(await readDictionary(connection, index, rowCount), rule));
}

/** Distinct texts as they stand and each row's place among them, −1 for a cell that holds nothing. */
type Dictionary = { codes: Int32Array; texts: string[] };

const asRead = ({ codes, texts }: Dictionary, rule: ReadingRule): ColumnRead =>
  rule.type === 'text' ? { column: textColumn(codes, texts, rule.missing), unreadable: null } : typedColumn(codes, texts, rule);

/** Levels are the trimmed texts in code-point order; texts that differ in spaces at their ends alone are one. */
function textColumn(codes: Int32Array, texts: string[], missing: string[]): Column {
  const absent = new Set(['', ...missing]);
  const cells = texts.map(trimCell);
  const levels = [...new Set(cells.filter((cell) => !absent.has(cell)))].toSorted(byBytes);
  const codeOfLevel = new Map(levels.map((level, code) => [level, code]));
  const codeOfText = Int32Array.from(cells, (cell) => codeOfLevel.get(cell) ?? -1);
  for (let row = 0; row < codes.length; row++) if (codes[row] >= 0) codes[row] = codeOfText[codes[row]];
  return { type: 'text', codes, levels };
}

function typedColumn(codes: Int32Array, texts: string[], rule: Exclude<ReadingRule, { type: 'text' }>): ColumnRead {
  const rowCount = codes.length;
  const read = cellReader(rule);
  const empty = rule.type === 'boolean' ? 255 : NaN;
  const values = rule.type === 'boolean' ? new Uint8Array(rowCount).fill(empty) : new Float64Array(rowCount).fill(empty);
  const valueOfCode = texts.map((text) => {
    const reading = read(text);
    return 'unreadable' in reading ? undefined : reading.value === null ? empty : Number(reading.value);
  });
  let count = 0;
  let first = -1;
  for (let row = 0; row < rowCount; row++) {
    if (codes[row] < 0) continue;
    const value = valueOfCode[codes[row]];
    if (value !== undefined) values[row] = value;
    else if (count++ === 0) first = row;
  }
  const unreadable = count > 0 ? { count, firstRow: first + 1, example: texts[codes[first]].slice(0, 100) } : null;
  const column: Column = values instanceof Uint8Array ? { type: 'boolean', values } : { type: rule.type === 'timestamp' ? 'timestamp' : 'number', values };
  return { column, unreadable };
}

async function makeDictionaries(connection: DuckDBConnection, indices: number[], rowCount: number): Promise<Dictionary[]> {
  const made = indices.map(() => ({ codes: new Int32Array(rowCount).fill(-1), codeOfText: new Map<string, number>() }));
  await forEachText(connection, indices, rowCount, (at, row, text) => {
    if (text === null) return;
    const { codes, codeOfText } = made[at];
    const code = codeOfText.get(text) ?? codeOfText.size;
    codeOfText.set(text, code);
    codes[row] = code;
  });
  return made.map(({ codes, codeOfText }) => ({ codes, texts: [...codeOfText.keys()] }));
}

async function readDictionary(connection: DuckDBConnection, index: number, rowCount: number): Promise<Dictionary> {
  const codes = new Int32Array(rowCount).fill(-1);
  await connection.run(`CREATE OR REPLACE TEMP TABLE distinct_texts AS SELECT DISTINCT c${index} AS v FROM raw WHERE c${index} IS NOT NULL ORDER BY v`);
  const texts = (await readRows(connection, 'SELECT v FROM distinct_texts')).map(([text]) => String(text));
  if (texts.length > 0) {
    await connection.run('CREATE TYPE levels AS ENUM (SELECT v FROM distinct_texts)');
    await readNumbersInto(connection, `SELECT coalesce(enum_code(c${index}::levels)::INTEGER, -1) FROM raw`, [codes]);
    await connection.run('DROP TYPE levels');
  }
  await connection.run('DROP TABLE distinct_texts');
  return { codes, texts };
}

/** For each row the number of the first row that has the same texts in these columns. */
export async function readRowGroups(connection: DuckDBConnection, indices: number[], rowCount: number): Promise<Int32Array> {
  const groups = new Int32Array(rowCount);
  const key = indices.map((index) => `coalesce(${trimmed(`c${index}`)}, '')`).join(', ');
  await readNumbersInto(connection, `SELECT (min(rowid) OVER (PARTITION BY hash(${key})))::INTEGER FROM raw ORDER BY rowid`, [groups]);
  return groups;
}

/** Rows that repeat an earlier one in full. Told by a 64-bit hash: a chance collision among a million rows has odds of one in 10⁷. */
export async function countDuplicates(connection: DuckDBConnection, columnCount: number, rowCount: number): Promise<number> {
  const key = Array.from({ length: columnCount }, (_, index) => `c${index}`).join(', ');
  const [[distinct]] = await readRows(connection, `SELECT count(DISTINCT hash(${key}))::DOUBLE FROM raw`);
  return rowCount - Number(distinct);
}
