import type { ContainmentSummary } from '../domain/containment.ts';
import type { RunState } from '../domain/run.ts';
import type { WorkerUsage } from '../edges/sandbox/index.ts';

/** What this process saw of its workers that no other event tells. */
export type WorkerFigures = WorkerUsage & {
  /** Executions that it made. */
  executions: number;
  lostWorkers: number;
  /** Workers and jobs that could not put up their walls or start. */
  notStarted: number;
};

export const freshFigures = (): WorkerFigures => ({ peakMemoryBytes: 0, peakTasks: 0, executions: 0, lostWorkers: 0, notStarted: 0 });

/** One more worker has been used, as much as this. */
export function addUsage(figures: WorkerFigures, { peakMemoryBytes, peakTasks }: WorkerUsage): void {
  figures.peakMemoryBytes = Math.max(figures.peakMemoryBytes, peakMemoryBytes);
  figures.peakTasks = Math.max(figures.peakTasks, peakTasks);
}

/** The facts of `sandbox.closed`: what the run's events say, and what this process adds to an earlier one's; null where it adds nothing. */
export function summariseContainment({ executionTally, containmentSummary: before }: RunState, figures: WorkerFigures): ContainmentSummary | null {
  const told = (tally: ContainmentSummary['outcomes']) => Object.values(tally).reduce((sum, count) => sum + count, 0);
  // What an earlier process ran after it had told of the others is told now.
  if (before !== null && figures.executions === 0 && told(before.outcomes) === told(executionTally.outcomes)) return null;
  const peak = (earlier: number | null | undefined, now: number) => Math.max(earlier ?? 0, now) || null;
  return {
    ...structuredClone(executionTally),
    peakCageMemoryBytes: peak(before?.peakCageMemoryBytes, figures.peakMemoryBytes),
    peakTasks: peak(before?.peakTasks, figures.peakTasks),
    notStarted: (before?.notStarted ?? 0) + figures.notStarted,
    lostWorkers: (before?.lostWorkers ?? 0) + figures.lostWorkers,
  };
}
