import { OPEN_NUMBER_PATTERN, PLAIN_NUMBER_PATTERN } from '../../domain/read-number.ts';
import { mergedOf, noPersons, noStyles, shapesOf, type Shapes } from './measure-shapes.ts';
import { MISSING_MARKER_SET } from '../../domain/missing-markers.ts';
import { TOP_VALUES, type ColumnStatistics } from './reader-wire.ts';
import { summarise } from './summarise.ts';

/** A trimmed text of a column and its rows. */
export type CountedText = { text: string; count: number };

const plainNumber = new RegExp(`^(?:${PLAIN_NUMBER_PATTERN})$`);
const ORDERED_NUMBERS = 1000;

/** The statistics of a column from its distinct texts, none of them empty, in the order in which they first occur. */
export function measureTexts(texts: CountedText[], name: string, rowCount: number): ColumnStatistics {
  let [thereCount, characterCount, wordCount, maxLength, valueCount] = [0, 0, 0, 0, 0];
  const markers: CountedText[] = [];
  const values: CountedText[] = [];
  for (const counted of texts) {
    const { text, count } = counted;
    const length = codePointCount(text);
    thereCount += count;
    characterCount += count * length;
    wordCount += count * text.split(' ').length;
    maxLength = Math.max(maxLength, length);
    if (MISSING_MARKER_SET.has(text)) markers.push(counted);
    else {
      values.push(counted);
      valueCount += count;
    }
  }
  return {
    name,
    rowCount,
    emptyCount: rowCount - thereCount,
    distinctCount: texts.length,
    markers: markers.toSorted((a, b) => byBytes(a.text, b.text)),
    top: texts.toSorted((a, b) => b.count - a.count || byBytes(a.text, b.text)).slice(0, TOP_VALUES),
    meanLength: thereCount > 0 ? characterCount / thereCount : 0,
    maxLength,
    meanWords: thereCount > 0 ? wordCount / thereCount : 0,
    ...(areNumbers(values) ? shapesOfNumbers(values) : shapesOf(texts, valueCount)),
  };
}

/** In the order of code points, as DuckDB has it; UTF-16 order is another one above U+FFFF. */
export function byBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return byCodePoint(left) - byCodePoint(right);
  }
  return a.length - b.length;
}

/** Halves of pairs stand for code points above all that have a single unit, those from U+E000 on among them. */
const byCodePoint = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

function codePointCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xd800) count--;
  return count;
}

/** Of whole numbers with as many digits, some are days (20240131), months (202401) or card numbers: their texts are looked at. */
export const LOOKED_AT_DIGITS = '[0-9]{8}|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])|[0-9]{13,19}';
const lookedAt = new RegExp(`^(?:${LOOKED_AT_DIGITS})$`);

/** What a comma reads just as a point does. */
export const WHOLE_NUMBER_PATTERN = '[+-]?[0-9]+';
const open = new RegExp(`^(?:${OPEN_NUMBER_PATTERN})$`);
const wholeOrOpen = new RegExp(`^(?:${WHOLE_NUMBER_PATTERN}|${OPEN_NUMBER_PATTERN})$`);

/** Plain numbers alone, which need no look at what else they could be. */
const areNumbers = (values: CountedText[]) =>
  values.length > 0 && values.every(({ text }) => plainNumber.test(text)) && values.some(({ text }) => !lookedAt.test(text)) && !areOpen(values);

/** Nothing tells whether 1.100 is meant with a point before the decimals or between the thousands. */
const areOpen = (values: CountedText[]) => values.some(({ text }) => open.test(text)) && values.every(({ text }) => wholeOrOpen.test(text));

function shapesOfNumbers(values: CountedText[]): Shapes {
  const rowsOf = new Map<number, number>();
  let [zeroLedCount, wholeCount] = [0, 0];
  for (const { text, count } of values) {
    const number = Number(text);
    if (Number.isFinite(number)) rowsOf.set(number, (rowsOf.get(number) ?? 0) + count);
    if (/^0[0-9]+$/.test(text)) zeroLedCount += count;
    if (/^[+-]?[0-9]+$/.test(text)) wholeCount += count;
  }
  const sorted = Float64Array.from(rowsOf.keys()).toSorted();
  const counts = Float64Array.from(sorted, (number) => rowsOf.get(number) ?? 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const inFileOrder = Float64Array.from(values.slice(0, ORDERED_NUMBERS), ({ text }) => Number(text));
  return {
    numberCounts: { ...noStyles, plain: total },
    commaCounts: { ...noStyles, plain: wholeCount },
    numbers: total > 0 ? summarise(sorted, counts, inFileOrder) : null,
    commaNumbers: null,
    openCount: 0,
    onlyCounts: { point: total - wholeCount, comma: 0 },
    unit: null,
    zeroLedCount,
    mergedCount: mergedOf(values),
    dates: [],
    personalCounts: noPersons,
    isSampled: false,
  };
}
