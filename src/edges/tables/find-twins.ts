import type { DuckDBConnection } from '@duckdb/node-api';
import { readRows } from './query.ts';
import { trimmed } from './read-columns.ts';
import type { ColumnStatistics, Twin } from './reader-wire.ts';

/** Frequent texts that are compared before the rows are. */
const COMPARED_TEXTS = 20;

/** Columns that hold the same text as an earlier one in every row. Only those of equal statistics are compared row by row, up to the first difference. */
export async function findTwins(connection: DuckDBConnection, columns: ColumnStatistics[]): Promise<Twin[]> {
  const alike = new Map<string, number[]>();
  const twins: Twin[] = [];
  for (const [index, { emptyCount, distinctCount, meanLength, maxLength, top }] of columns.entries()) {
    if (distinctCount < 2) continue;
    const facts = JSON.stringify([emptyCount, distinctCount, meanLength, maxLength, top.slice(0, COMPARED_TEXTS)]);
    const earlier = alike.get(facts) ?? [];
    let original: number | undefined;
    for (const other of earlier) {
      const differing = await readRows(connection, `SELECT 1 FROM raw WHERE ${trimmed(`c${index}`)} IS DISTINCT FROM ${trimmed(`c${other}`)} LIMIT 1`);
      if (differing.length === 0) {
        original = other;
        break;
      }
    }
    if (original === undefined) alike.set(facts, [...earlier, index]);
    else twins.push({ index, of: original });
  }
  return twins;
}
