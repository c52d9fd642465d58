import { decodeBundle, encodeBundleParts } from '../domain/bundle.ts';
import { calibrate } from '../domain/calibration.ts';
import type { Candidate } from '../domain/candidate.ts';
import type { Calibration, DecisionRule, Member, ScoreRecord } from '../domain/event.ts';
import { packageFiles } from '../domain/package.ts';
import type { Profile } from '../domain/profile.ts';
import { seededRandom } from '../domain/random.ts';
import type { CandidateState } from '../domain/run.ts';
import { metricFacts, type Labels, type Predictions } from '../domain/task.ts';
import type { FitResult } from '../edges/sandbox/index.ts';
import { sha256Of, writePackage, removePackage } from '../edges/store/index.ts';
import { ModelwrightError } from '../domain/error.ts';
import { openEncoder, type FeatureFile } from '../features/index.ts';
import { measureImportance, openAnswers } from '../model/index.ts';
import { decideVerdict, fitBaseline, measureMetric, measurePaired, measureScore, predictBaseline } from '../stages/evaluation/index.ts';
import { checkEquality, estimateAnswerCost, makeContract, renderReport, signModel, writeGraph, type GraphSpec } from '../stages/packaging/index.ts';
import { chooseCalibration, chooseDecision, chooseEnsemble } from '../stages/search/index.ts';
import type { SearchContext, Trainers } from './search-loop.ts';
import { refitFold } from './fold-data.ts';
import { readFit } from './kept-fit.ts';
import type { Edges } from './open-engine.ts';
import { asPredictions, assembleOutOfFold, labelsOf, type OutOfFold } from './out-of-fold.ts';
import { reportFacts } from './report-facts.ts';

/** Room left at the end of the budget for signing and writing, when importance is asked for as long as there is time. */
const CLOSING_MS = 400;
/** A forest refitted on all rows keeps its size; boosters are given the mean of the rounds that the folds found best. */
const REFIT_ROUNDS_FACTOR = 1.05;
const REFIT_GRACE = 1.6;

type Choice = { members: Member[]; calibration: Calibration; decision: DecisionRule; value: number; note: string };
type Fit = { candidate: Candidate; fold: number; weight: number; result: FitResult };

/** From the candidates to a signed package: choose, build, prove equal, open the test once, sign. Each step is taken at most once in a run. */
export async function finishRun(edges: Edges, context: SearchContext, trainers: Trainers, profile: Profile): Promise<void> {
  const { run } = context;
  if (run.state.ensemble === null) await run.append({ kind: 'ensemble.chosen', ...(await choose(context, trainers)) });
  if (run.state.built === null) await build(edges, context, profile);
  const files = await readBuilt(context);
  if (run.state.score === null) await score(edges, context, files);
  if (run.state.packaged === null) await packageModel(edges, context, files, profile);
}

// --- choosing ---------------------------------------------------------------------------------------------------

async function choose(context: SearchContext, trainers: Trainers): Promise<Choice> {
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
  let leftMs = data.plan.budgetMs - clock.spentMs() - finishReserveMs(data);
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
      const leftMs = data.plan.budgetMs - clock.spentMs() - finishReserveMs(data) * 0.7;
      const stopAfterMs = run.state.request?.fits ? 3_600_000 : Math.max(300, Math.floor(leftMs));
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

/** Time set aside for everything after the search: grows with what has to be answered and explained. */
export function finishReserveMs(data: SearchContext['data']): number {
  const { plan, test, learn, matrix } = data;
  const testRows = test?.table.rowCount ?? learn.table.rowCount;
  const answeringMs = testRows * (plan.limits.maxBatchMsPerRow + matrix.columnCount * 0.0006) * 1.3;
  const ensembleMs = learn.table.rowCount * (plan.task === 'multiclass' ? plan.classes.length : 1) * 0.004;
  return Math.min(plan.budgetMs * 0.45, 700 + plan.budgetMs * 0.03 + answeringMs + ensembleMs);
}

// --- building ---------------------------------------------------------------------------------------------------

async function readMembers({ run, files }: SearchContext): Promise<Fit[]> {
  const fits: Fit[] = [];
  for (const { candidateId, weight, folds } of run.state.ensemble?.members ?? []) {
    const state = run.state.candidates.get(candidateId);
    for (const fold of folds) {
      const execution = state?.executions.get(fold);
      if (!state || execution?.kind !== 'finished') throw new Error(`the chosen fit ${candidateId}-${fold} is not there`);
      fits.push({ candidate: state.candidate, fold, weight: weight / folds.length, result: await readFit(files, run.runId, execution.result) });
    }
  }
  return fits;
}

async function build(edges: Edges, context: SearchContext, profile: Profile): Promise<void> {
  const { run, data, foldOf, files } = context;
  const { ensemble } = run.state;
  if (!ensemble) throw new Error('a model is built from a chosen ensemble');
  const fits = await readMembers(context);
  const usedFolds = [...new Set(fits.filter(({ candidate }) => candidate.usesTargetStatistics).map(({ fold }) => fold))].toSorted((a, b) => a - b);
  const features: FeatureFile = { ...data.features, folds: usedFolds.map((fold) => foldOf(fold).lookups) };
  const baseColumnCount = data.matrix.columnCount;
  const extraCount = usedFolds.length > 0 ? foldOf(usedFolds[0]).lookups.length : 0;
  const spec: GraphSpec = {
    columnCount: baseColumnCount + usedFolds.length * extraCount,
    baseColumnCount,
    vocabularySize: data.matrix.vocabularySize,
    task: data.plan.task,
    classCount: data.plan.task === 'regression' ? 1 : data.plan.classes.length,
    members: fits.map(({ fold, weight, result }) => ({ fitted: result.fitted, weight, extraOffset: baseColumnCount + Math.max(0, usedFolds.indexOf(fold)) * extraCount })),
    calibration: ensemble.calibration,
    target: data.scale,
  };
  const graph = writeGraph(spec);
  const probes = fits.map(({ candidate, result }) => ({ ...result.probes, extraCount: candidate.usesTargetStatistics ? extraCount : 0 }));
  const parity = await checkEquality({ spec, graph, probes, text: data.matrix }, edges.graphs());
  const contract = makeContract(data.plan, profile, new Set(features.inputs.map(({ name }) => name)), ensemble.decision);
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const { head, parts } = encodeBundleParts({
    meta: null,
    arrays: { [packageFiles.graph]: graph, [packageFiles.features]: bytes(features), [packageFiles.contract]: bytes(contract) },
  });
  await run.append({ kind: 'model.built', files: await files.put(run.runId, head, ...parts), parity });
}

async function readBuilt({ run, files }: SearchContext): Promise<Map<string, Uint8Array>> {
  if (!run.state.built) throw new Error('the model is not built');
  const { arrays } = decodeBundle(await files.get(run.runId, run.state.built.files));
  return new Map(Object.entries(arrays).map(([name, array]) => [name, new Uint8Array(array.buffer, array.byteOffset, array.byteLength)]));
}

// --- measuring --------------------------------------------------------------------------------------------------

/** Predictions and labels that the headline rests on: the locked rows through the packaged file, or the folds' answers. */
export async function measuredRows(
  edges: Edges,
  context: SearchContext,
  files: Map<string, Uint8Array>,
): Promise<{ labels: Labels; predictions: Predictions; groups: Int32Array | null; isSeen: Uint8Array | null }> {
  const { run, data } = context;
  const { ensemble } = run.state;
  if (!ensemble) throw new Error('nothing is measured before the ensemble is chosen');
  if (data.test) {
    const answers = await openAnswers(files, { graphs: edges.graphs(), openEncoder });
    try {
      return { labels: data.test.labels, predictions: await answers.answer(data.test.table), groups: data.test.groups, isSeen: data.test.isSeen };
    } finally {
      await answers.close();
    }
  }
  let blended: Float64Array | null = null;
  let rows = new Int32Array(0);
  for (const { candidateId, weight } of ensemble.members) {
    const state = run.state.candidates.get(candidateId);
    if (!state) throw new Error(`the chosen candidate ${candidateId} is not there`);
    const one = await assembleOutOfFold(state, data, context.files, run.runId);
    blended ??= new Float64Array(one.values.length);
    rows = one.rows as Int32Array<ArrayBuffer>;
    for (let i = 0; i < blended.length; i++) blended[i] += weight * one.values[i];
  }
  const labels = labelsOf(data.learn.labels, rows);
  const values = labels.kind === 'classes' ? calibrate(blended ?? new Float64Array(0), labels.classCount, ensemble.calibration) : (blended ?? new Float64Array(0));
  const groups = data.learn.groups && Int32Array.from(rows, (row) => data.learn.groups?.[row] ?? -1);
  return { labels, predictions: asPredictions(values, data, ensemble.decision), groups, isSeen: null };
}

async function score(edges: Edges, context: SearchContext, files: Map<string, Uint8Array>): Promise<void> {
  const { run, data, clock } = context;
  const { plan } = data;
  const graph = files.get(packageFiles.graph) ?? new Uint8Array(0);
  const graphSha256 = sha256Of(graph);
  if (data.test) {
    // Written before the rows are touched. A resumed run may only go on with the very file that opened them.
    if (run.state.testOpened === null) await run.append({ kind: 'test.opened', rowCount: data.test.table.rowCount, graphSha256 });
    else if (run.state.testOpened.graphSha256 !== graphSha256) throw new Error('the test was opened by another model');
  }
  const { labels, predictions, groups, isSeen } = await measuredRows(edges, context, files);
  const rowCount = labels.kind === 'classes' ? labels.codes.length : labels.values.length;
  const baseline = predictBaseline(fitBaseline(plan.metric, data.learn.labels), rowCount);
  const random = () => seededRandom(plan.seed + 101);
  const measured = measureScore({ metric: plan.metric, labels, predictions, groups, random: random() });
  const gain = measurePaired({ metric: plan.metric, labels, a: predictions, b: baseline, groups, random: random() });
  const verdict = decideVerdict(gain, {
    keptLeaks: plan.keptLeaks,
    isParityEqual: run.state.built?.parity.isEqual ?? false,
    // A recorded list of fits has no clock to run past.
    wallMs: run.state.request?.fits ? 0 : clock.spentMs(),
    budgetMs: plan.budgetMs,
  });
  const interval = ({ value, low, high }: { value: number; low: number; high: number }) => ({ value, low, high });
  const record: ScoreRecord = {
    metric: plan.metric,
    score: interval(measured),
    baseline: measureMetric(plan.metric, labels, baseline),
    gain: interval(gain),
    verdict: verdict.kind,
    verdictReason: verdict.reason,
    rowCount,
    onUnseenRows: isSeen ? scoreOnUnseen(plan.metric, labels, predictions, isSeen) : null,
  };
  await run.append({ kind: 'model.scored', record });
}

function scoreOnUnseen(metric: ScoreRecord['metric'], labels: Labels, predictions: Predictions, isSeen: Uint8Array): ScoreRecord['onUnseenRows'] {
  const rows = Int32Array.from(isSeen.keys().filter((row) => isSeen[row] === 0));
  if (rows.length === 0 || rows.length === isSeen.length) return null;
  const part = labelsOf(labels, rows);
  if (metric === 'roc_auc' || metric === 'average_precision') {
    if (part.kind !== 'classes' || !part.codes.includes(1) || !part.codes.includes(0)) return null;
  }
  return { value: measureMetric(metric, part, takePredictions(predictions, rows)), rowCount: rows.length };
}

export function takePredictions(predictions: Predictions, rows: Int32Array): Predictions {
  if (predictions.kind === 'values') return { kind: 'values', values: Float64Array.from(rows, (row) => predictions.values[row]) };
  const { classCount, probabilities, decided } = predictions;
  const taken = new Float64Array(rows.length * classCount);
  rows.forEach((row, index) => taken.set(probabilities.subarray(row * classCount, (row + 1) * classCount), index * classCount));
  return { kind: 'classes', classCount, probabilities: taken, decided: Int32Array.from(rows, (row) => decided[row]) };
}

// --- packaging --------------------------------------------------------------------------------------------------

async function packageModel(edges: Edges, context: SearchContext, files: Map<string, Uint8Array>, profile: Profile): Promise<void> {
  const { run, data, clock } = context;
  const { plan } = data;
  const store = await edges.store();
  const { ensemble, score: record, built, name } = run.state;
  if (!ensemble || !record || !built || name === null) throw new Error('a package needs a built and measured model');
  if (run.state.claimed === null) await run.append({ kind: 'version.claimed', name, version: await store.models.claimVersion(name), createdAt: edges.wallIso() });
  const claimed = run.state.claimed;
  if (!claimed) throw new Error('no version was claimed');
  const { version, createdAt } = claimed;

  const answers = await openAnswers(files, { graphs: edges.graphs(), openEncoder });
  const explained = data.test ?? data.learn;
  const facts = metricFacts[plan.metric];
  const isFree = run.state.request?.fits !== undefined;
  const importance = await measureImportance({
    model: answers,
    table: explained.table,
    measure: (predictions, rows) => measureMetric(plan.metric, labelsOf(explained.labels, rows), predictions),
    isHigherBetter: facts.isHigherBetter,
    random: seededRandom(plan.seed + 211),
    hasTime: () => isFree || clock.spentMs() < plan.budgetMs - CLOSING_MS,
  }).finally(() => answers.close());
  const measured = await measuredRows(edges, context, files);
  const folder = store.models.folderOf(name, version);
  const html = renderReport(
    reportFacts({ context, profile, name, version, createdAt, importance, measured, productVersion: edges.version }),
  );
  const signed = signModel(
    new Map(files).set(packageFiles.report, new TextEncoder().encode(html)),
    {
      name,
      version,
      createdAt,
      plan,
      scores: [record],
      importance,
      members: ensemble.members.map(({ candidateId, weight, folds }) => {
        const candidate = run.state.candidates.get(candidateId)?.candidate;
        return { title: candidate?.title ?? candidateId, learner: candidate?.learner ?? '', weight, models: folds.length };
      }),
      seeds: { plan: plan.seed },
      versions: { modelwright: edges.version },
      lineage: { runId: run.runId, datasetSha256: plan.dataset.sha256 },
      parity: built.parity,
    },
    store.keys.signer(),
  );
  // A run that was killed between writing the folder and saying so finds it here; it is written anew.
  await removePackage(store.home, folder);
  await writePackage(signed.files, folder);
  await run.append({ kind: 'model.packaged', modelId: signed.modelId, name, version, path: folder });
}
