/** Talks to one worker process, caged or not: starts it, hands it the matrix and its jobs, holds every limit from outside too. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, write } from 'node:fs';
import { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { ModelwrightError, unreachable } from '../../domain/error.ts';
import { decideOutcome, type OutsideCause } from './decide-outcome.ts';
import { printableText, Tail } from './printable-text.ts';
import { childrenOf, memoryOf, writtenFileCount } from './process-memory.ts';
import type { Execution, ExecutionOutcome, FitJob, FitResult, JobLimits, TrainingMatrix, TrainingWorker, WorkerUsage } from './sandbox.ts';
import {
  checkJob,
  encodeCancel,
  encodeJob,
  encodeJobFrame,
  encodeMatrix,
  encodeMatrixFrame,
  encodeStop,
  FrameReader,
  MAX_LOG_BYTES,
  maxResultBytes,
  readFitResult,
  type RawLimits,
  type WorkerFrame,
} from './wire.ts';

const writeTo = promisify(write);

/** A started worker, and what differs between a cage and its twin. */
export type WorkerProcess = {
  child: ChildProcess;
  /** Descriptor of the file that the worker will map; written here, closed here. */
  matrixFile: number;
  /** The worker as this machine sees it; undefined until it can be told. */
  processId(): number | undefined;
  /** Folders that it alone sees and may fill, all in memory. */
  writableFolders: readonly string[];
  /** Ends it with everything it started. */
  kill(): void;
  /** After its end: removes what it leaves on this machine. */
  release(): Promise<void>;
  oomKills(): number | undefined;
  /** What went wrong when it ended before it was ready. */
  explain(said: string): ModelwrightError;
};

/** What is sent for one job and how its answer is read; `read` throws `RangeError` where the answer cannot be right. */
export type Task<Result> = {
  encode(number: number, limits: RawLimits): Uint8Array[];
  /** The most that the job may say on its result channel. */
  resultBytes(): number;
  read(said: Uint8Array): Result;
};

type Pending = {
  number: number;
  task: Task<unknown>;
  limits: JobLimits;
  state: 'waiting' | 'running' | 'over';
  isStopAsked: boolean;
  outside: OutsideCause | undefined;
  startedMs: number;
  innerProcessId: number | undefined;
  oomKillsBefore: number | undefined;
  log: Tail;
  result: Uint8Array[];
  /** Ends the whole worker when it has not kept the job's wall clock itself. */
  lastResort: NodeJS.Timeout | undefined;
  resolve(outcome: ExecutionOutcome<unknown>): void;
  reject(error: unknown): void;
};

const POLL_MS = 50;
const WALL_GRACE_MS = 1000;
const START_MS = 60_000;
const LOG_TAIL_BYTES = 8 << 10;
/** A file costs the kernel about 1 KiB of memory that a folder's size does not count. */
const MAX_WRITTEN_FILES = 4096;

export function superviseWorker(start: () => WorkerProcess, options: { threads: number; memoryBytes: number }): TrainingWorker {
  return new SupervisedWorker(start(), options);
}

export class SupervisedWorker implements TrainingWorker {
  readonly ready: Promise<void>;
  readonly #worker: WorkerProcess;
  readonly #channel: Duplex;
  readonly #threads: number;
  readonly #memoryBytes: number;
  readonly #frames = new FrameReader();
  readonly #said = new Tail(LOG_TAIL_BYTES);
  readonly #ended: Promise<void>;
  readonly #becameReady = Promise.withResolvers<void>();
  readonly #mapped = Promise.withResolvers<void>();
  readonly #pending = new Map<number, Pending>();
  #matrix: Pick<TrainingMatrix, 'rowCount' | 'columnCount' | 'vocabularySize'> | undefined;
  #hasBegun = false;
  #isReady = false;
  #isMatrixFileOpen = true;
  #state: 'open' | 'closing' | 'lost' = 'open';
  #baselineBytes = 0;
  #made = 0;
  #usage: WorkerUsage = { peakMemoryBytes: 0, peakTasks: 0 };
  #poll: NodeJS.Timeout | undefined;

  constructor(worker: WorkerProcess, { threads, memoryBytes }: { threads: number; memoryBytes: number }) {
    this.#worker = worker;
    this.#threads = threads;
    this.#memoryBytes = memoryBytes;
    this.ready = this.#becameReady.promise;
    // Whoever waits is told; that nobody waits yet is no reason to end the process.
    this.ready.catch(() => {});
    this.#mapped.promise.catch(() => {});

    const { child } = worker;
    const [, , stderr, toWorker, fromWorker] = child.stdio;
    if (!(toWorker instanceof Duplex) || !(fromWorker instanceof Duplex)) throw new Error('the worker was started without its channels');
    this.#channel = toWorker;
    // A worker that dies while it is written to is noticed by its exit.
    toWorker.on('error', () => {});
    fromWorker.on('error', () => {});
    fromWorker.on('data', (chunk: Uint8Array) => this.#hear(chunk));
    if (stderr && 'on' in stderr) stderr.on('data', (chunk: Uint8Array) => this.#said.add(chunk));
    const startTimer = setTimeout(() => this.#worker.kill(), START_MS);
    void this.ready.then(
      () => clearTimeout(startTimer),
      () => clearTimeout(startTimer),
    );
    this.#ended = new Promise((resolve) => {
      child.once('error', (cause) => {
        this.#said.add(new TextEncoder().encode(cause.message));
        if (child.pid === undefined) resolve(this.#bury());
      });
      child.once('close', () => resolve(this.#bury()));
    });
  }

  async loadMatrix(matrix: TrainingMatrix): Promise<void> {
    if (this.#matrix) throw new Error('a worker takes one matrix');
    const { rowCount, columnCount, vocabularySize } = matrix;
    this.#matrix = { rowCount, columnCount, vocabularySize };
    const { head, parts, sizeBytes } = encodeMatrix(matrix);
    let position = 0;
    for (const part of [head, ...parts]) {
      for (let done = 0; done < part.length;) {
        if (!this.#isMatrixFileOpen) {
          await this.ready; // says why the worker could not start, where that is so
          throw lost();
        }
        const { bytesWritten } = await writeTo(this.#worker.matrixFile, part, done, part.length - done, position);
        done += bytesWritten;
        position += bytesWritten;
      }
    }
    await this.ready;
    this.#channel.write(encodeMatrixFrame(sizeBytes));
    await this.#mapped.promise;
  }

  execute(job: FitJob, limits: JobLimits): Execution {
    const matrix = this.#matrix;
    if (!matrix) throw new Error('a job needs its matrix first');
    checkJob(job);
    const task: Task<FitResult> = {
      encode: (number, rawLimits) => encodeJobFrame(number, encodeJob(job), rawLimits),
      resultBytes: () => maxResultBytes({ job, matrix }),
      read: (said) => readFitResult(said, { job, matrix }),
    };
    return this.run(task, limits);
  }

  /** At most `threads` run at a time; more wait in order, and all wait until `begin` or a matrix has come. */
  run<Result>(task: Task<Result>, limits: JobLimits): Execution<Result> {
    this.#made += 1;
    const { promise, resolve, reject } = Promise.withResolvers<ExecutionOutcome<Result>>();
    promise.catch(() => {}); // as for `ready`
    const pending: Pending = {
      number: this.#made,
      task,
      limits,
      state: 'waiting',
      isStopAsked: false,
      outside: undefined,
      startedMs: 0,
      innerProcessId: undefined,
      oomKillsBefore: undefined,
      log: new Tail(LOG_TAIL_BYTES),
      result: [],
      lastResort: undefined,
      // What `read` of this very task gave.
      resolve: (outcome) => resolve(outcome as ExecutionOutcome<Result>),
      reject,
    };
    if (this.#state === 'lost') reject(lost());
    else if (this.#state === 'closing') resolve({ kind: 'cancelled', durationMs: 0 });
    else {
      this.#pending.set(pending.number, pending);
      this.#startWaiting();
    }
    return {
      outcome: promise,
      stop: () => {
        if (pending.state === 'running' && !pending.isStopAsked) this.#channel.write(encodeStop(pending.number));
        pending.isStopAsked = true;
      },
      cancel: () => this.#end(pending, { kind: 'cancelled' }),
    };
  }

  usage(): WorkerUsage {
    return this.#usage;
  }

  async close(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'closing';
      for (const pending of this.#pending.values()) pending.outside ??= { kind: 'cancelled' };
      this.#worker.kill();
    }
    await this.#ended;
  }

  /** For jobs that bring all they need with them: they start as soon as the worker is ready. */
  async begin(): Promise<void> {
    await this.ready;
    this.#begin();
  }

  #begin(): void {
    this.#hasBegun = true;
    this.#closeMatrixFile();
    const processId = this.#worker.processId();
    this.#baselineBytes = (processId === undefined ? undefined : memoryOf(processId))?.ownBytes ?? 0;
    this.#startWaiting();
  }

  #startWaiting(): void {
    if (!this.#hasBegun || this.#state !== 'open') return;
    let running = [...this.#pending.values()].filter(({ state }) => state === 'running').length;
    for (const pending of this.#pending.values()) {
      if (running >= this.#threads) return;
      if (pending.state !== 'waiting') continue;
      this.#start(pending);
      running += 1;
    }
  }

  #start(pending: Pending): void {
    const { number, task, limits } = pending;
    const parts = task.encode(number, { ...limits, logBytes: MAX_LOG_BYTES, resultBytes: task.resultBytes() });
    pending.state = 'running';
    pending.startedMs = performance.now();
    pending.oomKillsBefore = this.#worker.oomKills();
    pending.lastResort = setTimeout(() => {
      pending.outside ??= { kind: 'stopped', limit: 'time' };
      this.#worker.kill();
    }, limits.wallMs + WALL_GRACE_MS);
    for (const part of parts) this.#channel.write(part);
    if (pending.isStopAsked) this.#channel.write(encodeStop(number));
    this.#poll ??= setInterval(() => this.#watch(), POLL_MS);
  }

  #hear(chunk: Uint8Array): void {
    try {
      for (const frame of this.#frames.read(chunk)) this.#take(frame);
    } catch (cause) {
      // The worker is ours; when it breaks its own rules something has gone through it.
      if (!(cause instanceof RangeError)) throw cause;
      this.#said.add(new TextEncoder().encode(`\n${cause.message}\n`));
      this.#worker.kill();
    }
  }

  #take(frame: WorkerFrame): void {
    switch (frame.kind) {
      case 'ready':
        this.#isReady = true;
        this.#becameReady.resolve();
        return;
      case 'mapped':
        this.#mapped.resolve();
        this.#begin();
        return;
      case 'started':
        this.#running(frame.job).innerProcessId = frame.innerProcessId;
        return;
      case 'log':
        this.#running(frame.job).log.add(frame.bytes);
        return;
      case 'result':
        this.#running(frame.job).result.push(frame.bytes);
        return;
      case 'done':
        this.#finish(this.#running(frame.job), frame);
        return;
      default:
        unreachable(frame);
    }
  }

  #running(number: number): Pending {
    const pending = this.#pending.get(number);
    if (pending?.state !== 'running') throw new RangeError(`the worker spoke of job ${number}, which is not at work`);
    return pending;
  }

  #finish(pending: Pending, done: Extract<WorkerFrame, { kind: 'done' }>): void {
    const outcome = decideOutcome({
      done,
      outside: pending.outside,
      wasOutOfMemory: (this.#worker.oomKills() ?? 0) > (pending.oomKillsBefore ?? 0),
      durationMs: performance.now() - pending.startedMs,
      log: pending.log.bytes,
      result: () => Buffer.concat(pending.result),
      read: (said) => pending.task.read(said),
    });
    this.#settle(pending, outcome ?? this.#worker.explain(printableText(Buffer.concat(pending.result))));
    this.#startWaiting();
  }

  #settle(pending: Pending, outcome: ExecutionOutcome<unknown> | ModelwrightError): void {
    clearTimeout(pending.lastResort);
    pending.state = 'over';
    pending.result = [];
    this.#pending.delete(pending.number);
    if (![...this.#pending.values()].some(({ state }) => state === 'running')) {
      clearInterval(this.#poll);
      this.#poll = undefined;
    }
    if (outcome instanceof ModelwrightError) pending.reject(outcome);
    else pending.resolve(outcome);
  }

  /** Ends a job from outside. The first cause wins. */
  #end(pending: Pending, cause: OutsideCause): void {
    if (pending.state === 'over' || pending.outside) return;
    pending.outside = cause;
    if (pending.state === 'running') this.#channel.write(encodeCancel(pending.number));
    else this.#settle(pending, { ...cause, durationMs: 0 });
  }

  /** Memory and files as this machine sees them; what no control group limits is limited here, some 50 ms late. */
  #watch(): void {
    const processId = this.#worker.processId();
    if (processId === undefined) return;
    const running = [...this.#pending.values()].filter(({ state }) => state === 'running');
    const own = memoryOf(processId);
    let totalBytes = own?.ownBytes ?? 0;
    let tasks = own?.threads ?? 0;
    let largest: { pending: Pending; bytes: number } | undefined;
    for (const child of childrenOf(processId)) {
      const memory = memoryOf(child);
      tasks += memory?.threads ?? 0;
      const pending = memory && running.find(({ innerProcessId }) => innerProcessId === memory.innerProcessId);
      if (!pending) continue;
      // A fork shares the worker's pages until it writes them.
      const bytes = Math.max(0, memory.ownBytes - this.#baselineBytes);
      totalBytes += bytes;
      if (bytes > pending.limits.memoryBytes) this.#end(pending, { kind: 'stopped', limit: 'memory' });
      if (!largest || bytes > largest.bytes) largest = { pending, bytes };
    }
    this.#usage = { peakMemoryBytes: Math.max(this.#usage.peakMemoryBytes, totalBytes), peakTasks: Math.max(this.#usage.peakTasks, tasks) };
    if (totalBytes > this.#memoryBytes && largest) this.#end(largest.pending, { kind: 'stopped', limit: 'memory' });
    // Which of the jobs made them cannot be told from outside.
    if (writtenFileCount(processId, this.#worker.writableFolders) > MAX_WRITTEN_FILES)
      for (const pending of running) this.#end(pending, { kind: 'stopped', limit: 'output' });
  }

  #closeMatrixFile(): void {
    if (this.#isMatrixFileOpen) closeSync(this.#worker.matrixFile);
    this.#isMatrixFileOpen = false;
  }

  /** After the worker's end, wished for or not. */
  async #bury(): Promise<void> {
    const wasClosing = this.#state === 'closing';
    if (!wasClosing) this.#state = 'lost';
    const said = printableText(this.#said.bytes);
    const error = this.#isReady || wasClosing ? lost(said) : this.#worker.explain(said);
    this.#becameReady.reject(error);
    this.#mapped.reject(error);
    const oomKills = this.#worker.oomKills() ?? 0;
    for (const pending of this.#pending.values()) {
      const durationMs = pending.state === 'running' ? performance.now() - pending.startedMs : 0;
      if (pending.outside) this.#settle(pending, { ...pending.outside, durationMs });
      else if (pending.state === 'running' && oomKills > (pending.oomKillsBefore ?? 0)) this.#settle(pending, { kind: 'stopped', limit: 'memory', durationMs });
      // A job cannot end its worker: whatever did is no fault of the job, which may be done again.
      else this.#settle(pending, error);
    }
    this.#closeMatrixFile();
    await this.#worker.release();
  }
}

const lost = (said = '') =>
  new ModelwrightError({
    code: 'MW3022',
    message: said === '' ? 'The training process ended by itself.' : `The training process ended by itself: ${said.split('\n').at(-1)}`,
    hint: 'Resume the run. If it happens again, look at the free memory of this machine.',
  });
