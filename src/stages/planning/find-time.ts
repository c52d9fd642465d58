import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { nameWords } from './words.ts';

/** A table of observations in time: one row a time, or one a time and series. */
export type TimeSeries = { time: ColumnProfile; series: ColumnProfile | null; stepDays: number };

const timeNames = new Set(
  'zeitstempel messzeit messzeitpunkt uhrzeit stichtag momento instante date day time timestamp datetime month week year hour period datum zeit tag monat woche fecha dia mes semana hora ds dt dte dteday when service report reporting observation observed record recorded measured measurement reading local trading trade of at the business calendar yearmonth and'.split(
    ' ',
  ),
);

/** Beside those, what is written down when it happens: its day orders the rows of a log, a list of orders, a register of sales. */
const happeningNames = new Set(
  'created creation event log logged entry entered transaction order ordered invoice purchase purchased booking booked sale sold pickup request requested erstellt erfasst bestellung bestell rechnungs verkaufs buchungs pedido venta compra creacion'.split(
    ' ',
  ),
);
/** Fewer times are a handful of states of one table. */
const MIN_TIMES = 10;

/**
 * The date whose order the rows stand in, and whether its name says that it is when each was observed. A date of birth or of the end of a
 * contract orders rows just as well, and later rows are then no later ones.
 */
export function findObservedOrder({ warnings, columns }: Profile): { column: ColumnProfile; isWhenObserved: boolean } | undefined {
  const named = new Set(warnings.flatMap((warning) => (warning.kind === 'time-order' ? [warning.column] : [])));
  const ordered = columns
    .filter(({ name, distinctCount }) => named.has(name) && distinctCount >= MIN_TIMES)
    .toSorted((a, b) => b.distinctCount - a.distinctCount);
  const observed = ordered.find(({ name, personal }) => personal === null && nameWords(name).every((word) => timeNames.has(word) || happeningNames.has(word)));
  const column = observed ?? ordered[0];
  return column && { column, isWhenObserved: column === observed };
}

/** The column that says when a row was observed; undefined where the rows are things and not times. */
export function findTimeSeries(profile: Profile): TimeSeries | undefined {
  const dates = profile.columns.filter(
    ({ kind, name, dates: range }) => kind === 'datetime' && range !== null && nameWords(name).every((word) => timeNames.has(word)),
  );
  for (const time of dates.toSorted((a, b) => b.distinctCount - a.distinctCount)) {
    const range = time.dates;
    if (!range || time.distinctCount < 5) continue;
    const days = (Date.parse(range.last) - Date.parse(range.first)) / 86_400_000;
    const stepDays = days / (time.distinctCount - 1);
    const series = seriesOf(time, profile);
    if (series !== undefined) return { time, series, stepDays };
  }
  return undefined;
}

/** What parts the rows into series that each have one row a time: a column, or null where all rows are one; undefined where they are no series. */
export function seriesOf(time: ColumnProfile, { columns, rowCount }: Profile): ColumnProfile | null | undefined {
  if (time.distinctCount >= 0.9 * rowCount) return null;
  return columns.find((column) => column !== time && isSeriesOf(column, time, rowCount));
}

/** Every value of the one meets nearly every value of the other once. */
function isSeriesOf(column: ColumnProfile, time: ColumnProfile, rowCount: number): boolean {
  if (column.kind === 'datetime' || column.kind === 'text' || column.kind === 'constant' || column.missingCount > 0) return false;
  if (column.numbers && !column.numbers.isWhole) return false;
  const cells = column.distinctCount * time.distinctCount;
  return column.distinctCount >= 2 && column.distinctCount <= rowCount / 3 && rowCount <= cells * 1.02 && rowCount >= cells * 0.75;
}

/** The column by which the rows can be put in time, the finest first: a date, or a year beside a month or alone. */
export function findTimeColumn(profile: Profile): ColumnProfile | undefined {
  const known = findTimeSeries(profile);
  if (known) return known.time;
  const named = profile.columns.filter(({ name, kind }) => (kind === 'datetime' || kind === 'number') && nameWords(name).every((word) => timeNames.has(word)));
  return (
    named.toSorted((a, b) => b.distinctCount - a.distinctCount).find(({ kind }) => kind === 'datetime') ??
    named.find(({ name, numbers }) => /date|fecha|datum/i.test(name) && numbers !== null && numbers.min > 1800 && numbers.max < 2200) ??
    named.find(({ numbers }) => numbers !== null && numbers.isWhole && numbers.min >= 1900 && numbers.max <= 2100 && numbers.max > numbers.min)
  );
}
