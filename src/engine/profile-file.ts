import type { Column } from '../domain/column.ts';
import type { BuildRequest } from '../domain/event.ts';
import type { ColumnProfile, Profile } from '../domain/profile.ts';
import { readCell } from '../domain/read-cell.ts';
import { summariseNumbers } from '../domain/summarise-numbers.ts';
import { getColumnOf } from '../domain/table.ts';
import type { OpenedFile } from '../edges/tables/index.ts';
import { profileDataset } from '../stages/intake/index.ts';

/** What is known of the table, read as the user says. */
export async function profileFile(file: OpenedFile, request: BuildRequest): Promise<Profile> {
  const { rowCount, notes, dialect } = file;
  const read = { path: request.data, rowCount, notes, hasTypedNumbers: dialect.format !== 'delimited' };
  const profile = profileDataset(read, await file.statistics(), request);
  const columns: ColumnProfile[] = [];
  // One at a time: a table may have thousands.
  for (const column of profile.columns) columns.push(holdsNamedMissing(column) ? await measuredAnew(file, column) : column);
  return { ...profile, columns };
}

/** Whether a text that the user takes for missing would be a number or a date: then the statistics of the file count it among them. */
function holdsNamedMissing({ rule }: ColumnProfile): boolean {
  if (rule.type !== 'number' && rule.type !== 'timestamp') return false;
  const bare = { ...rule, missing: [] };
  return rule.missing.some((text) => !('unreadable' in readCell(bare, text)));
}

async function measuredAnew(file: OpenedFile, column: ColumnProfile): Promise<ColumnProfile> {
  const { table, unreadable } = await file.readColumns([{ name: column.name, rule: column.rule }]);
  const read = getColumnOf(table, column.name);
  if (read.type !== 'number' && read.type !== 'timestamp') return column;
  const present = read.values.filter((value) => !Number.isNaN(value));
  const unreadableCount = unreadable[0]?.count ?? 0;
  return {
    ...column,
    missingCount: file.rowCount - present.length - unreadableCount,
    distinctCount: new Set(present).size,
    unreadableCount,
    ...extremesOf(read.type, present, column),
  };
}

function extremesOf(type: Column['type'], present: Float64Array, { dates }: ColumnProfile): Pick<ColumnProfile, 'numbers' | 'dates'> {
  const numbers = summariseNumbers(present);
  if (type === 'number') return { numbers, dates: null };
  const iso = (microseconds: number) => new Date(Math.floor(microseconds / 1000)).toISOString();
  return { numbers: null, dates: numbers && { first: iso(numbers.min), last: iso(numbers.max), isInOrder: dates?.isInOrder ?? false } };
}
