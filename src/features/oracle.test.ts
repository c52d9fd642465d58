import { DuckDBInstance, DuckDBTimestampValue, type DuckDBConnection } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Column, ColumnType, Row, Table, Value } from '../domain/column.ts';
import { lowerCase, upperCase } from './case-mapping.ts';
import { type CheckedExpression, checkExpression, recheckExpression } from './check-expression.ts';
import { compileForRow, compileForTable } from './compile.ts';
import type { Expression } from './expression.ts';
import { functionNames, functions, type FunctionName, type Parameter } from './functions.ts';

/**
 * DuckDB as the oracle: random expressions over random rows, evaluated by us (a row at a time and a table at a time) and by DuckDB with the
 * language's own rules (NULL for what is infinite or undefined) written into the SQL.
 */

const inputs = new Map<string, ColumnType>([
  ['n1', 'number'],
  ['n2', 'number'],
  ['b1', 'boolean'],
  ['t1', 'text'],
  ['t2', 'text'],
  ['d1', 'timestamp'],
  ['d2', 'timestamp'],
]);
const types: readonly ColumnType[] = ['number', 'boolean', 'text', 'timestamp'];

/** Their last digits may differ between libraries; 2 units there are allowed, and nothing is built on top of them. */
const inexact = new Set<FunctionName>(['exp', 'ln', 'log2', 'log10', 'pow', 'sin', 'cos']);

// ── Chance ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const trickyNumbers = [
  0,
  1,
  -1,
  2,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  0.1,
  2.675,
  1e-320,
  5e-324,
  -5e-324,
  2 ** 53,
  2 ** 53 + 2,
  1e15,
  1e16,
  1e22,
  1e300,
  -1e300,
  Number.MAX_VALUE,
  0.49999999999999994,
  2251799813685249.5,
  1e-7,
];
const trickyTexts = [
  '',
  ' ',
  'a',
  'A',
  'ab',
  'aab',
  'É',
  'e\u0301',
  'ß',
  'ẞ',
  'İ',
  'ı',
  'Σς',
  'ǅ',
  '🙂',
  '🙂a🙂',
  '👩‍👩‍👧',
  '\ufb01x',
  '\ue000',
  '\u{10400}',
  '\u{10428}',
  '  x\u00a0',
  '\u3000 y \t',
  '12',
  ' 3.5 ',
  '-1e3',
  '1e999',
  '.5',
  '5.',
  '+7',
  '1_0',
  '0x1f',
  'nan',
  'inf',
  '2024-02-29',
  '2023-02-29',
  '1969-12-31 23:59:59.999999',
  '2024-01-01T00:00',
  '2024-01-01 24:00:00',
  '0000-01-01',
  '9999-12-31 23:59:59',
  'true',
  '日本語',
  'ÿ',
  "it's",
  '\\',
  '%_',
  '\r\n',
];
const trickyMicros = [
  0,
  -1,
  1,
  86_400e6,
  -86_400e6,
  86_399_999_999,
  -86_400_000_001,
  951_782_400e6,
  951_868_799_999_999,
  1_709_164_800e6,
  1_704_067_199e6,
  -2_208_988_800e6,
  -62_135_596_800e6,
  253_402_300_799e6,
  1_609_459_200e6,
  1_230_768_000e6 - 1,
];

const numberValue = fc
  .oneof(
    fc.constantFrom(...trickyNumbers),
    fc.integer({ min: -20, max: 20 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: -1000, max: 1000, noNaN: true }),
  )
  .map((x) => x + 0);
const textValue = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...trickyTexts) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }).map((text) => text.replaceAll('\u0000', '')) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => text.replaceAll('\u0000', '')) },
);
const timestampValue = fc.oneof(
  fc.constantFrom(...trickyMicros),
  fc.integer({ min: -4_000_000_000, max: 4_000_000_000 }).map((seconds) => seconds * 1e6),
  fc.integer({ min: -4_000_000_000, max: 4_000_000_000 }).chain((seconds) => fc.integer({ min: 0, max: 999_999 }).map((micros) => seconds * 1e6 + micros)),
  fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }).map((seconds) => seconds * 1e6),
);
const valueOfType: Record<ColumnType, fc.Arbitrary<Value>> = { number: numberValue, boolean: fc.boolean(), text: textValue, timestamp: timestampValue };
const orNull = (value: fc.Arbitrary<Value>) => fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) });

const infinities = fc.constantFrom(Infinity, -Infinity, NaN, -0);
const rowValue = (type: ColumnType): fc.Arbitrary<Value> =>
  type === 'number' || type === 'timestamp'
    ? fc.oneof({ weight: 12, arbitrary: orNull(valueOfType[type]) }, { weight: 1, arbitrary: infinities })
    : orNull(valueOfType[type]);
const anyRow: fc.Arbitrary<Row> = fc.record(Object.fromEntries([...inputs].map(([name, type]) => [name, rowValue(type)])));

const constantOf = (type: ColumnType): fc.Arbitrary<Expression> => orNull(valueOfType[type]).map((value) => ({ kind: 'constant', type, value }));
const columnOf = (type: ColumnType): fc.Arbitrary<Expression> =>
  fc.constantFrom(...[...inputs].filter(([, of]) => of === type).map(([name]): Expression => ({ kind: 'column', type, name })));
const leaf = (type: ColumnType) => fc.oneof({ weight: 3, arbitrary: columnOf(type) }, { weight: 1, arbitrary: constantOf(type) });

const known = new Map<string, fc.Arbitrary<Expression>>();
function expressionOf(type: ColumnType, depth: number): fc.Arbitrary<Expression> {
  if (depth === 0) return leaf(type);
  const key = `${type} ${depth}`;
  const made =
    known.get(key) ??
    fc.oneof(
      { weight: 1, arbitrary: leaf(type) },
      { weight: 5, arbitrary: fc.oneof(...callsReturning(type, depth, (name) => !inexact.has(name)), caseOf(type, depth), ...castsTo(type, depth)) },
    );
  known.set(key, made);
  return made;
}

function callsReturning(type: ColumnType, depth: number, isWanted: (name: FunctionName) => boolean): fc.Arbitrary<Expression>[] {
  return functionNames.filter(isWanted).flatMap((name) => {
    const { parameters, returns, more } = functions[name];
    if (returns !== 'same' && returns !== type) return [];
    const repeats = more && 'repeated' in more ? 2 : 0;
    const optional = more && 'optional' in more ? more.optional : 0;
    const sames = returns === 'same' ? [type] : parameters.includes('same') ? types : [type];
    return sames.flatMap((same) =>
      [...new Set([parameters.length - optional, parameters.length, parameters.length + repeats])].map((count): fc.Arbitrary<Expression> => {
        const args = Array.from({ length: count }, (_, i) => argument(parameters[Math.min(i, parameters.length - 1)], same, depth - 1));
        return fc.tuple(...args).map((list) => ({ kind: 'call', type, function: name, args: list }));
      }),
    );
  });
}

function argument(parameter: Parameter, same: ColumnType, depth: number): fc.Arbitrary<Expression> {
  if (parameter === 'same') return expressionOf(same, depth);
  if (typeof parameter === 'string') return expressionOf(parameter, depth);
  if ('oneOf' in parameter) return fc.constantFrom(...parameter.oneOf).map((value) => ({ kind: 'constant', type: 'text', value }));
  return fc.integer({ min: -6, max: parameter.wholeTo }).map((value) => ({ kind: 'constant', type: 'number', value }));
}

const caseOf = (type: ColumnType, depth: number): fc.Arbitrary<Expression> =>
  fc
    .tuple(
      fc.array(fc.record({ when: expressionOf('boolean', depth - 1), then: expressionOf(type, depth - 1) }), { minLength: 1, maxLength: 2 }),
      expressionOf(type, depth - 1),
    )
    .map(([branches, otherwise]) => ({ kind: 'case', type, branches, otherwise }));

function castsTo(type: ColumnType, depth: number): fc.Arbitrary<Expression>[] {
  const from = (of: ColumnType, to: Extract<Expression, { kind: 'cast' }>['to']): fc.Arbitrary<Expression> =>
    // The check turns casts of text constants into constants, which are tried elsewhere.
    expressionOf(of, depth - 1).map((arg) => (arg.kind === 'constant' ? { kind: 'constant', type, value: null } : { kind: 'cast', type, to, arg }));
  if (type === 'number') return [from('boolean', 'number'), from('text', 'number')];
  if (type === 'boolean') return [from('number', 'boolean')];
  if (type === 'text') return [from('boolean', 'text')];
  return [from('text', 'timestamp'), from('text', 'date'), from('timestamp', 'date')];
}

const anyExpression = fc.constantFrom(...types).chain((type) => expressionOf(type, 4));
const inexactExpression = fc.oneof(...callsReturning('number', 3, (name) => inexact.has(name)));

// ── SQL ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const sqlType: Record<ColumnType, string> = { number: 'DOUBLE', boolean: 'BOOLEAN', text: 'VARCHAR', timestamp: 'TIMESTAMP' };

function written(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const fraction = String(micros - seconds * 1e6).padStart(6, '0');
  const iso = new Date(seconds * 1000).toISOString();
  return `${iso.slice(0, 19).replace('T', ' ')}.${fraction}`;
}

function constantSql(type: ColumnType, value: Value): string {
  if (value === null) return `CAST(NULL AS ${sqlType[type]})`;
  if (type === 'timestamp') return `TIMESTAMP '${written(Number(value))}'`;
  if (typeof value === 'number') return `(${/e/.test(String(value)) ? value : `${value}e0`})`;
  return typeof value === 'string' ? quoted(value) : value ? 'TRUE' : 'FALSE';
}

const infix = new Set<FunctionName>(['+', '-', '*', '/', '%', '=', '<>', '<', '<=', '>', '>=', '||', 'and', 'or']);

/** As a person writes it. */
function callSql(name: FunctionName, args: string[]): string {
  const [a, b, c] = args;
  if (infix.has(name)) return `(${args.join(` ${name} `)})`;
  switch (name) {
    case 'negate':
      return `(- ${a})`;
    case 'not':
      return `(NOT ${a})`;
    case 'between':
      return `(${a} BETWEEN ${b} AND ${c})`;
    case 'in':
    case 'not_in':
      return `(${a} ${name === 'in' ? 'IN' : 'NOT IN'} (${args.slice(1).join(', ')}))`;
    case 'is_null':
      return `(${a} IS NULL)`;
    case 'is_not_null':
      return `(${a} IS NOT NULL)`;
    case 'is_distinct_from':
      return `(${a} IS DISTINCT FROM ${b})`;
    case 'is_not_distinct_from':
      return `(${a} IS NOT DISTINCT FROM ${b})`;
    default:
      return `${name}(${args.join(', ')})`;
  }
}

function plainSql(node: Expression): string {
  switch (node.kind) {
    case 'constant':
      return constantSql(node.type, node.value);
    case 'column':
      return `"${node.name}"`;
    case 'call':
      return callSql(node.function, node.args.map(plainSql));
    case 'case':
      return `CASE ${node.branches.map(({ when, then }) => `WHEN ${plainSql(when)} THEN ${plainSql(then)}`).join(' ')} ELSE ${plainSql(node.otherwise)} END`;
    case 'cast':
      return `CAST(${plainSql(node.arg)} AS ${node.to === 'date' ? 'DATE' : sqlType[node.to]})`;
  }
}

const finite = (sql: string) => `(CASE WHEN isfinite(CAST(${sql} AS DOUBLE)) THEN CAST(${sql} AS DOUBLE) + 0.0::DOUBLE END)`;
const whole = (sql: string) =>
  `CAST(trunc(CASE WHEN ${sql} > 2147483647e0 THEN 2147483647e0 WHEN ${sql} < -2147483647e0 THEN -2147483647e0 ELSE ${sql} END) AS BIGINT)`;

/** One node with the language's rules; its arguments are columns of the stage below. */
function guardedSql(node: Exclude<Expression, { kind: 'constant' | 'column' }>, args: string[]): string {
  const [a, b, c] = args;
  if (node.kind === 'case') {
    const branches = node.branches.map((_, i) => `WHEN ${args[2 * i]} THEN ${args[2 * i + 1]}`);
    return `CASE ${branches.join(' ')} ELSE ${args[args.length - 1]} END`;
  }
  if (node.kind === 'cast') {
    const asTime = `(CASE WHEN regexp_full_match(${a}, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)?') AND year(TRY_CAST(${a} AS TIMESTAMP)) >= 1 THEN TRY_CAST(${a} AS TIMESTAMP) END)`;
    switch (`${node.arg.type} to ${node.to}`) {
      case 'text to number':
        return `(CASE WHEN regexp_full_match(${a}, ' *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)? *') THEN ${finite(`TRY_CAST(${a} AS DOUBLE)`)} END)`;
      case 'text to timestamp':
        return asTime;
      case 'text to date':
        return `CAST(CAST(${asTime} AS DATE) AS TIMESTAMP)`;
      case 'timestamp to date':
        return `CAST(CAST(${a} AS DATE) AS TIMESTAMP)`;
      default:
        return `CAST(${a} AS ${sqlType[node.type]})`;
    }
  }
  switch (node.function) {
    case 'sqrt':
      return finite(`CASE WHEN ${a} >= 0 THEN sqrt(${a}) END`);
    case 'ln':
    case 'log2':
    case 'log10':
      return finite(`CASE WHEN ${a} > 0 THEN ${node.function}(${a}) END`);
    case 'round':
      // DuckDB makes 0 of what overflows when it is rounded to tens.
      return finite(
        b === undefined
          ? `round(${a})`
          : `CASE WHEN abs(${a}) < 1.7976e308 OR ${b} >= 0 THEN round(${a}, CAST(${b} AS INTEGER)) ELSE round(${a} / 10 ** -${b}) * 10 ** -${b} END`,
      );
    case 'substring':
      return `(CASE WHEN ${args.map((arg) => `${arg} IS NOT NULL`).join(' AND ')} THEN substring(${a}, ${whole(b)}${c === undefined ? '' : `, ${whole(c)}`}) END)`;
    default:
      return node.type === 'number' ? finite(callSql(node.function, args)) : callSql(node.function, args);
  }
}

/** A query with one column an expression. Nodes of one height are the columns of one stage, so that guards need not repeat what they guard. */
function oracleQuery(expressions: readonly Expression[]): string {
  const stages: string[][] = [];
  let made = 0;
  const place = (node: Expression): { sql: string; height: number } => {
    if (node.kind === 'constant') return { sql: constantSql(node.type, node.value), height: 0 };
    if (node.kind === 'column') return { sql: node.name, height: 0 };
    const children =
      node.kind === 'call' ? node.args : node.kind === 'cast' ? [node.arg] : [...node.branches.flatMap(({ when, then }) => [when, then]), node.otherwise];
    const args = children.map(place);
    const height = 1 + Math.max(...args.map((arg) => arg.height));
    const name = `x${made++}`;
    const keptUnits =
      node.kind === 'call' && node.function === 'date_diff'
        ? [constantSql('text', children[0].kind === 'constant' ? children[0].value : null), ...args.slice(1).map((arg) => arg.sql)]
        : args.map((arg) => arg.sql);
    (stages[height - 1] ??= []).push(`${guardedSql(node, keptUnits)} AS ${name}`);
    return { sql: name, height };
  };
  const results = expressions.map((expression, i) => {
    const { sql } = place(expression);
    return `${expression.type === 'timestamp' ? `CAST(epoch_us(${sql}) AS DOUBLE)` : sql} AS r${i}`;
  });
  const base = `SELECT id, ${[...inputs].map(([name, type]) => (type === 'number' ? `${finite(name)} AS ${name}` : name)).join(', ')} FROM sample`;
  const nested = stages.reduce((below, stage) => `SELECT *, ${stage.join(', ')} FROM (${below})`, base);
  return `SELECT ${results.join(', ')} FROM (${nested}) ORDER BY id`;
}

// ── Comparing ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

let connection: DuckDBConnection;
beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
  // What is compared is DuckDB's evaluation, without rewritten expressions.
  await connection.run('PRAGMA disable_optimizer');
});
afterAll(() => connection.closeSync());

async function fillSample(rows: readonly Row[]): Promise<void> {
  await connection.run(`CREATE OR REPLACE TABLE sample (id INTEGER, ${[...inputs].map(([name, type]) => `${name} ${sqlType[type]}`).join(', ')})`);
  const appender = await connection.createAppender('sample');
  rows.forEach((row, id) => {
    appender.appendInteger(id);
    for (const [name, type] of inputs) {
      const value = row[name];
      if (value === null || (type === 'timestamp' && !Number.isFinite(value))) appender.appendNull();
      else if (typeof value === 'boolean') appender.appendBoolean(value);
      else if (typeof value === 'string') appender.appendVarchar(value);
      else if (type === 'timestamp') appender.appendTimestamp(new DuckDBTimestampValue(BigInt(value)));
      else appender.appendDouble(value);
    }
    appender.endRow();
  });
  appender.closeSync();
}

function tableOf(rows: readonly Row[]): Table {
  const columns = new Map<string, Column>();
  for (const [name, type] of inputs) {
    const values = rows.map((row) => row[name]);
    if (type === 'text') {
      const levels = [...new Set(values.filter((value) => typeof value === 'string'))];
      columns.set(name, { type, levels, codes: Int32Array.from(values, (value) => (typeof value === 'string' ? levels.indexOf(value) : -1)) });
    } else if (type === 'boolean') columns.set(name, { type, values: Uint8Array.from(values, (value) => (value === null ? 255 : Number(value))) });
    else columns.set(name, { type, values: Float64Array.from(values, (value) => (value === null ? NaN : Number(value))) });
  }
  return { rowCount: rows.length, columns };
}

function valuesOf(column: Column): Value[] {
  switch (column.type) {
    case 'text':
      return Array.from(column.codes, (code) => (code < 0 ? null : column.levels[code]));
    case 'boolean':
      return Array.from(column.values, (value) => (value === 255 ? null : value === 1));
    default:
      return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
  }
}

const bits = new DataView(new ArrayBuffer(8));
function orderedBits(value: number): bigint {
  bits.setFloat64(0, value);
  const raw = bits.getBigInt64(0);
  return raw < 0n ? -(raw & 0x7fff_ffff_ffff_ffffn) : raw;
}
function ulpsBetween(a: Value, b: Value): number {
  if (Object.is(a, b)) return 0;
  if (typeof a !== 'number' || typeof b !== 'number') return Infinity;
  return Math.abs(Number(orderedBits(a) - orderedBits(b)));
}

let pairs = 0;
/** Every place where row, table and DuckDB do not all give the same. */
async function disagreements(trees: readonly Expression[], rows: readonly Row[], ulps: number): Promise<unknown[]> {
  const expressions = trees.map((tree) => recheckExpression(JSON.parse(JSON.stringify(tree)), inputs));
  await fillSample(rows);
  const table = tableOf(rows);
  const reader = await connection.runAndReadAll(oracleQuery(expressions));
  const oracle = reader.getRows();
  pairs += expressions.length * rows.length;
  return expressions.flatMap((expression, e) => {
    const forRow = compileForRow(expression);
    const byTable = valuesOf(compileForTable(expression)(table));
    return rows.flatMap((row, r) => {
      const byRow = forRow(row);
      const theirs = oracle[r][e];
      const isPlain = theirs === null || typeof theirs === 'number' || typeof theirs === 'string' || typeof theirs === 'boolean';
      const agrees = isPlain && Object.is(byRow, byTable[r]) && ulpsBetween(byRow, theirs) <= ulps;
      return agrees ? [] : [{ sql: plainSql(expression), row, byRow, byTable: byTable[r], theirs }];
    });
  });
}

async function parsed(texts: readonly string[]): Promise<unknown[]> {
  const reader = await connection.runAndReadAll(`SELECT ${texts.map((text) => `json_serialize_sql(${quoted(`SELECT ${text}`)}::VARCHAR)`).join(', ')}`);
  return reader.getRows()[0].map((json) => JSON.parse(String(json)));
}

const opposites = new Map<FunctionName, FunctionName>([
  ['is_distinct_from', 'is_not_distinct_from'],
  ['is_not_distinct_from', 'is_distinct_from'],
  ['=', '<>'],
  ['<>', '='],
  ['<', '>='],
  ['>=', '<'],
  ['>', '<='],
  ['<=', '>'],
  ['in', 'not_in'],
]);

/** The parser joins nested ANDs and ORs, turns comparisons round instead of keeping their NOT, and puts a sign into its number. */
function asParsed(node: Expression): Expression {
  switch (node.kind) {
    case 'call': {
      const args = node.args.map(asParsed);
      const [only] = args;
      const opposite = node.function === 'not' && only.kind === 'call' ? opposites.get(only.function) : undefined;
      if (opposite && only.kind === 'call') return { ...only, function: opposite };
      if (node.function === 'negate' && only.kind === 'constant' && typeof only.value === 'number') return { ...only, value: 0 - only.value };
      if (node.function !== 'and' && node.function !== 'or') return { ...node, args };
      return { ...node, args: args.flatMap((arg) => (arg.kind === 'call' && arg.function === node.function ? arg.args : [arg])) };
    }
    case 'case':
      return {
        ...node,
        branches: node.branches.map(({ when, then }) => ({ when: asParsed(when), then: asParsed(then) })),
        otherwise: asParsed(node.otherwise),
      };
    case 'cast':
      return { ...node, arg: asParsed(node.arg) };
    default:
      return node;
  }
}

/** More by hand: `ORACLE_RUNS=200 ORACLE_SEED=7`. */
const seed = Number(process.env.ORACLE_SEED ?? 20_260_229);
const runs = Number(process.env.ORACLE_RUNS ?? 10);

const manyOf = <T>(one: fc.Arbitrary<T>, count: number) => fc.array(one, { minLength: count, maxLength: count });
// Shrinking dozens of trees takes minutes; the message names the one that disagrees.
const parameters = { seed, numRuns: runs, endOnFailure: true };

describe('the feature language against DuckDB', () => {
  it('answers exactly as DuckDB, by row and by table, for random expressions over random rows', { timeout: 120_000 }, async () => {
    pairs = 0;
    const property = fc.asyncProperty(manyOf(anyExpression, 30), manyOf(anyRow, 40), async (trees, rows) => {
      expect(await disagreements(trees, rows, 0)).toEqual([]);
    });
    await fc.assert(property, parameters);
    expect(pairs).toBeGreaterThanOrEqual(10_000);
  });

  it('answers within two units of the last place for exp, logarithms, pow, sin and cos', { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(manyOf(inexactExpression, 20), manyOf(anyRow, 40), async (trees, rows) => {
      expect(await disagreements(trees, rows, 2)).toEqual([]);
    });
    await fc.assert(property, parameters);
    expect.hasAssertions();
  });

  it('reads back from SQL text the tree that was written', { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(manyOf(anyExpression, 40), async (trees) => {
      const all = await parsed(trees.map(plainSql));
      const checked: CheckedExpression[] = all.map((one) => checkExpression(one, inputs));
      expect(JSON.parse(JSON.stringify(checked))).toEqual(JSON.parse(JSON.stringify(trees.map(asParsed))));
    });
    await fc.assert(property, parameters);
    expect.hasAssertions();
  });

  it('maps the case of every code point as DuckDB does', async () => {
    // Only letters that DuckDB changes are carried over: reading all 1.1 million rows takes many seconds.
    const reader = await connection.runAndReadAll(
      'SELECT c, l, u FROM (SELECT c, lower(c) AS l, upper(c) AS u FROM (SELECT chr(i::INTEGER) AS c FROM range(1, 1114112) t(i) WHERE i < 55296 OR i > 57343)) WHERE l <> c OR u <> c',
    );
    const theirs = new Map(reader.getRows().map(([letter, lower, upper]) => [letter, { lower, upper }]));
    const different: string[] = [];
    for (let codePoint = 1; codePoint <= 0x10ffff; codePoint++) {
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const letter = String.fromCodePoint(codePoint);
      const { lower, upper } = theirs.get(letter) ?? { lower: letter, upper: letter };
      if (lowerCase(letter) !== lower || upperCase(letter) !== upper) different.push(letter);
    }
    expect(different).toEqual([]);
  });
});
