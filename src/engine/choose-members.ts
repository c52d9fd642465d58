import { calibrate } from '../domain/calibration.ts';
import type { Calibration, DecisionRule, Member } from '../domain/event.ts';
import { ModelwrightError } from '../domain/error.ts';
import { seededRandom } from '../domain/random.ts';
import type { CandidateState } from '../domain/run.ts';
import type { Labels } from '../domain/task.ts';
import { measureMetric } from '../stages/evaluation/index.ts';
import { estimateAnswerCost } from '../stages/packaging/index.ts';
import { chooseCalibration, chooseDecision, chooseEnsemble } from '../stages/search/index.ts';
import { refitFold } from './fold-data.ts';
import { readFit } from './kept-fit.ts';
import { asPredictions, assembleOutOfFold, labelsOf, type OutOfFold } from './out-of-fold.ts';
import type { SearchContext, Trainers } from './search-loop.ts';

/** A forest refitted on all rows keeps its size; boosters are given the mean of the rounds that the folds found best. */
const REFIT_ROUNDS_FACTOR = 1.05;
/** All rows are more than a fold's. */
const REFIT_GRACE = 1.6;
/** A fit that only a recorded list asks for has no clock. */
const NO_CLOCK_MS = 3_600_000;

/** The chosen ensemble: which candidates answer together, with what weights, how they are calibrated and classes decided. */
export type Choice = { members: Member[]; calibration: Calibration; decision: DecisionRule; value: number; note: string };

/** From the candidates' answers out of the folds to the ensemble that will be packaged. */
export async function chooseMembers(context: SearchContext, trainers: Trainers): Promise<Choice> {
  const { run, data, files } = context;
  const complete = [...run.state.candidates.values()].filter(({ evaluation }) => evaluation !== null);
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
  });
  const weighted = [...weights].filter(([, weight]) => weight > 0);
  const { members, refits } = await decideForms(context, new Map(weighted));
  const kept = await refit(context, trainers, members, refits);

  const blended = new Float64Array(outOfFold[0].values.length);
  for (const { candidateId, weight } of kept) {
    const values = outOfFold.find((one) => one.candidateId === candidateId)?.values;
    if (values) for (let i = 0; i < blended.length; i++) blended[i] += weight * values[i];
  }
  const settled = settle(context, labels, blended);
  const titles = kept.map(({ candidateId, weight }) => `${run.state.candidates.get(candidateId)?.candidate.title} ${Math.round(weight * 100)} %`);
  return { members: kept, ...settled, note: titles.join(', ') };
}

/** Calibration and the rule that decides classes, both learnt on answers out of the folds. */
function settle({ data }: SearchContext, labels: Labels, blended: Float64Array): Pick<Choice, 'calibration' | 'decision' | 'value'> {
  const { plan } = data;
  if (labels.kind === 'values') {
    const predictions = asPredictions(blended, data, { kind: 'argmax' });
    return { calibration: { kind: 'none' }, decision: { kind: 'argmax' }, value: measureMetric(plan.metric, labels, predictions) };
  }
  const calibration = chooseCalibration({ labels, probabilities: blended, random: seededRandom(plan.seed + 11) });
  const honest = calibrate(blended, labels.classCount, calibration);
  const decision = chooseDecision({ metric: plan.metric, labels, probabilities: honest, random: seededRandom(plan.seed + 13) });
  return { calibration, decision, value: measureMetric(plan.metric, labels, asPredictions(honest, data, decision)) };
}

/** No candidate has all its folds: the best single fit there is becomes the model, and the note says so. */
async function chooseIncomplete(context: SearchContext): Promise<Choice> {
  const { run, data, files } = context;
  const found: { state: CandidateState; value: number }[] = [];
  for (const state of run.state.candidates.values()) {
    if (![...state.executions.values()].some(({ kind }) => kind === 'finished')) continue;
    const { rows, values } = await assembleOutOfFold(state, data, files, run.runId);
    if (rows.length === 0) continue;
    found.push({ state, value: measureMetric(data.plan.task === 'regression' ? 'rmse' : 'log_loss', labelsOf(data.learn.labels, rows), asPredictions(values, data, { kind: 'argmax' })) });
  }
  const best = found.toSorted((a, b) => a.value - b.value)[0];
  if (!best) {
    throw new ModelwrightError({
      code: 'MW2001',
      message: `The budget of ${data.plan.budgetMs / 1000} s ended before anything was learnt.`,
      hint: `Give more time: --budget ${Math.ceil((data.plan.budgetMs * 4) / 1000)}s. Nothing is lost: modelwright resume ${run.runId} goes on.`,
    });
  }
  const { state } = best;
  const folds = [...state.executions].flatMap(([fold, execution]) => (execution.kind === 'finished' ? [fold] : []));
  const { rows, values } = await assembleOutOfFold(state, data, files, run.runId);
  const labels = labelsOf(data.learn.labels, rows);
  const value = measureMetric(data.plan.metric, labels, asPredictions(values, data, { kind: 'argmax' }));
  return {
    members: [{ candidateId: state.candidate.id, weight: 1, folds }],
    calibration: { kind: 'none' },
    decision: { kind: 'argmax' },
    value,
    note: `${state.candidate.title}, ${folds.length} of ${data.folds.length} folds: the budget was too short to compare candidates`,
  };
}

/**
 * Fold models are shipped while the answer stays within the plan's limits. Over them, the costliest members are each to be one model
 * refitted on all rows; what still does not fit gives up folds.
 */
async function decideForms(context: SearchContext, weights: Map<string, number>): Promise<{ members: Member[]; refits: { candidateId: string; rounds: number }[] }> {
  const { run, data, files, clock } = context;
  const folds = data.folds.map((_, fold) => fold);
  const members: Member[] = [...weights].map(([candidateId, weight]) => ({ candidateId, weight, folds }));
  if (data.folds.length === 1) return { members, refits: [] };
  const costs = new Map<string, { rowMs: number; bytes: number }>();
  const durations = new Map<string, number>();
  const rounds = new Map<string, number>();
  for (const { candidateId } of members) {
    const state = run.state.candidates.get(candidateId);
    const done = folds.flatMap((fold) => {
      const execution = state?.executions.get(fold);
      return execution?.kind === 'finished' ? [execution] : [];
    });
    const first = await readFit(files, run.runId, done[0].result);
    const cost = estimateAnswerCost([first.fitted], data.matrix.columnCount);
    costs.set(candidateId, { rowMs: cost.batchMsPerRow, bytes: cost.packageBytes });
    durations.set(candidateId, Math.max(...done.map(({ durationMs }) => durationMs)));
    rounds.set(candidateId, Math.max(1, Math.round((done.reduce((sum, execution) => sum + execution.rounds, 0) / done.length) * REFIT_ROUNDS_FACTOR)));
  }
  const total = (part: 'rowMs' | 'bytes') => members.reduce((sum, member) => sum + (costs.get(member.candidateId)?.[part] ?? 0) * member.folds.length, 0);
  const isOver = () => total('rowMs') > data.plan.limits.maxBatchMsPerRow || total('bytes') > data.plan.limits.maxPackageBytes;
  const costliest = (candidates: Member[]) =>
    candidates.toSorted((a, b) => share(b) - share(a)).at(0);
  const share = (member: Member) => {
    const cost = costs.get(member.candidateId) ?? { rowMs: 0, bytes: 0 };
    return member.folds.length * Math.max(cost.rowMs / data.plan.limits.maxBatchMsPerRow, cost.bytes / data.plan.limits.maxPackageBytes);
  };
  const refits: { candidateId: string; rounds: number }[] = [];
  let leftMs = data.plan.budgetMs - clock.spentMs() - context.finishMs();
  while (isOver()) {
    const member = costliest(members.filter(({ folds: kept }) => kept.length > 1));
    if (!member) break;
    const needsMs = (durations.get(member.candidateId) ?? 0) * REFIT_GRACE;
    if (needsMs / Math.min(data.plan.threads, 2) < leftMs || context.run.state.request?.fits) {
      refits.push({ candidateId: member.candidateId, rounds: rounds.get(member.candidateId) ?? 1 });
      member.folds = [refitFold(data)];
      leftMs -= needsMs / Math.min(data.plan.threads, 2);
    } else member.folds = member.folds.slice(0, -1);
  }
  while (isOver() && members.length > 1) {
    const lightest = members.toSorted((a, b) => a.weight - b.weight)[0];
    members.splice(members.indexOf(lightest), 1);
  }
  const sum = members.reduce((all, { weight }) => all + weight, 0);
  return { members: members.map((member) => ({ ...member, weight: member.weight / sum })), refits: refits.filter(({ candidateId }) => members.some((member) => member.candidateId === candidateId)) };
}

/** Trains the chosen recipes once more on all rows; a refit that fails leaves its candidate's first fold model in its place. */
async function refit(context: SearchContext, trainers: Trainers, members: Member[], refits: { candidateId: string; rounds: number }[]): Promise<Member[]> {
  const { run, data, clock } = context;
  const fold = refitFold(data);
  await Promise.all(
    refits.map(async ({ candidateId, rounds }) => {
      const state = run.state.candidates.get(candidateId);
      if (!state || state.executions.get(fold)?.kind === 'finished') return;
      const leftMs = data.plan.budgetMs - clock.spentMs() - context.finishMs() * 0.7;
      const stopAfterMs = run.state.request?.fits ? NO_CLOCK_MS : Math.max(300, Math.floor(leftMs));
      await run.append({ kind: 'search.decided', decision: { kind: 'try', candidate: state.candidate, fold, rounds, stopAfterMs } });
      await trainers.execute(state.candidate, fold, rounds, stopAfterMs);
    }),
  );
  return members.map((member) => {
    if (!member.folds.includes(fold)) return member;
    const isThere = run.state.candidates.get(member.candidateId)?.executions.get(fold)?.kind === 'finished';
    return isThere ? member : { ...member, folds: [0] };
  });
}
