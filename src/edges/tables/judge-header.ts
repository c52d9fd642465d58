import { trimCell } from '../../domain/read-cell.ts';
import { PLAIN_NUMBER_PATTERN } from '../../domain/read-number.ts';
import { MISSING_MARKER_SET } from '../../domain/missing-markers.ts';

/** Rows that tell a header from data. */
const HEADER_ROWS = 1000;
/** Cells below that must be there before "never seen among them" says anything. */
const LEAST_CELLS = 8;
/** A text beyond this is a sentence, and no name. */
const MAX_NAME_LENGTH = 100;

/**
 * What the cells of a first row speak for, by the columns below them.
 * `names`: a text above numbers. `strangers`: a text above few other texts, each of which comes more than once.
 * `values`: a date, a price, an address above others of its shape. `numbers`: a number above numbers, but not where they count up as years in a header
 * do. `repeats`: a text that comes again below. `sentences`: what is too long for a name. `others`: what speaks for neither.
 */
type Signs = Record<'names' | 'strangers' | 'values' | 'numbers' | 'repeats' | 'sentences' | 'others', number>;

/** A first row is a header unless it clearly is not. */
export function isClearlyData(first: string[], rowsBelow: string[][]): boolean {
  const rows = alike(first, rowsBelow);
  const others = rows.filter((row) => !isSameRow(row, first));
  // The same row again now and then is a header of files that were put together, rather than a row of data.
  const below = 2 * others.length > rows.length ? others : rows;
  const signs = signsOf(first, below);
  // One text among numbers may be a slip in a row of data.
  if (signs.names > 0) return signs.repeats > 0 && signs.numbers > signs.names;
  if (signs.values > 0) return true;
  if (signs.strangers > 0 && 2 * signs.strangers >= signs.repeats + signs.numbers) return false;
  if (signs.repeats >= 2) return true;
  if (signs.repeats === 1) return signs.numbers > 0 || first.length <= 3 || signs.sentences > 0;
  return signs.numbers > 0 && signs.others + signs.strangers === 0;
}

/** Texts above numbers leave no doubt. */
export const isClearlyHeader = (first: string[], rowsBelow: string[][]): boolean => signsOf(first, alike(first, rowsBelow)).names > 0;

/** Cell by cell, spaces at the ends aside. */
export const isSameRow = (row: string[], first: string[]): boolean =>
  row.length === first.length && row.every((cell, column) => cell === first[column] || trimCell(cell) === trimCell(first[column]));

const alike = (first: string[], rowsBelow: string[][]) => rowsBelow.slice(0, HEADER_ROWS).filter((row) => row.length === first.length);

function signsOf(first: string[], below: string[][]): Signs {
  const signs: Signs = { names: 0, strangers: 0, values: 0, numbers: 0, repeats: 0, sentences: 0, others: 0 };
  const counted: string[] = [];
  for (const [column, given] of first.entries()) {
    const cell = trimCell(given);
    if (cell === '' || MISSING_MARKER_SET.has(cell)) continue;
    if (cell.length > MAX_NAME_LENGTH) signs.sentences++;
    const cells = below.map((row) => trimCell(row[column])).filter((one) => one !== '' && !MISSING_MARKER_SET.has(one));
    const share = (isOne: (text: string) => boolean) => (cells.length === 0 ? 0 : cells.filter(isOne).length / cells.length);
    const holdsNumbers = share(isNumber) >= 0.9;
    if (isNumber(cell)) {
      if (holdsNumbers) counted.push(cell);
    } else if (holdsNumbers && (/\p{L}/u.test(cell) || !/[0-9]/.test(cell))) signs.names++;
    else if (/^[^\p{L}]*[0-9]/u.test(cell) && share((one) => shapeOf(one) === shapeOf(cell)) >= 0.9) signs.values++;
    else if (cells.includes(cell)) signs.repeats++;
    else if (isFewTexts(cells)) signs.strangers++;
    else signs.others++;
  }
  if (!countsUp(counted.map(Number))) signs.numbers += counted.length;
  return signs;
}

const plainNumber = new RegExp(`^(?:${PLAIN_NUMBER_PATTERN})$`);
const isNumber = (cell: string) => plainNumber.test(cell);

/** `2022-05-23` and `$1,234` have the shape of every other date and price of the column. */
const shapeOf = (text: string) => text.replaceAll(/[0-9]+/g, '9');

function isFewTexts(cells: string[]): boolean {
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return cells.length >= LEAST_CELLS && [...counts.values()].every((count) => count > 1);
}

/** 2001, 2002, 2003, or 400, 410, 420: names of years, of weeks, of questions, of wavelengths. Two numbers rise by one, more by any step. */
function countsUp(numbers: number[]): boolean {
  const step = numbers[1] - numbers[0];
  const isStep = (value: number, at: number) => at === 0 || Math.abs(value - numbers[at - 1] - step) <= 1e-6 * step;
  return numbers.length > 1 && (numbers.length > 2 ? step > 0 : step === 1) && (step !== 1 || numbers.every(Number.isInteger)) && numbers.every(isStep);
}
