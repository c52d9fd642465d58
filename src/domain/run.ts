import type { Candidate, Settled } from './candidate.ts';
import type { BuildRequest, Calibration, DecisionRule, FileRef, Member, RefitAbandonReason, RunEvent, RunFacts, ScoreRecord } from './event.ts';
import type { Containment, ContainmentSummary } from './containment.ts';
import { freshTally, tallyExecution, type ExecutionTally } from './execution-tally.ts';
import type { AnswerLimits, DatasetRef, Plan } from './plan.ts';
import type { ChosenInterval } from './prediction-interval.ts';
import { ModelwrightError, unreachable } from './error.ts';

/** How one execution of a candidate on a fold ended, as far as the search, or who repeats it, needs to know. */
export type ExecutionState = { durationMs: number } & (
  | { kind: 'finished'; result: FileRef; rounds: number; settled?: Settled }
  | { kind: 'lost'; why: string }
);

export type CandidateState = {
  candidate: Candidate;
  /** Folds decided on, whether they ended or not. */
  started: Set<number>;
  executions: Map<number, ExecutionState>;
  evaluation: { value: number; lossValue: number; gain?: number } | null;
};

/** What came of training the measured recipe once more on all rows. */
export type Refit =
  | { kind: 'refitted'; files: FileRef; parity: { rows: number; largestDifference: number; isEqual: boolean }; members: Member[]; rowCount: number }
  | { kind: 'abandoned'; reason: RefitAbandonReason };

type Ended =
  | { kind: 'running' }
  | { kind: 'finished'; wallMs: number }
  | { kind: 'failed'; code: string; message: string; hint: string }
  | { kind: 'interrupted' };

/** What is known of a run: a fold of its events. Null where the step has not been taken. */
export type RunState = {
  request: BuildRequest | null;
  /** Null until a sandbox was opened. */
  isCaged: boolean | null;
  /** What stood round the code: of the last process, or of the first that had no cage. Null also in logs that do not keep it. */
  containment: Containment | null;
  executionTally: ExecutionTally;
  /** How training went, told when it was over. */
  containmentSummary: ContainmentSummary | null;
  dataset: { ref: DatasetRef; columnCount: number; warnings: string[]; profile: FileRef } | null;
  plan: Plan | null;
  name: string | null;
  split: { splitKind: string; learnRows: number; testRows: number; foldCount: number; notes: string[]; split: FileRef } | null;
  candidates: Map<string, CandidateState>;
  searchEnd: string | null;
  ensemble: {
    considered: string[] | null;
    limits: AnswerLimits | null;
    members: Member[];
    calibration: Calibration;
    decision: DecisionRule;
    interval: ChosenInterval | null;
    value: number;
    note: string;
  } | null;
  drafted: { candidateId: string; finishMs: number } | null;
  built: { files: FileRef; parity: { rows: number; largestDifference: number; isEqual: boolean }; inputsByUse: string[] } | null;
  testOpened: { rowCount: number; graphSha256: string } | null;
  score: ScoreRecord | null;
  refit: Refit | null;
  claimed: { name: string; version: number; createdAt: string } | null;
  packaged: { modelId: string; name: string; version: number; path: string } | null;
  end: Ended;
  spentMs: number;
};

export const freshRun = (): RunState => ({
  request: null,
  isCaged: null,
  containment: null,
  executionTally: freshTally(),
  containmentSummary: null,
  dataset: null,
  plan: null,
  name: null,
  split: null,
  candidates: new Map(),
  searchEnd: null,
  ensemble: null,
  drafted: null,
  built: null,
  testOpened: null,
  score: null,
  refit: null,
  claimed: null,
  packaged: null,
  end: { kind: 'running' },
  spentMs: 0,
});

/**
 * The order that a true score hangs on: the locked rows are opened by a built model, the score follows, and what learns from those rows comes
 * last. Whatever learnt from them can neither open them nor be scored. Throws MW3014.
 */
export function checkOrder(state: RunState, { kind }: Pick<RunFacts, 'kind'>): void {
  const refuse = (what: string) => {
    throw new ModelwrightError({
      code: 'MW3014',
      message: `A run's events are out of order: ${what}.`,
      hint: 'The run was written by something else than Modelwright, or its home is damaged: start a new build.',
    });
  };
  const isMeasuring = kind === 'model.built' || kind === 'test.opened' || kind === 'model.scored';
  if (isMeasuring && state.refit !== null) refuse(`${kind} after the model had learnt from all rows`);
  if ((kind === 'model.refitted' || kind === 'refit.abandoned') && state.score === null) refuse(`${kind} before the model was measured`);
  if (kind === 'model.refitted' && state.claimed !== null) refuse(`${kind} after the model was given its version`);
}

/** The state after one more event. It changes `state` in place: a run has thousands of events and one reader. */
export function applyEvent(state: RunState, event: RunEvent): RunState {
  checkOrder(state, event);
  state.spentMs = Math.max(state.spentMs, event.spentMs);
  switch (event.kind) {
    case 'run.requested':
      state.request = event.request;
      return state;
    case 'sandbox.opened':
      // A run is caged only if every process that worked on it was.
      if (event.containment && state.containment?.backEnd !== 'none') state.containment = event.containment;
      state.isCaged = event.isCaged && state.isCaged !== false;
      return state;
    case 'sandbox.closed':
      state.containmentSummary = event.summary;
      return state;
    case 'dataset.profiled':
      state.dataset = { ref: event.dataset, columnCount: event.columnCount, warnings: event.warnings, profile: event.profile };
      return state;
    case 'plan.approved':
      state.plan = event.plan;
      state.name = event.name;
      return state;
    case 'split.made': {
      const { splitKind, learnRows, testRows, foldCount, notes, split } = event;
      state.split = { splitKind, learnRows, testRows, foldCount, notes, split };
      return state;
    }
    case 'search.decided': {
      if (event.decision.kind === 'stop') {
        state.searchEnd = event.decision.reason;
        return state;
      }
      const { candidate, fold } = event.decision;
      const known = state.candidates.get(candidate.id);
      if (known) known.started.add(fold);
      else state.candidates.set(candidate.id, { candidate, started: new Set([fold]), executions: new Map(), evaluation: null });
      return state;
    }
    case 'execution.finished': {
      const { candidateId, fold, durationMs, end } = event;
      const execution: ExecutionState =
        end.kind === 'finished'
          ? { kind: 'finished', result: end.result, rounds: end.rounds, durationMs, ...(end.settled && { settled: end.settled }) }
          : { kind: 'lost', why: end.kind, durationMs };
      state.candidates.get(candidateId)?.executions.set(fold, execution);
      tallyExecution(state.executionTally, event);
      return state;
    }
    case 'candidate.evaluated': {
      const known = state.candidates.get(event.candidateId);
      if (known) known.evaluation = { value: event.value, lossValue: event.lossValue, ...(event.gain !== undefined && { gain: event.gain }) };
      return state;
    }
    case 'ensemble.chosen': {
      const { considered = null, limits = null, members, calibration, decision, interval = null, value, note } = event;
      state.ensemble = { considered, limits, members, calibration, decision, interval, value, note };
      return state;
    }
    case 'model.drafted':
      state.drafted = { candidateId: event.candidateId, finishMs: event.finishMs };
      return state;
    case 'model.built':
      state.built = { files: event.files, parity: event.parity, inputsByUse: event.inputsByUse };
      return state;
    case 'test.opened':
      state.testOpened = { rowCount: event.rowCount, graphSha256: event.graphSha256 };
      return state;
    case 'model.scored':
      state.score = event.record;
      return state;
    case 'model.refitted': {
      const { files, parity, members, rowCount } = event;
      state.refit = { kind: 'refitted', files, parity, members, rowCount };
      return state;
    }
    case 'refit.abandoned':
      state.refit = { kind: 'abandoned', reason: event.reason };
      return state;
    case 'version.claimed':
      state.claimed = { name: event.name, version: event.version, createdAt: event.createdAt };
      return state;
    case 'model.packaged':
      state.packaged = { modelId: event.modelId, name: event.name, version: event.version, path: event.path };
      return state;
    case 'run.finished':
      state.end = { kind: 'finished', wallMs: event.wallMs };
      return state;
    case 'run.failed':
      state.end = { kind: 'failed', code: event.code, message: event.message, hint: event.hint };
      return state;
    case 'run.interrupted':
      state.end = { kind: 'interrupted' };
      return state;
    case 'run.resumed':
      state.end = { kind: 'running' };
      // An execution that was decided on and never ended, or that only the end of the search cut off, is started again.
      for (const known of state.candidates.values()) {
        for (const [fold, execution] of known.executions) if (execution.kind === 'lost' && execution.why === 'cancelled') known.executions.delete(fold);
        known.started = new Set(known.executions.keys());
      }
      return state;
    default:
      return unreachable(event);
  }
}

export const stateOf = (events: Iterable<RunEvent>): RunState => [...events].reduce(applyEvent, freshRun());
