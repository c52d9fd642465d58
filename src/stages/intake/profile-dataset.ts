import { ModelwrightError } from '../../domain/error.ts';
import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import type { ColumnStatistics, TableStatistics } from '../../edges/tables/index.ts';
import { decideKind, decidePersonal, type Doubt } from './decide-kind.ts';
import type { DecidedMarker } from './decide-markers.ts';
import { numbersOf } from './decide-number.ts';
import { findConventions, NO_CONVENTIONS, type Conventions } from './find-conventions.ts';
import type { Strays } from './find-strays.ts';
import { findWarnings, straysDetail } from './find-warnings.ts';

/** Frequent values kept of a column; enough to name all levels of an ordinary category. */
const MAX_TOP_VALUES = 200;
const MAX_TOP_TEXTS = 10;
const MAX_VALUE_LENGTH = 200;

/** `notes`: what the reader had to say of the file. `hasTypedNumbers`: its numbers were numbers before they were texts, as those of Parquet and JSON are. */
type ReadFile = { path: string; rowCount: number; notes: string[]; hasTypedNumbers?: boolean };

/** What a file's statistics say of the dataset. Throws MW1108 where there is one column only. */
export function profileDataset(file: ReadFile, statistics: TableStatistics): Profile {
  if (statistics.columns.length < 2) {
    throw new ModelwrightError({
      code: 'MW1108',
      message: `The file "${file.path}" has one column only ("${statistics.columns[0].name.slice(0, 60)}").`,
      hint: 'Give the columns to learn from beside the one to predict. If the file has them, save it with commas between the cells.',
      place: { file: file.path },
    });
  }
  const found = findConventions(statistics.columns);
  const conventions: Conventions = { ...found, decimal: found.decimal ?? (file.hasTypedNumbers === true ? '.' : null) };
  const decided = statistics.columns.map((one) => decideColumn(one, conventions));
  const columns = decided.map(({ profile }) => profile);
  const doubts = decided.flatMap(({ profile, doubt }) => (doubt ? [{ column: profile.name, doubt }] : []));
  const markers = new Map(decided.map(({ profile, markers: own }) => [profile.name, own]));
  const strays = new Map(decided.flatMap(({ profile, strays: own }) => (own ? [[profile.name, own] as const] : [])));
  const { rowCount, notes } = file;
  const { duplicateRowCount, twins } = statistics;
  return { rowCount, duplicateRowCount, columns, warnings: findWarnings({ rowCount, duplicateRowCount, columns, notes, twins, doubts, markers, strays }) };
}

/** One column: its kind, its rule, and its numbers at a glance. */
export const profileColumn = (statistics: ColumnStatistics, conventions: Conventions = NO_CONVENTIONS): ColumnProfile =>
  decideColumn(statistics, conventions).profile;

type DecidedColumn = { profile: ColumnProfile; doubt: Doubt | null; markers: DecidedMarker[]; strays: Strays | null };

function decideColumn(statistics: ColumnStatistics, conventions: Conventions): DecidedColumn {
  const { name, top, dates, meanLength, maxLength, meanWords } = statistics;
  const { kind, reason, rule, missingCount, distinctCount, unreadableCount, order, doubt, decided, strays: found } = decideKind(statistics, conventions);
  const personal = decidePersonal(statistics, kind);
  const strays = personal === null ? found : null;
  const isRepeating = kind === 'category' || kind === 'ordered' || kind === 'boolean' || kind === 'constant' || kind === 'number';
  const values = personal === null ? top.filter(({ text }) => !rule.missing.includes(text)) : [];
  const profile = {
    name,
    kind,
    kindReason: strays ? `${reason}, for ${straysDetail(strays)}` : reason,
    rule,
    missingCount,
    distinctCount,
    unreadableCount,
    topValues: values.slice(0, isRepeating ? MAX_TOP_VALUES : MAX_TOP_TEXTS).map(({ text, count }) => ({ value: text.slice(0, MAX_VALUE_LENGTH), count })),
    numbers: rule.type === 'number' ? summaryOf(numbersOf(statistics, rule)) : null,
    text: rule.type === 'text' ? { meanLength, maxLength, meanWords } : null,
    dates: rule.type === 'timestamp' ? rangeOf(dates.filter(({ format }) => rule.formats.includes(format))) : null,
    personal,
    order,
  };
  return { profile, doubt, markers: decided, strays };
}

function summaryOf(numbers: ColumnStatistics['numbers']): ColumnProfile['numbers'] {
  if (!numbers) return null;
  const { min, q01, q05, q25, q50, q75, q95, q99, max, mean, standardDeviation, isWhole } = numbers;
  return { min, q01, q05, q25, q50, q75, q95, q99, max, mean, standardDeviation, isWhole };
}

function rangeOf(dates: ColumnStatistics['dates']): ColumnProfile['dates'] {
  if (dates.length === 0) return null;
  const iso = (microseconds: number) => new Date(Math.floor(microseconds / 1000)).toISOString();
  return {
    first: iso(Math.min(...dates.map(({ first }) => first))),
    last: iso(Math.max(...dates.map(({ last }) => last))),
    isInOrder: dates.every(({ isInOrder }) => isInOrder),
  };
}
