import type { Column, ReadingRule, Table } from '../domain/column.ts';
import { ModelwrightError } from '../domain/error.ts';
import type { DerivedTarget } from '../domain/plan.ts';
import type { Profile } from '../domain/profile.ts';
import { getColumnOf } from '../domain/table.ts';
import type { Tables } from '../edges/tables/index.ts';
import { checkExpression, columnsOf, compileForTable, type CheckedExpression } from '../features/index.ts';
import type { TargetProposal } from '../stages/planning/index.ts';

export type DerivedType = 'boolean' | 'number' | 'text';
type Proposed = Extract<TargetProposal, { kind: 'derived' }>;

/** The classes of a target that is TRUE or FALSE. */
const ANSWERS = ['no', 'yes'];

/** A proposal as a target of the plan: parsed, checked against the table's columns, its sources those that the text reads. Throws MW122x. */
export async function checkDerived(tables: Tables, { text, ahead }: Proposed, profile: Profile): Promise<{ derived: DerivedTarget; type: DerivedType }> {
  const readingOf = (name: string): { name: string; rule: ReadingRule } => {
    const column = profile.columns.find((one) => one.name === name);
    if (!column) throw new Error(`the target reads "${name}", which the table does not have`);
    return { name, rule: column.rule };
  };
  const expression = await parse(
    tables,
    text,
    profile.columns.map(({ name }) => readingOf(name)),
  );
  const sources = [...columnsOf(expression)].map(readingOf);
  if (sources.length === 0) {
    throw new ModelwrightError({
      code: 'MW1223',
      message: `The target ${text} reads no column.`,
      hint: 'Write it over columns of the table, such as \'"days_late" > 30\'.',
    });
  }
  return {
    derived: {
      text,
      sources,
      ahead: ahead && { steps: ahead.steps, order: readingOf(ahead.order), series: ahead.series === null ? null : readingOf(ahead.series) },
    },
    type: typeOf(expression, text),
  };
}

async function parse(tables: Tables, text: string, columns: { name: string; rule: ReadingRule }[]): Promise<CheckedExpression> {
  const [parsed] = await tables.parseExpressions([text]);
  return checkExpression(parsed, new Map(columns.map(({ name, rule }) => [name, rule.type])));
}

function typeOf({ type }: CheckedExpression, text: string): DerivedType {
  if (type !== 'timestamp') return type;
  throw new ModelwrightError({
    code: 'MW1206',
    message: `The target ${text} is a date, and dates cannot be predicted yet.`,
    hint: "Make a number of it, such as date_diff('day', first, last).",
  });
}

/** The target of every row: the classes `no` and `yes`, the texts, or the numbers that the expression gives; missing where it is NULL or no later row is there. */
export async function makeTarget(tables: Tables, derived: DerivedTarget, table: Table): Promise<Column> {
  const expression = await parse(tables, derived.text, derived.sources);
  const made = asTarget(compileForTable(expression)(table));
  return derived.ahead ? ofLaterRows(made, laterRows(table, derived.ahead)) : made;
}

function asTarget(column: Column): Column {
  if (column.type !== 'boolean') return column;
  return { type: 'text', codes: Int32Array.from(column.values, (value) => (value === 255 ? -1 : value)), levels: ANSWERS };
}

function ofLaterRows(column: Column, later: Int32Array): Column {
  if (column.type === 'text') return { ...column, codes: Int32Array.from(later, (row) => (row < 0 ? -1 : column.codes[row])) };
  if (column.type === 'boolean') return { ...column, values: Uint8Array.from(later, (row) => (row < 0 ? 255 : column.values[row])) };
  return { ...column, values: Float64Array.from(later, (row) => (row < 0 ? Number.NaN : column.values[row])) };
}

/** For each row the one that many rows later within its series, −1 where there is none; rows without a time have none and are none. Ties keep the order of the file. */
function laterRows(table: Table, { steps, order, series }: NonNullable<DerivedTarget['ahead']>): Int32Array {
  const times = rankOf(getColumnOf(table, order.name));
  const groups = series ? rankOf(getColumnOf(table, series.name)) : new Float64Array(table.rowCount);
  const rows = Int32Array.from({ length: table.rowCount }, (_, row) => row)
    .filter((row) => !Number.isNaN(times[row]) && !Number.isNaN(groups[row]))
    .sort((a, b) => groups[a] - groups[b] || times[a] - times[b] || a - b);
  const later = new Int32Array(table.rowCount).fill(-1);
  for (let at = 0; at + steps < rows.length; at++) if (groups[rows[at]] === groups[rows[at + steps]]) later[rows[at]] = rows[at + steps];
  return later;
}

/** Numbers in the order of the values; texts as texts. NaN is missing. */
function rankOf(column: Column): Float64Array {
  if (column.type === 'boolean') return Float64Array.from(column.values, (value) => (value === 255 ? Number.NaN : value));
  if (column.type !== 'text') return column.values;
  const rank = new Map(column.levels.toSorted().map((level, index) => [level, index]));
  return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : (rank.get(column.levels[code]) ?? Number.NaN)));
}
