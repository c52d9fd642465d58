import { ModelwrightError } from '../../domain/error.ts';
import { decodedText } from './decode-text.ts';
import type { Encoding } from './scan-file.ts';
import { findJsonRows, isObject, type JsonRows } from './find-json-rows.ts';

declare global {
  /** What TypeScript's own library does not know of JSON yet. */
  interface JSON {
    parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
  }
}

type JsonFile = { isGzip: boolean; encoding: Encoding };
/** One object as cells by their column: the keys that lead to the cell, joined by NUL, so that `a.b` is another one than the `b` of an `a`. */
type Cells = Map<string, string>;
const KEY_SEPARATOR = '\0';

/** A JSON file that was looked through: its columns in the order in which they first occur. `isLines`: one object a line; otherwise one value. */
export type JsonColumns = { keys: string[]; isLines: boolean; note: string | null };

export const nameOfKey = (key: string) => key.replaceAll(KEY_SEPARATOR, '.');

/** A longer line, and a larger file that is one value, are not taken into memory. */
const MAX_LINE_LENGTH = 16 << 20;
const MAX_WHOLE_LENGTH = 128 << 20;
/** Objects held at once, beside those of an array, which is parsed as a whole. */
const BATCH_ROWS = 5000;
/** Objects in objects become columns `outer.inner` down to here; below it their JSON text is the cell. */
export const MAX_DEPTH = 6;

/** Whether the text is JSON and not delimited text. `isWhole`: it is not only the start of the file. */
export function looksLikeJson(sample: string, isWhole: boolean): boolean {
  const text = sample.replace(/^\ufeff/, '').trimStart();
  // [1, 2, 3] could also be a header in brackets.
  if (isWhole && text.startsWith('[') && isJson(text)) return true;
  return /^\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}|$)/.test(text) || /^\[\s*(?:[[{\]"]|$)/.test(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What the file holds, and of which columns. */
export async function findJsonColumns(path: string, file: JsonFile, maxColumns: number): Promise<JsonColumns> {
  const isLines = await hasOneObjectALine(path, file);
  const keys = new Set<string>();
  let note: string | null = null;
  for await (const batch of objectBatches(path, file, isLines, (told) => (note = told))) {
    for (const cells of batch) for (const key of cells.keys()) keys.add(key);
    if (keys.size > maxColumns) break;
  }
  if (keys.size === 0) throw notTabular(path, 'its objects have no fields');
  return { keys: [...keys], isLines, note };
}

/** The objects of the file in their order, a bounded number at a time. `tell` is given what the user should know of where they were found. */
export async function* objectBatches(path: string, file: JsonFile, isLines: boolean, tell: (note: string | null) => void = () => {}): AsyncGenerator<Cells[]> {
  let batch: Cells[] = [];
  const takeBatch = () => {
    const full = batch;
    batch = [];
    return full;
  };
  if (!isLines) {
    const { rows, note } = await readWhole(path, file);
    tell(note);
    if (rows.length === 0) throw notTabular(path, 'it is an empty JSON list');
    if (!rows.some(isObject)) throw noObjects(path, rows[0]);
    for (const [index, value] of rows.entries()) {
      if (!isObject(value)) throw brokenJson(path, `Element ${index + 1} of the array in "${path}" is no object.`, index + 1);
      batch.push(cellsOf(path, value, `Element ${index + 1} of the array in "${path}"`, index + 1));
      if (batch.length >= BATCH_ROWS) yield takeBatch();
    }
    if (batch.length > 0) yield batch;
    return;
  }
  let lineNumber = 0;
  let row = 0;
  for await (const lines of linesOf(path, file)) {
    for (const line of lines) {
      lineNumber++;
      if (line.length > MAX_LINE_LENGTH) throw notTabular(path, 'a line of it is longer than 16 MB');
      if (line.trim() === '') continue;
      row++;
      const what = `Line ${lineNumber} of "${path}"`;
      const value = parseJson(path, line, what, row);
      if (!isObject(value)) throw brokenJson(path, `${what} is no JSON object.`, row);
      batch.push(cellsOf(path, value, what, row));
      if (batch.length >= BATCH_ROWS) yield takeBatch();
    }
  }
  if (batch.length > 0) yield batch;
}

/** The first line is an object of its own, and not the last line: otherwise the file is one value. */
async function hasOneObjectALine(path: string, file: JsonFile): Promise<boolean> {
  const [first, next] = await firstLines(path, file, 2);
  if (next === undefined || !/^\ufeff?\s*\{/.test(first) || first.length > MAX_LINE_LENGTH) return false;
  try {
    JSON.parse(first);
    return true;
  } catch {
    // A broken first line is still a line where the next one is an object of its own, but not `{"data": [`.
    return /^\s*\{.*\}\s*$/.test(next) && !/[[{:]\s*$/.test(first);
  }
}

/** The first lines that are not blank. */
async function firstLines(path: string, file: JsonFile, count: number): Promise<string[]> {
  const found: string[] = [];
  for await (const lines of linesOf(path, file)) {
    found.push(...lines.filter((line) => line.trim() !== '').slice(0, count - found.length));
    if (found.length === count) break;
  }
  return found;
}

/** The lines of every piece of the text. A line that is too long comes cut, and is the last. */
async function* linesOf(path: string, file: JsonFile): AsyncGenerator<string[]> {
  let rest = '';
  for await (const text of decodedText(path, file)) {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    yield lines;
    if (rest.length > MAX_LINE_LENGTH) break;
  }
  if (rest !== '') yield [rest];
}

/** A file that is one value. */
async function readWhole(path: string, file: JsonFile): Promise<Extract<JsonRows, { kind: 'rows' }>> {
  let text = '';
  for await (const piece of decodedText(path, file)) {
    text += piece;
    if (text.length > MAX_WHOLE_LENGTH) throw notTabular(path, 'it is one JSON value of more than 128 MB: write one object a line');
  }
  const found = findJsonRows(parseJson(path, text, `"${path}"`));
  if (found.kind === 'rows') return found;
  if (found.kind === 'none') throw notTabular(path, 'it is JSON, and no list of objects');
  const names = found.severalLists.slice(0, 3).map((name) => `"${name}"`);
  throw notTabular(
    path,
    `it is JSON with several lists of objects (${names.join(', ')}${found.severalLists.length > 3 ? ' …' : ''}), and one of them is wanted`,
  );
}

/** Digits in a row that a double may not hold; those behind a decimal point are rounded as any number is. */
const LONG_NUMBER = /(?<![0-9.])[0-9]{16}/;

/** JSON.parse, but that a whole number beyond 2⁵³ keeps its digits: as a double, keys of twenty digits would all be one. */
function parseExactly(text: string): unknown {
  // A reviver makes parsing several times slower, and few texts need one.
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, value, { source }) =>
    typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER && source !== undefined ? JSON.rawJSON(source) : value,
  );
}

/** @param what as the user is told of it where it is broken */
function parseJson(path: string, text: string, what: string, row?: number): unknown {
  try {
    return parseExactly(text);
  } catch (cause) {
    if (cause instanceof RangeError) throw nestedTooDeep(path, what, row, cause);
    throw brokenJson(path, `${what} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, row, cause);
  }
}

function cellsOf(path: string, object: Record<string, unknown>, what: string, row: number): Cells {
  try {
    return flatten(object);
  } catch (cause) {
    // The stack is the bound: JSON's own functions call themselves for each list in a list.
    if (cause instanceof RangeError) throw nestedTooDeep(path, what, row, cause);
    throw cause;
  }
}

function flatten(object: Record<string, unknown>): Cells {
  const cells: Cells = new Map();
  const put = (value: unknown, at: string, depth: number) => {
    if (isObject(value) && depth < MAX_DEPTH && Object.keys(value).length > 0) {
      for (const [key, inner] of Object.entries(value)) put(inner, at + KEY_SEPARATOR + key, depth + 1);
    } else cells.set(at, cellOf(value));
  };
  for (const [key, value] of Object.entries(object)) put(value, key, 1);
  return cells;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  // JSON.stringify would make a null of a number that is too large for a double.
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

const noObjects = (path: string, first: unknown) =>
  new ModelwrightError({
    code: 'MW1122',
    message: `"${path}" is a JSON list of ${Array.isArray(first) ? 'lists' : typeof first === 'string' ? 'texts' : 'single values'}, and not of objects.`,
    hint: 'Write each row as an object with the names of its columns, such as {"age": 34, "town": "Bern"}, or save the table as CSV.',
    place: { file: path },
  });

const brokenJson = (path: string, message: string, row?: number, cause?: unknown) =>
  new ModelwrightError({
    code: 'MW1122',
    message,
    hint: 'Every line is one object, such as {"age": 34, "town": "Bern"}. Mend or remove that one.',
    place: { file: path, ...(row !== undefined && { row }) },
    cause,
  });

const nestedTooDeep = (path: string, what: string, row: number | undefined, cause: unknown) =>
  new ModelwrightError({
    code: 'MW1122',
    message: `${what} holds lists or objects nested thousands deep.`,
    hint: 'Write the values to learn from as fields of the object itself, and leave that one out.',
    place: { file: path, ...(row !== undefined && { row }) },
    cause,
  });

const notTabular = (path: string, why: string) =>
  new ModelwrightError({
    code: 'MW1110',
    message: `The file "${path}" is no table: ${why}.`,
    hint: 'Save the table as CSV, or as one JSON object a line, and give that.',
    place: { file: path },
  });
