import type { DuckDBConnection } from '@duckdb/node-api';
import { trimCell } from '../../domain/read-cell.ts';
import { OPEN_NUMBER_PATTERN, PLAIN_NUMBER_PATTERN } from '../../domain/read-number.ts';
import { measureLargeNumbers } from './measure-large-numbers.ts';
import { LOOKED_AT_DIGITS, measureTexts, WHOLE_NUMBER_PATTERN, type CountedText } from './measure-texts.ts';
import { LONG_DIGITS, measureShapes, noPersons, noStyles, type Shapes } from './measure-shapes.ts';
import { MISSING_MARKERS } from '../../domain/missing-markers.ts';
import { forEachText, readDoubles, readRows, SMALL_ROWS, sqlText } from './query.ts';
import { trimmed } from './read-columns.ts';
import { TOP_VALUES, type ColumnStatistics } from './reader-wire.ts';
import { summarise } from './summarise.ts';

/** From so many rows on columns of numbers are measured without looking at their distinct texts. */
const LARGE_ROWS = 1_000_000;
/** Counts what the texts of every column look like. Works on distinct texts, so that a column of few values costs little. */
export async function measureColumns(connection: DuckDBConnection, names: string[], rowCount: number): Promise<ColumnStatistics[]> {
  if (rowCount <= SMALL_ROWS) {
    const counted = await countTexts(connection, names.length, rowCount);
    return names.map((name, index) => measureTexts([...counted[index].values()], name, rowCount));
  }
  const measured: ColumnStatistics[] = [];
  for (const [index, name] of names.entries()) {
    const large = rowCount >= LARGE_ROWS ? await measureLargeNumbers(connection, index, name, rowCount) : undefined;
    measured.push(large ?? (await measureBySql(connection, index, name, rowCount)));
  }
  return measured;
}

async function countTexts(connection: DuckDBConnection, columnCount: number, rowCount: number): Promise<Map<string, CountedText>[]> {
  const indices = Array.from({ length: columnCount }, (_, index) => index);
  const counted = indices.map(() => new Map<string, CountedText>());
  await forEachText(connection, indices, rowCount, (at, _, cell) => {
    if (cell === null) return;
    const text = trimCell(cell);
    const known = counted[at].get(text);
    if (known) known.count++;
    else if (text !== '') counted[at].set(text, { text, count: 1 });
  });
  return counted;
}

/** One column by statements: its distinct texts may be too many to hold here. */
export async function measureBySql(connection: DuckDBConnection, index: number, name: string, rowCount: number): Promise<ColumnStatistics> {
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
       (count(*) FILTER (${isValue} AND NOT regexp_full_match(v, '${LOOKED_AT_DIGITS}')))::DOUBLE,
       coalesce(bool_or(regexp_full_match(v, '${OPEN_NUMBER_PATTERN}')) FILTER (${isValue}), false)
         AND bool_and(regexp_full_match(v, '${WHOLE_NUMBER_PATTERN}|${OPEN_NUMBER_PATTERN}')) FILTER (${isValue})
     FROM texts`,
  );
  const [thereCount, distinctCount, characterCount, maxLength, wordCount, valueCount, valueDistinct, notPlainCount, otherDigitsCount] = facts.map(Number);
  const isOpen = facts[9] === true;
  const topRows = await readRows(connection, `SELECT v, n FROM texts WHERE ${isThere} ORDER BY n DESC, v LIMIT ${TOP_VALUES}`);
  const markerRows = await readRows(connection, `SELECT v, n FROM texts WHERE ${isMarker} ORDER BY v`);
  const isOfNumbers = valueDistinct > 0 && notPlainCount === 0 && otherDigitsCount > 0 && !isOpen;
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
  const isLong = `regexp_full_match(v, '${LONG_DIGITS}')`;
  const [[zeroLedCount, wholeCount, mergedCount]] = await readRows(
    connection,
    `SELECT coalesce(sum(n) FILTER (regexp_full_match(v, '0[0-9]+')), 0)::DOUBLE, coalesce(sum(n) FILTER (regexp_full_match(v, '[+-]?[0-9]+')), 0)::DOUBLE,
       (count(*) FILTER (${isLong}) - count(DISTINCT TRY_CAST(v AS DOUBLE)) FILTER (${isLong}))::DOUBLE FROM texts WHERE ${isValue}`,
  );
  return {
    numberCounts: { ...noStyles, plain: total },
    commaCounts: { ...noStyles, plain: Number(wholeCount) },
    numbers: total > 0 ? summarise(values, counts, ordered) : null,
    commaNumbers: null,
    openCount: 0,
    onlyCounts: { point: total - Number(wholeCount), comma: 0 },
    unit: null,
    zeroLedCount: Number(zeroLedCount),
    mergedCount: Number(mergedCount),
    dates: [],
    personalCounts: noPersons,
    isSampled: false,
  };
}
