import { availableParallelism, totalmem } from 'node:os';
import type { Containment } from '../domain/containment.ts';
import { parseRunEvent, type RunEvent } from '../domain/event.ts';
import { ModelwrightError } from '../domain/error.ts';
import { openNativeRuntime, type GraphRuntime } from '../edges/onnx/index.ts';
import { describeContainment, openGuests, openSandbox, type Guests, type OpenedSandbox } from '../edges/sandbox/index.ts';
import { openScratch, openStore, type Scratch, type Store } from '../edges/store/index.ts';
import { openTables, readerEntry, type Tables } from '../edges/tables/index.ts';
import { findTrainingEnvironment } from '../../scripts/environment.mjs';
import { guestOptions } from './guest-options.ts';
import { buildModel, resumeModel } from './build.ts';
import type { Config } from './config.ts';
import { examineMachine } from './examine.ts';
import { evaluateModel, predictFile, predictRow } from './answer.ts';
import { placesOf } from './places-of.ts';
import { planModel } from './plan.ts';
import { replayRun } from './replay.ts';
import { checkThreats, judgeThreats } from './threats.ts';
import { exportModel, listModels, listRuns, remove, showModel, trustKey, verifyModel, writeReport } from './keep.ts';

/** The edges, opened when they are first needed: `list` starts no reader and no cage. */
export type Edges = {
  config: Config;
  version: string;
  nowMs(): number;
  wallIso(): string;
  newRunId(): string;
  memoryBytes: number;
  processors: number;
  store(): Promise<Store<RunEvent>>;
  /** Processes that hold native code and strangers' bytes. */
  guests(): Promise<Guests>;
  tables(): Promise<Tables>;
  sandbox(): Promise<OpenedSandbox>;
  /** What stands round the code of a run, for its events. */
  containment(sandbox: OpenedSandbox, threads: number): Containment;
  graphs(): GraphRuntime;
  /** A home that is gone with this process, for a run that only checks another. */
  passingStore(): Promise<Store<RunEvent>>;
};

export type Engine = Awaited<ReturnType<typeof openEngine>>;

const MOST_DATABASE_BYTES = 4 * 2 ** 30;

/** Opens the rooms behind the doors for one home. Close it: it holds processes. */
export async function openEngine(config: Config, version: string) {
  const nowMs = () => performance.now();
  let store: Promise<Store<RunEvent>> | null = null;
  let scratch: Promise<Scratch> | null = null;
  let guests: Promise<Guests> | null = null;
  let tables: Promise<Tables> | null = null;
  let sandbox: Promise<OpenedSandbox> | null = null;
  let graphs: GraphRuntime | null = null;
  let passing: Promise<{ scratch: Scratch; store: Store<RunEvent> }> | null = null;
  const processKey = `p${process.pid}`;

  const openTheStore = () => (store ??= openStore(config.home, parseRunEvent));
  const openTheScratch = () => (scratch ??= openTheStore().then(({ home }) => openScratch(home, processKey)));
  const findEnvironment = () => {
    const found = findTrainingEnvironment(config.cacheRoots, config.userId);
    if (found.kind === 'ready') return found;
    throw new ModelwrightError({
      code: 'MW3001',
      message: 'The training environment is not set up on this machine.',
      hint: `Type: ${found.remedy}`,
    });
  };
  const openPassing = async () => {
    const { home } = await openTheStore();
    const own = await openScratch(home, `${processKey}-passing`);
    return { scratch: own, store: await openStore(own.folder, parseRunEvent) };
  };
  const memoryBytes = Math.floor(totalmem() * 0.6);
  /** The rest of a guest's memory is JavaScript's. */
  const databaseBytes = Math.min(MOST_DATABASE_BYTES, memoryBytes / 2);
  const openTheGuests = () => (guests ??= openTheScratch().then(({ folder }) => openGuests(guestOptions(config, folder, memoryBytes))));
  const edges: Edges = {
    config,
    version,
    // performance.now() counts from the start of the process: the budget's clock starts with it.
    nowMs,
    wallIso: () => new Date().toISOString(),
    newRunId: () => `r_${Date.now().toString(36)}${crypto.randomUUID().slice(0, 6)}`,
    memoryBytes,
    processors: availableParallelism(),
    store: openTheStore,
    guests: openTheGuests,
    tables: () =>
      (tables ??= openTheGuests().then((opened) => openTables((file) => opened.start(readerEntry, file), { threads: 2, memoryBytes: databaseBytes }))),
    sandbox: () =>
      (sandbox ??= openTheScratch().then(({ folder }) => {
        return openSandbox({ environment: placesOf(findEnvironment()), scratchDirectory: folder });
      })),
    containment({ trial, isCaged }, threads) {
      const found = findEnvironment();
      const python = { version: found.pythonVersion, packages: found.versions };
      return describeContainment({
        trial,
        isCaged,
        environment: placesOf(found),
        python,
        memoryBytes: edges.memoryBytes,
        threads,
        outerCage: config.outerCage,
      });
    },
    graphs: () => (graphs ??= openNativeRuntime()),
    passingStore: async () => (await (passing ??= openPassing())).store,
  };

  return {
    plan: planModel.bind(null, edges),
    build: buildModel.bind(null, edges),
    resume: resumeModel.bind(null, edges),
    replay: replayRun.bind(null, edges),
    predictFile: predictFile.bind(null, edges),
    predictRow: predictRow.bind(null, edges),
    evaluate: evaluateModel.bind(null, edges),
    listModels: listModels.bind(null, edges),
    showModel: showModel.bind(null, edges),
    report: writeReport.bind(null, edges),
    verify: verifyModel.bind(null, edges),
    trust: trustKey.bind(null, edges),
    exportModel: exportModel.bind(null, edges),
    listRuns: listRuns.bind(null, edges),
    remove: remove.bind(null, edges),
    threats: judgeThreats.bind(null, edges),
    checkThreats,
    async examine() {
      const found = findTrainingEnvironment(config.cacheRoots, config.userId);
      const { folder } = await openTheScratch();
      const environment = found.kind === 'ready' ? placesOf(found) : null;
      return examineMachine(config, { environment, scratchDirectory: folder, memoryBytes: edges.memoryBytes, processors: edges.processors });
    },
    async close() {
      // What could not be opened was told of when it was asked for; the others are closed all the same.
      const opened = <T>(one: Promise<T> | null) => one?.catch(() => null);
      await (await opened(tables))?.close();
      await (await opened(guests))?.close();
      await (await opened(scratch))?.close();
      const passed = await opened(passing);
      passed?.store.close();
      await passed?.scratch.close();
      (await opened(store))?.close();
    },
  };
}
