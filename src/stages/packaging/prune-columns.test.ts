import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column, ColumnType, Row, Table } from '../../domain/column.ts';
import type { Fitted, FittedLinear, FittedTrees } from '../../domain/fitted.ts';
import { fitEncoder, openEncoder, recheckExpression, type FeatureFile, type FeatureToEncode } from '../../features/index.ts';
import { pruneColumns, type Prunable } from './prune-columns.ts';

const inputs = [
  { name: 'a', type: 'number' },
  { name: 'b', type: 'number' },
  { name: 'town', type: 'text' },
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
  ]),
};
const { file } = fitEncoder(inputs, [feature('a', 'number'), feature('b', 'number and levels'), feature('town', 'category')], table, {
  generated: [
    { kind: '-', of: [0, 1] },
    { kind: 'pair', of: [1, 2] },
    { kind: 'deviation', of: [0, 2] },
  ],
});
const features: FeatureFile = {
  ...file,
  folds: [0, 1].map((fold) =>
    file.dictionaries.map(({ levels }, dictionary) => ({ dictionary, values: [...levels, 0, 0].map((_, entry) => fold + entry / 3) })),
  ),
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
const columnsOf = (fitted: Fitted) => (fitted.kind === 'trees' ? [...fitted.feature].filter((column) => column >= 0) : [...fitted.columns]);

/** Rows that the whole encoding made, as a learner with so many of its fold's columns has them. */
const probesOf = (given: number, rows: readonly Row[]): Prunable['probes'] => {
  const encoder = openEncoder(features);
  const matrix = Float32Array.from(rows.flatMap((row) => Array.from(encoder.encodeRow(row).values.slice(0, baseCount + given))));
  return { matrix, extraCount: given, textRows: new Int32Array(rows.length).fill(-1), answers: new Float64Array(rows.length) };
};

const aMember = fc
  .record({ isTrees: fc.boolean(), given: fc.integer({ min: 0, max: extraCount }) })
  .chain(({ isTrees, given }) =>
    fc.record({ isTrees: fc.constant(isTrees), given: fc.constant(given), columns: fc.uniqueArray(fc.nat(baseCount + given - 1), { maxLength: 5 }) }),
  );
const rows: Row[] = [
  { a: 1, b: 2, town: 'Bo' },
  { a: 5, b: null, town: 'Cy' },
  { a: 7, b: 5, town: 'nowhere' },
  { a: null, b: 1, town: null },
];

describe('a package without the columns that nobody reads', () => {
  it('shows every member the same numbers as before, in tables, rows and probes', () => {
    fc.assert(
      fc.property(fc.array(aMember, { minLength: 1, maxLength: 3 }), (asked) => {
        const members = asked.map(({ isTrees, given, columns }) => ({ fitted: isTrees ? trees(columns) : linear(columns), probes: probesOf(given, rows) }));
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
              const oldPlace = (column: number) => (column < baseCount ? column : column + fold * extraCount);
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

  it('holds neither their expressions nor their levels, and all of its inputs', () => {
    const difference = features.columns.findIndex((column) => column.kind === 'number' && column.feature === 3);
    const { features: pruned } = pruneColumns(features, [{ fitted: trees([difference]), probes: probesOf(0, rows) }]);
    expect(pruned).toEqual({
      ...features,
      features: [features.features[3]],
      dictionaries: [],
      columns: [{ kind: 'number', feature: 0 }],
      folds: [[], []],
    });
  });

  it('keeps a column where nobody reads any, for a matrix has one', () => {
    expect(pruneColumns(features, [{ fitted: linear([]), probes: probesOf(0, rows) }]).features.columns).toEqual([{ kind: 'number', feature: 0 }]);
  });
});
