import { calibrate } from '../domain/calibration.ts';
import type { Calibration, DecisionRule, Member } from '../domain/event.ts';
import { ModelwrightError } from '../domain/error.ts';
import type { ChosenInterval } from '../domain/prediction-interval.ts';
import { seededRandom } from '../domain/random.ts';
import type { CandidateState } from '../domain/run.ts';
import type { AnswerLimits } from '../domain/plan.ts';
import type { Labels, Predictions } from '../domain/task.ts';
import { measureMetric } from '../stages/evaluation/index.ts';
import { canAnswerTogether, chooseCalibration, chooseDecision, chooseEnsemble, chooseInterval, decideForms, likelyMembers } from '../stages/search/index.ts';
import { MOST_MEMBERS_FACTOR } from './finish-clock.ts';
import { canBeRefitted, refitFold } from './fold-data.ts';
import { memberLimits } from './member-limits.ts';
import { asPredictions, assembleOutOfFold, labelsOf, type OutOfFold } from './out-of-fold.ts';
import type { PreparedData } from './prepare-data.ts';
import type { SearchContext, Trainers } from './search-loop.ts';

/** Boosters get the mean of the rounds that the folds found best, and a few for the rows that a fold did not have. What does not stop early keeps its size. */
const REFIT_ROUNDS_FACTOR = 1.05;
/** A fit that only a recorded list asks for has no clock. */
const NO_CLOCK_MS = 3_600_000;

/** The chosen ensemble: which candidates answer together, with what weights, how they are calibrated, classes decided and numbers given a range. */
export type Choice = {
  /** Candidates that were weighed; none where no candidate has all its folds. */
  considered: string[];
  /** What the members may cost: what the plan allows, or less where a larger model would not be built and measured in time. */
  limits: AnswerLimits;
  /** Candidates for whose refit there was time, whether they became members or not. */
  refitsInTime: string[];
  members: Member[];
  calibration: Calibration;
  decision: DecisionRule;
  interval: ChosenInterval | null;
  value: number;
  note: string;
};

/** From the candidates' answers out of the folds to the ensemble that will be packaged. */
export async function chooseMembers(context: SearchContext, trainers: Trainers): Promise<Choice> {
  const { run, data, files, recorded } = context;
  const all = [...run.state.candidates.values()].filter(({ evaluation }) => evaluation !== null);
  const { complete, limits } = recorded
    ? { complete: all.filter(({ candidate }) => recorded.considered.has(candidate.id)), limits: recorded.limits }
    : inTime(context, all);
  if (complete.length === 0) return chooseIncomplete(context);
  const outOfFold: OutOfFold[] = [];
  for (const state of complete) outOfFold.push(await assembleOutOfFold(state, data, files, run.runId));
  const { rows } = outOfFold[0];
  const labels = labelsOf(data.learn.labels, rows);
  const random = seededRandom(data.plan.seed + 7);
  const weights = chooseEnsemble({
    metric: data.plan.metric,
    labels,
    candidates: outOfFold.map(({ candidateId, values }) => ({ id: candidateId, values })),
    asPredictions: (values) => asPredictions(values, data, { kind: 'argmax' }),
    random,
    isAffordable: (ids) => canAnswerTogether(ids.map(context.costOf), memberLimits(context, ids, limits)),
  });
  const weighted = [...weights].filter(([, weight]) => weight > 0);
  const { members, refits, withTime } = decideForms({
    weights: new Map(weighted),
    costOf: context.costOf,
    canRefit: (id) => canBeRefitted(run.state.candidates.get(id)),
    foldCount: data.folds.length,
    isTimeOrdered: data.shape.isTimeOrdered,
    limits: memberLimits(
      context,
      weighted.map(([id]) => id),
      limits,
    ),
    leftMs: run.state.request?.fits ? Number.POSITIVE_INFINITY : data.plan.budgetMs - context.clock.spentMs() - context.finishMs(),
    threads: data.plan.threads,
    ...(recorded && { refits: recorded.refits }),
  });
  const kept = await refit(context, trainers, members, refits);

  const blended = new Float64Array(outOfFold[0].values.length);
  for (const { candidateId, weight } of kept) {
    const values = outOfFold.find((one) => one.candidateId === candidateId)?.values;
    if (values) for (let i = 0; i < blended.length; i++) blended[i] += weight * values[i];
  }
  const settled = settle(context, labels, blended);
  const titles = kept.map(({ candidateId, weight }) => `${run.state.candidates.get(candidateId)?.candidate.title} ${Math.round(weight * 100)} %`);
  return { considered: complete.map(({ candidate }) => candidate.id), limits, refitsInTime: withTime, members: kept, ...settled, note: titles.join(', ') };
}

/**
 * Candidates that the end of the run has time for: one of little weight must not make it longer, large forests take seconds to load. The best one stays
 * all the same: where it is too slow as it is, the limits are as much smaller as there is less time.
 */
function inTime(
  { run, data, clock, finishMs, finishOfMs, costOf }: SearchContext,
  all: CandidateState[],
): { complete: CandidateState[]; limits: AnswerLimits } {
  const { metric, limits, budgetMs } = data.plan;
  if (run.state.request?.fits !== undefined || all.length === 0) return { complete: all, limits };
  // What the search has kept free for the end is there even where it was overrun by a moment: the candidates that it was kept for are not dropped.
  const forEndMs = Math.max(budgetMs - clock.spentMs(), finishMs());
  const [bestId] = likelyMembers(run.state.candidates, metric);
  const best = all.find(({ candidate }) => candidate.id === bestId) ?? all[0];
  const isInTime = ({ candidate }: CandidateState) => finishOfMs(candidate) <= forEndMs;
  const complete = all.filter((one) => one === best || isInTime(one));
  if (isInTime(best)) return { complete, limits };
  const share = forEndMs / finishOfMs(best.candidate);
  const cost = costOf(best.candidate.id);
  const within = (limit: number, ofOne: number) => share * Math.min(limit, ofOne * data.folds.length * MOST_MEMBERS_FACTOR);
  return {
    complete,
    limits: {
      maxRowMs: within(limits.maxRowMs, cost.rowMs),
      maxBatchMsPerRow: within(limits.maxBatchMsPerRow, cost.batchMsPerRow),
      maxPackageBytes: Math.max(1, Math.floor(within(limits.maxPackageBytes, cost.packageBytes))),
    },
  };
}

/** Calibration and the rule that decides classes, or the ranges of numbers, learnt on answers out of the folds. */
function settle({ data }: SearchContext, labels: Labels, blended: Float64Array): Pick<Choice, 'calibration' | 'decision' | 'interval' | 'value'> {
  const { plan } = data;
  if (labels.kind === 'values') {
    const predictions = asPredictions(blended, data, { kind: 'argmax' });
    const interval = settleInterval(data, labels, predictions);
    return { calibration: { kind: 'none' }, decision: { kind: 'argmax' }, interval, value: measureMetric(plan.metric, labels, predictions) };
  }
  const calibration = chooseCalibration({ labels, probabilities: blended, random: seededRandom(plan.seed + 11) });
  const honest = calibrate(blended, labels.classCount, calibration);
  const decision = chooseDecision({ metric: plan.metric, labels, probabilities: honest, random: seededRandom(plan.seed + 13), costs: plan.costs });
  return { calibration, decision, interval: null, value: measureMetric(plan.metric, labels, asPredictions(honest, data, decision)) };
}

/** Ranges of numbers from answers out of the folds; null for classes. */
function settleInterval({ learn, plan, scale }: PreparedData, labels: Labels, predictions: Predictions): ChosenInterval | null {
  if (labels.kind !== 'values' || predictions.kind !== 'values' || learn.labels.kind !== 'values') return null;
  return chooseInterval({
    labels: labels.values,
    answers: predictions.values,
    isLog1p: scale.kind === 'standardised' && scale.isLog1p,
    leastLabel: learn.labels.values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
    random: seededRandom(plan.seed + 17),
  });
}

/**
 * No candidate has all its folds: the best single one there is becomes the model, and the note says so. Candidates are compared on the
 * one fold that most of them have, because scores on different rows say nothing of each other.
 */
async function chooseIncomplete(context: SearchContext): Promise<Choice> {
  const { run, data, files } = context;
  const candidates = [...run.state.candidates.values()];
  const hasFold = (state: CandidateState, fold: number) => state.executions.get(fold)?.kind === 'finished';
  const counts = data.folds.map((_, fold) => candidates.filter((state) => hasFold(state, fold)).length);
  const shared = counts.indexOf(Math.max(...counts));
  const { validate } = data.folds[shared];
  const loss = data.plan.task === 'regression' ? 'rmse' : 'log_loss';
  const found: { state: CandidateState; value: number }[] = [];
  for (const state of candidates.filter((one) => hasFold(one, shared))) {
    const values = takeAnswers(await assembleOutOfFold(state, data, files, run.runId), validate);
    found.push({ state, value: measureMetric(loss, labelsOf(data.learn.labels, validate), asPredictions(values, data, { kind: 'argmax' })) });
  }
  const best = found.toSorted((a, b) => a.value - b.value)[0];
  if (!best) {
    if (context.stopSignal.aborted) {
      throw new ModelwrightError({
        code: 'MW2003',
        message: 'You stopped the run before anything was learnt.',
        hint: `Nothing is lost: modelwright resume ${run.runId} goes on.`,
      });
    }
    throw new ModelwrightError({
      code: 'MW2001',
      message: `The budget of ${data.plan.budgetMs / 1000} s ended before anything was learnt.`,
      hint: `Give more time: --budget ${Math.ceil((data.plan.budgetMs * 4) / 1000)}s. Nothing is lost: modelwright resume ${run.runId} goes on.`,
    });
  }
  const { state } = best;
  const done = data.folds.flatMap((_, fold) => (hasFold(state, fold) ? [fold] : []));
  // In the order of time the last one knows the latest rows.
  const folds = data.shape.isTimeOrdered ? done.slice(-1) : done;
  const { rows, values } = await assembleOutOfFold(state, data, files, run.runId);
  const labels = labelsOf(data.learn.labels, rows);
  const predictions = asPredictions(values, data, { kind: 'argmax' });
  return {
    considered: [],
    limits: data.plan.limits,
    refitsInTime: [],
    members: [{ candidateId: state.candidate.id, weight: 1, folds }],
    calibration: { kind: 'none' },
    decision: { kind: 'argmax' },
    interval: settleInterval(data, labels, predictions),
    value: measureMetric(data.plan.metric, labels, predictions),
    note: `${state.candidate.title}, ${folds.length} of ${data.folds.length} folds: the budget was too short to compare candidates`,
  };
}

/** The answers for some of the rows, in their order. */
function takeAnswers({ rows, values }: OutOfFold, wanted: Int32Array): Float64Array {
  const width = values.length / rows.length;
  const placeOf = new Map<number, number>();
  rows.forEach((row, place) => placeOf.set(row, place));
  const taken = new Float64Array(wanted.length * width);
  wanted.forEach((row, at) => {
    const place = placeOf.get(row);
    if (place !== undefined) taken.set(values.subarray(place * width, (place + 1) * width), at * width);
  });
  return taken;
}

/** Trains the chosen recipes once more on all rows; a refit that fails leaves a fold model of its candidate in its place: the first, or in the order of time the last. */
async function refit(context: SearchContext, trainers: Trainers, members: Member[], refits: string[]): Promise<Member[]> {
  const { run, data, clock } = context;
  const fold = refitFold(data);
  const inItsPlace = data.shape.isTimeOrdered ? data.folds.length - 1 : 0;
  await Promise.all(
    refits.map(async (candidateId) => {
      const state = run.state.candidates.get(candidateId);
      // What is repeated has been done by now, or came to nothing then.
      if (!state || context.recorded || state.executions.get(fold)?.kind === 'finished') return;
      const done = [...state.executions.values()].filter((execution) => execution.kind === 'finished');
      const factor = state.candidate.patience > 0 ? REFIT_ROUNDS_FACTOR : 1;
      const rounds = Math.max(1, Math.round((done.reduce((sum, execution) => sum + execution.rounds, 0) / done.length) * factor));
      const leftMs = data.plan.budgetMs - clock.spentMs() - context.finishMs() * 0.7;
      const stopAfterMs = run.state.request?.fits ? NO_CLOCK_MS : Math.max(300, Math.floor(leftMs));
      await run.append({ kind: 'search.decided', decision: { kind: 'try', candidate: state.candidate, fold, rounds, stopAfterMs } });
      await trainers.execute(state.candidate, fold, rounds, stopAfterMs);
    }),
  );
  return members.map((member) => {
    if (!member.folds.includes(fold)) return member;
    const isThere = run.state.candidates.get(member.candidateId)?.executions.get(fold)?.kind === 'finished';
    return isThere ? member : { ...member, folds: [inItsPlace] };
  });
}
