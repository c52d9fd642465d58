import type { Column, ColumnType, Row, Table, Value } from '../domain/column.ts';
import { daysOf, EARLIEST_MICROS, LATEST_MICROS, MICROS_PER_DAY, parseTimestamp } from './calendar.ts';
import type { CheckedExpression } from './check-expression.ts';
import { type CastTarget, columnsOf, type Expression } from './expression.ts';
import { type FunctionSpec, functions, type Scalar } from './functions.ts';

/**
 * The evaluator. One set of steps computes a chunk of rows at a time; one row is a chunk of one, so that training, batch and row cannot differ.
 * Steps have no effects and never fail, so both sides of a CASE are computed.
 */

/** The values of a chunk: numbers, timestamps and booleans (0, 1) with NaN for NULL, or texts. */
type Vector = Float64Array | (string | null)[];
/** Computes the first `count` rows of the chunk that was loaded; the vector is reused by the next chunk. */
type Step = (count: number) => Vector;

const CHUNK_ROWS = 1024;

export function compileForRow(expression: CheckedExpression): (row: Row) => Value {
  const program = programOf(expression, 1);
  return (row) => {
    for (const { name, type, vector } of program.slots) {
      // A column may be called like something that every object inherits.
      vector[0] = scalarOf(type, Object.hasOwn(row, name) ? row[name] : null);
    }
    return valueOf(expression.type, program.step(1)[0]);
  };
}

/** The columns that it reads have to be in the table; the column that comes back may share memory with them. */
export function compileForTable(expression: CheckedExpression): (table: Table) => Column {
  if (expression.kind === 'column') return (table) => cleanColumn(columnIn(table, expression));
  const wholeOf = overLevels(expression);
  if (wholeOf) return (table) => byLevel(wholeOf, table, expression.type) ?? inChunks(expression, table);
  return (table) => inChunks(expression, table);
}

// ── Loading ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

type Slot = { name: string; type: ColumnType; vector: Vector };
type Program = { slots: Slot[]; step: Step };

function programOf(expression: Expression, capacity: number): Program {
  const slots = new Map<string, Slot>();
  const step = stepOf(expression, capacity, slots);
  return { slots: [...slots.values()], step };
}

const emptyVector = (type: ColumnType, capacity: number): Vector => (type === 'text' ? new Array<string | null>(capacity).fill(null) : new Float64Array(capacity).fill(NaN));

/** An infinite number, a time outside the years 1 to 9999: missing. −0 is 0, and text is made well-formed. */
function scalarOf(type: ColumnType, value: Value): Scalar {
  if (type === 'text') return typeof value === 'string' ? wellFormed(value) : null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' ? (type === 'timestamp' ? cleanMicros(value) : cleanNumber(value)) : NaN;
}

const wellFormed = (text: string): string => (text.isWellFormed() ? text : text.toWellFormed());
const cleanNumber = (value: number): number => (Number.isFinite(value) ? value + 0 : NaN);
const cleanMicros = (value: number): number => (value >= EARLIEST_MICROS && value <= LATEST_MICROS ? value + 0 : NaN);

function valueOf(type: ColumnType, scalar: Scalar): Value {
  if (typeof scalar !== 'number') return scalar;
  if (Number.isNaN(scalar)) return null;
  return type === 'boolean' ? scalar === 1 : scalar;
}

function columnIn(table: Table, wanted: { name: string; type: ColumnType }): Column {
  const column = table.columns.get(wanted.name);
  if (column?.type !== wanted.type) throw new Error(`an expression reads the ${wanted.type} column "${wanted.name}", which the table does not hold`);
  return column;
}
