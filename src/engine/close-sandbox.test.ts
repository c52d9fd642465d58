import { describe, expect, it } from 'vitest';
import { parseRunEvent, type RunFacts } from '../domain/event.ts';
import { stateOf } from '../domain/run.ts';
import { addUsage, freshFigures, summariseContainment } from './close-sandbox.ts';

const event = (facts: RunFacts) => parseRunEvent({ ...facts, at: '2026-05-17T10:00:00.000Z', spentMs: 1 });
const ended = (limit: 'time' | 'memory') => event({ kind: 'execution.finished', candidateId: 'c0', fold: 0, durationMs: 10, end: { kind: 'stopped', limit } });

describe('what is told of a sandbox when its search is over', () => {
  it('is what the events say, and what this process saw of its workers', () => {
    const figures = { ...freshFigures(), executions: 2, lostWorkers: 1 };
    addUsage(figures, { peakMemoryBytes: 100, peakTasks: 3 });
    addUsage(figures, { peakMemoryBytes: 50, peakTasks: 4 });
    expect(summariseContainment(stateOf([ended('time'), ended('memory')]), figures)).toEqual({
      outcomes: { finished: 0, failed: 0, stopped: 2, unreadable: 0, cancelled: 0 },
      stops: { time: 1, memory: 1, processes: 0, output: 0 },
      peakJobMemoryBytes: null,
      peakCageMemoryBytes: 100,
      peakTasks: 4,
      killedCalls: 0,
      notStarted: 0,
      lostWorkers: 1,
      executionMs: 20,
    });
  });

  it('adds to what an earlier process of the run told, and is not told twice where nothing more was run', () => {
    const first = summariseContainment(stateOf([ended('time')]), { ...freshFigures(), executions: 1, lostWorkers: 1, peakMemoryBytes: 100 });
    if (first === null) throw new Error('a search was run');
    const closed = event({ kind: 'sandbox.closed', summary: first });
    const resumed = stateOf([ended('time'), closed, ended('memory')]);
    expect(summariseContainment(resumed, { ...freshFigures(), executions: 1, lostWorkers: 2, peakMemoryBytes: 70 })).toMatchObject({
      stops: { time: 1, memory: 1 },
      lostWorkers: 3,
      peakCageMemoryBytes: 100,
    });
    expect(summariseContainment(stateOf([ended('time'), closed]), freshFigures())).toBeNull();
    // An earlier process that was killed had no time to tell of its last fit.
    expect(summariseContainment(resumed, freshFigures())).toMatchObject({ stops: { time: 1, memory: 1 }, lostWorkers: 1 });
  });

  it('is unknown where nothing was measured', () => {
    expect(summariseContainment(stateOf([]), freshFigures())).toMatchObject({ peakCageMemoryBytes: null, peakTasks: null, peakJobMemoryBytes: null });
  });
});
