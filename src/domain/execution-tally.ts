import type { ContainmentSummary } from './containment.ts';
import type { RunFacts } from './event.ts';

/** Executions of a run counted by how they ended: a fold of its events. */
export type ExecutionTally = Pick<ContainmentSummary, 'outcomes' | 'stops' | 'peakJobMemoryBytes' | 'killedCalls' | 'executionMs' | 'hardenMs'>;

/** What a shell would say of a process that the kernel ended for a system call: 128 and SIGSYS. */
const EXIT_KILLED_CALL = 128 + 31;

export const freshTally = (): ExecutionTally => ({
  outcomes: { finished: 0, failed: 0, stopped: 0, unreadable: 0, cancelled: 0 },
  stops: { time: 0, memory: 0, processes: 0, output: 0 },
  peakJobMemoryBytes: null,
  killedCalls: 0,
  executionMs: 0,
});

/** Counts one more, in place. */
export function tallyExecution(
  tally: ExecutionTally,
  { end, durationMs }: Pick<Extract<RunFacts, { kind: 'execution.finished' }>, 'end' | 'durationMs'>,
): void {
  tally.outcomes[end.kind] += 1;
  tally.executionMs += durationMs;
  if (end.kind === 'stopped') tally.stops[end.limit] += 1;
  if (end.kind === 'failed' && end.exitCode === EXIT_KILLED_CALL) tally.killedCalls += 1;
  if (end.kind !== 'finished') return;
  tally.peakJobMemoryBytes = Math.max(tally.peakJobMemoryBytes ?? 0, end.peakMemoryBytes);
  if (end.hardenMs !== undefined) tally.hardenMs = (tally.hardenMs ?? 0) + end.hardenMs;
}
