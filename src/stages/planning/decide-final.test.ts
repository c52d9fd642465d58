import { describe, expect, it } from 'vitest';
import { decideFinal } from './decide-final.ts';

const decide = (part: Partial<Parameters<typeof decideFinal>[0]> = {}) =>
  decideFinal({ asked: null, labelledCount: 1_000, classCount: 2, isTimeOrdered: false, hasTestFile: false, ...part }).value;

describe('which model ships', () => {
  it('is decided by the size of the table where nothing is said: a small one is learnt from whole', () => {
    expect([1_000, 30_000, 30_001].map((labelledCount) => decide({ labelledCount }))).toEqual(['refit', 'refit', 'tested']);
  });

  it('counts rows for more where there are many classes, which take a learner longer', () => {
    expect(decide({ labelledCount: 15_000, classCount: 26 })).toBe('tested');
    expect(decide({ labelledCount: 3_000, classCount: 26 })).toBe('refit');
  });

  it('has learnt from the latest rows where later ones are to be predicted, on larger tables too', () => {
    expect([30_001, 300_000, 300_001].map((labelledCount) => decide({ labelledCount, isTimeOrdered: true }))).toEqual(['refit', 'refit', 'tested']);
  });

  it('is what was asked for, whatever the size', () => {
    expect(decide({ asked: 'tested' })).toBe('tested');
    expect(decide({ asked: 'refit', labelledCount: 1_000_000 })).toBe('refit');
  });

  it('is the tested one where a file to measure on was given, for then no rows of the table are locked; asking for more is refused', () => {
    expect(decide({ hasTestFile: true })).toBe('tested');
    expect(() => decide({ asked: 'refit', hasTestFile: true })).toThrow(/--final refit goes not with --test/);
  });
});
