import type { Member, RunEvent } from '../domain/event.ts';
import { ModelwrightError } from '../domain/error.ts';
import { packageFiles, type Manifest } from '../domain/package.ts';
import type { Predictions } from '../domain/task.ts';
import type { GraphRuntime } from '../edges/onnx/index.ts';
import { sha256Of, type Store } from '../edges/store/index.ts';
import { openEncoder } from '../features/index.ts';
import { openAnswers } from '../model/index.ts';
import { buildFiles, keepFiles, readBuilt, readRefitted, type ModelFiles } from './build-files.ts';
import { chooseMembers } from './choose-members.ts';
import { compare, compareCandidates, compareOutcomes, REPLAY_TOLERANCE, type Compared } from './compare-runs.ts';
import { openFolds } from './fold-data.ts';
import { readProfile } from './kept-profile.ts';
import { readVerified } from './keep.ts';
import { openMeasuredRows, scoreRows } from './measure-model.ts';
import type { Edges } from './open-engine.ts';
import { prepareData, type PreparedData } from './prepare-data.ts';
import { readRecordedRun, type RecordedRun } from './recorded-run.ts';
import { refuseChangedFile } from './refuse-changed.ts';
import { openRunLog, startClock } from './run-log.ts';
import { openTrainers, type SearchContext } from './search-loop.ts';
import { splitBytes } from './split-bytes.ts';

/** Each fit may take an hour. */
const NO_CLOCK_MS = 3_600_000;

/** `threads`: fits side by side; null takes as many as the run had. */
export type ReplayRequest = { reference: string; threads: number | null };

/** A model whose package is held against the replay. */
type Packaged = { reference: string; manifest: Manifest };

/**
 * Does a finished run again from its events, without the clock, and holds what it comes to against what the run says. What the clock decided is
 * taken from the events; all else is computed anew. It works in a home of its own that is gone afterwards: nothing is added to the user's.
 */
export async function replayRun(edges: Edges, { reference, threads }: ReplayRequest) {
  const startMs = edges.nowMs();
  const store = await edges.store();
  const named = reference.startsWith('r_') ? null : await readVerified(edges, reference);
  const runId = named?.manifest.lineage.runId ?? reference;
  const recorded = readRecordedRun(
    runId,
    (await store.log.read(runId)).map(({ event }) => event),
  );
  const packaged = named ?? (await packageOf(edges, store, recorded));
  const { data, context, warm } = await openReplay(edges, recorded, threads ?? recorded.plan.threads);
  try {
    const replayed = await doAgain(edges, store, recorded, context, warm);
    const candidates = compareCandidates(recorded.state, context.run.state);
    const others: Compared[] = [
      compare('rows of the split', recorded.state.split?.split.sha256 ?? '', sha256Of(splitBytes(data))),
      ...compareOutcomes(recorded.state, context.run.state),
      ...replayed,
      ...(packaged ? comparePackage(recorded, packaged, replayed) : []),
    ];
    return {
      kind: 'result' as const,
      run: runId,
      model: packaged?.reference ?? null,
      metric: recorded.plan.metric,
      tolerance: REPLAY_TOLERANCE,
      isSame: [...candidates, ...others].every(({ isSame }) => isSame),
      candidates,
      others,
      fits: recorded.fits.length + recorded.wholeFits.length,
      versions: { recorded: recorded.version, replayed: edges.version },
      wallMs: Math.round(edges.nowMs() - startMs),
    };
  } finally {
    await warm.close();
  }
}

/** The package that the run made, where this home still has it. */
async function packageOf(edges: Edges, store: Store<RunEvent>, { state, runId }: RecordedRun): Promise<Packaged | null> {
  if (!state.packaged) return null;
  const reference = `${state.packaged.name}@${state.packaged.version}`;
  const known = await store.models.findModel(reference);
  return known?.runId === runId ? readVerified(edges, reference) : null;
}

/** The same data as then, in a fresh run without a clock. */
async function openReplay(edges: Edges, recorded: RecordedRun, threads: number) {
  const { request, runId, choices, fits } = recorded;
  const plan = { ...recorded.plan, threads };
  const tables = await edges.tables();
  const file = await tables.openFile(plan.dataset.path, request.readAs);
  const testFile = request.testData === null ? null : await tables.openFile(request.testData, request.readAs);
  refuseChangedFile(plan.dataset, file, 'replay');
  if (testFile) refuseChangedFile(plan.testDataset, testFile, 'replay');
  const passing = await edges.passingStore();
  const sandbox = await edges.sandbox();
  // The learners are imported while the table is read.
  const warm = sandbox.openWorker({ threads, memoryBytes: edges.memoryBytes });
  warm.ready.catch(() => undefined); // reported by the first fit that needs it
  try {
    const data = await prepareData(plan, tables, file, testFile, null);
    await file.close();
    await testFile?.close();
    const clock = startClock(0, edges.nowMs);
    const run = openRunLog(passing.log, runId, [], clock, edges.wallIso, () => undefined);
    await run.append({ kind: 'run.requested', request: { ...request, fits }, version: edges.version });
    return { data, context: contextOf(edges, passing, { run, clock, data, sandbox, recorded: choices }), warm };
  } catch (error) {
    await warm.close();
    throw error;
  }
}

type ReplayParts = Pick<SearchContext, 'run' | 'clock' | 'data' | 'sandbox'> & Required<Pick<SearchContext, 'recorded'>>;

function contextOf(edges: Edges, passing: Store<RunEvent>, parts: ReplayParts): SearchContext {
  const costs: SearchContext['costs'] = new Map();
  return {
    ...parts,
    files: passing.files,
    foldOf: openFolds(parts.data),
    nowMs: edges.nowMs,
    stopSignal: new AbortController().signal,
    memoryBytes: edges.memoryBytes,
    // Nothing is asked of a clock.
    finishMs: () => 0,
    finishOfMs: () => 0,
    evaluationMs: () => 0,
    noteEvaluationMs: () => undefined,
    costs,
    costOf(candidateId) {
      const cost = costs.get(candidateId);
      if (!cost) throw new Error(`what ${candidateId} costs is not known`);
      return cost;
    },
  };
}

/** Fits, chooses, builds and measures; the graphs that came of it, held against those of the run. */
async function doAgain(edges: Edges, store: Store<RunEvent>, recorded: RecordedRun, context: SearchContext, warm: Parameters<typeof openTrainers>[1]) {
  const { run, data } = context;
  const graphs = edges.graphs();
  const then: SearchContext = { ...context, files: store.files, run: { ...run, state: recorded.state } };
  if (!recorded.state.dataset) throw new Error('a finished run has read its data');
  const profile = await readProfile(store.files, recorded.runId, recorded.state.dataset.profile);
  const trainers = openTrainers(context, warm);
  try {
    await fitAll(context, trainers, recorded.fits);
    await run.append({ kind: 'ensemble.chosen', ...(await chooseMembers(context, trainers)) });
  } finally {
    await trainers.close();
  }
  const { ensemble } = run.state;
  if (!ensemble) throw new Error('the chosen ensemble is an event');
  const { files, parity, inputsByUse } = await buildFiles(context, ensemble, profile, graphs);
  await run.append({ kind: 'model.built', files: await keepFiles(context.files, run.runId, files), parity, inputsByUse });
  const answers = await openAnswers(files, { graphs, openEncoder });
  try {
    const measured = await openMeasuredRows(context, files, answers);
    await run.append({ kind: 'model.scored', record: scoreRows(context, measured) });
  } finally {
    await answers.close();
  }
  const before = await readBuilt(then);
  const compared = [await compareGraphs('graph of the measured model', before, files, data, graphs)];
  const { testOpened } = recorded.state;
  if (testOpened) compared.push(compare('graph that opened the locked rows', testOpened.graphSha256, graphHash(before)));

  const refitted = await readRefitted(then);
  if (refitted === null || recorded.state.refit?.kind !== 'refitted') return compared;
  if (data.whole === null) return [...compared, compare('graph of the model that ships', graphHash(refitted), null)];
  const whole = data.whole();
  const own: SearchContext = { ...context, data: whole, foldOf: openFolds(whole), costs: new Map() };
  const last = openTrainers(own, context.sandbox.openWorker({ threads: data.plan.threads, memoryBytes: context.memoryBytes }));
  try {
    await fitAll(own, last, recorded.wholeFits);
  } finally {
    await last.close();
  }
  const members = withWeightsOf(ensemble.members, recorded.state.refit.members);
  const { files: shipped } = await buildFiles(own, { ...ensemble, members }, profile, graphs);
  return [...compared, await compareGraphs('graph of the model that ships', refitted, shipped, data, graphs)];
}

async function fitAll({ run, data }: SearchContext, trainers: ReturnType<typeof openTrainers>, fits: RecordedRun['fits']): Promise<void> {
  const open = fits.values();
  const fitNext = async () => {
    for (const { candidate, fold, rounds, settled } of open) {
      const decision = { kind: 'try' as const, candidate, fold, rounds, stopAfterMs: NO_CLOCK_MS, ...(settled && { settled }) };
      await run.append({ kind: 'search.decided', decision });
      await trainers.execute(candidate, fold, rounds, NO_CLOCK_MS, settled);
    }
  };
  await Promise.all(Array.from({ length: data.plan.threads }, fitNext));
  const lost = fits.find(({ candidate, fold }) => run.state.candidates.get(candidate.id)?.executions.get(fold)?.kind !== 'finished');
  if (!lost) return;
  const execution = run.state.candidates.get(lost.candidate.id)?.executions.get(lost.fold);
  throw new ModelwrightError({
    code: 'MW2013',
    message: `Fold ${lost.fold} of ${lost.candidate.title} ended well in the run and not in the replay (${execution?.kind === 'lost' ? execution.why : 'not begun'}).`,
    hint: 'If memory is short, try --threads 1.',
  });
}

/** The members of the last model as they were recorded, with the weights that the replay came to. */
const withWeightsOf = (chosen: readonly Member[], recorded: readonly Member[]): Member[] =>
  recorded.map((member) => ({ ...member, weight: chosen.find(({ candidateId }) => candidateId === member.candidateId)?.weight ?? member.weight }));

const graphHash = (files: ReadonlyMap<string, Uint8Array>): string => sha256Of(files.get(packageFiles.graph) ?? new Uint8Array(0));

/** The same bytes, or graphs whose answers to all rows are the same as far as numbers are. */
async function compareGraphs(what: string, before: ModelFiles, after: ModelFiles, data: PreparedData, graphs: GraphRuntime): Promise<Compared> {
  const [recorded, replayed] = [graphHash(before), graphHash(after)];
  if (recorded === replayed) return { what, recorded, replayed, difference: 0, isSame: true };
  let difference = 0;
  for (const { table } of [data.learn, ...(data.test ? [data.test] : [])]) {
    const [then, now] = [await answersOf(before, table, graphs), await answersOf(after, table, graphs)];
    then.forEach((value, at) => (difference = Math.max(difference, Math.abs(value - now[at]) / Math.max(1, Math.abs(value)))));
  }
  return { what, recorded, replayed, difference, isSame: difference <= REPLAY_TOLERANCE };
}

async function answersOf(files: ModelFiles, table: PreparedData['learn']['table'], graphs: GraphRuntime): Promise<Float64Array> {
  const answers = await openAnswers(files, { graphs, openEncoder });
  try {
    return numbersOf(await answers.answer(table));
  } finally {
    await answers.close();
  }
}

const numbersOf = (predictions: Predictions): Float64Array => (predictions.kind === 'values' ? predictions.values : predictions.probabilities);

/** The package is held against the run: the graph that the run shipped lies in it, and the score that it states is the run's. */
function comparePackage({ state }: RecordedRun, { manifest }: Packaged, graphs: readonly Compared[]): Compared[] {
  const shipped = graphs.findLast(({ what }) => what.startsWith('graph of'));
  const stated = manifest.scores.find(({ metric }) => metric === state.score?.metric);
  return [
    compare('graph in the package', manifest.files[packageFiles.graph]?.sha256 ?? 'none', shipped?.recorded ?? null),
    compare('score in the package', stated?.score.value ?? 'none', state.score?.score.value ?? null),
  ];
}
