import type { Column, ColumnType, Row, Table, Value } from '../domain/column.ts';
import { daysOf, isInCalendar, MICROS_PER_DAY, parseTimestamp } from './calendar.ts';
import type { CheckedExpression } from './check-expression.ts';
import { type CastTarget, childrenOf, columnsOf, type Expression } from './expression.ts';
import { cleanNumber, type FunctionSpec, functions, type Scalar } from './functions.ts';

/**
 * The evaluator. One set of steps computes a chunk of rows at a time, and one row is a chunk of one: training, batch and row cannot differ.
 * Steps have no effects and never fail, so all branches of a CASE are computed.
 */

export function compileForRow(expression: CheckedExpression): (row: Row) => Value {
  const program = programOf(expression, 1, false);
  const slots = program.slots.filter((slot) => slot.kind === 'column');
  return (row) => {
    // A column may be called like something that every object inherits.
    for (const { name, type, vector } of slots) vector[0] = scalarOf(type, Object.hasOwn(row, name) ? row[name] : null);
    return valueOf(expression.type, program.step(1)[0]);
  };
}

/** The columns that it reads have to be in the table; the column that comes back may share memory with them. */
export function compileForTable(expression: CheckedExpression): (table: Table) => Column {
  if (expression.kind === 'column') return (table) => cleanColumn(columnIn(table, expression.name, expression.type));
  const program = programOf(expression, CHUNK_ROWS, true);
  return (table) => {
    for (const slot of program.slots) prepare(slot, table);
    const [only] = program.slots;
    if (program.slots.length === 1 && only.kind === 'levels' && only.isRoot && only.perLevel) {
      const { codes, perLevel } = only;
      release(only);
      return columnByLevel(codes, perLevel, expression.type);
    }
    const writer = columnWriter(expression.type, table.rowCount);
    for (let start = 0; start < table.rowCount; start += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, table.rowCount - start);
      for (const slot of program.slots) load(slot, start, count);
      writer.write(program.step(count), start, count);
    }
    program.slots.forEach(release);
    return writer.column;
  };
}

/** Small enough that the vectors of a whole tree stay in the processor's cache. */
const CHUNK_ROWS = 1024;

/** The values of a chunk: numbers, timestamps and booleans (0, 1) with NaN for NULL, or texts. */
type Vector = Float64Array | (string | null)[];
/** Computes the first `count` rows of the chunk that was loaded; the vector is reused by the next chunk. */
type Step = (count: number) => Vector;

/** Where the values of a chunk enter a program. */
type Slot = ColumnSlot | LevelsSlot;
type ColumnSlot = { kind: 'column'; name: string; type: ColumnType; vector: Vector; source: Column | null };
/** A part of the tree that reads one text column and nothing else: computed once a level, then looked up by code. */
type LevelsSlot = { kind: 'levels'; name: string; inner: Program; isRoot: boolean; vector: Vector; codes: Int32Array; perLevel: Vector | null };

type Program = { slots: Slot[]; step: Step };

const emptyVector = (type: ColumnType, capacity: number): Vector =>
  type === 'text' ? Array.from({ length: capacity }, () => null) : new Float64Array(capacity).fill(NaN);

// ── Rows in, a column out ────────────────────────────────────────────────────────────────────────────────────────────────────

function prepare(slot: Slot, table: Table): void {
  if (slot.kind === 'column') {
    const column = columnIn(table, slot.name, slot.type);
    slot.source = column.type === 'text' ? { ...column, levels: wellFormedLevels(column.levels) } : column;
    return;
  }
  for (const inner of slot.inner.slots) prepare(inner, table);
  const column = columnIn(table, slot.name, 'text');
  if (column.type !== 'text') return;
  slot.codes = column.codes;
  slot.perLevel = column.levels.length < table.rowCount ? valuesOfLevels(slot, column.levels) : null;
}

/** One value a level, and after them the value for a missing text. */
function valuesOfLevels({ inner, name, vector }: LevelsSlot, levels: readonly string[]): Vector {
  const values: Vector = vector instanceof Float64Array ? new Float64Array(levels.length + 1) : Array.from({ length: levels.length + 1 }, () => null);
  const [slot] = inner.slots;
  if (inner.slots.length !== 1 || slot.kind !== 'column' || slot.name !== name) throw new Error('a part computed by level reads one column');
  for (let start = 0; start <= levels.length; start += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, levels.length + 1 - start);
    for (let i = 0; i < count; i++) slot.vector[i] = start + i < levels.length ? wellFormed(levels[start + i]) : null;
    copy(inner.step(count), values, start, count);
  }
  return values;
}

function load(slot: Slot, start: number, count: number): void {
  const { vector } = slot;
  if (slot.kind === 'levels') {
    const { codes, perLevel, inner } = slot;
    if (perLevel) {
      const missing = perLevel.length - 1;
      for (let i = 0; i < count; i++) vector[i] = perLevel[codes[start + i] < 0 ? missing : codes[start + i]];
    } else {
      for (const part of inner.slots) load(part, start, count);
      copy(inner.step(count), vector, 0, count);
    }
    return;
  }
  const { source } = slot;
  if (!source) return;
  switch (source.type) {
    case 'text':
      for (let i = 0; i < count; i++) vector[i] = source.codes[start + i] < 0 ? null : source.levels[source.codes[start + i]];
      return;
    case 'boolean':
      for (let i = 0; i < count; i++) vector[i] = source.values[start + i] === 255 ? NaN : source.values[start + i];
      return;
    case 'number':
      for (let i = 0; i < count; i++) vector[i] = cleanNumber(source.values[start + i]);
      return;
    case 'timestamp':
      for (let i = 0; i < count; i++) vector[i] = cleanMicros(source.values[start + i]);
      return;
  }
}

/** A compiled expression lives as long as its model; the table it last saw need not. */
function release(slot: Slot): void {
  if (slot.kind === 'column') {
    slot.source = null;
    return;
  }
  slot.inner.slots.forEach(release);
  slot.codes = new Int32Array(0);
  slot.perLevel = null;
}

function copy(from: Vector, to: Vector, start: number, count: number): void {
  for (let i = 0; i < count; i++) to[start + i] = from[i];
}

type ColumnWriter = { column: Column; write(vector: Vector, start: number, count: number): void };

function columnWriter(type: ColumnType, rowCount: number): ColumnWriter {
  if (type === 'text') {
    const codes = new Int32Array(rowCount);
    const { levels, codeOf } = levelCoder();
    const write = (vector: Vector, start: number, count: number) => {
      for (let i = 0; i < count; i++) codes[start + i] = codeOf(vector[i]);
    };
    return { column: { type, codes, levels }, write };
  }
  if (type === 'boolean') {
    const values = new Uint8Array(rowCount);
    const write = (vector: Vector, start: number, count: number) => {
      for (let i = 0; i < count; i++) values[start + i] = flagOf(vector[i]);
    };
    return { column: { type, values }, write };
  }
  const values = new Float64Array(rowCount);
  return { column: { type, values }, write: (vector, start, count) => copy(vector, values, start, count) };
}

const flagOf = (scalar: Scalar): number => (scalar === 1 ? 1 : scalar === 0 ? 0 : 255);

/** Numbers levels in the order in which they first come. */
function levelCoder(): { levels: string[]; codeOf(text: Scalar): number } {
  const levels: string[] = [];
  const codes = new Map<string, number>();
  const codeOf = (text: Scalar): number => {
    if (typeof text !== 'string') return -1;
    const known = codes.get(text);
    if (known !== undefined) return known;
    codes.set(text, levels.length);
    return levels.push(text) - 1;
  };
  return { levels, codeOf };
}

function columnByLevel(codes: Int32Array, perLevel: Vector, type: ColumnType): Column {
  const ofCode = (code: number): number => (code < 0 ? perLevel.length - 1 : code);
  if (type === 'text') {
    const { levels, codeOf } = levelCoder();
    const newCodes = new Map<number, number>();
    const mapped = codes.map((code) => {
      const known = newCodes.get(code);
      if (known !== undefined) return known;
      const fresh = codeOf(perLevel[ofCode(code)]);
      newCodes.set(code, fresh);
      return fresh;
    });
    return { type, codes: mapped, levels };
  }
  if (type === 'boolean') return { type, values: Uint8Array.from(codes, (code) => flagOf(perLevel[ofCode(code)])) };
  return { type, values: Float64Array.from(codes, (code) => Number(perLevel[ofCode(code)])) };
}

function columnIn(table: Table, name: string, type: ColumnType): Column {
  const column = table.columns.get(name);
  if (column?.type !== type) throw new Error(`an expression reads the ${type} column "${name}", which the table does not hold`);
  return column;
}

function cleanColumn(column: Column): Column {
  switch (column.type) {
    case 'text': {
      if (column.levels.every((level) => level.isWellFormed())) return column;
      const { levels, codeOf } = levelCoder();
      const mapped = column.levels.map((level) => codeOf(wellFormed(level)));
      return { type: 'text', codes: column.codes.map((code) => (code < 0 ? -1 : mapped[code])), levels };
    }
    case 'boolean':
      return column;
    case 'number':
    case 'timestamp': {
      const clean = column.type === 'number' ? cleanNumber : cleanMicros;
      return column.values.every((value) => Object.is(value, clean(value))) ? column : { type: column.type, values: column.values.map(clean) };
    }
  }
}

/** An infinite number, a time outside the years 1 to 9999: missing. −0 is 0, and text is made well-formed. */
function scalarOf(type: ColumnType, value: Value): Scalar {
  if (type === 'text') return typeof value === 'string' ? wellFormed(value) : null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' ? (type === 'timestamp' ? cleanMicros(value) : cleanNumber(value)) : NaN;
}

const wellFormed = (text: string): string => (text.isWellFormed() ? text : text.toWellFormed());
const wellFormedLevels = (levels: string[]): string[] => (levels.every((level) => level.isWellFormed()) ? levels : levels.map(wellFormed));
const cleanMicros = (value: number): number => (isInCalendar(value) ? value + 0 : NaN);

function valueOf(type: ColumnType, scalar: Scalar): Value {
  if (typeof scalar !== 'number') return scalar;
  if (Number.isNaN(scalar)) return null;
  return type === 'boolean' ? scalar === 1 : scalar;
}

// ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

function programOf(expression: Expression, capacity: number, byLevels: boolean): Program {
  const slots = new Map<string, Slot>();

  const columnSlot = (name: string, type: ColumnType): Slot => {
    const known = slots.get(name);
    if (known) return known;
    const slot: Slot = { kind: 'column', name, type, vector: emptyVector(type, capacity), source: null };
    slots.set(name, slot);
    return slot;
  };

  const levelsSlot = (node: Expression, name: string): Slot => {
    const inner = programOf(node, capacity, false);
    const vector = emptyVector(node.type, capacity);
    const slot: Slot = { kind: 'levels', name, inner, isRoot: node === expression, vector, codes: new Int32Array(0), perLevel: null };
    // No column has this key: they are names alone.
    slots.set(`${slots.size} of the parts by level\u0000${name}`, slot);
    return slot;
  };

  const stepOf = (node: Expression): Step => {
    if (node.kind === 'column') {
      const { vector } = columnSlot(node.name, node.type);
      return () => vector;
    }
    if (node.kind === 'constant') return constantStep(node.type, scalarOf(node.type, node.value), capacity);
    const read = columnsOf(node);
    if (read.length === 0) return constantStep(node.type, operationStep(node, childrenOf(node).map(stepOf), capacity)(1)[0], capacity);
    if (byLevels && read.length === 1 && readsTextOnly(node)) {
      const { vector } = levelsSlot(node, read[0]);
      return () => vector;
    }
    return operationStep(node, childrenOf(node).map(stepOf), capacity);
  };

  const step = stepOf(expression);
  return { slots: [...slots.values()], step };
}

const readsTextOnly = (node: Expression): boolean => (node.kind === 'column' ? node.type === 'text' : childrenOf(node).every(readsTextOnly));

function constantStep(type: ColumnType, value: Scalar, capacity: number): Step {
  const vector = emptyVector(type, capacity);
  for (let i = 0; i < capacity; i++) vector[i] = value;
  return () => vector;
}

/** `steps` are those of the node's children, in their order. */
function operationStep(node: Exclude<Expression, { kind: 'column' | 'constant' }>, steps: Step[], capacity: number): Step {
  switch (node.kind) {
    case 'call':
      return callStep(functions[node.function], steps, node.type, capacity);
    case 'cast':
      return callStep({ nulls: 'strict', apply: castKernel(node.arg.type, node.to) }, steps, node.type, capacity);
    case 'case':
      return caseStep(steps, node.type, capacity);
  }
}

type Kernel = Pick<FunctionSpec, 'nulls' | 'apply' | 'applyToChunk'>;

function callStep({ nulls, apply, applyToChunk }: Kernel, steps: Step[], type: ColumnType, capacity: number): Step {
  const out = emptyVector(type, capacity);
  const store = out instanceof Float64Array ? numberOf : textOf;
  const nothing = out instanceof Float64Array ? NaN : null;
  const strict = nulls === 'strict';
  const [first, second] = steps;
  if (steps.length === 1) {
    return (count) => {
      const a = first(count);
      for (let i = 0; i < count; i++) out[i] = strict && isNull(a[i]) ? nothing : store(apply(a[i]));
      return out;
    };
  }
  if (steps.length === 2) {
    return (count) => {
      const a = first(count);
      const b = second(count);
      if (applyToChunk && a instanceof Float64Array && b instanceof Float64Array && out instanceof Float64Array) {
        applyToChunk(a, b, out, count);
        return out;
      }
      for (let i = 0; i < count; i++) out[i] = strict && (isNull(a[i]) || isNull(b[i])) ? nothing : store(apply(a[i], b[i]));
      return out;
    };
  }
  return (count) => {
    const vectors = steps.map((step) => step(count));
    for (let i = 0; i < count; i++) {
      const args = vectors.map((vector) => vector[i]);
      out[i] = strict && args.some(isNull) ? nothing : store(apply(...args));
    }
    return out;
  };
}

const isNull = (scalar: Scalar): boolean => scalar === null || scalar !== scalar;
const numberOf = (result: Scalar | boolean): number => (typeof result === 'number' ? cleanNumber(result) : result === true ? 1 : result === false ? 0 : NaN);
const textOf = (result: Scalar | boolean): string | null => (typeof result === 'string' ? result : null);

/** WHEN and THEN by turns, ELSE last. */
function caseStep(steps: Step[], type: ColumnType, capacity: number): Step {
  const out = emptyVector(type, capacity);
  return (count) => {
    const vectors = steps.map((step) => step(count));
    for (let i = 0; i < count; i++) {
      let branch = 0;
      while (branch + 1 < vectors.length && vectors[branch][i] !== 1) branch += 2;
      out[i] = vectors[Math.min(branch + 1, vectors.length - 1)][i];
    }
    return out;
  };
}

/** A sign, digits with or without a point, an exponent; spaces around. Nothing else that JavaScript or DuckDB would also read as a number. */
const writtenNumber = /^ *[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)? *$/;

/** What cannot be cast is NULL. Booleans are 0 and 1 already. */
function castKernel(from: ColumnType, to: CastTarget): FunctionSpec['apply'] {
  const target = `${from} to ${to}`;
  switch (target) {
    case 'number to boolean':
      return (value) => value !== 0;
    case 'boolean to number':
      return (value) => value;
    case 'boolean to text':
      return (value) => (value === 1 ? 'true' : 'false');
    case 'text to number':
      return (value) => (typeof value === 'string' && writtenNumber.test(value) ? Number(value) : null);
    case 'text to timestamp':
      return (value) => (typeof value === 'string' ? parseTimestamp(value) : null);
    case 'text to date':
      return (value) => (typeof value === 'string' ? dateMicros(parseTimestamp(value)) : null);
    case 'timestamp to date':
      return (value) => (typeof value === 'number' ? dateMicros(value) : null);
    default:
      throw new Error(`there is no cast from ${target}`);
  }
}

const dateMicros = (micros: number): number => daysOf(micros) * MICROS_PER_DAY;
