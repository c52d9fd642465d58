import { describe, expect, it } from 'vitest';
import type { Column, ColumnType, Table } from '../domain/column.ts';
import { seededRandom } from '../domain/random.ts';
import { recheckExpression } from './check-expression.ts';
import type { FeatureToEncode } from './fit-encoder.ts';
import { generateFeatures } from './generate-features.ts';

const ROWS = 3_000;
const random = seededRandom(5);
const number = (): Float64Array => Float64Array.from({ length: ROWS }, () => 1 + 9 * random.next());
const level = (): Int32Array => Int32Array.from({ length: ROWS }, () => random.below(6));
const values = { a: number(), b: number(), c: number() };
const codes = { town: level(), kind: level() };
const levels = ['p', 'q', 'r', 's', 't', 'u'];
const table: Table = {
  rowCount: ROWS,
  columns: new Map<string, Column>([
    ...Object.entries(values).map(([name, of]): [string, Column] => [name, { type: 'number', values: of }]),
    ...Object.entries(codes).map(([name, of]): [string, Column] => [name, { type: 'text', codes: of, levels }]),
  ]),
};
const types = new Map([...table.columns].map(([name, { type }]): [string, ColumnType] => [name, type]));
const names = [...table.columns.keys()];
const features = names.map((name): FeatureToEncode => {
  const expression = recheckExpression({ kind: 'column', type: types.get(name), name }, types);
  return { name, expression, as: types.get(name) === 'text' ? 'category' : 'number', isPersonal: false };
});
const limits = { numbers: 8, categories: 8, features: 4 };
const rows = { table, blocks: new Int32Array(ROWS).fill(-1) };
const generated = (labelOf: (row: number) => number, seed = 1) => {
  const labels = Float64Array.from({ length: ROWS }, (_, row) => labelOf(row));
  return generateFeatures(features, rows, { columnCount: 1, valueOf: (row) => labels[row] }, limits, seededRandom(seed)).map(
    ({ kind, of }) => `${names[of[0]]} ${kind} ${names[of[1]]}`,
  );
};

describe('features made of two others', () => {
  it.each<[string, (row: number) => number, string[]]>([
    ['a ratio', (row) => (values.a[row] / values.b[row] > 1.3 ? 1 : 0), ['a / b', 'b / a', 'a - b', 'b - a']],
    ['a difference', (row) => Math.abs(values.a[row] - values.c[row]), ['a - c', 'c - a']],
    ['levels that mean something together', (row) => ((codes.town[row] + codes.kind[row]) % 2 ? 1 : 0), ['town pair kind', 'kind pair town']],
  ])('begin with %s where the target is made of it', (_, labelOf, right) => {
    expect(right).toContain(generated((row) => labelOf(row) + 0.2 * Math.sin(row))[0]);
  });

  it('are none where the target is noise, or the sum of what its columns say one by one', () => {
    const noise = seededRandom(9);
    for (const seed of [1, 2, 3]) {
      expect(generated(() => noise.next(), seed)).toEqual([]);
      expect(generated((row) => values.a[row] + Math.sqrt(values.b[row]) + (codes.town[row] % 3) + 3 * noise.next(), seed)).toEqual([]);
    }
  });

  it('are the same for the same seed, and no more than are asked for', () => {
    const labelOf = (row: number) => values.a[row] / values.b[row];
    expect(generated(labelOf)).toEqual(generated(labelOf));
    expect(generated(labelOf).length).toBe(limits.features);
    expect(new Set(generated(labelOf)).size).toBe(limits.features);
  });
});
