import type { DuckDBConnection } from '@duckdb/node-api';
import { trimCell } from '../../domain/read-cell.ts';
import { readTimestamp } from '../../domain/read-timestamp.ts';
import { forEachChunk } from './query.ts';
import type { ColumnStatistics } from './reader-wire.ts';

/** Rows that are looked at, by a hash of their place and in their order: a sample of an order is an order. */
const SAMPLE_ROWS = 50_000;
/** Formats that read fewer of the cells are slips of another one. */
const LEAST_SHARE_OF_CELLS = 0.5;
/** So many of the rows stand in the order of the date; the others are slips. */
const IN_ORDER_SHARE = 0.98;
const LEAST_DIFFERENT_TIMES = 10;

/** The columns of dates with whether the rows stand in their order. */
export async function judgeOrder(connection: DuckDBConnection, columns: ColumnStatistics[], rowCount: number): Promise<ColumnStatistics[]> {
  const judged: ColumnStatistics[] = [];
  for (const [index, column] of columns.entries()) {
    const cellCount = column.rowCount - column.emptyCount;
    const formats = column.dates.filter(({ count }) => count >= LEAST_SHARE_OF_CELLS * cellCount).map(({ format }) => format);
    const texts = formats.length > 0 ? await sampleTexts(connection, index, rowCount) : [];
    const inOrder = new Set(formats.filter((format) => areInOrder(timesOf(texts, format))));
    judged.push({ ...column, dates: column.dates.map((one) => ({ ...one, isInOrder: inOrder.has(one.format) })) });
  }
  return judged;
}

async function sampleTexts(connection: DuckDBConnection, index: number, rowCount: number): Promise<string[]> {
  const every = Math.ceil(rowCount / SAMPLE_ROWS);
  const isInSample = every === 1 ? '' : `AND hash(rowid) % ${every} = 0`;
  const texts: string[] = [];
  await forEachChunk(connection, `SELECT c${index} FROM raw WHERE c${index} IS NOT NULL ${isInSample} ORDER BY rowid`, (chunk) => {
    const cells = chunk.getColumnVector(0);
    for (let row = 0; row < chunk.rowCount; row++) texts.push(trimCell(String(cells.getItem(row))));
  });
  return texts;
}

function timesOf(texts: string[], format: string): number[] {
  const known = new Map<string, number | undefined>();
  const times: number[] = [];
  for (const text of texts) {
    if (!known.has(text)) known.set(text, readTimestamp(text, format));
    const time = known.get(text);
    if (time !== undefined) times.push(time);
  }
  return times;
}

/** Whether nearly all of the times can be kept, none before an earlier one; or none after it. Rows of one series behind those of another are in no order. */
function areInOrder(times: number[]): boolean {
  if (new Set(times).size < LEAST_DIFFERENT_TIMES) return false;
  const least = IN_ORDER_SHARE * times.length;
  return longestRise(times) >= least || longestRise(times.map((time) => -time)) >= least;
}

/** The length of the longest selection in which no time is before an earlier one, by the last times of selections of every length. */
function longestRise(times: number[]): number {
  const lastOf: number[] = [];
  for (const time of times) {
    // The first selection that ends later is the one to be bettered.
    let [low, high] = [0, lastOf.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lastOf[middle] > time) high = middle;
      else low = middle + 1;
    }
    lastOf[low] = time;
  }
  return lastOf.length;
}
