import { ModelwrightError } from '../../domain/error.ts';
import type { Encoding } from './scan-file.ts';
import { textPieces } from './scan-file.ts';

declare global {
  /** What TypeScript's own library does not know of JSON yet. */
  interface JSON {
    parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
  }
}

type JsonFile = { isGzip: boolean; encoding: Encoding };
/** One object as cells by their column's name. */
type Cells = Map<string, string>;

/** A longer line, and a larger file that is one value, are not taken into memory. */
const MAX_LINE_LENGTH = 16 << 20;
const MAX_WHOLE_LENGTH = 128 << 20;
/** Objects in objects become columns `outer.inner` down to here; below it their JSON text is the cell. */
const MAX_DEPTH = 6;

/** Whether the text is JSON and not delimited text. */
export function looksLikeJson(sample: string): boolean {
  const text = sample.replace(/^\ufeff/, '').trimStart();
  return /^\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}|$)/.test(text) || /^\[\s*(?:[[{\]"]|$)/.test(text);
}

/** The columns of a JSON file in the order in which they first occur. `isLines`: one object a line; otherwise one array of objects. */
export async function findJsonColumns(path: string, file: JsonFile, sample: string, maxColumns: number): Promise<{ columns: string[]; isLines: boolean }> {
  const isLines = hasOneObjectALine(sample);
  const columns = new Set<string>();
  await forEachObject(path, file, isLines, (cells) => {
    for (const name of cells.keys()) columns.add(name);
    return columns.size <= maxColumns;
  });
  if (columns.size === 0) throw notTabular(path, 'its objects have no fields');
  return { columns: [...columns], isLines };
}

/** Calls back with every object in turn; ends early where the callback says false. */
export async function forEachObject(path: string, file: JsonFile, isLines: boolean, take: (cells: Cells) => boolean | void): Promise<void> {
  if (!isLines) {
    for (const [index, value] of (await readWhole(path, file)).entries()) {
      if (!isObject(value)) throw brokenJson(path, `Element ${index + 1} of the array in "${path}" is no object.`, index + 1);
      if (take(flatten(value)) === false) return;
    }
    return;
  }
  let lineNumber = 0;
  let row = 0;
  for await (const line of linesOf(path, file)) {
    lineNumber++;
    if (line.trim() === '') continue;
    row++;
    let value: unknown;
    try {
      value = parseExactly(line);
    } catch (cause) {
      throw brokenJson(path, `Line ${lineNumber} of "${path}" is no JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, row, cause);
    }
    if (!isObject(value)) throw brokenJson(path, `Line ${lineNumber} of "${path}" is no JSON object.`, row);
    if (take(flatten(value)) === false) return;
  }
}

/** The first line is an object of its own; otherwise the file is one value over many lines. */
function hasOneObjectALine(sample: string): boolean {
  const first = sample.replace(/^\ufeff/, '').trimStart();
  if (!first.startsWith('{')) return false;
  const end = first.search(/[\r\n]/);
  const line = end === -1 ? first : first.slice(0, end);
  try {
    JSON.parse(line);
    return true;
  } catch {
    // A broken first line is still a line where the next one is an object of its own.
    const next = first.slice(end).trimStart();
    return end !== -1 && /^\{.*\}\s*$/m.test(next.split(/[\r\n]/, 1)[0]);
  }
}

async function* linesOf(path: string, file: JsonFile): AsyncGenerator<string> {
  let rest = '';
  for await (const text of decoded(path, file)) {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > MAX_LINE_LENGTH) throw notTabular(path, 'a line of it is longer than 16 MB');
  }
  if (rest !== '') yield rest;
}

async function* decoded(path: string, { isGzip, encoding }: JsonFile): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of textPieces(path, isGzip)) yield decoder.decode(piece, { stream: true });
  yield decoder.decode();
}

/** An array of objects, or the only array of objects in an object: `{"data": [...]}`. */
async function readWhole(path: string, file: JsonFile): Promise<unknown[]> {
  let text = '';
  for await (const piece of decoded(path, file)) {
    text += piece;
    if (text.length > MAX_WHOLE_LENGTH) throw notTabular(path, 'it is one JSON value of more than 128 MB: write one object a line');
  }
  let value: unknown;
  try {
    value = parseExactly(text);
  } catch (cause) {
    throw brokenJson(path, `"${path}" is no JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, undefined, cause);
  }
  if (Array.isArray(value)) return value;
  if (isObject(value)) {
    const arrays = Object.values(value).filter((one): one is unknown[] => Array.isArray(one) && one.length > 0 && one.every(isObject));
    if (arrays.length === 1) return arrays[0];
    return [value];
  }
  throw notTabular(path, 'it is JSON, and no list of objects');
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

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function flatten(object: Record<string, unknown>): Cells {
  const cells: Cells = new Map();
  const put = (value: unknown, name: string, depth: number) => {
    if (isObject(value) && !JSON.isRawJSON(value) && depth < MAX_DEPTH && Object.keys(value).length > 0) {
      for (const [key, inner] of Object.entries(value)) put(inner, `${name}.${key}`, depth + 1);
    } else cells.set(name, cellOf(value));
  };
  for (const [key, value] of Object.entries(object)) put(value, key, 1);
  return cells;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  // JSON.stringify would make a null of a number that is too large for a double.
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

const brokenJson = (path: string, message: string, row?: number, cause?: unknown) =>
  new ModelwrightError({
    code: 'MW1122',
    message,
    hint: 'Every line is one object, such as {"age": 34, "town": "Bern"}. Mend or remove that one.',
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
