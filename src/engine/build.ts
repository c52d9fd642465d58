import type { BuildWatcher } from '../domain/build-watcher.ts';
import type { BuildRequest, RunEvent } from '../domain/event.ts';
import { ModelwrightError } from '../domain/error.ts';
import type { Plan } from '../domain/plan.ts';
import { warningText, type Profile } from '../domain/profile.ts';
import { stateOf } from '../domain/run.ts';
import type { OpenedFile } from '../edges/tables/index.ts';
import type { OpenedSandbox, TrainingWorker } from '../edges/sandbox/index.ts';
import { approvePlan } from '../stages/planning/index.ts';
import { likelyMembers, mostCandidates, portfolioFor, type MemberCost } from '../stages/search/index.ts';
import { checkModelName, type Store } from '../edges/store/index.ts';
import { draftModel, openFinishClock } from './finish-clock.ts';
import { finishRun } from './finish-run.ts';
import { openFolds } from './fold-data.ts';
import { keepProfile, readProfile } from './kept-profile.ts';
import type { Edges } from './open-engine.ts';
import { readerNotes } from './reader-notes.ts';
import { makePlan, withFullPaths, type Planning } from './plan.ts';
import { prepareData, type PreparedData, type LabelledRows } from './prepare-data.ts';
import { profileFile } from './profile-file.ts';
import { refuseChangedFile } from './refuse-changed.ts';
import { verdictSentence } from './report-facts.ts';
import { openRunLog, startClock, type RunClock, type RunLog } from './run-log.ts';
import { openTrainers, search, type SearchContext } from './search-loop.ts';
import { splitBytes } from './split-bytes.ts';

/** A budget that was resumed gets at least this much for packaging. */
const LEAST_RESUME_MS = 5_000;

type Workshop = { sandbox: OpenedSandbox; worker: TrainingWorker };
type Going = { edges: Edges; store: Store<RunEvent>; run: RunLog; clock: RunClock; watcher: BuildWatcher };

/** A sentence and a table become a signed model: the whole journey, every step an event on disk before the next. */
export async function buildModel(edges: Edges, asked: BuildRequest, watcher: BuildWatcher) {
  if (asked.name !== null) checkModelName(asked.name);
  const store = await edges.store();
  const request = withFullPaths(asked);
  const runId = edges.newRunId();
  const clock = startClock(edges.nowMs(), edges.nowMs);
  await store.leases.takeLease(runId);
  try {
    return await travel(edges, store, runId, [], clock, watcher, request);
  } finally {
    await giveBack(store, runId);
  }
}

/** A lease ends with its process at the latest: that it cannot be given back (a full disk) must not hide what happened before. */
const giveBack = (store: Store<RunEvent>, runId: string) => store.leases.releaseLease(runId).catch(() => undefined);

/** Goes on from the last event of a run that was interrupted, with what is left of its budget. */
export async function resumeModel(edges: Edges, runId: string, watcher: BuildWatcher) {
  const store = await edges.store();
  // Taken before the first look: what is read without it may be out of date when it comes.
  await store.leases.takeLease(runId);
  try {
    return await resumeHeld(edges, store, runId, watcher);
  } finally {
    await giveBack(store, runId);
  }
}

async function resumeHeld(edges: Edges, store: Store<RunEvent>, runId: string, watcher: BuildWatcher) {
  const events = (await store.log.read(runId)).map(({ event }) => event);
  const state = stateOf(events);
  if (!state.request) {
    throw new ModelwrightError({ code: 'MW2011', message: `There is no run "${runId}" in this home.`, hint: '`modelwright runs` lists them.' });
  }
  if (state.end.kind === 'finished') {
    throw new ModelwrightError({
      code: 'MW2002',
      message: `Run ${runId} is finished${state.packaged ? `: ${state.packaged.name}@${state.packaged.version}` : ''}.`,
      hint: 'Start another with modelwright build.',
    });
  }
  // Below zero where the whole budget is less than a resumed run gets.
  const clock = startClock(Math.min(state.spentMs, state.request.budgetMs - LEAST_RESUME_MS), edges.nowMs);
  return travel(edges, store, runId, events, clock, watcher, state.request);
}

async function travel(edges: Edges, store: Store<RunEvent>, runId: string, events: RunEvent[], clock: RunClock, watcher: BuildWatcher, request: BuildRequest) {
  const run = openRunLog(store.log, runId, events, clock, edges.wallIso, (event) => watcher.onEvent(event, runId));
  const going: Going = { edges, store, run, clock, watcher };
  let isOver = false;
  // The walls are tried and the learners imported, which takes seconds, while the table is being read.
  const workshop = edges.sandbox().then((sandbox) => {
    if (isOver) throw new Error('the table was refused before the walls had been tried');
    const worker = sandbox.openWorker({ threads: request.threads, memoryBytes: edges.memoryBytes });
    worker.ready.catch(() => undefined); // reported by the first fit that needs it
    return { sandbox, worker };
  });
  workshop.catch(() => undefined); // reported where it is awaited
  try {
    await run.append(events.length === 0 ? { kind: 'run.requested', request, version: edges.version } : { kind: 'run.resumed' });
    return await journey(going, request, workshop);
  } catch (error) {
    await recordFailure(run, error, events.length > 0);
    throw error;
  } finally {
    isOver = true;
    const opened = await workshop.catch(() => null); // thrown above, where it was awaited
    await opened?.worker.close();
  }
}

/** A run that failed for a reason of the user's or ours is over; one that the machine let down, or that was resumed with other data, can be resumed. */
async function recordFailure(run: RunLog, error: unknown, isResumed: boolean): Promise<void> {
  const isOurs = !(error instanceof ModelwrightError);
  if (!isOurs && (error.kind === 'environment' || error.kind === 'budget' || (error.kind === 'data' && isResumed))) {
    await run.append({ kind: 'run.interrupted' }).catch(() => undefined); // the machine that failed us may fail this too
    return;
  }
  const facts = isOurs
    ? { code: 'MW9001', message: String(error), hint: 'modelwright explain MW9001' }
    : { code: error.code, message: error.message, hint: error.hint };
  await run.append({ kind: 'run.failed', ...facts }).catch(() => undefined); // likewise
}

async function journey(going: Going, request: BuildRequest, workshop: Promise<Workshop>) {
  const { edges, store, run, clock, watcher } = going;
  const tables = await edges.tables();
  const file = await tables.openFile(run.state.plan?.dataset.path ?? request.data, request.readAs);
  const testFile = request.testData === null ? null : await tables.openFile(request.testData, request.readAs);
  refuseChangedFile(run.state.dataset?.ref ?? null, file, 'resume');
  if (run.state.plan?.testDataset && testFile) refuseChangedFile(run.state.plan.testDataset, testFile, 'resume');

  const profile = await profileStep(going, file, request);
  const { sandbox, worker } = await workshop;
  await run.append({ kind: 'sandbox.opened', isCaged: sandbox.isCaged, containment: edges.containment(sandbox, request.threads) });
  const planned = run.state.plan
    ? { plan: run.state.plan, read: null }
    : await planStep(going, {
        tables,
        request,
        file,
        testFile,
        profile,
        watcher,
        isCaged: sandbox.isCaged,
        readerNotes: sandbox.isCaged ? readerNotes(await edges.guests()) : [],
        asking: (question) => asking(clock, question),
      });
  const { plan } = planned;
  const data = await prepareData(plan, tables, file, testFile, planned.read);
  await file.close();
  await testFile?.close();
  if (run.state.split === null) await splitStep(going, data);

  const finish = openFinishClock(data);
  let evaluationMs = 0;
  const costs = new Map<string, MemberCost>();
  const context: SearchContext = {
    run,
    files: store.files,
    sandbox,
    data,
    foldOf: openFolds(data),
    clock,
    nowMs: edges.nowMs,
    stopSignal: watcher.stopSignal,
    memoryBytes: edges.memoryBytes,
    finishMs: () => finish.estimateMs(likelyMembers(run.state.candidates, plan.metric)),
    finishOfMs: finish.estimateOfMs,
    evaluationMs: () => evaluationMs,
    noteEvaluationMs: (durationMs) => void (evaluationMs = durationMs),
    costs,
    costOf(candidateId) {
      const cost = costs.get(candidateId);
      if (!cost) throw new Error(`what ${candidateId} costs is not known`);
      return cost;
    },
  };
  const trainers = openTrainers(context, worker);
  try {
    if (run.state.ensemble === null) {
      await search(context, trainers, {
        portfolio: portfolioFor(data.shape),
        shape: data.shape,
        mostCandidates: mostCandidates(data.shape.fitRows),
        fits: request.fits ?? null,
        searchStartMs: clock.spentMs(),
        threads: plan.threads,
        draft: (candidate) => draftModel(context, finish, candidate, profile, edges.graphs()),
      });
    }
    await finishRun(edges, context, trainers, profile);
  } finally {
    await trainers.close();
  }
  return endStep(going, data, plan);
}

async function profileStep({ run, store }: Going, file: OpenedFile, request: BuildRequest): Promise<Profile> {
  if (run.state.dataset) return readProfile(store.files, run.runId, run.state.dataset.profile);
  const profile = await profileFile(file, request);
  await run.append({
    kind: 'dataset.profiled',
    dataset: { path: request.data, sha256: file.sha256, rowCount: file.rowCount },
    columnCount: file.columns.length,
    warnings: profile.warnings.map(warningText),
    profile: await keepProfile(store.files, run.runId, profile),
  });
  return profile;
}

async function planStep(going: Going, planning: Planning): Promise<{ plan: Plan; read: LabelledRows }> {
  const { run, clock, watcher } = going;
  const { request } = planning;
  const { plan, read, card } = await makePlan(planning);
  watcher.showCard?.(card);
  if (!request.isApproved && !request.plan) {
    if (!watcher.askApproval) {
      throw new ModelwrightError({
        code: 'MW1211',
        message: 'The plan was not approved: nobody can be asked here.',
        hint: 'Add --yes to approve it, or run on a terminal.',
      });
    }
    const isApproved = await asking(clock, watcher.askApproval(card));
    if (!isApproved) {
      throw new ModelwrightError({
        code: 'MW1211',
        message: 'The plan was not approved; nothing was trained.',
        hint: 'Change it with --target, --metric, --drop or --keep.',
      });
    }
  }
  const name = request.name ?? defaultName(plan.target);
  await run.append({ kind: 'plan.approved', plan: approvePlan(plan), by: request.plan ? 'plan-file' : request.isApproved ? 'yes-option' : 'person', name });
  return { plan, read };
}

/** The clock stands still while a person thinks. */
async function asking<T>(clock: RunClock, question: Promise<T>): Promise<T> {
  clock.pause();
  try {
    return await question;
  } finally {
    clock.goOn();
  }
}

/** A name of letters, digits and dashes from the target's. */
function defaultName(target: string): string {
  const name = target
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return name || 'model';
}

async function splitStep({ run, store }: Going, data: PreparedData): Promise<void> {
  const { split, folds, learn, test, matrix } = data;
  await run.append({
    kind: 'split.made',
    splitKind: split.kind,
    learnRows: learn.table.rowCount,
    testRows: test?.table.rowCount ?? 0,
    foldCount: folds.length,
    matrixColumns: matrix.columnCount,
    notes: split.notes,
    split: await store.files.put(run.runId, splitBytes(data)),
  });
}

async function endStep({ store, run, clock }: Going, data: PreparedData, plan: Plan) {
  const { packaged, score, ensemble, refit, searchEnd } = run.state;
  if (!packaged || !score || !ensemble) throw new Error('a finished run has a packaged and measured model');
  await store.models.registerModel({
    name: packaged.name,
    version: packaged.version,
    modelId: packaged.modelId,
    folder: packaged.path,
    runId: run.runId,
    createdAt: run.state.claimed?.createdAt ?? '',
  });
  // The clock of a resumed run may have been set back; what was spent before was spent.
  const wallMs = Math.round(Math.max(clock.spentMs(), run.state.spentMs));
  await run.append({ kind: 'run.finished', wallMs });
  return {
    kind: 'result' as const,
    run: run.runId,
    model: `${packaged.name}@${packaged.version}`,
    path: packaged.path,
    metric: plan.metric,
    score: score.score,
    baseline: score.baseline,
    interval: ensemble.interval,
    unjudgedClasses: score.unjudgedClasses ?? [],
    coverage: score.coverage ?? null,
    verdict: score.verdict,
    sentence: verdictSentence(score),
    wallMs,
    budgetMs: plan.budgetMs,
    rows: { train: data.learn.table.rowCount, test: score.rowCount },
    measuredOn: data.split.reportedOn,
    shipped:
      refit?.kind === 'refitted'
        ? { kind: 'refit' as const, rowCount: refit.rowCount }
        : { kind: 'tested' as const, because: refit?.kind === 'abandoned' ? refit.reason : null },
    members: (refit?.kind === 'refitted' ? refit : ensemble).members.reduce((sum, { folds }) => sum + folds.length, 0),
    isStoppedEarly: searchEnd === 'cancelled' || (refit?.kind === 'abandoned' && refit.reason === 'stopped'),
  };
}
