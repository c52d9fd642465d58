import type { Candidate, Settled } from '../domain/candidate.ts';
import type { RunFacts } from '../domain/event.ts';
import { ModelwrightError } from '../domain/error.ts';
import type { AnswerLimits } from '../domain/plan.ts';
import type { ExecutionOutcome, Execution, Sandbox, TrainingWorker } from '../edges/sandbox/index.ts';
import type { FileStore } from '../edges/store/index.ts';
import {
  decideForms,
  decideNext,
  likelyMembers,
  openRunningBlend,
  refitMsOf,
  refitTimeMs,
  wantedModels,
  leastModels,
  reserveRefitMs,
  type MemberCost,
  type RunningBlend,
  type SearchView,
} from '../stages/search/index.ts';
import { addUsage, freshFigures, type WorkerFigures } from './close-sandbox.ts';
import { canBeRefitted, makeJob, settledBy, type FoldData } from './fold-data.ts';
import { keepFit } from './kept-fit.ts';
import { memberLimits } from './member-limits.ts';
import { assembleOutOfFold, costOfMember, evaluateOutOfFold, labelsOf, type OutOfFold } from './out-of-fold.ts';
import type { PreparedData } from './prepare-data.ts';
import type { RunClock, RunLog } from './run-log.ts';

/** Outside limits stand behind the learner's own clock: the wall clock comes later than it, and ends what does not listen. */
const WALL_GRACE_MS = 2_000;
/** How long a fit that was asked to stop may take to hand in what it has: it answers its rows and tells its trees first. */
const stopGraceMs = (budgetMs: number) => Math.max(700, 0.02 * budgetMs);
/** Workers lost in a row, no fit having ended well between them. */
const MAX_WORKER_LOSSES = 3;
/** A fit that lost its worker this often is taken for the cause; fewer could be the doing of fits beside it. */
const MAX_LOSSES_OF_A_FIT = 3;
/** The first candidates are of different families: their drafts tell what a graph of each costs. */
const MAX_DRAFTS = 4;

export type SearchContext = {
  run: RunLog;
  files: FileStore;
  sandbox: Sandbox;
  data: PreparedData;
  foldOf: (fold: number) => FoldData;
  clock: RunClock;
  nowMs(): number;
  stopSignal: AbortSignal;
  memoryBytes: number;
  /** What everything after the search is expected to take. */
  finishMs(): number;
  /** The same with this candidate in the ensemble, as far as it is known. */
  finishOfMs(candidate: Candidate): number;
  /** How long the last candidate's score took to be taken; 0 before the first. */
  evaluationMs(): number;
  noteEvaluationMs(durationMs: number): void;
  /** What each complete candidate costs to answer with. */
  costs: Map<string, MemberCost>;
  costOf(candidateId: string): MemberCost;
  /** What the clock decided in a run that is repeated without one. */
  recorded?: RecordedChoices;
};

/**
 * `considered`: candidates weighed for the ensemble; `refits`: those that there was time to train once more on all rows to learn from; `limits`: what
 * members could cost.
 */
export type RecordedChoices = { considered: ReadonlySet<string>; refits: ReadonlySet<string>; limits: AnswerLimits };

/** A worker that is opened again when it is lost, its matrix with it. */
export type Trainers = {
  execute(candidate: Candidate, fold: number, rounds: number | null, stopAfterMs: number, settled?: Settled): Promise<void>;
  /** Scores a candidate once all its folds have ended well. */
  evaluateIfComplete(candidateId: string): Promise<void>;
  /** Asks all running fits to hand in what they have, and ends those that do not. */
  stopAll(): Promise<void>;
  /** What was seen of the workers so far. */
  figures(): WorkerFigures;
  close(): Promise<void>;
};

export function openTrainers(context: SearchContext, warm: TrainingWorker): Trainers {
  const { run, files, sandbox, data, foldOf, memoryBytes } = context;
  const threads = data.plan.threads;
  const running = new Map<Execution, Promise<void>>();
  const evaluating = new Set<string>();
  const figures = freshFigures();
  let blend: RunningBlend | null = null;
  let losses = 0;
  let worker: TrainingWorker = warm;
  let isLoaded: Promise<void> | null = null;
  let isClosed = false;
  /** Aborted by `stopAll`: a fit that still waits for its worker then does not begin. */
  let halt = new AbortController();

  const loaded = async (): Promise<TrainingWorker> => {
    const current = worker;
    isLoaded ??= current.ready.then(() => current.loadMatrix(data.matrix));
    await isLoaded;
    return current;
  };
  const replaceWorker = async (lost: TrainingWorker, cause: unknown): Promise<void> => {
    if (worker !== lost) return;
    addUsage(figures, lost.usage());
    losses++;
    if (losses > MAX_WORKER_LOSSES) throw cause;
    worker = sandbox.openWorker({ threads, memoryBytes });
    isLoaded = null;
    await lost.close();
  };

  async function attempt(candidate: Candidate, fold: number, rounds: number | null, stopAfterMs: number, settled?: Settled): Promise<ExecutionOutcome> {
    const { signal } = halt;
    const halted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    let lossesOfFit = 0;
    for (;;) {
      let current = worker;
      try {
        current = (await Promise.race([loaded(), halted])) ?? current;
        if (signal.aborted || isClosed) return { kind: 'cancelled', durationMs: 0 };
        const job = makeJob(data, foldOf(fold), fold, candidate, rounds, stopAfterMs, settled);
        const execution = current.execute(job, { wallMs: stopAfterMs * 1.25 + WALL_GRACE_MS, memoryBytes: memoryBytes / threads });
        const ended = execution.outcome.then(
          () => undefined,
          () => undefined,
        );
        running.set(execution, ended);
        try {
          const outcome = await execution.outcome;
          if (outcome.kind !== 'finished') return outcome;
          losses = 0;
          return { ...outcome, result: { ...outcome.result, settled: settled ?? settledBy(job, outcome.result.settled) } };
        } finally {
          running.delete(execution);
        }
      } catch (error) {
        if (!(error instanceof ModelwrightError) || error.kind !== 'environment') throw error;
        if (signal.aborted || isClosed) return { kind: 'cancelled', durationMs: 0 };
        if (current === worker) figures[error.code === 'MW3022' ? 'lostWorkers' : 'notStarted'] += 1;
        await replaceWorker(current, error);
        if (++lossesOfFit >= MAX_LOSSES_OF_A_FIT && error.code === 'MW3022') return { kind: 'failed', exitCode: 137, stderrTail: error.message, durationMs: 0 };
      }
    }
  }

  return {
    async execute(candidate, fold, rounds, stopAfterMs, settled) {
      const outcome = await attempt(candidate, fold, rounds, stopAfterMs, settled);
      // A search that broke off closes its worker; what that ended is done again by `resume`, so it is no event.
      if (isClosed && outcome.kind === 'cancelled') return;
      figures.executions += 1;
      await run.append({ kind: 'execution.finished', candidateId: candidate.id, fold, durationMs: outcome.durationMs, end: await endOf(outcome) });
      // A model of all rows adds nothing to what a candidate is known to be worth.
      if (fold < data.folds.length) await evaluateIfComplete(candidate.id);
    },
    evaluateIfComplete,
    async stopAll() {
      halt.abort();
      halt = new AbortController();
      const executions = [...running];
      for (const [execution] of executions) execution.stop();
      const timer = setTimeout(() => {
        for (const [execution] of executions) execution.cancel();
      }, stopGraceMs(data.plan.budgetMs));
      await Promise.all(executions.map(([, ended]) => ended));
      clearTimeout(timer);
    },
    figures() {
      addUsage(figures, worker.usage());
      return figures;
    },
    close() {
      isClosed = true;
      return worker.close();
    },
  };

  async function evaluateIfComplete(candidateId: string): Promise<void> {
    const state = run.state.candidates.get(candidateId);
    const isComplete = state !== undefined && data.folds.every((_, index) => state.executions.get(index)?.kind === 'finished');
    if (!isComplete || evaluating.has(candidateId)) return;
    evaluating.add(candidateId);
    if (state.evaluation !== null) {
      // Known from before a kill; only what it costs is not kept.
      context.costs.set(candidateId, await costOfMember(state, data, files, run.runId));
      gainOf(await assembleOutOfFold(state, data, files, run.runId));
      return;
    }
    const outOfFold = await assembleOutOfFold(state, data, files, run.runId);
    const startMs = context.nowMs();
    const evaluated = evaluateOutOfFold(outOfFold, data);
    context.noteEvaluationMs(context.nowMs() - startMs);
    context.costs.set(candidateId, await costOfMember(state, data, files, run.runId));
    await run.append({ kind: 'candidate.evaluated', candidateId, metric: data.plan.metric, ...evaluated, gain: gainOf(outOfFold) });
  }

  /** What a candidate adds to those before it. */
  function gainOf({ rows, values }: OutOfFold): number {
    const truth = Float64Array.from(rows, (row) => data.trainingLabels[row]);
    blend ??= openRunningBlend(data.plan.task === 'regression' ? { kind: 'values', values: truth } : labelsOf(data.learn.labels, rows));
    return blend.add(values);
  }

  async function endOf(outcome: ExecutionOutcome): Promise<Extract<RunFacts, { kind: 'execution.finished' }>['end']> {
    switch (outcome.kind) {
      case 'finished':
        return {
          kind: 'finished',
          result: await keepFit(files, run.runId, outcome.result),
          rounds: outcome.result.rounds,
          settled: outcome.result.settled,
          peakMemoryBytes: outcome.peakMemoryBytes,
          hardenMs: outcome.hardenMs,
        };
      case 'failed':
        return { kind: 'failed', exitCode: outcome.exitCode, stderrTail: outcome.stderrTail };
      case 'stopped':
        return { kind: 'stopped', limit: outcome.limit };
      case 'unreadable':
        return { kind: 'unreadable', problem: outcome.problem };
      case 'cancelled':
        return { kind: 'cancelled' };
    }
  }
}

/** What stays the same while a search goes on. */
export type SearchSetup = Pick<SearchView, 'portfolio' | 'shape' | 'mostCandidates' | 'fits' | 'threads' | 'searchStartMs'> & {
  /** Called for each of the first candidates that are complete; it runs beside the search, one at a time. */
  draft(candidate: Candidate): Promise<void>;
};

/**
 * The search: decide, write the decision down, do it, until `decideNext` says stop. Nothing runs past the end of the search: what still
 * runs then is asked for what it has, and killed when it does not answer.
 */
export async function search(context: SearchContext, trainers: Trainers, setup: SearchSetup): Promise<void> {
  const { run, clock, stopSignal, data } = context;
  const { fits, threads } = setup;
  const running = new Set<Promise<void>>();
  let failure: { cause: unknown } | null = null;
  const guarded = (work: Promise<void>) => work.catch((cause: unknown) => void (failure ??= { cause }));
  let drafting: Promise<void> | null = null;
  const drafted = new Set<string>();
  // A run that was killed between a fit and its score has the score taken now.
  for (const candidateId of run.state.candidates.keys()) await trainers.evaluateIfComplete(candidateId);

  for (;;) {
    if (failure !== null) {
      // Nothing is left at work behind the error: what the other fits would still write would come after the run's end.
      await trainers.close();
      await Promise.all([...running, drafting]);
      throw (failure as { cause: unknown }).cause;
    }
    for (const { candidate, evaluation } of run.state.candidates.values()) {
      if (evaluation === null || fits !== null || drafting !== null || drafted.size >= MAX_DRAFTS || drafted.has(candidate.id)) continue;
      drafted.add(candidate.id);
      drafting = guarded(setup.draft(candidate)).finally(() => (drafting = null));
    }
    const searchEndMs = data.plan.budgetMs - context.finishMs() - refitReserveMs(context) - wholeReserveMs(context);
    const isOver = stopSignal.aborted || (fits === null && clock.spentMs() >= searchEndMs);
    const view: SearchView = { ...setup, searchEndMs, nowMs: clock.spentMs(), candidates: run.state.candidates, isCancelled: stopSignal.aborted };
    const decision = isOver || running.size < threads ? decideNext(view) : null;
    if (isOver && running.size > 0) {
      await trainers.stopAll();
      await Promise.all(running);
      continue;
    }
    if (decision?.kind === 'try') {
      await run.append({ kind: 'search.decided', decision });
      const { candidate, fold, rounds, stopAfterMs, settled } = decision;
      const fit = guarded(trainers.execute(candidate, fold, rounds, stopAfterMs, settled)).finally(() => running.delete(fit));
      running.add(fit);
      continue;
    }
    if (running.size === 0) {
      await drafting;
      if (decision) await run.append({ kind: 'search.decided', decision });
      return;
    }
    await untilFirst(running, fits === null ? searchEndMs - clock.spentMs() : null, stopSignal);
  }
}

/** Of what the end takes, the part that is done once more for a model that learns from all rows: it is built and proved equal again. */
const BUILT_AGAIN_SHARE = 0.3;

/** Time for the measured recipe to be trained once more on all rows, and built again; none where it would take too much of the search. */
function wholeReserveMs(context: SearchContext): number {
  const { run, data, costs, costOf } = context;
  const { plan } = data;
  const best = likelyMembers(run.state.candidates, plan.metric).filter((id) => costs.has(id));
  if (data.whole === null || best.length === 0) return 0;
  const { isTimeOrdered } = data.shape;
  const weights = new Map(best.map((id) => [id, 1 / best.length]));
  const { members } = decideForms({
    weights,
    costOf,
    canRefit: (id) => canBeRefitted(run.state.candidates.get(id)),
    foldCount: data.folds.length,
    isTimeOrdered,
    limits: memberLimits(context, best),
    leftMs: Number.POSITIVE_INFINITY,
    threads: 1,
  });
  const fits = members.map(({ candidateId, folds }) => {
    const learnsTwice = (run.state.candidates.get(candidateId)?.candidate.refitFactor ?? 0) > 0;
    const wanted = wantedModels(folds.length, data.folds.length, isTimeOrdered);
    return {
      candidateId,
      wanted,
      least: leastModels(wanted, isTimeOrdered),
      started: 0,
      fitMs: refitMsOf(costOf(candidateId), learnsTwice),
    };
  });
  const fitsMs = reserveRefitMs(fits, plan.threads, plan.budgetMs, isTimeOrdered);
  return fitsMs === 0 ? 0 : fitsMs + context.finishMs() * BUILT_AGAIN_SHARE;
}

/** Where fold models would be too many to ship, the best candidates will be trained once more: that takes time after the search. */
function refitReserveMs(context: SearchContext): number {
  const { run, data, costs, costOf } = context;
  const best = likelyMembers(run.state.candidates, data.plan.metric).filter((id) => costs.has(id));
  const weights = new Map(best.map((id) => [id, 1 / best.length]));
  return refitTimeMs({
    weights,
    costOf,
    canRefit: (id) => canBeRefitted(run.state.candidates.get(id)),
    foldCount: data.folds.length,
    isTimeOrdered: data.shape.isTimeOrdered,
    limits: memberLimits(context, best),
    threads: data.plan.threads,
  });
}

/** Resolves when one of the fits ends, the time is up, or the user asks for the end. */
async function untilFirst(running: Set<Promise<void>>, leftMs: number | null, stopSignal: AbortSignal): Promise<void> {
  const waited = Promise.withResolvers<void>();
  const timer = leftMs === null ? undefined : setTimeout(waited.resolve, Math.max(0, leftMs));
  const onStop = () => waited.resolve();
  stopSignal.addEventListener('abort', onStop);
  await Promise.race([waited.promise, ...running]);
  clearTimeout(timer);
  stopSignal.removeEventListener('abort', onStop);
}
