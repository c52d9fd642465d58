import type { Candidate, RecordedFit } from '../../domain/candidate.ts';
import type { SearchDecision } from '../../domain/event.ts';
import type { CandidateState } from '../../domain/run.ts';
import { expectedFitMs, type SeenFit } from './cost-model.ts';
import { drawCandidate } from './draw-candidate.ts';
import { hasManyClassesIn } from './portfolio-order.ts';
import type { DataShape } from './shape.ts';

/** All that the next step depends on. Times are in milliseconds since the run began. */
export type SearchView = {
  portfolio: Candidate[];
  shape: DataShape;
  /** How many candidates may be tried: after the portfolio more are drawn. */
  mostCandidates: number;
  candidates: ReadonlyMap<string, CandidateState>;
  /** Fits to repeat in their order instead of searching, or null. */
  fits: RecordedFit[] | null;
  nowMs: number;
  searchStartMs: number;
  /** When the search must be over, the time to package set aside. */
  searchEndMs: number;
  threads: number;
  isCancelled: boolean;
};

/** Nothing can be learnt in less. */
const MIN_FIT_MS = 150;
/** The most of the whole search that one candidate may take before the others had their turn. */
const FIRST_SHARE = 0.4;
/** The same for a network where there are many classes: there it is worth half of the time (docs/engine.md). */
const NETWORK_SHARE = 0.6;
/** A candidate that would need more than this many times what is left is not begun. */
const HOPEFUL = 1.3;
/** The same for learners that are of use after a part of their rounds. */
const WORTH_A_PART = 4;
const isAnytime = ({ learner }: Candidate) => learner !== 'linear';

/**
 * The next execution, or the end of the search. Called whenever a thread is free. First one fold each of the first two candidates, so
 * that something usable exists early; then candidate by candidate, all folds of one before the next, because incomplete candidates cannot be
 * compared. A candidate that cannot be completed in the time left is passed over for a cheaper one. After the curated ones others are drawn.
 */
export function decideNext(view: SearchView): SearchDecision {
  if (view.isCancelled) return { kind: 'stop', reason: 'cancelled' };
  if (view.fits) return nextRecorded(view.fits, view.candidates);
  const leftMs = view.searchEndMs - view.nowMs;
  if (leftMs < MIN_FIT_MS) return { kind: 'stop', reason: 'budget-spent' };

  const seen: SeenFit[] = [...view.candidates.values()].flatMap(({ candidate, executions }) =>
    [...executions.values()].flatMap((execution) => (execution.kind === 'finished' ? [{ candidate, durationMs: execution.durationMs }] : [])),
  );
  const early = view.portfolio.slice(0, 2).find((candidate) => !view.candidates.has(candidate.id));
  if (early) return attempt(early, 0, view, leftMs);

  let isAnyOpen = false;
  const drawn = [...view.candidates.values()].flatMap(({ candidate }) => (view.portfolio.some(({ id }) => id === candidate.id) ? [] : [candidate]));
  for (const candidate of [...view.portfolio, ...drawn]) {
    const state = view.candidates.get(candidate.id);
    if (state && isHopeless(state)) continue;
    const open = openFolds(candidate, view);
    if (open.length === 0) continue;
    isAnyOpen = true;
    const waves = Math.ceil(open.length / view.threads);
    const isBegun = state !== undefined;
    const fitMs = expectedFitMs(candidate, view.shape, seen);
    if (fitMs * waves > leftMs * (isBegun ? 2 : 1) * (isAnytime(candidate) ? WORTH_A_PART : HOPEFUL)) continue;
    return attempt(candidate, open[0], view, leftMs);
  }
  const number = view.portfolio.length + drawn.length;
  if (number < view.mostCandidates) {
    const next = drawCandidate(view.candidates, view.shape, { number, seen, leftMs, threads: view.threads });
    if (next) return attempt(next, 0, view, leftMs);
    isAnyOpen = true;
  }
  return { kind: 'stop', reason: isAnyOpen ? 'budget-spent' : 'portfolio-done' };
}

function openFolds(candidate: Candidate, view: SearchView): number[] {
  const started = view.candidates.get(candidate.id)?.started;
  return Array.from({ length: view.shape.foldCount }, (_, fold) => fold).filter((fold) => !started?.has(fold));
}

function runningFolds(candidate: Candidate, view: SearchView): number {
  const state = view.candidates.get(candidate.id);
  return state ? [...state.started].filter((fold) => !state.executions.has(fold)).length : 0;
}

/** A candidate that lost a fold can never be complete. */
const isHopeless = (state: CandidateState) => [...state.executions.values()].some((execution) => execution.kind === 'lost');

/**
 * A fit may use its part of what its candidate may take. The parts are equal, so that no fold of a candidate is cut shorter than another
 * while there is time; the first candidates leave room for those after them.
 */
function attempt(candidate: Candidate, fold: number, view: SearchView, leftMs: number): SearchDecision {
  const wavesOf = (folds: number) => Math.max(1, Math.ceil(folds / view.threads));
  const completed = [...view.candidates.values()].filter((state) => state.evaluation !== null).length;
  const searchMs = view.searchEndMs - view.searchStartMs;
  const share = candidate.learner === 'network' && hasManyClassesIn(view.shape) ? NETWORK_SHARE : FIRST_SHARE;
  const fairMs = completed < 3 ? (share * searchMs) / wavesOf(view.shape.foldCount) : Number.POSITIVE_INFINITY;
  // Folds that are being fitted count with the open ones, or those that begin in the middle of a wave would be given more.
  const leftAWaveMs = leftMs / wavesOf(openFolds(candidate, view).length + runningFolds(candidate, view));
  const stopAfterMs = Math.floor(Math.max(MIN_FIT_MS, Math.min(leftMs, leftAWaveMs, fairMs)));
  return { kind: 'try', candidate, fold, rounds: sharedRounds(candidate, view, stopAfterMs), stopAfterMs };
}

/** A fit that took this part of its time was probably ended by it, and its rounds are those that it had time for. */
const CUT_SHARE = 0.8;

/**
 * Where a fold would learn twice, first to find its rounds and then from its holdout rows too, the later folds learn once: they take the mean of
 * the rounds that the first ones found. It is one number for all of them, so a fold's own rows have next to no say in it.
 */
function sharedRounds(candidate: Candidate, view: SearchView, stopAfterMs: number): number | null {
  if (candidate.refitFactor === 0) return null;
  const ended = [...(view.candidates.get(candidate.id)?.executions.values() ?? [])];
  const found = ended.flatMap((execution) => (execution.kind === 'finished' && execution.durationMs < CUT_SHARE * stopAfterMs ? [execution.rounds] : []));
  if (found.length === 0) return null;
  return Math.max(1, Math.round(found.reduce((sum, rounds) => sum + rounds, 0) / found.length));
}

/** A recorded list has no clock: each fit may take an hour. */
const NO_CLOCK_MS = 3_600_000;

function nextRecorded(fits: RecordedFit[], candidates: ReadonlyMap<string, CandidateState>): SearchDecision {
  const next = fits.find(({ candidate, fold }) => !candidates.get(candidate.id)?.started.has(fold));
  if (!next) return { kind: 'stop', reason: 'fits-done' };
  const { candidate, fold, rounds, settled } = next;
  return { kind: 'try', candidate, fold, rounds, stopAfterMs: NO_CLOCK_MS, ...(settled && { settled }) };
}
