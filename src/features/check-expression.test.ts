import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ColumnType, Row, Value } from '../domain/column.ts';
import { ModelwrightError } from '../domain/error.ts';
import { checkExpression, recheckExpression } from './check-expression.ts';
import { compileForRow } from './compile.ts';
import { columnsOf, MAX_DEPTH, type Expression } from './expression.ts';

const inputs = new Map<string, ColumnType>([
  ['n', 'number'],
  ['Monthly Fee', 'number'],
  ['flag', 'boolean'],
  ['t', 'text'],
  ['d', 'timestamp'],
]);

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(() => connection.closeSync());

async function parse(text: string): Promise<unknown> {
  const reader = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [`SELECT ${text}`]);
  return JSON.parse(String(reader.getRows()[0][0]));
}

const check = async (text: string) => checkExpression(await parse(text), inputs);
const evaluate = async (text: string, row: Row = {}): Promise<Value> => compileForRow(await check(text))(row);

async function refusalOf(judge: () => unknown): Promise<{ code: string; message: string; hint: string }> {
  try {
    await judge();
  } catch (error) {
    if (error instanceof ModelwrightError) return error.toJSON();
    throw error;
  }
  throw new Error('it was accepted');
}

describe('what people write', () => {
  it.each<[string, Row, Value]>([
    ['5 / 2', {}, 2.5],
    ['"Monthly Fee" * 2', { 'Monthly Fee': 3 }, 6],
    ['"monthly fee"', { 'Monthly Fee': 3 }, 3],
    ['N + 1', { n: 1 }, 2],
    ['n / 0', { n: 1 }, null],
    ["if(flag, 'yes', 'no')", { flag: true }, 'yes'],
    ["CASE t WHEN 'a' THEN 1 WHEN 'b' THEN 2 END", { t: 'b' }, 2],
    ["CASE t WHEN 'a' THEN 1 WHEN 'b' THEN 2 END", { t: 'c' }, null],
    ['CASE WHEN flag THEN NULL ELSE n END', { flag: false, n: 4 }, 4],
    ['flag IS NOT TRUE', { flag: null }, true],
    ['n NOT BETWEEN 1 AND 3', { n: 4 }, true],
    ['n IS NULL', {}, true],
    ['substring(t FROM 2 FOR 2)', { t: 'a🙂cd' }, '🙂c'],
    ["position('c' IN t)", { t: 'a🙂cd' }, 3],
    ["trim(t) || '!'", { t: '  x ' }, 'x!'],
    ['extract(doy FROM d)', { d: 86_400e6 * 31 }, 32],
    ["date_part('isodow', d)", { d: 0 }, 4],
    ["d >= TIMESTAMP '1970-01-01 00:00:01'", { d: 1e6 }, true],
    ["date_diff('day', DATE '2024-02-28', DATE '2024-03-01')", {}, 2],
    ['1.50', {}, 1.5],
    ['0.000000000000000000001', {}, 1e-21],
    ['TRY_CAST(t AS DOUBLE)', { t: 'x' }, null],
    ['CAST(NULL AS DOUBLE)', {}, null],
    ['mod(-7, 3) + n ** 2', { n: 2 }, 3],
    ['ifnull(n, 7)', {}, 7],
    ['-n', { n: 0 }, 0],
  ])('%s of %o is %o', async (text, row, value) => {
    expect(await evaluate(text, row)).toBe(value);
  });

  it('may name a column whose accents are written in the other way', async () => {
    const fromMac = 'gro\u0308ße';
    expect(columnsOf(checkExpression(await parse('"größe" + Größe'), new Map([[fromMac, 'number']])))).toEqual([fromMac]);
  });

  it('names the columns that an expression reads', async () => {
    expect(columnsOf(await check('n + length(t) + N'))).toEqual(['n', 't']);
  });
});

describe('what a feature may not hold', () => {
  it.each([
    ['n m', 'MW1221', 'second name'],
    ['1e', 'MW1221', 'second name'],
    ['n AS x', 'MW1221', 'second name'],
    ['1, 2', 'MW1220', 'more than one column'],
    ['1; SELECT 2', 'MW1220', 'more than one statement'],
    ['1; DROP TABLE x', 'MW1220', 'not an SQL expression'],
    ['n FROM t', 'MW1220', 'FROM'],
    ["n FROM read_csv('/etc/passwd')", 'MW1220', 'FROM'],
    ['1 WHERE true', 'MW1220', 'WHERE'],
    ['1 LIMIT 1', 'MW1220', 'LIMIT'],
    ['DISTINCT n', 'MW1220', 'DISTINCT'],
    ['1 UNION SELECT 2', 'MW1220', 'set operation|FROM'],
    ['(', 'MW1220', 'not an SQL expression'],
    ['(SELECT 1)', 'MW1221', 'a subquery'],
    ['n IN (SELECT 1)', 'MW1221', 'a subquery'],
    ['EXISTS (SELECT 1)', 'MW1221', 'a subquery'],
    ['sum(n) OVER ()', 'MW1221', 'a window function'],
    ['*', 'MW1221', 'a star'],
    ['COLUMNS(*)', 'MW1221', 'a star'],
    ['?', 'MW1220', 'parameter'],
    ['$x', 'MW1220', 'parameter'],
    ['t COLLATE NOCASE', 'MW1221', 'a collation'],
    ['x -> x + 1', 'MW1221', 'a lambda'],
    ['t[1]', 'MW1221', 'brackets'],
    ['TRY(ln(n))', 'MW1221', 'TRY'],
    ['sample.n', 'MW1221', 'prefix'],
    ['main.lower(t)', 'MW1221', 'schema'],
    ['other.lower(t)', 'MW1221', 'prefix'],
    ['lower(DISTINCT t)', 'MW1221', 'DISTINCT'],
    ['abs(n) FILTER (WHERE flag)', 'MW1221', 'FILTER'],
    ['abs(n ORDER BY n)', 'MW1221', 'ORDER BY'],
    ['sum(n)', 'MW1222', 'no function sum'],
    ['count(*)', 'MW1222', 'no function count_star'],
    ['random()', 'MW1222', 'no function random'],
    ['now()', 'MW1222', 'no function now'],
    ["getenv('HOME')", 'MW1222', 'no function getenv'],
    ["t ~ 'x'", 'MW1222', 'no function regexp_full_match'],
    ["t LIKE 'x%'", 'MW1222', 'no function ~~'],
    ['log(n)', 'MW1222', 'no function log'],
    ['constructor(n)', 'MW1222', 'no function constructor'],
    ["date_part('constructor', d)", 'MW1222', 'date_part'],
    ['current_date', 'MW1223', 'current_date'],
    ['missing + 1', 'MW1223', 'no column "missing"'],
    ['n + t', 'MW1224', 'has to be DOUBLE and is VARCHAR'],
    ['n + flag', 'MW1224', 'has to be DOUBLE and is BOOLEAN'],
    ["d > '2024-01-01'", 'MW1224', 'has to be TIMESTAMP and is VARCHAR'],
    ['d - d', 'MW1224', 'has to be DOUBLE and is TIMESTAMP'],
    ['CASE WHEN n THEN 1 END', 'MW1224', 'WHEN'],
    ["CASE WHEN flag THEN 1 ELSE 'x' END", 'MW1224', 'ELSE|THEN'],
    ['coalesce(n, t)', 'MW1224', 'coalesce'],
    ['NULL', 'MW1224', 'NULL only'],
    ['round(n, n)', 'MW1224', 'constant'],
    ["date_diff('week', d, d)", 'MW1224', 'one of second'],
    ['abs(n, n)', 'MW1224', '2 arguments and takes 1'],
    ['coalesce()', 'MW1220', 'not an SQL'],
    ['CAST(n AS INTEGER)', 'MW1224', 'INTEGER'],
    ['CAST(n AS VARCHAR)', 'MW1224', 'not defined'],
    ['n::DECIMAL(3, 1)', 'MW1221', 'cast to this type'],
    ['CAST(t AS BOOLEAN)', 'MW1224', 'not defined'],
    ["DATE '2023-02-29'", 'MW1226', 'not a date'],
    ['INTERVAL 1 DAY', 'MW1222', 'to_days'],
    ['1.234567890123456789', 'MW1226', '15 digits'],
    ['123456789012345678901234567890', 'MW1226', 'HUGEINT'],
    [`'${'x'.repeat(1001)}'`, 'MW1225', 'longer than 1000'],
    [`${'abs('.repeat(MAX_DEPTH)}n${')'.repeat(MAX_DEPTH)}`, 'MW1225', 'nested'],
    [`n IN (${Array.from({ length: 201 }, (_, i) => i).join(',')})`, 'MW1225', 'more than 200'],
  ])('%s', async (text, code, words) => {
    const refusal = await refusalOf(() => check(text));
    expect(refusal.code).toBe(code);
    expect(refusal.message).toMatch(new RegExp(words));
    expect(refusal.hint).not.toBe('');
  });

  it('says where', async () => {
    const { message } = await refusalOf(() => check('1 + upper(missing)'));
    expect(message).toBe('There is no column "missing" at position 11.');
  });

  it('nor a part with a field that the list does not know, or with none that is needed', async () => {
    const parsed = JSON.stringify(await parse('abs(n)'));
    for (const strange of [
      parsed.replace('"is_operator":false', '"is_operator":false,"strange":1'),
      parsed.replace('"catalog":""', '"catalog":"x"'),
      parsed.replace('"distinct":false,', ''),
      '{}',
      'null',
      '[]',
      '{"error":false,"statements":[]}',
    ]) {
      expect((await refusalOf(() => checkExpression(JSON.parse(strange), inputs))).code).toMatch(/MW122[01]/);
    }
  });
});

describe('a stored tree', () => {
  it('is accepted when it is as it was checked, and cannot be changed after', async () => {
    const checked = await check("CASE WHEN n > 1 THEN upper(t) ELSE 'x' END");
    const again = recheckExpression(JSON.parse(JSON.stringify(checked)), inputs);
    expect(again).toEqual(checked);
    expect(() => Object.assign(again, { type: 'number' })).toThrow(TypeError);
    expect(again.kind === 'case' && Object.isFrozen(again.branches)).toBe(true);
  });

  const n: Expression = { kind: 'column', type: 'number', name: 'n' };
  const deep = (depth: number): Expression => (depth === 1 ? n : { kind: 'call', type: 'number', function: 'abs', args: [deep(depth - 1)] });
  it.each<[string, unknown, string]>([
    ['an unknown function', { kind: 'call', type: 'number', function: 'system', args: [n] }, 'MW1220'],
    ['an inherited name as function', { kind: 'call', type: 'number', function: 'constructor', args: [n] }, 'MW1220'],
    ['a strange field', { ...n, extra: 1 }, 'MW1220'],
    ['a column that is not there', { ...n, name: 'm' }, 'MW1223'],
    ['a column of another type', { ...n, type: 'text' }, 'MW1224'],
    ['an argument of another type', { kind: 'call', type: 'number', function: 'length', args: [n] }, 'MW1224'],
    ['a result of another type', { kind: 'call', type: 'text', function: 'abs', args: [n] }, 'MW1224'],
    ['too few arguments', { kind: 'call', type: 'number', function: '+', args: [n] }, 'MW1224'],
    ['a cast that is not defined', { kind: 'cast', type: 'text', to: 'text', arg: n }, 'MW1224'],
    ['a constant of another type', { kind: 'constant', type: 'number', value: 'x' }, 'MW1226'],
    ['a broken timestamp', { kind: 'constant', type: 'timestamp', value: 0.5 }, 'MW1226'],
    ['ill-formed text', { kind: 'constant', type: 'text', value: '\ud800' }, 'MW1226'],
    ['a case without branches', { kind: 'case', type: 'number', branches: [], otherwise: n }, 'MW1220'],
    ['too deep a tree', deep(MAX_DEPTH + 1), 'MW1225'],
    ['a tree deep enough to exhaust the stack', JSON.parse(`${'{"arg":'.repeat(5000)}1${'}'.repeat(5000)}`), 'MW1225'],
    ['too many parts', { kind: 'call', type: 'number', function: 'coalesce', args: Array.from({ length: 200 }, () => n) }, 'MW1225'],
    ['nothing', undefined, 'MW1220'],
  ])('is refused with %s', async (_, stored, code) => {
    expect((await refusalOf(() => recheckExpression(stored, inputs))).code).toBe(code);
  });

  it('is accepted at the full depth', () => {
    expect(recheckExpression(deep(MAX_DEPTH), inputs).type).toBe('number');
  });
});
