import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column, ColumnType, Row, Table } from '../../domain/column.ts';
import type { Fitted, FittedLinear, FittedNetwork, FittedTrees } from '../../domain/fitted.ts';
import { fitEncoder, openEncoder, recheckExpression, type FeatureFile, type FeatureToEncode } from '../../features/index.ts';
import { roundTextSum } from '../../features/text-sums.ts';
import { pruneColumns, type Prunable } from './prune-columns.ts';

const inputs = [
  { name: 'a', type: 'number' },
  { name: 'b', type: 'number' },
  { name: 'town', type: 'text' },
  { name: 'remark', type: 'text' },
] satisfies { name: string; type: ColumnType }[];
const types = new Map<string, ColumnType>(inputs.map(({ name, type }) => [name, type]));
const feature = (name: string, as: FeatureToEncode['as']): FeatureToEncode => ({
  name,
  as,
  isPersonal: false,
  expression: recheckExpression({ kind: 'column', type: types.get(name), name }, types),
});
const numbers = { type: 'number' as const, values: Float64Array.of(1, 1, 2, 2, 5, 5) };
const table: Table = {
  rowCount: 6,
  columns: new Map<string, Column>([
    ['a', numbers],
    ['b', numbers],
    ['town', { type: 'text', codes: Int32Array.of(0, 0, 1, 1, 0, 1), levels: ['Bo', 'Cy'] }],
    ['remark', { type: 'text', codes: Int32Array.of(0, 1, 0, 1, 0, 1), levels: ['red door', 'red roof'] }],
  ]),
};
const toEncode = [feature('a', 'number'), feature('b', 'number and levels'), feature('town', 'category'), feature('remark', 'text')];
const { file } = fitEncoder(inputs, toEncode, table, {
  generated: [
    { kind: '-', of: [0, 1] },
    { kind: 'pair', of: [1, 2] },
    { kind: 'deviation', of: [0, 2] },
  ],
});
const termCount = file.text.reduce((sum, { terms }) => sum + terms.length, 0);
const sumOver = (seed: number) =>
  roundTextSum(
    Array.from({ length: termCount }, (_, term) => Math.sin(seed + term)),
    seed,
  );
const features: FeatureFile = {
  ...file,
  columns: [...file.columns, ...[1, 2].map((seed) => ({ kind: 'text' as const, ...sumOver(seed) }))],
  folds: [0, 1].map((fold) => [
    ...file.dictionaries.map(({ levels }, dictionary) => ({ dictionary, values: [...levels, 0, 0].map((_, entry) => fold + entry / 3) })),
    ...[3, 4].map((seed) => sumOver(seed + 2 * fold)),
    { bias: fold, effects: [0, 2].map((dictionary) => ({ dictionary, values: [...file.dictionaries[dictionary].levels, 0, 0].map((_, entry) => entry / 7) })) },
  ]),
};
const baseCount = features.columns.length;
const extraCount = features.folds[0].length;

const trees = (columns: readonly number[]): FittedTrees => ({
  kind: 'trees',
  link: 'none',
  outputs: 1,
  comparison: '<=',
  base: Float64Array.of(0),
  treeStart: Int32Array.of(0, columns.length + 1),
  treeOutput: Int32Array.of(0),
  feature: Int32Array.of(...columns, -1),
  threshold: new Float64Array(columns.length + 1),
  left: new Int32Array(columns.length + 1),
  right: new Int32Array(columns.length + 1),
  missingLeft: new Uint8Array(columns.length + 1),
  leafWidth: 1,
  leafValues: new Float64Array(columns.length + 1),
});
const linear = (columns: readonly number[]): FittedLinear => {
  const each = new Float64Array(columns.length);
  const rest = { fill: each, low: each, high: each, center: each, scale: each, coefficients: each };
  return { kind: 'linear', link: 'none', outputs: 1, columns: Int32Array.from(columns), ...rest, intercept: Float64Array.of(0), textCoefficients: each };
};
const network = (columns: readonly number[]): FittedNetwork => {
  const each = new Float32Array(columns.length);
  const rest = { fill: each, low: each, high: each, center: each, scale: each, factors: each, first: each, hidden: each.subarray(0, 0) };
  const one = new Float32Array(1);
  const shape = { outputs: 1, members: 1, width: 1, layers: 1, biases: one, heads: one, headBiases: new Float64Array(1) };
  return { kind: 'network', link: 'none', columns: Int32Array.from(columns), ...rest, ...shape };
};
const makers = { trees, linear, network };
const columnsOf = (fitted: Fitted) => (fitted.kind === 'trees' ? [...fitted.feature].filter((column) => column >= 0) : [...fitted.columns]);

const rows: Row[] = [
  { a: 1, b: 2, town: 'Bo', remark: 'red roof' },
  { a: 5, b: null, town: 'Cy', remark: 'a door' },
  { a: 7, b: 5, town: 'nowhere', remark: null },
  { a: null, b: 1, town: null, remark: 'red' },
];

/** Rows that the whole encoding made, as a learner with these of its fold's columns has them. */
const probesOf = (extra: readonly number[], rows: readonly Row[]): Prunable['probes'] => {
  const encoder = openEncoder(features);
  const matrix = Float32Array.from(
    rows.flatMap((row) => {
      const { values } = encoder.encodeRow(row);
      return [...values.slice(0, baseCount), ...extra.map((column) => values[baseCount + column])];
    }),
  );
  return { matrix, extraCount: extra.length, textRows: new Int32Array(rows.length).fill(-1), answers: new Float64Array(rows.length) };
};

const aMember = fc
  .record({ kind: fc.constantFrom('trees', 'linear', 'network'), extra: fc.subarray(Array.from({ length: extraCount }, (_, column) => column)) })
  .chain(({ kind, extra }) => {
    const column = fc.nat(baseCount + extra.length - 1);
    return fc.record({ kind: fc.constant(kind), extra: fc.constant(extra), columns: fc.array(column, { maxLength: 6 }) });
  })
  .map(({ kind, extra, columns }): Prunable => ({ fitted: makers[kind](columns), extra, probes: probesOf(extra, rows) }));
describe('a package without the columns that nobody reads', () => {
  it('shows every member the same numbers as before, in tables, rows and probes', () => {
    fc.assert(
      fc.property(fc.array(aMember, { minLength: 1, maxLength: 3 }), (members) => {
        const pruned = pruneColumns(features, members);
        const before = openEncoder(features);
        const after = openEncoder(JSON.parse(JSON.stringify(pruned.features)));
        const newBase = pruned.features.columns.length;
        const newExtra = pruned.features.folds[0].length;
        for (const [at, { fitted, probes }] of pruned.members.entries()) {
          const [old, now] = [columnsOf(members[at].fitted), columnsOf(fitted)];
          for (const [r, row] of rows.entries()) {
            for (const fold of [0, 1]) {
              const wholeRow = before.encodeRow(row).values;
              const prunedRow = after.encodeRow(row).values;
              const oldPlace = (column: number) => (column < baseCount ? column : baseCount + fold * extraCount + members[at].extra[column - baseCount]);
              const newPlace = (column: number) => (column < newBase ? column : column + fold * newExtra);
              expect(now.map((column) => prunedRow[newPlace(column)])).toEqual(old.map((column) => wholeRow[oldPlace(column)]));
            }
            const width = newBase + probes.extraCount;
            const oldWidth = baseCount + members[at].probes.extraCount;
            expect(now.map((column) => probes.matrix[r * width + column])).toEqual(old.map((column) => members[at].probes.matrix[r * oldWidth + column]));
          }
        }
      }),
    );
  });

  it('holds neither their expressions nor their levels, and all of its inputs and terms', () => {
    const difference = features.columns.findIndex((column) => column.kind === 'number' && column.feature === 4);
    const { features: pruned } = pruneColumns(features, [{ fitted: trees([difference]), extra: [], probes: probesOf([], rows) }]);
    expect(pruned).toEqual({
      ...features,
      features: [features.features[3], features.features[4]],
      dictionaries: [],
      columns: [{ kind: 'number', feature: 1 }],
      folds: [[], []],
      text: features.text.map((block) => ({ ...block, feature: 0 })),
    });
  });

  it('lets a member that was not given a column of its fold miss it in its probes', () => {
    const [statistics, scores] = [
      [0, 1],
      [0, extraCount - 1],
    ].map((extra) => ({ fitted: trees([baseCount + 1]), extra, probes: probesOf(extra, rows) }));
    const { members } = pruneColumns(features, [statistics, scores]);
    expect(members.map(({ fitted }) => columnsOf(fitted))).toEqual([[1], [2]]);
    expect(members.map(({ probes }) => [probes.extraCount, probes.matrix.length])).toEqual([
      [2, 3 * rows.length],
      [2, 3 * rows.length],
    ]);
    const missing = members.map(({ probes }) => [1, 2].map((column) => rows.every((_, row) => Number.isNaN(probes.matrix[row * 3 + column]))));
    expect(missing).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  it('keeps a column where nobody reads any, for a matrix has one', () => {
    expect(pruneColumns(features, [{ fitted: linear([]), extra: [], probes: probesOf([], rows) }]).features.columns).toEqual([{ kind: 'number', feature: 0 }]);
  });
});
