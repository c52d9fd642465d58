import type { DuckDBConnection } from '@duckdb/node-api';
import { OPEN_NUMBER_PATTERN, PLAIN_NUMBER_PATTERN } from '../../domain/read-number.ts';
import { noPersons, noStyles } from './measure-shapes.ts';
import { WHOLE_NUMBER_PATTERN } from './measure-texts.ts';
import { MISSING_MARKER_SET } from '../../domain/missing-markers.ts';
import { readDoubles, readRows } from './query.ts';
import { trimmed } from './read-columns.ts';
import { TOP_VALUES, type ColumnStatistics } from './reader-wire.ts';

/** Quantiles and frequent values are taken of about so many rows, wherever they stand in the table; everything else of all rows. */
const SAMPLE_ROWS = 1_000_000;
/** Cells that are no number as they stand are few in a column of numbers. */
const MAX_OTHER_TEXTS = 100;
const QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/**
 * A column of a large table that holds plain numbers and markers alone, measured by DuckDB without a list of its distinct texts; undefined for any
 * other column. Quantiles are those of one row in n: with a million rows their ranks are right to a tenth of a percent.
 */
export async function measureLargeNumbers(connection: DuckDBConnection, index: number, name: string, rowCount: number): Promise<ColumnStatistics | undefined> {
  const cell = `c${index}`;
  const isPlain = `regexp_full_match(${cell}, '${PLAIN_NUMBER_PATTERN}')`;
  // A look at the start spares columns of text a pass over all rows.
  const isSettled = `${isPlain} AND NOT regexp_full_match(${cell}, '${WHOLE_NUMBER_PATTERN}|${OPEN_NUMBER_PATTERN}')`;
  const [[early, settled]] = await readRows(
    connection,
    `SELECT count(*)::DOUBLE, (count(*) FILTER (${isSettled}))::DOUBLE FROM (SELECT ${cell} FROM raw LIMIT 2000) WHERE ${isPlain}`,
  );
  if (Number(early) === 0) return undefined;
  // What else 1.100 could be is told by the texts, above.
  if (Number(settled) === 0 && (await isOpen(connection, cell, isSettled))) return undefined;
  // The one pass over the texts; all that follows looks at numbers.
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE plain AS SELECT is_plain, CASE WHEN is_plain THEN TRY_CAST(v AS DOUBLE) END AS x, length(v)::UINTEGER AS l,
       is_plain AND NOT contains(v, '.') AND NOT contains(lower(v), 'e') AS is_whole, is_plain AND v[1] = '0' AND length(v) > 1 AS is_zero_led
     FROM (SELECT ${cell} AS v, coalesce(${isPlain}, false) AS is_plain FROM raw)`,
  );
  try {
    return await measurePlain(connection, cell, name, rowCount);
  } finally {
    await connection.run('DROP TABLE plain');
  }
}

/** Nothing in the column tells whether its points part the decimals or the thousands. */
async function isOpen(connection: DuckDBConnection, cell: string, isSettled: string): Promise<boolean> {
  const anyRow = async (condition: string) => (await readRows(connection, `SELECT 1 FROM raw WHERE ${condition} LIMIT 1`)).length > 0;
  return (await anyRow(`regexp_full_match(${cell}, '${OPEN_NUMBER_PATTERN}')`)) && !(await anyRow(isSettled));
}

async function measurePlain(connection: DuckDBConnection, cell: string, name: string, rowCount: number): Promise<ColumnStatistics | undefined> {
  const others = await readRows(
    connection,
    `SELECT ${trimmed(cell)} AS v, count(*)::DOUBLE FROM raw POSITIONAL JOIN plain WHERE NOT is_plain AND ${cell} IS NOT NULL GROUP BY 1 LIMIT ${MAX_OTHER_TEXTS + 1}`,
  );
  if (others.length > MAX_OTHER_TEXTS || others.some(([text]) => text !== '' && !MISSING_MARKER_SET.has(String(text)))) return undefined;
  const markers = others.filter(([text]) => text !== '').map(([text, count]) => ({ text: String(text), count: Number(count) }));
  const markerCount = markers.reduce((sum, { count }) => sum + count, 0);
  const every = Math.max(1, Math.ceil(rowCount / SAMPLE_ROWS));
  // By a hash of its place, so that a table whose rows take turns is not measured by every n-th of them.
  const isInSample = (row: string) => (every === 1 ? 'true' : `hash(${row}) % ${every} = 0`);
  const [facts] = await readRows(
    connection,
    `SELECT count(x)::DOUBLE, min(x), max(x), avg(x), coalesce(stddev_pop(x), 0), bool_and(x = floor(x)), sum(l)::DOUBLE, max(l)::DOUBLE,
       (count(*) FILTER (is_zero_led AND is_whole))::DOUBLE, (count(*) FILTER (is_whole))::DOUBLE, count(DISTINCT x)::DOUBLE,
       quantile_cont(x, [${QUANTILES.join(', ')}]) FILTER (${isInSample('rowid')})::VARCHAR
     FROM plain WHERE isfinite(x)`,
  );
  const [count, min, max, mean, standardDeviation, , characterCount, maxLength, zeroLedCount, wholeCount, distinctCount] = facts.map(Number);
  const isWhole = facts[5] === true;
  // Days and months written as digits, numbers of cards and numbers too long for a double are told by their texts.
  const isTooLong = Math.max(-min, max) > Number.MAX_SAFE_INTEGER;
  const couldBeDates = (min >= 19_000_101 && max <= 21_001_231) || (min >= 190_001 && max <= 210_012);
  if (count === 0 || (isWhole && (couldBeDates || min >= 1e12 || isTooLong))) return undefined;
  const [first] = await readDoubles(connection, 'SELECT x FROM plain WHERE isfinite(x) ORDER BY rowid LIMIT 1000', 1);
  const topRows = await readRows(
    connection,
    `SELECT v, (count(*) * ${every})::DOUBLE AS n FROM (SELECT ${cell} AS v FROM raw POSITIONAL JOIN plain WHERE is_plain AND ${isInSample('raw.rowid')}) GROUP BY 1 ORDER BY n DESC, v LIMIT ${TOP_VALUES}`,
  );
  const quantiles = (String(facts[11]).match(/[^[\], ]+/g) ?? []).map(Number);
  const [q01, q05, q25, q50, q75, q95, q99] = quantiles.length === QUANTILES.length ? quantiles : QUANTILES.map(() => mean);
  return {
    name,
    rowCount,
    emptyCount: rowCount - count - markerCount,
    distinctCount: distinctCount + markers.length,
    markers,
    top: [...topRows.map(([text, n]) => ({ text: String(text), count: Math.min(Number(n), count) })), ...markers]
      .toSorted((a, b) => b.count - a.count)
      .slice(0, TOP_VALUES),
    meanLength: (characterCount + markers.reduce((sum, { text, count: rows }) => sum + text.length * rows, 0)) / (count + markerCount),
    maxLength: Math.max(maxLength, ...markers.map(({ text }) => text.length)),
    meanWords: 1,
    numberCounts: { ...noStyles, plain: count },
    commaCounts: { ...noStyles, plain: wholeCount },
    numbers: {
      min,
      q01,
      q05,
      q25,
      q50,
      q75,
      q95,
      q99,
      max,
      mean,
      standardDeviation,
      isWhole,
      distinctCount,
      isSteadyCount: first.length > 1 && first.every((value, at) => at === 0 || value === first[at - 1] + 1),
    },
    commaNumbers: null,
    openCount: 0,
    onlyCounts: { point: count - wholeCount, comma: 0 },
    unit: null,
    zeroLedCount,
    // Numbers so long are told by their texts, above.
    mergedCount: 0,
    dates: [],
    personalCounts: noPersons,
    isSampled: every > 1,
  };
}
