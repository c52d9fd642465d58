import type { Member, RefitAbandonReason } from '../domain/event.ts';
import { ModelwrightError } from '../domain/error.ts';
import type { Parity } from '../domain/package.ts';
import type { AnswerLimits } from '../domain/plan.ts';
import type { Profile } from '../domain/profile.ts';
import type { CandidateState, ExecutionState } from '../domain/run.ts';
import type { GraphRuntime } from '../edges/onnx/index.ts';
import { estimateAnswerCost } from '../stages/packaging/index.ts';
import { keepWithinLimits, leastModels, nextRefit, refitMsOf, refitNeedsMs, wantedModels, type MemberCost, type RefitMember } from '../stages/search/index.ts';
import { buildFiles, keepFiles, type ModelFiles } from './build-files.ts';
import { summariseContainment } from './close-sandbox.ts';
import { canBeRefitted, openFolds, wholeFold, wholeRefitFold } from './fold-data.ts';
import { readFit } from './kept-fit.ts';
import { memberLimits } from './member-limits.ts';
import { openTrainers, type SearchContext, type Trainers } from './search-loop.ts';

/** With fewer of its rounds than this a fit was cut off by the clock. */
const LEAST_ROUNDS_SHARE = 0.8;
/** A fit without a clock, for a recorded list. */
const NO_CLOCK_MS = 3_600_000;
const LEAST_FIT_MS = 300;
/** Up to so many times the measured model's cost is no reason to ship that one instead. */
const GROWTH = 1.1;
/** The second graph is built from more rows, on a machine that may be busier than before. */
const BUILD_SAFETY = 1.5;
/** Report, signature and leaving. */
const CLOSING_MS = 500;
const CLOSING_SHARE = 0.01;

/** Trains the measured recipe once more on all rows; its processes start while the model is still being built and measured. */
export type Refitter = {
  /** What it would like to have of the budget: all of its fits, and the building of its model. `buildMs`: what building the measured one took. */
  needsMs(buildMs: number): number;
  /**
   * Writes down what came of it, `model.refitted` or `refit.abandoned`: whatever goes wrong in training leaves the measured model, and no fit goes
   * on when the budget needs the time for the end. Returns the files that ship, or null where the measured ones do.
   */
  carryOut(profile: Profile, graphs: GraphRuntime, buildMs: number): Promise<ModelFiles | null>;
  close(): Promise<void>;
};

type Made = { files: ModelFiles; parity: Parity; members: Member[]; rowCount: number };

/** For a run whose ensemble is chosen and whose plan asks for it. */
export function openRefitter(context: SearchContext): Refitter {
  const { run, data, clock, stopSignal } = context;
  const { ensemble } = run.state;
  if (!ensemble) throw new Error('nothing is trained again before the ensemble is chosen');
  const { threads, budgetMs } = data.plan;
  // The twin's intervals are kept: all rows are learnt from now, and none are left to learn others from.
  const { members: twin, calibration, decision, interval } = ensemble;
  const leftMs = () => (run.state.request?.fits ? Number.POSITIVE_INFINITY : budgetMs - clock.spentMs());
  // Where there will surely be no time the learners are not imported beside the building of the model.
  const isHopeless = refitNeedsMs(viewOf(context, twin), threads, 'least') > leftMs();
  const worker = data.whole && !isHopeless ? context.sandbox.openWorker({ threads, memoryBytes: context.memoryBytes }) : null;
  worker?.ready.catch(() => undefined); // reported by the first fit that needs it
  let trainers: Trainers | null = null;
  const afterFitsMs = (buildMs: number) => buildMs * BUILD_SAFETY + CLOSING_MS + budgetMs * CLOSING_SHARE;

  async function attempt(profile: Profile, graphs: GraphRuntime, buildMs: number): Promise<Made | RefitAbandonReason> {
    if (data.whole === null) return 'nothing-locked';
    if (stopSignal.aborted) return 'stopped';
    const fitsLeftMs = leftMs() - afterFitsMs(buildMs);
    const endMs = clock.spentMs() + fitsLeftMs;
    if (worker === null || refitNeedsMs(viewOf(context, twin), threads, 'least') > fitsLeftMs) return 'no-time';
    const whole = data.whole();
    const own: SearchContext = { ...context, data: whole, foldOf: openFolds(whole), costs: new Map() };
    trainers = openTrainers(own, worker);
    if (!(await fitAll(own, trainers, twin, endMs))) return 'fit-failed';
    // Its processes end while the graph is written.
    void trainers.close();
    if (stopSignal.aborted) return 'stopped';

    const fitted = twin.map((member) => ({ ...member, folds: numbersOf(context, member).filter((number) => isUsable(context, member, number)) }));
    if (fitted.some(({ folds }, at) => folds.length < leastModelsOf(context, twin[at].folds.length)))
      return hasFailed(context, twin) ? 'fit-failed' : 'no-time';
    const members = keepWithinLimits(fitted, await costsOf(context, fitted), await limitsBeside(context, twin));
    if (members === null) return 'too-costly';
    const { files, parity } = await buildFiles(own, { members, calibration, decision, interval }, profile, graphs);
    return parity.isEqual ? { files, parity, members, rowCount: whole.learn.table.rowCount } : 'not-equal';
  }

  return {
    needsMs: (buildMs) => (worker === null ? 0 : refitNeedsMs(viewOf(context, twin), threads, 'wanted') + afterFitsMs(buildMs)),
    async carryOut(profile, graphs, buildMs) {
      const made = await attempt(profile, graphs, buildMs);
      const summary = trainers && summariseContainment(run.state, trainers.figures());
      if (summary) await run.append({ kind: 'sandbox.closed', summary });
      if (typeof made === 'string') {
        await run.append({ kind: 'refit.abandoned', reason: made });
        return null;
      }
      const { files, parity, members, rowCount } = made;
      const kept = await keepFiles(context.files, run.runId, files);
      await run.append({ kind: 'model.refitted', files: kept, parity: { ...parity, isEqual: true }, members, rowCount });
      return files;
    },
    async close() {
      await (trainers ?? worker)?.close();
    },
  };
}

/** Fits what is open, as far as the time goes, the first model of every member before any second one. False where the machine does not let it. */
async function fitAll(context: SearchContext, trainers: Trainers, twin: readonly Member[], endMs: number): Promise<boolean> {
  const { clock, stopSignal, data } = context;
  const begun = new Set<string>();
  const running = new Set<Promise<void>>();
  let failure: { cause: unknown } | null = null;
  let isOver = false;
  const end = () => {
    isOver = true;
    void trainers.stopAll();
  };
  const timer = Number.isFinite(endMs) ? setTimeout(end, Math.max(0, endMs - clock.spentMs())) : undefined;
  stopSignal.addEventListener('abort', end);
  try {
    for (;;) {
      const leftMs = endMs - clock.spentMs();
      const next = isOver || failure !== null || running.size >= data.plan.threads ? null : nextRefit(viewOf(context, twin, begun), leftMs);
      const member = twin.find(({ candidateId }) => candidateId === next);
      if (member) {
        const fit = fitOne(context, trainers, member, begun, leftMs)
          .catch((cause: unknown) => void (failure ??= { cause }))
          .finally(() => running.delete(fit));
        running.add(fit);
        continue;
      }
      if (running.size === 0) break;
      await Promise.race(running);
    }
  } finally {
    clearTimeout(timer);
    stopSignal.removeEventListener('abort', end);
  }
  if (failure === null) return true;
  const { cause } = failure as { cause: unknown };
  if (cause instanceof ModelwrightError && cause.kind === 'environment') return false;
  throw cause;
}

async function fitOne(context: SearchContext, trainers: Trainers, member: Member, begun: Set<string>, leftMs: number): Promise<void> {
  const { run } = context;
  const { candidateId } = member;
  const { candidate, executions } = stateOf(context, candidateId);
  const number = numbersOf(context, member).find((one) => !executions.has(one) && !begun.has(fitName(candidateId, one)));
  if (number === undefined) throw new Error(`all models of ${candidateId} are begun`);
  begun.add(fitName(candidateId, number));
  const rounds = roundsOf(context, member, number);
  const stopAfterMs = Number.isFinite(leftMs) ? Math.max(LEAST_FIT_MS, Math.floor(leftMs)) : NO_CLOCK_MS;
  await run.append({ kind: 'search.decided', decision: { kind: 'try', candidate, fold: number, rounds, stopAfterMs } });
  await trainers.execute(candidate, number, rounds, stopAfterMs);
}

const leastModelsOf = ({ data }: SearchContext, wanted: number): number => leastModels(wanted, data.shape.isTimeOrdered);

const fitName = (candidateId: string, number: number) => `${candidateId}-${number}`;

function stateOf({ run }: SearchContext, candidateId: string): CandidateState {
  const state = run.state.candidates.get(candidateId);
  if (!state) throw new Error(`the chosen candidate ${candidateId} is not there`);
  return state;
}

/**
 * As many models as the member has in the model that was measured, each under a number of its own: fold models leave rows out again, a single one
 * learns from all. In the order of time the measured one stands alone because the other folds know the oldest rows only; of all rows the folds
 * are dealt at random, and so there are as many as folds. A linear model needs a holdout to find its strength, which only folds have.
 */
function numbersOf(context: SearchContext, { candidateId, folds }: Member): number[] {
  const { data } = context;
  const ofAll = folds.length === 1 && data.folds.length > 1 && canBeRefitted(stateOf(context, candidateId)) ? [wholeRefitFold(data)] : [];
  const count = wantedModels(folds.length, data.folds.length, data.shape.isTimeOrdered);
  return [...ofAll, ...Array.from({ length: count - ofAll.length }, (_, model) => wholeFold(data, model))];
}

type Finished = Extract<ExecutionState, { kind: 'finished' }>;
const finished = (execution: ExecutionState | undefined): Finished[] => (execution?.kind === 'finished' ? [execution] : []);

const foldFits = (context: SearchContext, candidateId: string): Finished[] => {
  const { executions } = stateOf(context, candidateId);
  return context.data.folds.flatMap((_, fold) => finished(executions.get(fold)));
};

/** As many rounds as its twin kept; null where the holdout settles something else (a linear model's strength). */
function roundsOf(context: SearchContext, member: Member, number: number): number | null {
  const { candidate, executions } = stateOf(context, member.candidateId);
  if (!canBeRefitted({ candidate })) return null;
  const twinFold = member.folds[numbersOf(context, member).indexOf(number)] ?? member.folds[0];
  const [twin] = finished(executions.get(twinFold));
  if (!twin) throw new Error(`the measured fit ${fitName(member.candidateId, twinFold)} is not there`);
  return Math.max(1, twin.rounds);
}

/** How far the members are, and what their fits are expected to take: by those that ended, else by the folds. */
function viewOf(context: SearchContext, twin: readonly Member[], begun: ReadonlySet<string> = new Set()): RefitMember[] {
  return twin.map((member) => {
    const { candidateId } = member;
    const { candidate, executions } = stateOf(context, candidateId);
    const numbers = numbersOf(context, member);
    const seenMs = numbers.flatMap((number) => finished(executions.get(number)).map(({ durationMs }) => durationMs));
    const foldsMs = foldFits(context, candidateId).map(({ durationMs }) => durationMs);
    const known = { fitMs: Math.max(...foldsMs), leastFitMs: Math.min(...foldsMs) };
    return {
      candidateId,
      wanted: numbers.length,
      least: leastModelsOf(context, numbers.length),
      started: numbers.filter((number) => executions.has(number) || begun.has(fitName(candidateId, number))).length,
      fitMs: seenMs.length > 0 ? Math.max(...seenMs) : refitMsOf(known, candidate.refitFactor > 0),
    };
  });
}

function isUsable(context: SearchContext, member: Member, number: number): boolean {
  const asked = roundsOf(context, member, number) ?? 0;
  return finished(stateOf(context, member.candidateId).executions.get(number)).some(({ rounds }) => rounds >= asked * LEAST_ROUNDS_SHARE);
}

/** Whether a fit came to nothing for another reason than the end of the time. */
const hasFailed = (context: SearchContext, twin: readonly Member[]) =>
  twin.some((member) =>
    numbersOf(context, member).some((number) => {
      const execution = stateOf(context, member.candidateId).executions.get(number);
      return execution?.kind === 'lost' && execution.why !== 'cancelled';
    }),
  );

/** What one model of each member costs to answer with, on the average of those it has. */
async function costsOf(context: SearchContext, members: readonly Member[]): Promise<Map<string, MemberCost>> {
  const costs = new Map<string, MemberCost>();
  for (const { candidateId, folds } of members) {
    const sum: MemberCost = { rowMs: 0, batchMsPerRow: 0, packageBytes: 0, fitMs: 0, leastFitMs: 0 };
    for (const number of folds) {
      const [fit] = finished(stateOf(context, candidateId).executions.get(number));
      const { fitted } = await readFit(context.files, context.run.runId, fit.result);
      const cost = estimateAnswerCost([fitted], 0);
      sum.rowMs += cost.rowMs / folds.length;
      sum.batchMsPerRow += cost.batchMsPerRow / folds.length;
      sum.packageBytes += cost.packageBytes / folds.length;
      sum.fitMs = Math.max(sum.fitMs, fit.durationMs);
    }
    costs.set(candidateId, sum);
  }
  return costs;
}

/** The plan's limits, or what the measured model costs and a little more, which trees grow on more rows: the model that ships instead would be no quicker. */
async function limitsBeside(context: SearchContext, twin: readonly Member[]): Promise<AnswerLimits> {
  const limits = memberLimits(
    context,
    twin.map(({ candidateId }) => candidateId),
  );
  const costs = await costsOf(context, twin);
  const total = (part: 'rowMs' | 'batchMsPerRow' | 'packageBytes') =>
    twin.reduce((sum, { candidateId, folds }) => sum + folds.length * (costs.get(candidateId)?.[part] ?? 0), 0);
  return {
    maxRowMs: Math.max(limits.maxRowMs, total('rowMs') * GROWTH),
    maxBatchMsPerRow: Math.max(limits.maxBatchMsPerRow, total('batchMsPerRow') * GROWTH),
    maxPackageBytes: Math.max(limits.maxPackageBytes, total('packageBytes') * GROWTH),
  };
}
