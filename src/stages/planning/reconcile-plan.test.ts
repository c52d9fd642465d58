import { describe, expect, it } from 'vitest';
import type { LeakSuspect } from '../../domain/profile.ts';
import { madePlan } from '../../../tests/fixtures/made-plan.ts';
import { profileOf } from '../../../tests/fixtures/made-profile.ts';
import { reconcileColumns, recordKeptLeaks } from './reconcile-plan.ts';

const profile = profileOf([
  { name: 'x', kind: 'number' },
  { name: 'town', kind: 'category' },
  { name: 'y', kind: 'number' },
]);
const leftOutTown = [{ name: 'town', reason: 'leak' as const, detail: 'tells the answer alone' }];
const suspect = (column: string, isSure: boolean): LeakSuspect => ({ column, kind: 'answer', isSure, detail: 'tells the answer alone' });

describe('a plan file whose lists disagree', () => {
  it('learns from what it names as an input, and does not call it left out', () => {
    expect(reconcileColumns(madePlan({ leftOut: leftOutTown }), profile)).toMatchObject({ inputs: [{ name: 'x' }, { name: 'town' }], leftOut: [] });
  });

  it('tells of a column that it names nowhere, and of none that the table does not have', () => {
    const plan = madePlan({ inputs: [madePlan().inputs[0]], leftOut: [{ name: 'gone', reason: 'dropped', detail: 'you asked for it' }] });
    expect(reconcileColumns(plan, profile).leftOut).toEqual([{ name: 'town', reason: 'dropped', detail: 'the plan file does not name it' }]);
  });
});

describe('a leak among the inputs of a plan file', () => {
  it.each([
    ['the file lists it as left out', madePlan({ leftOut: leftOutTown }), []],
    ['the rows show it', madePlan(), [suspect('town', true)]],
    ['the file says that it was kept', madePlan({ keptLeaks: ['town'] }), []],
  ])('is a kept one where %s', (_, given, suspects) => {
    expect(recordKeptLeaks(given, given, suspects).keptLeaks).toEqual(['town']);
  });

  it('is told of once: where somebody decided for it before, that is told already', () => {
    const given = madePlan();
    expect(recordKeptLeaks(given, given, [suspect('town', true)]).notes).toEqual([expect.stringMatching(/"town".*plan file says so.*tells the answer alone/)]);
    const kept = madePlan({ keptLeaks: ['town'] });
    expect(recordKeptLeaks(kept, kept, [suspect('town', true)]).notes).toEqual([]);
  });

  it('is no kept one where it is only suspected, or is no input', () => {
    const given = madePlan({ keptLeaks: ['gone'] });
    expect(recordKeptLeaks(given, given, [suspect('town', false), suspect('other', true)])).toEqual({ ...given, keptLeaks: [] });
  });
});
