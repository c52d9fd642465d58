import type { ColumnProfile, Profile, ProfileWarning } from '../../domain/profile.ts';
import type { TableStatistics } from '../../edges/tables/index.ts';
import type { Doubt } from './decide-kind.ts';
import type { DecidedMarker } from './decide-markers.ts';
import { findGroups } from './find-groups.ts';
import { findSpellings } from './find-spellings.ts';
import { findStrayClasses } from './find-stray-classes.ts';
import type { Strays } from './find-strays.ts';

const MOSTLY_MISSING_SHARE = 0.5;
/** Fewer duplicates than this share of the rows are chance in a narrow table. */
const DUPLICATES_SHARE = 0.005;

/** What the user should know before a model is made, the dataset first, then column by column. */
export function findWarnings(
  facts: Omit<Profile, 'warnings'> & {
    notes: string[];
    twins: TableStatistics['twins'];
    doubts: ColumnDoubt[];
    markers: ReadonlyMap<string, DecidedMarker[]>;
    strays: ReadonlyMap<string, Strays>;
  },
): ProfileWarning[] {
  const { rowCount, duplicateRowCount, columns, notes, twins, doubts, markers, strays } = facts;
  const warnings: ProfileWarning[] = [...notes.map((detail) => ({ kind: 'reading' as const, detail })), ...doubtWarnings(doubts)];
  if (duplicateRowCount > DUPLICATES_SHARE * rowCount) {
    warnings.push({
      kind: 'duplicate-rows',
      count: duplicateRowCount,
      detail: `${percent(duplicateRowCount, rowCount)} of the rows repeat an earlier one; equal rows are kept on one side of the split`,
    });
  }
  for (const { index, of } of twins)
    warnings.push({ kind: 'same-column', column: columns[index].name, detail: `holds the same as "${columns[of].name}" in every row` });
  warnings.push(...findGroups(columns, rowCount));
  for (const column of columns) {
    const { name, kind, kindReason, missingCount, unreadableCount, personal } = column;
    const code = missingCode(column, rowCount - missingCount);
    if (code !== undefined) warnings.push({ kind: 'missing-code', column: name, detail: code });
    for (const marker of markers.get(name) ?? []) warnings.push({ kind: 'missing-code', column: name, detail: markerDetail(marker, column) });
    const others = strays.get(name);
    if (others)
      warnings.push({
        kind: 'mixed',
        column: name,
        detail: `is taken as ${kind}, for ${straysDetail(others)}; if that stands for a missing value, say so with --missing`,
      });
    const spellings = findSpellings(column);
    if (spellings.length > 0) warnings.push({ kind: 'spellings', column: name, detail: spellingsDetail(spellings, kind) });
    const strayClasses = others || spellings.length > 0 ? [] : findStrayClasses(column);
    if (strayClasses.length > 0) warnings.push({ kind: 'stray-class', column: name, detail: strayClassesDetail(strayClasses) });
    if (column.dates?.isInOrder) {
      warnings.push({ kind: 'time-order', column: name, detail: `orders the rows: if later rows are to be predicted from earlier ones, say --time "${name}"` });
    }
    if (kind === 'identifier') warnings.push({ kind: 'identifier', column: name, detail: kindReason });
    if (kind === 'constant') warnings.push({ kind: 'constant', column: name, detail: kindReason });
    else if (missingCount > MOSTLY_MISSING_SHARE * rowCount)
      warnings.push({ kind: 'mostly-missing', column: name, detail: `is missing in ${percent(missingCount, rowCount)} of the rows` });
    if (unreadableCount > 0)
      warnings.push({
        kind: 'unreadable-cells',
        column: name,
        detail: `has ${unreadableCount} cells that do not fit the rest (it ${kindReason}); they count as missing`,
      });
    if (personal !== null) warnings.push({ kind: 'personal', column: name, detail: PERSONAL_DETAIL[personal] });
  }
  return warnings;
}

type ColumnDoubt = { column: string; doubt: Doubt };

/** Columns in the same doubt share a sentence: a wide file would have hundreds. */
function doubtWarnings(doubts: ColumnDoubt[]): ProfileWarning[] {
  const groups = new Map<string, { columns: string[]; isOpen: boolean }>();
  for (const { column, doubt } of doubts) {
    const detail = doubtDetail(doubt);
    const group = groups.get(detail) ?? { columns: [], isOpen: doubt.kind !== 'two-marks' };
    groups.set(detail, { ...group, columns: [...group.columns, column] });
  }
  return [...groups].map(([detail, { columns, isOpen }]) => ({ kind: 'reading', detail: `${listOf(columns)}: ${detail}`, ...(isOpen && { isOpen }) }));
}

function doubtDetail(doubt: Doubt): string {
  if (doubt.kind === 'date-order')
    return `dates that could be ${doubt.other} as well are read as ${doubt.taken}, and nothing in the file settles it: --dates day-first or month-first does.`;
  if (doubt.kind === 'two-marks') {
    const [taken, other] = doubt.taken === '.' ? ['a point', 'a comma'] : ['a comma', 'a point'];
    return `decimals are written with ${taken} and with ${other}; the ${doubt.otherCount} cells with ${other} are missing to a model. Write them all with ${taken}.`;
  }
  return 'numbers such as 1.100 and 1,100 are read with a point before the decimals (as 1.1 and 1100), and nothing in the file settles it: --decimal point or comma does.';
}

const MAX_LISTED = 3;
const listOf = (columns: string[]) =>
  columns
    .slice(0, MAX_LISTED)
    .map((name) => `"${name}"`)
    .join(', ') + (columns.length > MAX_LISTED ? ` and ${columns.length - MAX_LISTED} more` : '');

const MISSING_CODE = /^-9{1,6}(?:\.0+)?$/;

/** The one negative number of a column, written with nines, below values that lie far from it. */
function missingCode({ name, kind, numbers, topValues }: ColumnProfile, presentCount: number): string | undefined {
  if (kind !== 'number' || numbers === null || !MISSING_CODE.test(String(numbers.min)) || numbers.q75 < 0) return undefined;
  const code = topValues.find(({ value }) => Number(value) === numbers.min);
  // A quantile at the edge of the code's cells lies between it and its neighbour, and says nothing.
  if (code && numbers.q05 < 0 && 0.05 * (presentCount - 1) >= code.count) return undefined;
  const isApart = topValues.every(({ value }) => !(Number(value) < 0) || Number(value) === numbers.min);
  if (!code || code.count < 2 || !isApart) return undefined;
  return `holds ${code.value} in ${code.count} rows and no other negative number: if that stands for a missing value, say --missing "${name}=${code.value}"`;
}

/** The end of a sentence that says why a column of numbers is none. */
export function straysDetail({ among, share, words }: Strays): string {
  const named = words.map(({ text, count }) => `${quoted(text)} in ${count} ${count === 1 ? 'row' : 'rows'}`);
  return `${percent(share, 1)} of its cells are ${among} and ${joined(named)} ${words.length === 1 ? 'is none' : 'are none'}`;
}

const MAX_SPELLED = 3;

function spellingsDetail(spellings: string[][], kind: ColumnProfile['kind']): string {
  const named = spellings.slice(0, MAX_SPELLED).map((group) => joined(group.slice(0, MAX_SPELLED).map(quoted)));
  const more = spellings.length > MAX_SPELLED ? `, and ${spellings.length - MAX_SPELLED} more` : '';
  const what = `writes the same in several ways (${named.join('; ')}${more})`;
  return kind === 'boolean'
    ? `${what}: read as yes and no, but each is a class of its own where it is to be predicted; write them alike`
    : `${what}: each is a class of its own; write them alike where they mean the same`;
}

function strayClassesDetail(strays: { value: string; count: number }[]): string {
  const named = strays.map(({ value, count }) => `${quoted(value)} in ${count} ${count === 1 ? 'row' : 'rows'}`);
  return `has ${joined(named)} only: ${strays.length === 1 ? 'that is a class of its own' : 'they are classes of their own'}; correct ${strays.length === 1 ? 'it' : 'them'} or leave out the rows if it is a slip`;
}

const MAX_QUOTED = 40;
const quoted = (text: string) => `"${text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text}"`;
const joined = (parts: string[]) => (parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}` : parts.join(''));

function markerDetail({ text, count, as }: DecidedMarker, { kind, personal }: ColumnProfile): string {
  const what = `holds ${personal === null ? `"${text}"` : 'a word'} in ${count} ${count === 1 ? 'row' : 'rows'}`;
  if (as === 'class') return `${what}: taken as one of its codes and not as a missing value, for the others are written alike`;
  return `${what} among ${kind === 'datetime' ? 'dates' : 'numbers'}: taken as missing there`;
}

const PERSONAL_DETAIL = {
  email: 'looks like e-mail addresses',
  phone: 'looks like telephone numbers',
  name: 'looks like names of people',
  address: 'looks like street addresses',
  'birth-date': 'looks like dates of birth',
  'national-id': 'looks like numbers of identity papers',
  'card-number': 'looks like numbers of payment cards',
  'bank-account': 'looks like bank accounts',
  'ip-address': 'looks like network addresses',
};

function percent(part: number, whole: number): string {
  const share = (100 * part) / whole;
  return share < 1 ? 'under 1 %' : `${Math.min(Math.round(share), part < whole ? 99 : 100)} %`;
}
