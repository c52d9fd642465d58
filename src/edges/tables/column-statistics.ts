import type { DuckDBConnection } from '@duckdb/node-api';
import { PLAIN_NUMBER_PATTERN } from '../../domain/read-number.ts';
import { measureLargeNumbers } from './measure-large-numbers.ts';
import { measureShapes, noPersons, noStyles, type Shapes } from './measure-shapes.ts';
import { MISSING_MARKERS } from './missing-markers.ts';
import { readDoubles, readRows, sqlText } from './query.ts';
import { trimmed } from './read-columns.ts';
import { TOP_VALUES, type ColumnStatistics } from './reader-wire.ts';
import { summarise } from './summarise.ts';

/** From so many rows on columns of numbers are measured without looking at their distinct texts. */
const LARGE_ROWS = 1_000_000;
/** Of whole numbers with as many digits, some are days (20240131) and some are card numbers: their texts are looked at. */
const DAY_DIGITS = 8;
const LEAST_CARD_DIGITS = 13;

/** Counts what the texts of one column look like. Works on its distinct texts, so that a column of few values costs little. */
export async function measureColumn(connection: DuckDBConnection, index: number, name: string, rowCount: number): Promise<ColumnStatistics> {
  if (rowCount >= LARGE_ROWS) {
    const measured = await measureLargeNumbers(connection, index, name, rowCount);
    if (measured) return measured;
  }
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE texts AS SELECT ${trimmed('v')} AS v, sum(n)::DOUBLE AS n, min(f) AS f
     FROM (SELECT c${index} AS v, count(*) AS n, min(rowid) AS f FROM raw GROUP BY 1) GROUP BY 1`,
  );
  const isMarker = `v IN (${MISSING_MARKERS.map(sqlText).join(', ')})`;
  const isThere = `v IS NOT NULL AND v <> ''`;
  const isValue = `${isThere} AND NOT (${isMarker})`;
  const [facts] = await readRows(
    connection,
    `SELECT coalesce(sum(n) FILTER (${isThere}), 0)::DOUBLE, (count(*) FILTER (${isThere}))::DOUBLE,
       coalesce(sum(n * length(v)) FILTER (${isThere}), 0)::DOUBLE, coalesce(max(length(v)), 0)::DOUBLE,
       coalesce(sum(n * (1 + length(v) - length(replace(v, ' ', '')))) FILTER (${isThere}), 0)::DOUBLE,
       coalesce(sum(n) FILTER (${isValue}), 0)::DOUBLE, (count(*) FILTER (${isValue}))::DOUBLE,
       (count(*) FILTER (${isValue} AND NOT regexp_full_match(v, '${PLAIN_NUMBER_PATTERN}')))::DOUBLE,
       (count(*) FILTER (${isValue} AND NOT regexp_full_match(v, '[0-9]{${DAY_DIGITS}}|[0-9]{${LEAST_CARD_DIGITS},19}')))::DOUBLE
     FROM texts`,
  );
  const [thereCount, distinctCount, characterCount, maxLength, wordCount, valueCount, valueDistinct, notPlainCount, otherDigitsCount] = facts.map(Number);
  const topRows = await readRows(connection, `SELECT v, n FROM texts WHERE ${isThere} ORDER BY n DESC, v LIMIT ${TOP_VALUES}`);
  const markerRows = await readRows(connection, `SELECT v, n FROM texts WHERE ${isMarker} ORDER BY v`);
  const isOfNumbers = valueDistinct > 0 && notPlainCount === 0 && otherDigitsCount > 0;
  const shapes = isOfNumbers ? await measureNumbers(connection, isValue) : await measureShapes(connection, isThere, valueCount);
  await connection.run('DROP TABLE texts');
  return {
    name,
    rowCount,
    emptyCount: rowCount - thereCount,
    distinctCount,
    markers: markerRows.map(([text, count]) => ({ text: String(text), count: Number(count) })),
    top: topRows.map(([text, count]) => ({ text: String(text), count: Number(count) })),
    meanLength: thereCount > 0 ? characterCount / thereCount : 0,
    maxLength,
    meanWords: thereCount > 0 ? wordCount / thereCount : 0,
    ...shapes,
  };
}

/** The quick way, for a column that holds plain numbers and markers alone. */
async function measureNumbers(connection: DuckDBConnection, isValue: string): Promise<Shapes> {
  const [values, counts] = await readDoubles(
    connection,
    `SELECT x, sum(n)::DOUBLE FROM (SELECT TRY_CAST(v AS DOUBLE) AS x, n FROM texts WHERE ${isValue}) WHERE isfinite(x) GROUP BY 1 ORDER BY 1`,
    2,
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  const [ordered] = await readDoubles(connection, `SELECT TRY_CAST(v AS DOUBLE) FROM texts WHERE ${isValue} ORDER BY f LIMIT 1000`, 1);
  const [[zeroLedCount, wholeCount]] = await readRows(
    connection,
    `SELECT coalesce(sum(n) FILTER (regexp_full_match(v, '0[0-9]+')), 0)::DOUBLE, coalesce(sum(n) FILTER (regexp_full_match(v, '[+-]?[0-9]+')), 0)::DOUBLE FROM texts WHERE ${isValue}`,
  );
  return {
    numberCounts: { ...noStyles, plain: total },
    commaCounts: { ...noStyles, plain: Number(wholeCount) },
    numbers: total > 0 ? summarise(values, counts, ordered) : null,
    commaNumbers: null,
    zeroLedCount: Number(zeroLedCount),
    dates: [],
    personalCounts: noPersons,
    isSampled: false,
  };
}
