import type { ReadingRule, Value } from './column.ts';
import { unreachable } from './error.ts';

/** A cell as a file (text) or a JSON row (text, number, boolean, null) gives it. */
export type Cell = string | number | boolean | null | undefined;

export type CellReading = { value: Value } | { unreadable: true };

/** Trimmed off both ends of every cell before anything else is asked of it. */
export const CELL_SPACES = ' \t\n\v\f\r\u00a0\ufeff';

/**
 * Patterns in the syntax that JavaScript and RE2 share; all are matched against the whole trimmed text. `plain` is also
 * what the tables edge matches in SQL, so it must mean the same in both.
 */
const plain = '[+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]+)?';
const grouped = '[0-9]{1,3}(?:,[0-9]{3})+(?:[.][0-9]*)?';
const amount = `(?:${grouped}|[0-9]+(?:[.][0-9]*)?|[.][0-9]+)`;

export const PLAIN_NUMBER_PATTERN = plain;

const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`);
const plainNumber = whole(plain);
const groupedNumber = whole(`[+-]?${grouped}`);
const currencyNumber = whole(`([+-]?) ?[$€£] ?([+-]?)(${amount})|([+-]?)(${amount}) ?[$€£]|[(] ?[$€£]? ?(${amount}) ?[)]`);
const percentNumber = whole(`([+-]?${amount}) ?%`);

export type NumberStyle = Extract<ReadingRule, { type: 'number' }>['style'];

/**
 * Reads one kind of cell. A style reads what it is named for, and plain and grouped numbers where they stand between.
 * `12%` is 12: the number as the user writes it. A number too large for a double is unreadable, not infinite.
 */
export function readNumber(text: string, style: NumberStyle): number | undefined {
  const value = plainNumber.test(text) ? Number(text) : style === 'plain' ? undefined : readStyledNumber(text, style);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function readStyledNumber(text: string, style: Exclude<NumberStyle, 'plain'>): number | undefined {
  const numberOf = (digits: string) => Number(digits.replaceAll(',', ''));
  if (groupedNumber.test(text)) return numberOf(text);
  if (style === 'currency') {
    const match = currencyNumber.exec(text);
    if (!match) return undefined;
    const [, signBefore, signAfter, leading, signOfTrailing, trailing, inParentheses] = match;
    if (inParentheses !== undefined) return -numberOf(inParentheses);
    if (trailing !== undefined) return numberOf(signOfTrailing + trailing);
    if (signBefore && signAfter) return undefined;
    return numberOf(signBefore + signAfter + leading);
  }
  if (style === 'percent') {
    const match = percentNumber.exec(text);
    return match ? numberOf(match[1]) : undefined;
  }
  return undefined;
}

/** Date spellings that a rule can name; each may be followed by a time of day, with a zone or without (then it is UTC). */
export const DATE_FORMATS = ['yyyy-mm-dd', 'yyyy/mm/dd', 'mm/dd/yyyy', 'dd/mm/yyyy', 'mm-dd-yyyy', 'dd-mm-yyyy', 'dd.mm.yyyy'] as const;

const timeOfDay = '(?:[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(?: ?([AaPp][Mm]))?(?: ?(Z|z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?))?)?';
const dateFormats = new Map<string, { pattern: RegExp; year: number; month: number; day: number }>(
  DATE_FORMATS.map((format) => {
    const separator = format.replace(/[a-z]/g, '')[0];
    const parts = format.split(separator);
    const digits = parts.map((part) => (part === 'yyyy' ? '([0-9]{4})' : '([0-9]{1,2})')).join(`[${separator}]`);
    return [format, { pattern: whole(digits + timeOfDay), year: parts.indexOf('yyyy') + 1, month: parts.indexOf('mm') + 1, day: parts.indexOf('dd') + 1 }];
  }),
);

/** Microseconds since 1970 UTC, or undefined when the text is no real day and time in this format. */
export function readTimestamp(text: string, format: string): number | undefined {
  const form = dateFormats.get(format);
  const match = form?.pattern.exec(text);
  if (!form || !match) return undefined;
  const dayNumber = daysSince1970(Number(match[form.year]), Number(match[form.month]), Number(match[form.day]));
  const time = microsecondsOfDay(match[4], match[5], match[6], match[7], match[8]);
  const offset = zoneOffset(match[9]);
  // Both summands are whole and exact, so the sum is rounded once at most (beyond the year 2255).
  return dayNumber === undefined || time === undefined || offset === undefined ? undefined : dayNumber * MICROSECONDS_A_DAY + (time - offset);
}

const MICROSECONDS_A_DAY = 86_400_000_000;
const MICROSECONDS_A_MINUTE = 60_000_000;

/** Days from 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant's days_from_civil); undefined for a day that does not exist. */
function daysSince1970(year: number, month: number, day: number): number | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function microsecondsOfDay(hour?: string, minute?: string, second?: string, fraction?: string, half?: string): number | undefined {
  if (hour === undefined) return 0;
  let hours = Number(hour);
  const minutes = Number(minute);
  const seconds = Number(second ?? 0);
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  }
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return (hours * 60 + minutes) * MICROSECONDS_A_MINUTE + seconds * 1_000_000 + Number((fraction ?? '').slice(0, 6).padEnd(6, '0'));
}

function zoneOffset(zone?: string): number | undefined {
  if (zone === undefined || /^(?:z|utc)$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (hours > 15 || minutes > 59) return undefined;
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * MICROSECONDS_A_MINUTE;
}

/** The text without spaces at its ends, as every cell is taken. */
export function trimCell(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && CELL_SPACES.includes(text[start])) start++;
  while (end > start && CELL_SPACES.includes(text[end - 1])) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** A reader for one rule, prepared once for many cells. */
export function cellReader(rule: ReadingRule): (cell: Cell) => CellReading {
  const missing = new Set(rule.missing);
  const readText = textReader(rule);
  return (cell) => {
    if (cell === null || cell === undefined) return { value: null };
    const text = trimCell(String(cell));
    if (text === '' || missing.has(text)) return { value: null };
    if (typeof cell === 'number' && rule.type === 'number') return Number.isFinite(cell) ? { value: cell } : { unreadable: true };
    if (typeof cell === 'boolean' && rule.type === 'boolean') return { value: cell };
    const value = readText(text);
    return value === undefined ? { unreadable: true } : { value };
  };
}

function textReader(rule: ReadingRule): (text: string) => Value | undefined {
  switch (rule.type) {
    case 'number':
      return (text) => readNumber(text, rule.style);
    case 'boolean': {
      const answers = new Map<string, boolean>([...rule.no.map((text) => [text, false] as const), ...rule.yes.map((text) => [text, true] as const)]);
      return (text) => answers.get(text);
    }
    case 'text':
      return (text) => text;
    case 'timestamp':
      return (text) => {
        for (const format of rule.formats) {
          const value = readTimestamp(text, format);
          if (value !== undefined) return value;
        }
        return undefined;
      };
    default:
      return unreachable(rule);
  }
}

const readers = new WeakMap<ReadingRule, (cell: Cell) => CellReading>();

/** The one way a cell becomes a value, for a cell of a file and a JSON value alike. */
export function readCell(rule: ReadingRule, cell: Cell): CellReading {
  let read = readers.get(rule);
  if (!read) {
    read = cellReader(rule);
    readers.set(rule, read);
  }
  return read(cell);
}
