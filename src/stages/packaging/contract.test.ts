import { describe, expect, it } from 'vitest';
import { smallPlan, smallProfile } from '../../../tests/fixtures/small-package.ts';
import { Contract } from '../../domain/package.ts';
import { makeContract } from './contract.ts';

const names = new Set(['age', 'city', 'member']);
const inputOf = (contract: Contract, wanted: string) => contract.inputs.find(({ name }) => name === wanted);

describe('the contract of a model', () => {
  const contract = makeContract(smallPlan, smallProfile, names, { kind: 'argmax' });

  it('can be read back', () => {
    expect(Contract.parse(JSON.parse(JSON.stringify(contract)))).toEqual(contract);
  });

  it('names what comes out', () => {
    expect(contract).toMatchObject({ outputs: ['prediction', 'probability_no', 'probability_yes'], positive: 'yes', target: { name: 'left' } });
  });

  it('asks only for the columns that the features read', () => {
    expect(makeContract(smallPlan, smallProfile, new Set(['age']), null).inputs.map(({ name }) => name)).toEqual(['age']);
  });

  it('names no value that fewer than five rows have', () => {
    expect(inputOf(contract, 'city')?.levels).toEqual(['Oslo', 'Bergen']);
  });

  it('names no values where it does not know them all', () => {
    const columns = smallProfile.columns.map((column) => ({ ...column, distinctCount: 4 }));
    expect(inputOf(makeContract(smallPlan, { ...smallProfile, columns }, names, null), 'city')?.levels).toBeNull();
  });

  it('says of a personal column neither values nor extremes', () => {
    const inputs = smallPlan.inputs.map((input) => ({ ...input, isPersonal: true }));
    const personal = makeContract({ ...smallPlan, inputs }, smallProfile, names, null);
    expect(personal.inputs.map(({ levels, range }) => [levels, range])).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ]);
    expect(inputOf(contract, 'age')?.range).toEqual({ low: 18, high: 90 });
  });

  it('has no decision for a number', () => {
    const regression = makeContract({ ...smallPlan, task: 'regression', classes: [] }, smallProfile, names, { kind: 'argmax' });
    expect(regression).toMatchObject({ decision: null, outputs: ['prediction'], positive: null });
  });

  it('names the ends of the range beside a number where there is one, and has none for classes', () => {
    const interval = { kind: 'interval' as const, level: 0.9, scale: 'unit' as const, low: -1, high: 1, spread: null, least: null };
    const ranged = makeContract({ ...smallPlan, task: 'regression', classes: [] }, smallProfile, names, null, interval);
    expect(ranged).toMatchObject({ interval, outputs: ['prediction', 'low', 'high'] });
    expect(makeContract(smallPlan, smallProfile, names, { kind: 'argmax' }, interval).interval).toBeNull();
  });

  it('reads one that an older version wrote, which knew no ranges', () => {
    const { interval: _, ...older } = makeContract({ ...smallPlan, task: 'regression', classes: [] }, smallProfile, names, null);
    expect(Contract.parse(JSON.parse(JSON.stringify(older)))).toMatchObject({ interval: null, outputs: ['prediction'] });
  });
});
