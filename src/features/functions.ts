import type { ColumnType } from '../domain/column.ts';
import { dateOf, dayOfYear, daysOf, daysSinceMonday, floorDivide, isoWeek, MICROS_PER_SECOND, microsOfDay } from './calendar.ts';
import { lowerCase, upperCase } from './case-mapping.ts';
import { codePointCount, compareText, sliceCodePoints } from './code-points.ts';

/**
 * A value while it is computed: numbers, timestamps and booleans (0 and 1) are numbers with NaN for NULL, so that columns of them
 * are flat arrays; text is a string or null.
 */
export type Scalar = number | string | null;

/** What one argument has to be: a type, `same` (one type for all such), or a constant from a list or a range of whole numbers. */
export type Parameter = ColumnType | 'same' | { oneOf: readonly string[] } | { wholeFrom: number; wholeTo: number };

export type FunctionSpec = {
  group: 'Numbers' | 'Comparison and logic' | 'Missing values and choice' | 'Text' | 'Dates and times';
  /** How people write it, for the page and for messages. */
  written: string;
  /** Names in SQL that mean it; none where only the grammar makes it (`AND`, `IN`, …). */
  spellings: readonly string[];
  parameters: readonly Parameter[];
  /** How many of the last parameters may be left out, or that the last one may be repeated. */
  more?: { optional: number } | { repeated: true };
  returns: ColumnType | 'same';
  /** `strict`: NULL as soon as one argument is. `own`: it is called with NULLs too. */
  nulls: 'strict' | 'own';
  meaning: string;
  /** A result that is infinite or not a number becomes NULL, and −0 becomes 0: the caller sees to it. */
  apply(...args: Scalar[]): Scalar | boolean;
  /** The same over a chunk of numbers, NaN and infinity seen to: ten times as fast, for the few that most features are made of. */
  applyToChunk?: (a: Float64Array, b: Float64Array, out: Float64Array, count: number) => void;
};

/** Text that an expression makes may be this long, in UTF-16 units; beyond it is NULL, so that nested calls cannot fill the memory. */
export const MAX_MADE_TEXT_LENGTH = 65_536;

const isNull = (value: Scalar): boolean => value === null || value !== value;

/** Compares two values of one type, neither of them NULL. */
function compare(a: Scalar, b: Scalar): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  return NaN;
}

const isNullPair = (a: number, b: number): boolean => a !== a || b !== b;

/** Infinity and NaN are NULL, −0 is 0. */
export const cleanNumber = (value: number): number => (Number.isFinite(value) ? value + 0 : NaN);

/** Written out one by one: only in loops of their own does the engine put the operation inline and leave numbers unboxed. */
const chunks = {
  add: (a: Float64Array, b: Float64Array, out: Float64Array, count: number) => {
    for (let i = 0; i < count; i++) out[i] = cleanNumber(a[i] + b[i]);
  },
  subtract: (a: Float64Array, b: Float64Array, out: Float64Array, count: number) => {
    for (let i = 0; i < count; i++) out[i] = cleanNumber(a[i] - b[i]);
  },
  multiply: (a: Float64Array, b: Float64Array, out: Float64Array, count: number) => {
    for (let i = 0; i < count; i++) out[i] = cleanNumber(a[i] * b[i]);
  },
  divide: (a: Float64Array, b: Float64Array, out: Float64Array, count: number) => {
    for (let i = 0; i < count; i++) out[i] = cleanNumber(a[i] / b[i]);
  },
  equal: (a: Float64Array, b: Float64Array, out: Float64Array, count: number) => {
    for (let i = 0; i < count; i++) out[i] = isNullPair(a[i], b[i]) ? NaN : a[i] === b[i] ? 1 : 0;
  },
  less: (a: Float64Array, b: Float64Array, out: Float64Array, count: number) => {
    for (let i = 0; i < count; i++) out[i] = isNullPair(a[i], b[i]) ? NaN : a[i] < b[i] ? 1 : 0;
  },
  lessOrEqual: (a: Float64Array, b: Float64Array, out: Float64Array, count: number) => {
    for (let i = 0; i < count; i++) out[i] = isNullPair(a[i], b[i]) ? NaN : a[i] <= b[i] ? 1 : 0;
  },
  greater: (a: Float64Array, b: Float64Array, out: Float64Array, count: number) => chunks.less(b, a, out, count),
  greaterOrEqual: (a: Float64Array, b: Float64Array, out: Float64Array, count: number) => chunks.lessOrEqual(b, a, out, count),
};

/** Three-valued logic over 0, 1 and NaN. */
function allOf(values: readonly Scalar[]): number {
  let result = 1;
  for (const value of values) {
    if (value === 0) return 0;
    if (isNull(value)) result = NaN;
  }
  return result;
}

const anyOf = (values: readonly Scalar[]): number => 1 - allOf(values.map((value) => (typeof value === 'number' ? 1 - value : NaN)));

function isIn(value: Scalar, items: readonly Scalar[]): number {
  if (isNull(value)) return NaN;
  let result = 0;
  for (const item of items) {
    if (item === value) return 1;
    if (isNull(item)) result = NaN;
  }
  return result;
}

function extreme(values: readonly Scalar[], direction: 1 | -1): Scalar {
  let best: Scalar = null;
  for (const value of values) {
    if (isNull(value)) continue;
    if (best === null || compare(value, best) * direction > 0) best = value;
  }
  return best;
}

const isDistinct = (a: Scalar, b: Scalar): boolean => (isNull(a) ? !isNull(b) : a !== b);

function roundHalfAway(x: number): number {
  const whole = Math.trunc(x);
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole;
}

function roundTo(x: number, ...[digits = 0]: number[]): number {
  if (digits === 0) return roundHalfAway(x);
  const scale = 10 ** Math.abs(digits);
  if (digits < 0) return roundHalfAway(x / scale) * scale;
  const rounded = roundHalfAway(x * scale) / scale;
  return Number.isFinite(rounded) ? rounded : x;
}

/** SQL's substring: positions count from 1, negative ones from the end; a negative length takes what stands before. */
function substring(text: string, position: number, ...[length = Infinity]: number[]): string {
  const from = inRange(position);
  const count = inRange(length);
  const size = codePointCount(text);
  const start = from > 0 ? from - 1 : from < 0 ? size + from : -1;
  return count > 0 ? sliceCodePoints(text, Math.max(start, 0), start + count) : sliceCodePoints(text, Math.max(start + count, 0), start);
}

/** The range that DuckDB takes for positions. */
const MAX_POSITION = 2_147_483_647;
const inRange = (position: number): number => Math.trunc(Math.max(-MAX_POSITION, Math.min(MAX_POSITION, position)));

/** Space separators (Unicode Zs), as DuckDB trims; not tabs or line ends. */
const spacesBefore = /^[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+/;
const isSpace = (unit: number): boolean =>
  unit === 0x20 ||
  (unit > 0x7f && (unit === 0xa0 || unit === 0x1680 || (unit >= 0x2000 && unit <= 0x200a) || unit === 0x202f || unit === 0x205f || unit === 0x3000));

/** By hand: a pattern anchored at the end takes quadratic time on a long run of spaces. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

const capped = (text: string): string | null => (text.length > MAX_MADE_TEXT_LENGTH ? null : text);

function replaceAll(text: string, part: string, by: string): string | null {
  if (part === '') return text;
  const pieces = text.split(part);
  const length = text.length + (pieces.length - 1) * (by.length - part.length);
  return length > MAX_MADE_TEXT_LENGTH && pieces.length > 1 ? null : pieces.join(by);
}

type Translation = { byCharacter: Map<string, string>; begins: Uint8Array };

/** What becomes of each character; `begins` has a 1 for each UTF-16 unit that one of them begins with. The first of two equal ones counts. */
function makeTranslation(from: string, to: string): Translation {
  const byCharacter = new Map<string, string>();
  const begins = new Uint8Array(65_536);
  const becomes = [...to];
  [...from].forEach((character, at) => {
    if (!byCharacter.has(character)) byCharacter.set(character, becomes[at] ?? '');
    begins[character.charCodeAt(0)] = 1;
  });
  return { byCharacter, begins };
}

/** The two lists are constants nearly always: what was made of the last ones is kept. */
let lastTranslation: { from: string; to: string; made: Translation } | undefined;

function translate(text: string, from: string, to: string): string | null {
  if (lastTranslation?.from !== from || lastTranslation.to !== to) lastTranslation = { from, to, made: makeTranslation(from, to) };
  const { byCharacter, begins } = lastTranslation.made;
  let made = '';
  let kept = 0;
  for (let at = 0; at < text.length; at++) {
    if (begins[text.charCodeAt(at)] === 0) continue;
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const by = byCharacter.get(character);
    if (by === undefined) continue;
    made += text.slice(kept, at) + by;
    at += character.length - 1;
    kept = at + 1;
  }
  const whole = made + text.slice(kept);
  return whole.length > text.length ? capped(whole) : whole;
}

const dateDiffUnits = ['second', 'minute', 'hour', 'day', 'month', 'quarter', 'year'] as const;

/** How many boundaries of the unit lie between: 23:59 to 00:01 is one day. */
function dateDiff(unit: string, from: number, to: number): number {
  return boundary(unit, to) - boundary(unit, from);
}

function boundary(unit: string, micros: number): number {
  switch (unit) {
    case 'second':
      return floorDivide(micros, MICROS_PER_SECOND);
    case 'minute':
      return floorDivide(micros, 60 * MICROS_PER_SECOND);
    case 'hour':
      return floorDivide(micros, 3600 * MICROS_PER_SECOND);
    case 'day':
      return daysOf(micros);
    case 'month':
      return dateOf(micros).year * 12 + dateOf(micros).month - 1;
    case 'quarter':
      return dateOf(micros).year * 4 + quarter(micros) - 1;
    case 'year':
      return dateOf(micros).year;
    default:
      return NaN;
  }
}

const quarter = (micros: number): number => Math.floor((dateOf(micros).month + 2) / 3);

const number1 = { parameters: ['number'], returns: 'number', nulls: 'strict', group: 'Numbers' } as const;
const number2 = { parameters: ['number', 'number'], returns: 'number', nulls: 'strict', group: 'Numbers' } as const;
const comparison = { parameters: ['same', 'same'], returns: 'boolean', nulls: 'strict', group: 'Comparison and logic', spellings: [] } as const;
const logic = { returns: 'boolean', nulls: 'own', group: 'Comparison and logic', spellings: [] } as const;
const choice = { nulls: 'own', group: 'Missing values and choice' } as const;
const text1 = { parameters: ['text'], nulls: 'strict', group: 'Text' } as const;
const text2 = { parameters: ['text', 'text'], nulls: 'strict', group: 'Text' } as const;
const datePart = { parameters: ['timestamp'], returns: 'number', nulls: 'strict', group: 'Dates and times' } as const;

/** Every function of the language: the allow-list, the evaluator and the page in one place. */
const table = {
  '+': { ...number2, written: 'a + b', spellings: ['+'], meaning: 'sum', apply: (a: number, b: number) => a + b, applyToChunk: chunks.add },
  '-': { ...number2, written: 'a - b', spellings: ['-'], meaning: 'difference', apply: (a: number, b: number) => a - b, applyToChunk: chunks.subtract },
  '*': { ...number2, written: 'a * b', spellings: ['*'], meaning: 'product', apply: (a: number, b: number) => a * b, applyToChunk: chunks.multiply },
  '/': {
    ...number2,
    written: 'a / b',
    spellings: ['/'],
    meaning: 'quotient, never cut to a whole number; NULL when b is 0',
    apply: (a: number, b: number) => a / b,
    applyToChunk: chunks.divide,
  },
  '%': {
    ...number2,
    written: 'a % b, mod(a, b)',
    spellings: ['%', 'mod'],
    meaning: 'remainder with the sign of a; NULL when b is 0',
    apply: (a: number, b: number) => a % b,
  },
  negate: { ...number1, written: '-a', spellings: ['-'], meaning: 'the number with the other sign', apply: (a: number) => -a },
  abs: { ...number1, written: 'abs(a)', spellings: ['abs'], meaning: 'size without sign', apply: (a: number) => Math.abs(a) },
  sign: { ...number1, written: 'sign(a)', spellings: ['sign'], meaning: '−1, 0 or 1', apply: (a: number) => Math.sign(a) },
  floor: { ...number1, written: 'floor(a)', spellings: ['floor'], meaning: 'next whole number downward', apply: (a: number) => Math.floor(a) },
  ceil: { ...number1, written: 'ceil(a)', spellings: ['ceil', 'ceiling'], meaning: 'next whole number upward', apply: (a: number) => Math.ceil(a) },
  round: {
    ...number1,
    written: 'round(a), round(a, digits)',
    spellings: ['round'],
    parameters: ['number', { wholeFrom: -15, wholeTo: 15 }],
    more: { optional: 1 },
    meaning: 'nearest, halves away from zero; `digits` is a constant, negative for tens, hundreds, …',
    apply: roundTo,
  },
  sqrt: { ...number1, written: 'sqrt(a)', spellings: ['sqrt'], meaning: 'square root; NULL when a < 0', apply: (a: number) => Math.sqrt(a) },
  exp: { ...number1, written: 'exp(a)', spellings: ['exp'], meaning: 'e to the power a', apply: (a: number) => Math.exp(a) },
  ln: { ...number1, written: 'ln(a)', spellings: ['ln'], meaning: 'natural logarithm; NULL when a ≤ 0', apply: (a: number) => Math.log(a) },
  log2: { ...number1, written: 'log2(a)', spellings: ['log2'], meaning: 'logarithm of base 2; NULL when a ≤ 0', apply: (a: number) => Math.log2(a) },
  log10: { ...number1, written: 'log10(a)', spellings: ['log10'], meaning: 'logarithm of base 10; NULL when a ≤ 0', apply: (a: number) => Math.log10(a) },
  pow: {
    ...number2,
    written: 'pow(a, b), a ** b, a ^ b',
    spellings: ['pow', 'power', '**', '^'],
    meaning: 'a to the power b; NULL for 0 to a negative power and for a broken power of a negative number',
    apply: (a: number, b: number) => a ** b,
  },
  sin: { ...number1, written: 'sin(a)', spellings: ['sin'], meaning: 'sine of radians', apply: (a: number) => Math.sin(a) },
  cos: { ...number1, written: 'cos(a)', spellings: ['cos'], meaning: 'cosine of radians', apply: (a: number) => Math.cos(a) },

  '=': { ...comparison, written: 'a = b', meaning: 'equal', apply: (a: Scalar, b: Scalar) => a === b, applyToChunk: chunks.equal },
  '<>': { ...comparison, written: 'a <> b, a != b', meaning: 'not equal', apply: (a: Scalar, b: Scalar) => a !== b },
  '<': {
    ...comparison,
    written: 'a < b',
    meaning: 'less; text is ordered by code points, FALSE before TRUE',
    apply: (a: Scalar, b: Scalar) => compare(a, b) < 0,
    applyToChunk: chunks.less,
  },
  '<=': { ...comparison, written: 'a <= b', meaning: 'less or equal', apply: (a: Scalar, b: Scalar) => compare(a, b) <= 0, applyToChunk: chunks.lessOrEqual },
  '>': { ...comparison, written: 'a > b', meaning: 'greater', apply: (a: Scalar, b: Scalar) => compare(a, b) > 0, applyToChunk: chunks.greater },
  '>=': {
    ...comparison,
    written: 'a >= b',
    meaning: 'greater or equal',
    apply: (a: Scalar, b: Scalar) => compare(a, b) >= 0,
    applyToChunk: chunks.greaterOrEqual,
  },
  between: {
    ...logic,
    written: 'a BETWEEN low AND high',
    parameters: ['same', 'same', 'same'],
    meaning: '`a >= low AND a <= high`',
    apply: (a: Scalar, low: Scalar, high: Scalar) => {
      const orNull = (holds: boolean, bound: Scalar) => (isNull(a) || isNull(bound) ? NaN : Number(holds));
      return allOf([orNull(compare(a, low) >= 0, low), orNull(compare(a, high) <= 0, high)]);
    },
  },
  in: {
    ...logic,
    written: 'a IN (b, c, …)',
    parameters: ['same', 'same'],
    more: { repeated: true },
    meaning: 'equal to one of them; NULL when to none and one is NULL',
    apply: (a: Scalar, ...items: Scalar[]) => isIn(a, items),
  },
  not_in: {
    ...logic,
    written: 'a NOT IN (b, c, …)',
    parameters: ['same', 'same'],
    more: { repeated: true },
    meaning: '`NOT (a IN (b, c, …))`',
    apply: (a: Scalar, ...items: Scalar[]) => 1 - isIn(a, items),
  },
  and: {
    ...logic,
    written: 'a AND b',
    parameters: ['boolean', 'boolean'],
    more: { repeated: true },
    meaning: 'FALSE when one is FALSE, else NULL when one is NULL, else TRUE',
    apply: (...values: Scalar[]) => allOf(values),
  },
  or: {
    ...logic,
    written: 'a OR b',
    parameters: ['boolean', 'boolean'],
    more: { repeated: true },
    meaning: 'TRUE when one is TRUE, else NULL when one is NULL, else FALSE',
    apply: (...values: Scalar[]) => anyOf(values),
  },
  not: { ...comparison, parameters: ['boolean'], written: 'NOT a', meaning: 'the opposite', apply: (a: number) => 1 - a },

  is_null: {
    ...choice,
    written: 'a IS NULL',
    spellings: [],
    parameters: ['same'],
    returns: 'boolean',
    meaning: 'TRUE or FALSE, never NULL',
    apply: (a: Scalar) => isNull(a),
  },
  is_not_null: {
    ...choice,
    written: 'a IS NOT NULL',
    spellings: [],
    parameters: ['same'],
    returns: 'boolean',
    meaning: 'TRUE or FALSE, never NULL',
    apply: (a: Scalar) => !isNull(a),
  },
  is_distinct_from: {
    ...choice,
    written: 'a IS DISTINCT FROM b',
    spellings: [],
    parameters: ['same', 'same'],
    returns: 'boolean',
    meaning: '`<>` for which NULL is a value like any other',
    apply: isDistinct,
  },
  is_not_distinct_from: {
    ...choice,
    written: 'a IS NOT DISTINCT FROM b, a IS TRUE',
    spellings: [],
    parameters: ['same', 'same'],
    returns: 'boolean',
    meaning: '`=` for which NULL is a value like any other',
    apply: (a: Scalar, b: Scalar) => !isDistinct(a, b),
  },
  coalesce: {
    ...choice,
    written: 'coalesce(a, b, …), ifnull(a, b)',
    spellings: [],
    parameters: ['same'],
    more: { repeated: true },
    returns: 'same',
    meaning: 'the first that is not NULL',
    apply: (...values: Scalar[]) => values.find((value) => !isNull(value)) ?? null,
  },
  nullif: {
    ...choice,
    written: 'nullif(a, b)',
    spellings: ['nullif'],
    parameters: ['same', 'same'],
    returns: 'same',
    meaning: 'NULL when a = b, else a',
    apply: (a: Scalar, b: Scalar) => (a === b ? null : a),
  },
  greatest: {
    ...choice,
    written: 'greatest(a, b, …)',
    spellings: ['greatest'],
    parameters: ['same'],
    more: { repeated: true },
    returns: 'same',
    meaning: 'the greatest of those that are not NULL',
    apply: (...values: Scalar[]) => extreme(values, 1),
  },
  least: {
    ...choice,
    written: 'least(a, b, …)',
    spellings: ['least'],
    parameters: ['same'],
    more: { repeated: true },
    returns: 'same',
    meaning: 'the least of those that are not NULL',
    apply: (...values: Scalar[]) => extreme(values, -1),
  },

  '||': {
    ...text2,
    written: 'a || b',
    spellings: ['||'],
    returns: 'text',
    meaning: 'one text after the other',
    apply: (a: string, b: string) => capped(a + b),
  },
  length: {
    ...text1,
    written: 'length(a)',
    spellings: ['length', 'len', 'char_length', 'character_length'],
    returns: 'number',
    meaning: 'count of code points',
    apply: codePointCount,
  },
  lower: {
    ...text1,
    written: 'lower(a)',
    spellings: ['lower', 'lcase'],
    returns: 'text',
    meaning: 'small letters, by the simple mapping of Unicode',
    apply: lowerCase,
  },
  upper: {
    ...text1,
    written: 'upper(a)',
    spellings: ['upper', 'ucase'],
    returns: 'text',
    meaning: 'capital letters, by the simple mapping of Unicode ("ß" to "ẞ")',
    apply: upperCase,
  },
  trim: {
    ...text1,
    written: 'trim(a)',
    spellings: ['trim'],
    returns: 'text',
    meaning: 'without spaces (Unicode Zs) at both ends; tabs and line ends stay',
    apply: (a: string) => trimEnd(a.replace(spacesBefore, '')),
  },
  ltrim: {
    ...text1,
    written: 'ltrim(a)',
    spellings: ['ltrim'],
    returns: 'text',
    meaning: 'without spaces at the start',
    apply: (a: string) => a.replace(spacesBefore, ''),
  },
  rtrim: { ...text1, written: 'rtrim(a)', spellings: ['rtrim'], returns: 'text', meaning: 'without spaces at the end', apply: trimEnd },
  substring: {
    ...text1,
    written: 'substring(a, from), substring(a, from, count)',
    spellings: ['substring', 'substr'],
    parameters: ['text', 'number', 'number'],
    more: { optional: 1 },
    returns: 'text',
    meaning:
      'code points from position `from`, counted from 1, or from the end when negative; a negative count takes what stands before; fractions are cut off',
    apply: substring,
  },
  replace: {
    ...text1,
    written: 'replace(a, part, by)',
    spellings: ['replace'],
    parameters: ['text', 'text', 'text'],
    returns: 'text',
    meaning: 'every `part` replaced by `by`; unchanged when `part` is empty',
    apply: replaceAll,
  },
  translate: {
    ...text1,
    written: 'translate(a, from, to)',
    spellings: ['translate'],
    parameters: ['text', 'text', 'text'],
    returns: 'text',
    meaning: 'every character that is in `from` replaced by the one at its place in `to`, or left out where `to` is shorter',
    apply: translate,
  },
  contains: {
    ...text2,
    written: 'contains(a, part)',
    spellings: ['contains'],
    returns: 'boolean',
    meaning: 'whether `part` occurs in a',
    apply: (a: string, part: string) => a.includes(part),
  },
  starts_with: {
    ...text2,
    written: 'starts_with(a, part)',
    spellings: ['starts_with', 'prefix', '^@'],
    returns: 'boolean',
    meaning: 'whether a begins with `part`',
    apply: (a: string, part: string) => a.startsWith(part),
  },
  ends_with: {
    ...text2,
    written: 'ends_with(a, part)',
    spellings: ['ends_with', 'suffix'],
    returns: 'boolean',
    meaning: 'whether a ends with `part`',
    apply: (a: string, part: string) => a.endsWith(part),
  },
  strpos: {
    ...text2,
    written: 'strpos(a, part), instr(a, part)',
    spellings: ['strpos', 'instr', 'position'],
    returns: 'number',
    meaning: 'where `part` first begins, counted from 1 in code points; 0 when it does not occur',
    apply: (a: string, part: string) => {
      const at = a.indexOf(part);
      return at < 0 ? 0 : codePointCount(a.slice(0, at)) + 1;
    },
  },

  year: { ...datePart, written: 'year(t)', spellings: ['year'], meaning: 'year', apply: (t: number) => dateOf(t).year },
  quarter: { ...datePart, written: 'quarter(t)', spellings: ['quarter'], meaning: '1 to 4', apply: quarter },
  month: { ...datePart, written: 'month(t)', spellings: ['month'], meaning: '1 to 12', apply: (t: number) => dateOf(t).month },
  week: { ...datePart, written: 'week(t)', spellings: ['week', 'weekofyear'], meaning: 'ISO week, 1 to 53', apply: isoWeek },
  day: { ...datePart, written: 'day(t)', spellings: ['day', 'dayofmonth'], meaning: 'day of the month, 1 to 31', apply: (t: number) => dateOf(t).day },
  dayofweek: {
    ...datePart,
    written: 'dayofweek(t)',
    spellings: ['dayofweek', 'weekday'],
    meaning: '0 (Sunday) to 6 (Saturday)',
    apply: (t: number) => (daysSinceMonday(daysOf(t)) + 1) % 7,
  },
  isodow: {
    ...datePart,
    written: 'isodow(t)',
    spellings: ['isodow'],
    meaning: '1 (Monday) to 7 (Sunday)',
    apply: (t: number) => daysSinceMonday(daysOf(t)) + 1,
  },
  dayofyear: { ...datePart, written: 'dayofyear(t)', spellings: ['dayofyear'], meaning: '1 to 366', apply: dayOfYear },
  hour: {
    ...datePart,
    written: 'hour(t)',
    spellings: ['hour'],
    meaning: '0 to 23',
    apply: (t: number) => floorDivide(microsOfDay(t), 3600 * MICROS_PER_SECOND),
  },
  minute: {
    ...datePart,
    written: 'minute(t)',
    spellings: ['minute'],
    meaning: '0 to 59',
    apply: (t: number) => floorDivide(microsOfDay(t), 60 * MICROS_PER_SECOND) % 60,
  },
  second: {
    ...datePart,
    written: 'second(t)',
    spellings: ['second'],
    meaning: '0 to 59, whole',
    apply: (t: number) => floorDivide(microsOfDay(t), MICROS_PER_SECOND) % 60,
  },
  epoch: {
    ...datePart,
    written: 'epoch(t)',
    spellings: ['epoch'],
    meaning: 'seconds since 1970 with their fraction',
    apply: (t: number) => t / MICROS_PER_SECOND,
  },
  date_diff: {
    ...datePart,
    written: "date_diff('day', from, to)",
    spellings: ['date_diff', 'datediff'],
    parameters: [{ oneOf: dateDiffUnits }, 'timestamp', 'timestamp'],
    meaning: `boundaries of the unit (${dateDiffUnits.join(', ')}) between the two: 23:59 to 00:01 is one day; negative when \`to\` is earlier`,
    apply: dateDiff,
  },
} as const satisfies Record<string, FunctionSpec>;

export type FunctionName = keyof typeof table;
export const functions: Readonly<Record<FunctionName, FunctionSpec>> = table;

const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(table, name);
export const functionNames: readonly FunctionName[] = Object.keys(table).filter(isFunctionName);

/** How many arguments it takes, at least and at most. */
export function arityOf({ parameters, more }: FunctionSpec): { least: number; most: number } {
  if (more && 'repeated' in more) return { least: parameters.length, most: Infinity };
  return { least: parameters.length - (more?.optional ?? 0), most: parameters.length };
}

/** The functions that SQL writes with this name: two for `-`, which may have one operand or two. */
export const functionsSpelled = (spelling: string): FunctionName[] =>
  functionNames.filter((name) => functions[name].spellings.includes(spelling.toLowerCase()));
