import type { RunEvent, RunFacts } from '../domain/event.ts';
import { applyEvent, checkOrder, stateOf, type RunState } from '../domain/run.ts';
import type { EventLog } from '../edges/store/index.ts';

/** The budget's clock: it starts with the process, and stands still while a person is asked. */
export type RunClock = { spentMs(): number; pause(): void; goOn(): void };

/** @param alreadySpentMs what earlier processes spent on the same run, this one's start-up included */
export function startClock(alreadySpentMs: number, nowMs: () => number): RunClock {
  let startMs = nowMs() - alreadySpentMs;
  let pausedAtMs: number | null = null;
  return {
    spentMs: () => (pausedAtMs ?? nowMs()) - startMs,
    pause: () => void (pausedAtMs ??= nowMs()),
    goOn: () => {
      if (pausedAtMs !== null) startMs += nowMs() - pausedAtMs;
      pausedAtMs = null;
    },
  };
}

/** One run's events and what follows from them: an event is on disk before anyone hears of it. */
export type RunLog = {
  runId: string;
  state: RunState;
  /** When each kind of step was first taken, for the report's clock. */
  milestones: { step: string; spentMs: number }[];
  append(facts: RunFacts): Promise<void>;
};

const milestoneNames: Partial<Record<RunEvent['kind'], string>> = {
  'dataset.profiled': 'table read and profiled',
  'plan.approved': 'plan approved',
  'split.made': 'rows split and encoded',
  'candidate.evaluated': 'first candidate complete',
  'ensemble.chosen': 'search ended, ensemble chosen',
  'model.built': 'graph written and proved equal',
  'test.opened': 'locked rows opened',
  'model.scored': 'model measured',
  'model.refitted': 'trained once more on all rows',
};

export function openRunLog(
  log: EventLog<RunEvent>,
  runId: string,
  events: RunEvent[],
  clock: RunClock,
  wallIso: () => string,
  onEvent: (event: RunEvent) => void,
): RunLog {
  const state = stateOf(events);
  const milestones: RunLog['milestones'] = [];
  const mark = (event: RunEvent) => {
    const step = milestoneNames[event.kind];
    if (step !== undefined && !milestones.some((known) => known.step === step)) milestones.push({ step, spentMs: event.spentMs });
  };
  for (const event of events) mark(event);
  // Appends are made one after the other: two fits that end together must not change places between disk and memory.
  let last: Promise<unknown> = Promise.resolve();
  return {
    runId,
    state,
    milestones,
    append(facts) {
      const event: RunEvent = { ...facts, at: wallIso(), spentMs: Math.max(0, Math.round(clock.spentMs())) };
      const appended = last.then(async () => {
        checkOrder(state, event);
        await log.append(runId, event);
        applyEvent(state, event);
        mark(event);
        onEvent(event);
      });
      last = appended.catch(() => undefined);
      return appended;
    },
  };
}
