import { describe, expect, it } from 'vitest';
import { smallPlan, smallProfile, smallTable } from '../../../tests/fixtures/small-package.ts';
import { makeContract } from '../packaging/index.ts';
import { checkColumns, checkRow, checkTable, warningText } from './check-rows.ts';

const contract = makeContract(smallPlan, smallProfile, new Set(['age', 'city', 'member']), { kind: 'argmax' });

describe('the columns of a file', () => {
  it('are read in the order of the contract, whatever the order of the file', () => {
    expect(checkColumns(contract, ['member', 'city', 'age'])).toEqual({ reads: ['age', 'city', 'member'], note: null });
  });

  it('are ignored where the model does not need them, the target too, with a note', () => {
    expect(checkColumns(contract, ['id', 'age', 'left', 'city', 'member']).note).toBe('2 columns are not used: "id", "left" ("left" is what is predicted).');
  });

  it('must all be there', () => {
    expect(() => checkColumns(contract, ['age'])).toThrow(expect.objectContaining({ code: 'MW1420', message: '2 columns are missing: "city", "member".' }));
  });
});

describe('the rows of a file', () => {
  const unreadable = [{ column: 'age', count: 2, firstRow: 4, example: 'old' }];

  it('may hold values that were not met, which are counted', () => {
    const warnings = checkTable(contract, smallTable, unreadable, false);
    expect(warnings).toEqual([
      { column: 'age', kind: 'unreadable', count: 2, firstRow: 4, example: 'old' },
      { column: 'city', kind: 'unseen', count: 1, firstRow: 3, example: 'Tromsø' },
    ]);
    expect(warnings.map(warningText)).toEqual([
      '2 values of "age" (such as "old") cannot be read and are taken as missing.',
      '1 value of "city" (such as "Tromsø") was not met in training, or in fewer than 5 rows, and is taken as rare.',
    ]);
  });

  it('may not when the caller asks for strictness, and the first is named', () => {
    expect(() => checkTable(contract, smallTable, [], true)).toThrow(expect.objectContaining({ code: 'MW1421', place: { row: 3, column: 'city' } }));
    expect(() => checkTable(contract, smallTable, unreadable, true)).toThrow(expect.objectContaining({ code: 'MW1421', place: { row: 4, column: 'age' } }));
  });

  it('are fine when all is known or missing', () => {
    const columns = new Map(smallTable.columns).set('city', { type: 'text', codes: Int32Array.of(0, 1, -1, 0, 1), levels: ['Oslo', 'Bergen', 'never used'] });
    expect(checkTable(contract, { rowCount: 5, columns }, [], true)).toEqual([]);
  });
});

describe('a row of JSON', () => {
  it('is read by the rules of the columns', () => {
    expect(checkRow(contract, { age: ' 41 ', city: 'Oslo', member: 'yes', left: 'no' }, true)).toMatchObject({
      row: { age: 41, city: 'Oslo', member: true },
      warnings: [],
    });
  });

  it('may write the accents of a name in the other way', () => {
    const named = { inputs: [{ ...contract.inputs[0], name: 'gro\u0308ße' }] };
    expect(checkRow(named, { größe: 41 }, true).row).toEqual({ 'gro\u0308ße': 41 });
  });

  it('may hold a value that was not met, unless the caller asks for strictness', () => {
    const row = { age: 1, city: 'Vik', member: false };
    expect(checkRow(contract, row, false).warnings).toMatchObject([{ column: 'city', kind: 'unseen', count: 1 }]);
    expect(() => checkRow(contract, row, true)).toThrow(expect.objectContaining({ code: 'MW1421' }));
  });

  it.each([[null], [[1, 2]], ['text'], [7]])('is not %j', (values) => {
    expect(() => checkRow(contract, values, false)).toThrow(expect.objectContaining({ code: 'MW1422' }));
  });

  it('cannot bring values in by its prototype', () => {
    const inherited = Object.create({ age: 1, city: 'Oslo', member: true });
    expect(() => checkRow(contract, inherited, false)).toThrow(expect.objectContaining({ code: 'MW1420' }));
  });
});
