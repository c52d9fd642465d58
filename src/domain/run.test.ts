import { expect, it } from 'vitest';
import type { Candidate } from './candidate.ts';
import type { RunEvent, RunFacts } from './event.ts';
import { stateOf } from './run.ts';

const candidate: Candidate = {
  id: 'c0',
  title: 'Linear',
  learner: 'linear',
  settings: {},
  refitFactor: 0,
  maxRounds: 1,
  patience: 0,
  usesText: false,
  columns: 'linear',
  usesTargetStatistics: false,
};

const at = (facts: RunFacts): RunEvent => ({ ...facts, at: '2026-01-02T03:04:05.000Z', spentMs: 0 });
const decided = (fold: number) => at({ kind: 'search.decided', decision: { kind: 'try', candidate, fold, rounds: null, stopAfterMs: 1000 } });
type End = Extract<RunFacts, { kind: 'execution.finished' }>['end'];
const ended = (fold: number, end: End) => at({ kind: 'execution.finished', candidateId: 'c0', fold, durationMs: 1, end });
const fitted: End = { kind: 'finished', result: { sha256: 'a'.repeat(64), sizeBytes: 1 }, rounds: 1, peakMemoryBytes: 1 };

it('starts again, once resumed, what never ended and what only the end of the search cut off, and nothing else', () => {
  const events = [
    ...[0, 1, 2, 3].map(decided),
    ended(0, fitted),
    ended(1, { kind: 'cancelled' }),
    ended(2, { kind: 'failed', exitCode: 1, stderrTail: '' }),
    at({ kind: 'run.interrupted' }),
  ];
  expect(stateOf(events).candidates.get('c0')?.started).toEqual(new Set([0, 1, 2, 3]));
  const resumed = stateOf([...events, at({ kind: 'run.resumed' })]);
  expect(resumed.end).toEqual({ kind: 'running' });
  expect(resumed.candidates.get('c0')?.started).toEqual(new Set([0, 2]));
  expect([...(resumed.candidates.get('c0')?.executions.keys() ?? [])]).toEqual([0, 2]);
});
