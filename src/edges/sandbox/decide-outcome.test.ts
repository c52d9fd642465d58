import { expect, it } from 'vitest';
import { decideOutcome, type Ending as AnyEnding } from './decide-outcome.ts';
import type { FitResult } from './sandbox.ts';

type Ending = AnyEnding<FitResult>;
import { fixtureTrees } from './wire-fixtures.ts';

const exited = (code: number) => code << 8;
const ending = (change: Partial<Ending> & { waitStatus?: number; cause?: Ending['done']['cause'] } = {}): Ending => ({
  done: { kind: 'done', job: 1, waitStatus: change.waitStatus ?? 0, peakKib: 1024, cause: change.cause ?? 'itself', lostLogBytes: 0, hardenUs: 900 },
  outside: undefined,
  wasOutOfMemory: false,
  durationMs: 12,
  log: new TextEncoder().encode('what it printed'),
  result: () => new TextEncoder().encode('Traceback'),
  read: () => fixtureTrees,
  ...change,
});

it('is finished with a result when the job ended well', () => {
  expect(decideOutcome(ending())).toEqual({ kind: 'finished', result: fixtureTrees, durationMs: 12, peakMemoryBytes: 2 ** 20, hardenMs: 0.9 });
});

it('is unreadable when the job ended well and wrote nonsense', () => {
  const nonsense = () => {
    throw new RangeError('not a bundle\u001b[2J');
  };
  expect(decideOutcome(ending({ read: nonsense }))).toEqual({ kind: 'unreadable', problem: 'not a bundle', durationMs: 12 });
});

it('does not take a fault of ours for one of the job', () => {
  const fault = () => {
    throw new TypeError('ours');
  };
  expect(() => decideOutcome(ending({ read: fault }))).toThrow('ours');
});

it('believes the first cause: what we ended from outside did not finish', () => {
  expect(decideOutcome(ending({ outside: { kind: 'cancelled' } }))).toMatchObject({ kind: 'cancelled' });
  expect(decideOutcome(ending({ outside: { kind: 'stopped', limit: 'memory' }, cause: 'time' }))).toMatchObject({ limit: 'memory' });
});

it.each([
  ['time', ending({ cause: 'time', waitStatus: 9 })],
  ['output', ending({ cause: 'output', waitStatus: 9 })],
  ['memory', ending({ waitStatus: exited(86) })],
  ['processes', ending({ waitStatus: exited(87) })],
  ['memory', ending({ waitStatus: 6 })],
  ['memory', ending({ waitStatus: 9, wasOutOfMemory: true })],
  ['time', ending({ waitStatus: 24 })],
  ['output', ending({ waitStatus: 25 })],
])('names the limit: %s', (limit, facts) => {
  expect(decideOutcome(facts)).toEqual({ kind: 'stopped', limit, durationMs: 12 });
});

it('is failed with what was printed and where it broke', () => {
  expect(decideOutcome(ending({ waitStatus: exited(1) }))).toEqual({ kind: 'failed', exitCode: 1, stderrTail: 'what it printed\nTraceback', durationMs: 12 });
});

it('says of a forbidden system call that it was one', () => {
  expect(decideOutcome(ending({ waitStatus: 31 }))).toMatchObject({ kind: 'failed', exitCode: 159, stderrTail: expect.stringContaining('system call') });
});

it('is no outcome at all when a wall of the job could not be put up', () => {
  expect(decideOutcome(ending({ waitStatus: exited(97) }))).toBeUndefined();
});
