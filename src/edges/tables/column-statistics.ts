import type { DuckDBConnection } from '@duckdb/node-api';
import { PLAIN_NUMBER_PATTERN } from '../../domain/read-cell.ts';
import { measureShapes } from './measure-shapes.ts';
import { readDoubles, readRows, sqlText } from './query.ts';
import { trimmed } from './read-columns.ts';
import type { ColumnStatistics } from './reader-wire.ts';

/** Texts that people write for "no value", counted for each column; whether one means it there is decided at intake. */
const MISSING_MARKERS = [
  'NA',
  'N/A',
  'n/a',
  '#N/A',
  'na',
  '<NA>',
  '?',
  'null',
  'NULL',
  'Null',
  'nan',
  'NaN',
  'NAN',
  '-',
  '--',
  '.',
  'None',
  'none',
  'NONE',
  'missing',
  'Missing',
  'unknown',
  'Unknown',
];
export const MISSING_MARKER_SET = new Set(MISSING_MARKERS);

const TOP_VALUES = 200;

/** Counts what the texts of one column look like. Works on its distinct texts, so that a column of few values costs little. */
export async function measureColumn(connection: DuckDBConnection, index: number, name: string, rowCount: number): Promise<ColumnStatistics> {
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE texts AS SELECT ${trimmed('v')} AS v, sum(n)::DOUBLE AS n, min(f) AS f
     FROM (SELECT c${index} AS v, count(*) AS n, min(rowid) AS f FROM raw GROUP BY 1) GROUP BY 1`,
  );
  const isMarker = `v IN (${MISSING_MARKERS.map(sqlText).join(', ')})`;
  const isThere = `v IS NOT NULL AND v <> ''`;
  const [facts] = await readRows(
    connection,
    `SELECT coalesce(sum(n) FILTER (${isThere}), 0)::DOUBLE, (count(*) FILTER (${isThere}))::DOUBLE,
       coalesce(sum(n * length(v)) FILTER (${isThere}), 0)::DOUBLE, coalesce(max(length(v)), 0)::DOUBLE,
       coalesce(sum(n * (1 + length(v) - length(replace(v, ' ', '')))) FILTER (${isThere}), 0)::DOUBLE,
       coalesce(sum(n) FILTER (${isThere} AND NOT (${isMarker})), 0)::DOUBLE, (count(*) FILTER (${isThere} AND NOT (${isMarker})))::DOUBLE,
       (count(*) FILTER (${isThere} AND NOT (${isMarker}) AND NOT regexp_full_match(v, '${PLAIN_NUMBER_PATTERN}')))::DOUBLE
     FROM texts`,
  );
  const [thereCount, distinctCount, characterCount, maxLength, wordCount, valueCount, valueDistinct, notPlainCount] = facts.map(Number);
  const topRows = await readRows(connection, `SELECT v, n FROM texts WHERE ${isThere} ORDER BY n DESC, v LIMIT ${TOP_VALUES}`);
  const markerRows = await readRows(connection, `SELECT v, n FROM texts WHERE ${isMarker} ORDER BY v`);
  const shapes =
    valueDistinct > 0 && notPlainCount === 0 ? await measureNumbers(connection, isMarker, isThere) : await measureShapes(connection, isThere, valueCount);
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

export type Shapes = Pick<ColumnStatistics, 'numberCounts' | 'numbers' | 'dates' | 'emailCount' | 'phoneCount' | 'nameCount' | 'isSampled'>;

/** The quick way, for a column that holds plain numbers and markers alone. */
async function measureNumbers(connection: DuckDBConnection, isMarker: string, isThere: string): Promise<Shapes> {
  const [values, counts] = await readDoubles(
    connection,
    `SELECT x, sum(n)::DOUBLE FROM (SELECT TRY_CAST(v AS DOUBLE) AS x, n FROM texts WHERE ${isThere} AND NOT (${isMarker})) WHERE isfinite(x) GROUP BY 1 ORDER BY 1`,
    2,
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  const [ordered] = await readDoubles(connection, `SELECT TRY_CAST(v AS DOUBLE) FROM texts WHERE ${isThere} AND NOT (${isMarker}) ORDER BY f LIMIT 1000`, 1);
  return {
    numberCounts: { plain: total, grouped: 0, currency: 0, percent: 0 },
    numbers: total > 0 ? summarise(values, counts, ordered) : null,
    dates: [],
    emailCount: 0,
    phoneCount: 0,
    nameCount: 0,
    isSampled: false,
  };
}

/** `values` ascending with their counts; `inFileOrder`: the first distinct ones as they come. */
export function summarise(values: Float64Array, counts: Float64Array, inFileOrder: Float64Array): NonNullable<ColumnStatistics['numbers']> {
  let total = 0;
  let mean = 0;
  let squares = 0;
  let isWhole = true;
  const cumulated = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const before = mean;
    total += counts[i];
    cumulated[i] = total;
    mean += ((values[i] - before) * counts[i]) / total;
    squares += counts[i] * (values[i] - before) * (values[i] - mean);
    if (!Number.isInteger(values[i])) isWhole = false;
  }
  let at = 0;
  const valueAt = (rank: number) => {
    while (at < values.length - 1 && cumulated[at] <= rank) at++;
    return values[at];
  };
  const quantile = (share: number) => {
    const rank = share * (total - 1);
    at = 0;
    const low = valueAt(Math.floor(rank));
    const high = valueAt(Math.ceil(rank));
    return low === high ? low : low + (high - low) * (rank - Math.floor(rank));
  };
  return {
    min: values[0],
    q01: quantile(0.01),
    q05: quantile(0.05),
    q25: quantile(0.25),
    q50: quantile(0.5),
    q75: quantile(0.75),
    q95: quantile(0.95),
    q99: quantile(0.99),
    max: values[values.length - 1],
    mean,
    standardDeviation: Math.sqrt(Math.max(squares / total, 0)),
    isWhole,
    distinctCount: values.length,
    isSteadyCount: inFileOrder.length > 1 && inFileOrder.every((value, i) => i === 0 || value === inFileOrder[i - 1] + 1),
  };
}
