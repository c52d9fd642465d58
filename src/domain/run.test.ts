import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Candidate } from './candidate.ts';
import { parseRunEvent, type RunEvent, type RunFacts } from './event.ts';
import { applyEvent, freshRun, stateOf, type RunState } from './run.ts';
import { madeContainment } from '../../tests/fixtures/made-containment.ts';

/** The log of a real build of format 1, cut to the candidates that became the model. Never made anew: old logs must stay readable. */
const storedLog = readFileSync(new URL('../../tests/fixtures/run-log-v1.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): unknown => JSON.parse(line));
const log = storedLog.map(parseRunEvent);

const candidate: Candidate = {
  id: 'c0',
  title: 'Linear',
  learner: 'linear',
  settings: {},
  maxRounds: 1,
  patience: 0,
  refitFactor: 0,
  usesText: false,
  columns: 'linear',
  usesTargetStatistics: false,
};
const file = { sha256: 'a'.repeat(64), sizeBytes: 1 };
let atMs = 0;
const event = (facts: RunFacts): RunEvent => ({ ...facts, at: '2026-01-01T00:00:00.000Z', spentMs: ++atMs });
const started = (fold: number) => event({ kind: 'search.decided', decision: { kind: 'try', candidate, fold, rounds: null, stopAfterMs: 1000 } });
type End = Extract<RunFacts, { kind: 'execution.finished' }>['end'];
const ended = (fold: number, end: End) => event({ kind: 'execution.finished', candidateId: 'c0', fold, durationMs: 5, end });
const well: End = { kind: 'finished', result: file, rounds: 3, peakMemoryBytes: 1 };
const foldsOf = (state: RunState) => {
  const known = state.candidates.get('c0');
  return { started: [...(known?.started ?? [])], ended: [...(known?.executions ?? [])].map(([fold, { kind }]) => `${fold} ${kind}`) };
};

describe('a log of format 1', () => {
  it('folds to the finished state of its run', () => {
    const state = stateOf(log);
    expect(state).toMatchObject({
      isCaged: true,
      name: 'churn',
      plan: { target: 'Churn', task: 'binary', classes: ['No', 'Yes'], metric: 'roc_auc' },
      split: { splitKind: 'random', learnRows: 5634, testRows: 1409, foldCount: 5 },
      searchEnd: 'budget-spent',
      built: { parity: { isEqual: true } },
      testOpened: { rowCount: 1409 },
      score: { metric: 'roc_auc', verdict: 'worth-using' },
      packaged: { name: 'churn', version: 1 },
      end: { kind: 'finished' },
    });
    expect(state.ensemble?.members.map(({ candidateId }) => candidateId)).toEqual(['c0', 'c1', 'c2']);
    for (const { started: folds, executions, evaluation } of state.candidates.values()) {
      expect([...folds].toSorted()).toEqual([0, 1, 2, 3, 4]);
      expect([...executions.values()].every(({ kind }) => kind === 'finished')).toBe(true);
      expect(evaluation?.value).toBeGreaterThan(0.8);
    }
  });

  it('says the same when it is read, written and read again', () => {
    expect(log.map((one) => parseRunEvent(JSON.parse(JSON.stringify(one))))).toEqual(log);
  });

  it('opens the locked rows once, after the model is built and before it is scored', () => {
    const kinds = log.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'test.opened').length).toBe(1);
    expect(kinds.indexOf('test.opened')).toBeGreaterThan(kinds.indexOf('model.built'));
    expect(kinds.indexOf('test.opened')).toBeLessThan(kinds.indexOf('model.scored'));
  });

  it('is refused where an event has a field that nobody knows, or lacks one', () => {
    expect(() => parseRunEvent({ ...log[0], surprise: 1 })).toThrow('surprise');
    expect(() => parseRunEvent({ kind: 'run.finished', at: '', spentMs: 1 })).toThrow('wallMs');
    expect(() => parseRunEvent({ kind: 'run.exploded', at: '', spentMs: 1 })).toThrow('kind');
    expect(() => parseRunEvent({ kind: 'run.resumed', at: '', spentMs: -1 })).toThrow('spentMs');
  });
});

describe('the state of a run', () => {
  it('is the same whether it is folded at once or event by event', () => {
    const state = freshRun();
    for (const one of log) applyEvent(state, one);
    expect(state).toEqual(stateOf(log));
  });

  it('has no place for measuring once a model has learnt from the locked rows', () => {
    const scoredAt = log.findIndex(({ kind }) => kind === 'model.scored');
    const scored = log[scoredAt];
    const parity = { rows: 1, largestDifference: 0, isEqual: true as const };
    const refitted = event({ kind: 'model.refitted', files: file, parity, members: [{ candidateId: 'c0', weight: 1, folds: [6] }], rowCount: 7_043 });
    const upToScore = log.slice(0, scoredAt + 1);
    expect(stateOf([...upToScore, refitted]).refit).toMatchObject({ kind: 'refitted', rowCount: 7_043 });
    const measuring = log.filter(({ kind }) => kind === 'model.built' || kind === 'test.opened' || kind === 'model.scored');
    expect(measuring.length).toBe(3);
    for (const one of measuring) expect(() => stateOf([...upToScore, refitted, one])).toThrow(`${one.kind} after the model had learnt from all rows`);
    expect(() => stateOf([...log.slice(0, scoredAt), refitted, scored])).toThrow('model.refitted before the model was measured');
    expect(() => stateOf([...log, refitted])).toThrow('model.refitted after the model was given its version');
  });

  it('counts as spent the most that any event says', () => {
    expect(
      stateOf([
        { ...started(0), spentMs: 900 },
        { ...started(1), spentMs: 100 },
      ]).spentMs,
    ).toBe(900);
  });

  it('knows which fits were begun, which ended well and which were lost', () => {
    const lost: End[] = [
      { kind: 'failed', exitCode: 1, stderrTail: 'no memory' },
      { kind: 'stopped', limit: 'time' },
      { kind: 'unreadable', problem: 'cut off' },
      { kind: 'cancelled' },
    ];
    const state = stateOf([started(0), started(1), ...lost.flatMap((end, at) => [started(at + 2), ended(at + 2, end)]), ended(0, well)]);
    expect(foldsOf(state)).toEqual({ started: [0, 1, 2, 3, 4, 5], ended: ['2 lost', '3 lost', '4 lost', '5 lost', '0 finished'] });
  });

  it('begins again after a resume what never ended or was cancelled, and nothing else', () => {
    const state = stateOf([
      started(0),
      started(1),
      started(2),
      started(3),
      ended(0, well),
      ended(1, { kind: 'failed', exitCode: 1, stderrTail: '' }),
      ended(2, { kind: 'cancelled' }),
      event({ kind: 'run.interrupted' }),
      event({ kind: 'run.resumed' }),
    ]);
    expect(state.end).toEqual({ kind: 'running' });
    expect(foldsOf(state)).toEqual({ started: [0, 1], ended: ['0 finished', '1 lost'] });
  });

  it('is not caged when one of the processes that worked on it was not', () => {
    const opened = (isCaged: boolean) => event({ kind: 'sandbox.opened', isCaged });
    expect(stateOf([]).isCaged).toBe(null);
    expect(stateOf([opened(true), opened(true)]).isCaged).toBe(true);
    expect(stateOf([opened(true), opened(false)]).isCaged).toBe(false);
    expect(stateOf([opened(false), opened(true)]).isCaged).toBe(false);
  });

  it('keeps what stood round its code, of the process that had least', () => {
    const { containment } = madeContainment();
    const opened = (backEnd: 'bubblewrap' | 'none') => event({ kind: 'sandbox.opened', isCaged: backEnd !== 'none', containment: { ...containment, backEnd } });
    expect(stateOf([opened('bubblewrap')]).containment?.backEnd).toBe('bubblewrap');
    expect(stateOf([opened('none'), opened('bubblewrap')]).containment?.backEnd).toBe('none');
    // A log of before it was kept.
    expect(stateOf([event({ kind: 'sandbox.opened', isCaged: true })]).containment).toBe(null);
  });

  it('ends as its last event says', () => {
    expect(stateOf([event({ kind: 'run.failed', code: 'MW1104', message: 'm', hint: 'h' })]).end).toEqual({
      kind: 'failed',
      code: 'MW1104',
      message: 'm',
      hint: 'h',
    });
    expect(stateOf([event({ kind: 'run.interrupted' })]).end).toEqual({ kind: 'interrupted' });
    expect(stateOf([event({ kind: 'run.finished', wallMs: 7 })]).end).toEqual({ kind: 'finished', wallMs: 7 });
  });

  it('does not stumble over an end of something it has not heard of', () => {
    expect(stateOf([ended(0, well), event({ kind: 'candidate.evaluated', candidateId: 'c9', metric: 'rmse', value: 1, lossValue: 1 })]).candidates.size).toBe(
      0,
    );
  });
});
