import type { DuckDBConnection } from '@duckdb/node-api';
import { readRows } from './query.ts';
import { trimmed } from './read-columns.ts';
import type { ColumnStatistics, Twin } from './reader-wire.ts';

/** Frequent texts that are compared before the rows are. */
const COMPARED_TEXTS = 20;
/** Columns whose rows are hashed in one pass. */
const COLUMNS_A_PASS = 100;

/**
 * Columns that hold the same text as an earlier one in every row. Those of equal statistics are told apart by a 64-bit hash of their cells and rows:
 * among 10,000 columns a chance collision has odds of one in 10¹¹.
 */
export async function findTwins(connection: DuckDBConnection, columns: ColumnStatistics[]): Promise<Twin[]> {
  const alike = new Map<string, number[]>();
  for (const [index, { emptyCount, distinctCount, meanLength, maxLength, top }] of columns.entries()) {
    if (distinctCount < 2) continue;
    const facts = JSON.stringify([emptyCount, distinctCount, meanLength, maxLength, top.slice(0, COMPARED_TEXTS)]);
    const known = alike.get(facts);
    if (known) known.push(index);
    else alike.set(facts, [index]);
  }
  const candidates = [...alike.values()].filter((indices) => indices.length > 1).flat();
  const first = new Map<string, number>();
  const twins: Twin[] = [];
  for (let from = 0; from < candidates.length; from += COLUMNS_A_PASS) {
    const pass = candidates.slice(from, from + COLUMNS_A_PASS);
    const [hashes] = await readRows(connection, `SELECT ${pass.map((index) => `bit_xor(hash(${trimmed(`c${index}`)}, rowid))::VARCHAR`).join(', ')} FROM raw`);
    for (const [at, index] of pass.entries()) {
      const original = first.get(String(hashes[at]));
      if (original === undefined) first.set(String(hashes[at]), index);
      else twins.push({ index, of: original });
    }
  }
  return twins.toSorted((a, b) => a.index - b.index);
}
