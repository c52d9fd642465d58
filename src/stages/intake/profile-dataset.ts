import type { BuildRequest } from '../../domain/event.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { getName } from '../../domain/get-column.ts';
import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import type { ColumnStatistics, TableStatistics } from '../../edges/tables/index.ts';
import { decideKind, decidePersonal, type Doubt, type KindDecision } from './decide-kind.ts';
import type { DecidedMarker } from './decide-markers.ts';
import { numbersOf } from './decide-number.ts';
import { findConventions, NO_CONVENTIONS, type Conventions } from './find-conventions.ts';
import type { Strays } from './find-strays.ts';
import { findWarnings, straysDetail } from './find-warnings.ts';
import { missingTextsOf, withoutText } from './missing-texts.ts';
import { asNamed, withYears, type NamedKind } from './name-kind.ts';

/** Frequent values kept of a column; enough to name all levels of an ordinary category. */
const MAX_TOP_VALUES = 200;
const MAX_TOP_TEXTS = 10;
const MAX_VALUE_LENGTH = 200;

/** `notes`: what the reader had to say of the file. `hasTypedNumbers`: its numbers were numbers before they were texts, as those of Parquet and JSON are. */
type ReadFile = { path: string; rowCount: number; notes: string[]; hasTypedNumbers?: boolean };

/** What the user says of how the file is to be read, whatever it looks like. */
export type ReadingWishes = Pick<BuildRequest, 'kinds' | 'dates' | 'decimal' | 'missing'>;

/** What a file's statistics say of the dataset. Throws MW1108 where there is one column only, MW1001 and MW1203 for a wish that does not fit. */
export function profileDataset(file: ReadFile, statistics: TableStatistics, wishes: ReadingWishes = {}): Profile {
  if (statistics.columns.length < 2) {
    throw new ModelwrightError({
      code: 'MW1108',
      message: `The file "${file.path}" has one column only ("${statistics.columns[0].name.slice(0, 60)}").`,
      hint: 'Give the columns to learn from beside the one to predict. If the file has them, save it with commas between the cells.',
      place: { file: file.path },
    });
  }
  const missingTexts = missingTextsOf(wishes.missing ?? [], statistics.columns);
  const known = statistics.columns.map((one) => ({
    statistics: (missingTexts.get(one.name) ?? []).reduce(withoutText, one),
    missing: missingTexts.get(one.name) ?? [],
  }));
  const kinds = namedKinds(wishes.kinds ?? [], statistics);
  const conventions = withWishes(findConventions(known.map((one) => one.statistics)), wishes, file.hasTypedNumbers === true);
  const decided = known.map((one) => decideColumn(one.statistics, conventions, { kind: kinds.get(one.statistics.name), missing: one.missing }));
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

const namedKinds = (named: NonNullable<ReadingWishes['kinds']>, { columns }: TableStatistics) => {
  const names = columns.map(({ name }) => name);
  return new Map(named.map(({ column, kind }) => [getName(names, column, '--kind'), kind]));
};

/** The user knows how the file was written where it does not settle that itself; columns that leave no doubt keep to what they say. */
function withWishes(found: Conventions, { dates, decimal }: ReadingWishes, hasTypedNumbers: boolean): Conventions {
  const order = dates === undefined ? undefined : dates === 'day-first' ? ('day' as const) : ('month' as const);
  return {
    ...found,
    decimal: decimal === undefined ? (found.decimal ?? (hasTypedNumbers ? '.' : null)) : decimal === 'comma' ? ',' : '.',
    dateOrders: order === undefined ? found.dateOrders : new Map(['/', '-', '.'].map((separator) => [separator, order])),
  };
}

type ColumnWishes = { kind: NamedKind | undefined; missing: string[] };
type DecidedColumn = { profile: ColumnProfile; doubt: Doubt | null; markers: DecidedMarker[]; strays: Strays | null };

function decideColumn(statistics: ColumnStatistics, conventions: Conventions, wishes: ColumnWishes = { kind: undefined, missing: [] }): DecidedColumn {
  const found = decideKind(statistics, conventions);
  const rule = { ...found.rule, missing: [...new Set([...found.rule.missing, ...wishes.missing])] };
  const strays = decidePersonal(statistics, found.kind) === null ? found.strays : null;
  const reason = strays ? `${found.reason}, for ${straysDetail(strays)}` : found.reason;
  const column = profileOf(statistics, { ...found, rule, reason });
  if (wishes.kind === undefined || wishes.kind === column.kind) return { profile: column, doubt: found.doubt, markers: found.decided, strays };
  const looked = wishes.kind === 'date' ? withYears(statistics) : statistics;
  const { kindReason, ...named } = asNamed(column, wishes.kind, looked, conventions);
  return { profile: profileOf(looked, { ...named, reason: kindReason }), doubt: null, markers: [], strays: null };
}

function profileOf(
  statistics: ColumnStatistics,
  { kind, reason, rule, missingCount, distinctCount, unreadableCount, order }: Omit<KindDecision, 'doubt' | 'decided' | 'strays'>,
): ColumnProfile {
  const { name, top, dates, meanLength, maxLength, meanWords } = statistics;
  const personal = decidePersonal(statistics, kind);
  const isRepeating = kind === 'category' || kind === 'ordered' || kind === 'boolean' || kind === 'constant' || kind === 'number';
  const values = personal === null ? top.filter(({ text }) => !rule.missing.includes(text)) : [];
  return {
    name,
    kind,
    kindReason: reason,
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
