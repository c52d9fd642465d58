import type { DuckDBConnection } from '@duckdb/node-api';
import { DATE_FORMATS, readNumber, readTimestamp, type NumberStyle } from '../../domain/read-cell.ts';
import { MISSING_MARKER_SET, summarise, type Shapes } from './column-statistics.ts';
import { readRows } from './query.ts';

/** Numbers, dates, addresses and telephone numbers are never longer. */
const MAX_SHAPED_LENGTH = 100;
/** Beyond this many distinct texts a sample of them tells enough of their shape; counts are then of the sample's share. */
const MAX_SHAPED_TEXTS = 500_000;

const emailPattern = /^[^\s@,;"]+@[^\s@,;"]+[.][A-Za-z]{2,}$/;
const phonePattern = /^(?:[+]|00)[1-9][0-9 ().-]{6,18}[0-9]$|^[(]?[0-9]{3}[)]?[ .-][0-9]{3}[ .-][0-9]{4}$/;
const namePattern =
  /^(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)[.]? )?\p{Lu}[\p{Ll}'’-]+(?: \p{Lu}[.]?)*(?: (?:van|von|de|der|la|bin|al))*(?: \p{Lu}[\p{L}'’-]+){1,2}$|^\p{Lu}[\p{L}'’-]+, (?:(?:Mr|Mrs|Ms|Miss|Dr)[.]? )?\p{Lu}[\p{Ll}'’-]+.*$/u;

/** Every distinct text looked at by the same functions that read cells later. */
export async function measureShapes(connection: DuckDBConnection, isThere: string, valueCount: number): Promise<Shapes> {
  const numberCounts = { plain: 0, grouped: 0, currency: 0, percent: 0 };
  const dates = new Map<string, { count: number; first: number; last: number; example: string }>();
  const numberValues: number[] = [];
  const weights: number[] = [];
  let [emailCount, phoneCount, nameCount, seen] = [0, 0, 0, 0];
  const rows = await readRows(
    connection,
    `SELECT v, n FROM texts WHERE ${isThere} AND length(v) <= ${MAX_SHAPED_LENGTH} ORDER BY f LIMIT ${MAX_SHAPED_TEXTS + 1}`,
  );
  const isSampled = rows.length > MAX_SHAPED_TEXTS;
  for (const [cell, weight] of isSampled ? rows.slice(0, MAX_SHAPED_TEXTS) : rows) {
    const text = String(cell);
    const count = Number(weight);
    if (MISSING_MARKER_SET.has(text)) continue;
    seen += count;
    const style = numberStyleOf(text);
    if (style) {
      numberCounts[style.style] += count;
      numberValues.push(style.value);
      weights.push(count);
    }
    for (const format of DATE_FORMATS) {
      const time = readTimestamp(text, format);
      if (time === undefined) continue;
      const known = dates.get(format);
      if (!known) dates.set(format, { count, first: time, last: time, example: text });
      else {
        known.count += count;
        known.first = Math.min(known.first, time);
        known.last = Math.max(known.last, time);
      }
    }
    if (emailPattern.test(text)) emailCount += count;
    else if (phonePattern.test(text)) phoneCount += count;
    else if (namePattern.test(text)) nameCount += count;
  }
  // Of a sample, every count is scaled up to the column, so that shares keep their meaning.
  const scale = isSampled && seen > 0 ? valueCount / seen : 1;
  const scaled = (count: number) => Math.round(count * scale);
  const order = [...numberValues.keys()].toSorted((a, b) => numberValues[a] - numberValues[b]);
  return {
    numberCounts: {
      plain: scaled(numberCounts.plain),
      grouped: scaled(numberCounts.grouped),
      currency: scaled(numberCounts.currency),
      percent: scaled(numberCounts.percent),
    },
    numbers:
      numberValues.length > 0
        ? summarise(
            Float64Array.from(order, (at) => numberValues[at]),
            Float64Array.from(order, (at) => weights[at]),
            Float64Array.from(numberValues.slice(0, 1000)),
          )
        : null,
    dates: [...dates].map(([format, { count, first, last, example }]) => ({ format, count: scaled(count), first, last, example })),
    emailCount: scaled(emailCount),
    phoneCount: scaled(phoneCount),
    nameCount: scaled(nameCount),
    isSampled,
  };
}

/** The narrowest style that reads the text. */
function numberStyleOf(text: string): { style: NumberStyle; value: number } | undefined {
  for (const style of ['plain', 'grouped', 'currency', 'percent'] as const) {
    const value = readNumber(text, style);
    if (value !== undefined) return { style, value };
  }
  return undefined;
}
