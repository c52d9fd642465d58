import { expect, it } from 'vitest';
import { freshTally, tallyExecution } from './execution-tally.ts';

const result = { sha256: 'a'.repeat(64), sizeBytes: 1 };

it('counts executions by how they ended, the longest memory and what the kernel denied', () => {
  const tally = freshTally();
  tallyExecution(tally, { durationMs: 10, end: { kind: 'finished', result, rounds: 1, peakMemoryBytes: 7, hardenMs: 3 } });
  tallyExecution(tally, { durationMs: 10, end: { kind: 'finished', result, rounds: 1, peakMemoryBytes: 5, hardenMs: 2 } });
  tallyExecution(tally, { durationMs: 10, end: { kind: 'stopped', limit: 'memory' } });
  tallyExecution(tally, { durationMs: 10, end: { kind: 'failed', exitCode: 159, stderrTail: '' } });
  tallyExecution(tally, { durationMs: 10, end: { kind: 'failed', exitCode: 1, stderrTail: '' } });
  tallyExecution(tally, { durationMs: 10, end: { kind: 'cancelled' } });
  expect(tally).toEqual({
    outcomes: { finished: 2, failed: 2, stopped: 1, unreadable: 0, cancelled: 1 },
    stops: { time: 0, memory: 1, processes: 0, output: 0 },
    peakJobMemoryBytes: 7,
    killedCalls: 1,
    executionMs: 60,
    hardenMs: 5,
  });
});
