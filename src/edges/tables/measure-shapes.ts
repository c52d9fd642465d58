import type { DuckDBConnection } from '@duckdb/node-api';
import { readNumber, type DecimalMark, type NumberStyle } from '../../domain/read-number.ts';
import { DATE_FORMATS, readTimestamp, withoutWeekday } from '../../domain/read-timestamp.ts';
import { unitOf, withoutUnit } from '../../domain/read-unit.ts';
import { personalShapeOf } from './personal-shapes.ts';
import { MISSING_MARKER_SET } from '../../domain/missing-markers.ts';
import { readRows } from './query.ts';
import type { ColumnStatistics } from './reader-wire.ts';
import { summarise } from './summarise.ts';

/** What the texts of a column look like, one by one. */
export type Shapes = Pick<
  ColumnStatistics,
  | 'numberCounts'
  | 'commaCounts'
  | 'numbers'
  | 'commaNumbers'
  | 'openCount'
  | 'onlyCounts'
  | 'unit'
  | 'zeroLedCount'
  | 'mergedCount'
  | 'dates'
  | 'personalCounts'
  | 'isSampled'
>;

/** Numbers, dates, addresses and telephone numbers are never longer. */
const MAX_SHAPED_LENGTH = 100;
/** The longest date with its day of the week, its time and zone. */
const MAX_DATE_LENGTH = 60;
/** Beyond this many distinct texts a sample of them tells enough of their shape; counts are then of the sample's share. */
const MAX_SHAPED_TEXTS = 500_000;

export const noStyles = { plain: 0, grouped: 0, currency: 0, percent: 0, scaled: 0, time: 0, duration: 0 };
export const noPersons = { email: 0, phone: 0, name: 0, address: 0, 'national-id': 0, 'card-number': 0, 'bank-account': 0, 'ip-address': 0 };

/** Whole numbers of so many digits that some of them are one double. */
export const LONG_DIGITS = '[+-]?[0-9]{16,}';
const longDigits = new RegExp(`^${LONG_DIGITS}$`);

/** How many of these different whole numbers are the same double as another. */
export function mergedOf(texts: { text: string }[]): number {
  const long = texts.filter(({ text }) => longDigits.test(text));
  return long.length - new Set(long.map(({ text }) => Number(text))).size;
}

/** Every distinct text of the table `texts` looked at. */
export async function measureShapes(connection: DuckDBConnection, isThere: string, valueCount: number): Promise<Shapes> {
  const rows = await readRows(
    connection,
    `SELECT v, n FROM texts WHERE ${isThere} AND length(v) <= ${MAX_SHAPED_LENGTH} ORDER BY f LIMIT ${MAX_SHAPED_TEXTS + 1}`,
  );
  return shapesOf(
    rows.map(([text, count]) => ({ text: String(text), count: Number(count) })),
    valueCount,
  );
}

/** Distinct texts, in the order in which they first occur, looked at by the same functions that read cells later. `valueCount`: rows that hold a value. */
export function shapesOf(texts: { text: string; count: number }[], valueCount: number): Shapes {
  const numbers = new BothMarks();
  const units = new UnitTally();
  const dates = new DateTally();
  const personal = { ...noPersons };
  let [zeroLed, seen] = [0, 0];
  const isSampled = texts.length > MAX_SHAPED_TEXTS;
  const looked = isSampled ? texts.slice(0, MAX_SHAPED_TEXTS) : texts;
  for (const { text, count } of looked) {
    if (MISSING_MARKER_SET.has(text) || text.length > MAX_SHAPED_LENGTH) continue;
    seen += count;
    const hasDigit = /[0-9]/.test(text);
    if (hasDigit) {
      if (!numbers.take(text, count)) units.take(text, count);
      if (/^0[0-9]+$/.test(text)) zeroLed += count;
      if (text.length <= MAX_DATE_LENGTH) dates.take(text, count);
    }
    const person = personalShapeOf(text);
    if (person) personal[person] += count;
  }
  // Of a sample, every count is scaled up to the column, so that shares keep their meaning.
  const scale = isSampled && seen > 0 ? valueCount / seen : 1;
  const unitTexts = units.most(LEAST_SHARE_OF_UNIT * seen);
  return {
    ...numbers.counted(scale),
    unit: unitTexts.length > 0 ? { texts: unitTexts, ...numbersWithout(unitTexts, looked).counted(scale) } : null,
    zeroLedCount: Math.round(zeroLed * scale),
    mergedCount: mergedOf(looked),
    dates: dates.formats().map((one) => ({ ...one, count: Math.round(one.count * scale), swappedCount: Math.round(one.swappedCount * scale) })),
    personalCounts: scaledUp(personal, scale),
    isSampled,
  };
}

const scaledUp = <T extends Record<string, number>>(counts: T, scale: number): T =>
  // Every value of the record is a number, before and after.
  Object.fromEntries(Object.entries(counts).map(([key, count]) => [key, Math.round(count * scale)])) as T;

/** Counts numbers as they are with a point before the decimals, and with a comma. */
class BothMarks {
  readonly #point = new NumberTally('.');
  readonly #comma = new NumberTally(',');
  readonly #only = { point: 0, comma: 0 };
  #open = 0;

  /** Whether it is a number by either. */
  take(text: string, count: number): boolean {
    const byPoint = this.#point.take(text, count);
    const byComma = this.#comma.take(text, count);
    if (byPoint !== undefined && byComma !== undefined && byPoint !== byComma) this.#open += count;
    if (byPoint !== undefined && byComma === undefined) this.#only.point += count;
    if (byComma !== undefined && byPoint === undefined) this.#only.comma += count;
    return byPoint !== undefined || byComma !== undefined;
  }

  counted(scale: number) {
    return {
      numberCounts: scaledUp(this.#point.counts, scale),
      commaCounts: scaledUp(this.#comma.counts, scale),
      numbers: this.#point.summary(),
      commaNumbers: this.#comma.summary(),
      openCount: Math.round(this.#open * scale),
      onlyCounts: scaledUp(this.#only, scale),
    };
  }
}

/** A text behind fewer of the cells is no unit of the column. */
const LEAST_SHARE_OF_UNIT = 0.5;
/** Spellings of one unit: kg, Kg, KG; day, days. */
const MAX_UNIT_SPELLINGS = 8;

/** Counts what stands behind numbers. */
class UnitTally {
  readonly #known = new Map<string, { count: number; texts: Set<string> }>();

  take(text: string, count: number): void {
    const unit = unitOf(text);
    if (unit === undefined) return;
    // Without the endings of a plural in English, German and Spanish.
    const stem = unit.toLowerCase().replace(/(?<=..)[sen.]+$/, '');
    const known = this.#known.get(stem) ?? { count: 0, texts: new Set() };
    known.count += count;
    known.texts.add(unit);
    this.#known.set(stem, known);
  }

  /** The spellings of the unit of most cells, where it has this many. */
  most(leastCount: number): string[] {
    const [first] = [...this.#known.values()].toSorted((a, b) => b.count - a.count);
    return first && first.count >= leastCount && first.texts.size <= MAX_UNIT_SPELLINGS ? [...first.texts].toSorted((a, b) => b.length - a.length) : [];
  }
}

function numbersWithout(units: string[], texts: { text: string; count: number }[]): BothMarks {
  const numbers = new BothMarks();
  for (const { text, count } of texts)
    if (!MISSING_MARKER_SET.has(text) && text.length <= MAX_SHAPED_LENGTH && /[0-9]/.test(text)) numbers.take(withoutUnit(text, units), count);
  return numbers;
}

const STYLES = ['plain', 'grouped', 'currency', 'percent', 'scaled', 'time', 'duration'] as const;

/** Counts and collects numbers under one decimal mark. */
class NumberTally {
  readonly counts: Record<NumberStyle, number> = { ...noStyles };
  readonly #mark: DecimalMark;
  readonly #values: number[] = [];
  readonly #weights: number[] = [];

  constructor(mark: DecimalMark) {
    this.#mark = mark;
  }

  /** The number that the narrowest style reads. */
  take(text: string, count: number): number | undefined {
    for (const style of STYLES) {
      const value = readNumber(text, style, this.#mark);
      if (value === undefined) continue;
      this.counts[style] += count;
      this.#values.push(value);
      this.#weights.push(count);
      return value;
    }
    return undefined;
  }

  summary(): Shapes['numbers'] {
    const values = this.#values;
    if (values.length === 0) return null;
    const order = [...values.keys()].toSorted((a, b) => values[a] - values[b]);
    // "0" and ".0" are one number.
    const sorted: number[] = [];
    const weights: number[] = [];
    for (const at of order) {
      if (sorted.length > 0 && sorted[sorted.length - 1] === values[at]) weights[weights.length - 1] += this.#weights[at];
      else {
        sorted.push(values[at]);
        weights.push(this.#weights[at]);
      }
    }
    return summarise(Float64Array.from(sorted), Float64Array.from(weights), Float64Array.from(values.slice(0, 1000)));
  }
}

/** The same spelling with day and month the other way round, where it has a name of its own. */
const swappedFormat = new Map(
  DATE_FORMATS.flatMap((format) => {
    const swapped = format.includes('mmm') ? format : format.replaceAll(/mm|dd/g, (part) => (part === 'mm' ? 'dd' : 'mm'));
    return DATE_FORMATS.filter((other) => other === swapped && other !== format).map((other) => [format, other] as const);
  }),
);

/** Formats by the digits that a date of theirs begins with: most texts are no date, and a regular expression for each format is slow. */
const formatsByStart = new Map<number, (typeof DATE_FORMATS)[number][]>();
for (const format of DATE_FORMATS) {
  const digits = /^mmm|^Q/.test(format) ? 0 : format === 'yyyymmdd' ? 8 : format === 'yyyymm' ? 6 : format.startsWith('yyyy') ? 4 : 2;
  formatsByStart.set(digits, [...(formatsByStart.get(digits) ?? []), format]);
}

function formatsFor(cell: string): (typeof DATE_FORMATS)[number][] {
  const text = withoutWeekday(cell);
  let digits = 0;
  while (digits < text.length && text.charCodeAt(digits) >= 48 && text.charCodeAt(digits) <= 57) digits++;
  return formatsByStart.get(digits === 1 ? 2 : digits) ?? [];
}

type DateFacts = { count: number; swappedCount: number; first: number; last: number };

/** Counts dates by their spelling. */
class DateTally {
  readonly #known = new Map<string, DateFacts>();

  take(text: string, count: number): void {
    for (const format of formatsFor(text)) {
      const time = readTimestamp(text, format);
      if (time === undefined) continue;
      const other = swappedFormat.get(format);
      const otherTime = other === undefined ? undefined : readTimestamp(text, other);
      const swappedCount = otherTime === undefined || otherTime === time ? 0 : count;
      const known = this.#known.get(format);
      if (!known) this.#known.set(format, { count, swappedCount, first: time, last: time });
      else {
        known.count += count;
        known.swappedCount += swappedCount;
        known.first = Math.min(known.first, time);
        known.last = Math.max(known.last, time);
      }
    }
  }

  formats(): Shapes['dates'] {
    return [...this.#known].map(([format, facts]) => ({ format, ...facts, isInOrder: false }));
  }
}
