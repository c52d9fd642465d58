import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRunEvent, type RunEvent } from '../domain/event.ts';
import { readRecordedRun } from './recorded-run.ts';

/** A finished run of the first format, which kept nothing of what its fits had settled. */
const old = readFileSync(new URL('../../tests/fixtures/run-log-v1.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => parseRunEvent(JSON.parse(line)));

/** The same as a run of today keeps it. */
const settled = { isWhole: false, settings: {} };
const log = old.map((event): RunEvent => {
  if (event.kind === 'ensemble.chosen') return { ...event, considered: ['c0', 'c1', 'c2'] };
  if (event.kind === 'execution.finished' && event.end.kind === 'finished') return { ...event, end: { ...event.end, settled } };
  return event;
});

describe('a recorded run', () => {
  it('is every fit that ended well, with the rounds that it kept and what it settled, in the order of the candidates', () => {
    const { fits, wholeFits, choices } = readRecordedRun('r_1', log);
    expect(fits.map(({ candidate, fold }) => `${candidate.id}-${fold}`)).toEqual(
      ['c0', 'c1', 'c2'].flatMap((id) => [0, 1, 2, 3, 4].map((fold) => `${id}-${fold}`)),
    );
    const kept = log.flatMap((event) => (event.kind === 'execution.finished' && event.end.kind === 'finished' ? [event.end.rounds] : []));
    expect(fits.map(({ rounds }) => rounds).toSorted()).toEqual(kept.toSorted());
    expect(fits.every((fit) => fit.settled === settled)).toBe(true);
    expect([wholeFits, [...choices.considered], [...choices.refits]]).toEqual([[], ['c0', 'c1', 'c2'], []]);
  });

  it('leaves out what was lost, and the fits of a candidate that never became whole beside those that did', () => {
    const lost = log.map((event): RunEvent => {
      if (event.kind !== 'execution.finished' || event.candidateId !== 'c1' || event.fold !== 3) return event;
      return { ...event, end: { kind: 'stopped', limit: 'time' } };
    });
    expect(readRecordedRun('r_1', lost).fits.length).toBe(14);
    const unscored = lost.filter((event) => event.kind !== 'candidate.evaluated' || event.candidateId !== 'c1');
    expect(readRecordedRun('r_1', unscored).fits.length).toBe(10);
    const allUnscored = unscored
      .filter(({ kind }) => kind !== 'candidate.evaluated')
      .map((event) => (event.kind === 'ensemble.chosen' ? { ...event, considered: [] } : event));
    expect(readRecordedRun('r_1', allUnscored).fits.length).toBe(14);
  });

  it('is told apart from one that is not there, is not finished, or does not say enough', () => {
    expect(() => readRecordedRun('r_1', [])).toThrow(expect.objectContaining({ code: 'MW2011' }));
    expect(() => readRecordedRun('r_1', log.slice(0, -1))).toThrow(
      expect.objectContaining({ code: 'MW2012', message: expect.stringContaining('not finished') }),
    );
    expect(() => readRecordedRun('r_1', old)).toThrow(expect.objectContaining({ code: 'MW2012', message: expect.stringContaining('did not keep all') }));
  });
});
