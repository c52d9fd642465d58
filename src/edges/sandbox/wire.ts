/**
 * All that may cross the wall. `harness/wire.py` is its twin; golden files in `harness/wire-fixtures/` hold both to the same bytes.
 * What goes in is typed by us; whatever comes out is bounded and checked here before anyone believes it. There is no field for the
 * labels of rows to be scored, and a strict schema refuses fields that are not in the list.
 */
import { z } from 'zod';
import { decodeBundle, encodeBundleParts, type BundleArray } from '../../domain/bundle.ts';
import { Settled } from '../../domain/candidate.ts';
import { Learner } from '../../domain/learner.ts';
import { TaskKind } from '../../domain/task.ts';
import { readFitted } from './read-fitted.ts';
import type { FitJob, FitResult, TrainingMatrix } from './sandbox.ts';

export const WIRE = 1;

// --- frames ---------------------------------------------------------------------------------------------------------
// u32 kind · u32 job · u32 payload bytes · u32 zero, then the payload; little endian. Job 0 is the worker itself.

export const frameKind = { matrix: 1, job: 2, stop: 3, cancel: 4, ready: 101, mapped: 102, started: 103, log: 104, result: 105, done: 106 } as const;

const FRAME_HEAD_BYTES = 16;
const JOB_LIMITS_BYTES = 24;
/** The worker hands on what jobs say in pieces no larger than this. */
const MAX_PIECE_BYTES = 256 << 10;
const MAX_JOB_BYTES = 2 ** 31 - 1;

export const MAX_LOG_BYTES = 1 << 20;

/**
 * What the worker may say. `waitStatus` is as wait(2) gives it; `cause` says whether the worker itself ended the job, and why; `hardenUs` is
 * the processor time that the job spent on its own walls.
 */
export type WorkerFrame =
  | { kind: 'ready' }
  | { kind: 'mapped' }
  | { kind: 'started'; job: number; innerProcessId: number }
  | { kind: 'log'; job: number; bytes: Uint8Array }
  | { kind: 'result'; job: number; bytes: Uint8Array }
  | {
      kind: 'done';
      job: number;
      waitStatus: number;
      peakKib: number;
      cause: 'itself' | 'time' | 'output' | 'cancelled';
      lostLogBytes: number;
      hardenUs: number;
    };

/** Exit codes by which our own code in the job says what it saw; `harness/wire.py` has the same. */
export const exitCode = { memory: 86, processes: 87, cage: 97 } as const;

const causes = ['itself', 'time', 'output', 'cancelled'] as const;

export type RawLimits = { wallMs: number; logBytes: number; memoryBytes: number; resultBytes: number };

function frameHead(kind: number, job: number, payloadBytes: number): Uint8Array {
  const head = new Uint8Array(FRAME_HEAD_BYTES);
  const view = new DataView(head.buffer);
  view.setUint32(0, kind, true);
  view.setUint32(4, job, true);
  view.setUint32(8, payloadBytes, true);
  return head;
}

export const encodeStop = (job: number) => frameHead(frameKind.stop, job, 0);
export const encodeCancel = (job: number) => frameHead(frameKind.cancel, job, 0);

/** Says that the matrix lies in the file behind the worker's matrix descriptor. */
export function encodeMatrixFrame(sizeBytes: number): Uint8Array {
  const frame = new Uint8Array(FRAME_HEAD_BYTES + 8);
  frame.set(frameHead(frameKind.matrix, 0, 8));
  new DataView(frame.buffer).setBigUint64(FRAME_HEAD_BYTES, BigInt(sizeBytes), true);
  return frame;
}

/** The parts of a job's frame in order, without one large copy; the arrays must not change until they are sent. */
export function encodeJobFrame(number: number, { head, parts, sizeBytes }: BundleParts, limits: RawLimits): Uint8Array[] {
  const limitBytes = new Uint8Array(JOB_LIMITS_BYTES);
  const view = new DataView(limitBytes.buffer);
  view.setUint32(0, Math.ceil(limits.wallMs), true);
  view.setUint32(4, limits.logBytes, true);
  view.setBigUint64(8, BigInt(Math.ceil(limits.memoryBytes)), true);
  view.setBigUint64(16, BigInt(limits.resultBytes), true);
  if (sizeBytes > MAX_JOB_BYTES) throw new RangeError(`a job of ${sizeBytes} bytes is too large to send`);
  return [frameHead(frameKind.job, number, JOB_LIMITS_BYTES + sizeBytes), limitBytes, head, ...parts];
}

/** Cuts the worker's stream into frames; throws `RangeError` at the first thing that is not one. */
export class FrameReader {
  readonly #head = new Uint8Array(FRAME_HEAD_BYTES);
  readonly #view = new DataView(this.#head.buffer);
  #headFilled = 0;
  #payload = new Uint8Array(0);
  #payloadFilled = 0;

  read(chunk: Uint8Array): WorkerFrame[] {
    const frames: WorkerFrame[] = [];
    for (let at = 0; at < chunk.length;) {
      if (this.#headFilled < FRAME_HEAD_BYTES) {
        const piece = chunk.subarray(at, at + FRAME_HEAD_BYTES - this.#headFilled);
        this.#head.set(piece, this.#headFilled);
        this.#headFilled += piece.length;
        at += piece.length;
        if (this.#headFilled === FRAME_HEAD_BYTES) this.#beginPayload();
      } else {
        const piece = chunk.subarray(at, at + this.#payload.length - this.#payloadFilled);
        this.#payload.set(piece, this.#payloadFilled);
        this.#payloadFilled += piece.length;
        at += piece.length;
      }
      if (this.#isWhole()) {
        this.#headFilled = 0;
        frames.push(readFrame(this.#view.getUint32(0, true), this.#view.getUint32(4, true), this.#payload));
      }
    }
    return frames;
  }

  #isWhole(): boolean {
    return this.#headFilled === FRAME_HEAD_BYTES && this.#payloadFilled === this.#payload.length;
  }

  #beginPayload(): void {
    const size = this.#view.getUint32(8, true);
    if (size > MAX_PIECE_BYTES || this.#view.getUint32(12, true) !== 0) throw new RangeError('the worker sent something that is not a frame');
    this.#payload = new Uint8Array(size);
    this.#payloadFilled = 0;
  }
}

function readFrame(kind: number, job: number, payload: Uint8Array): WorkerFrame {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const facts = (count: number) => {
    if (payload.length !== count * 4) throw new RangeError('the worker sent a frame of the wrong size');
    return Array.from({ length: count }, (_, index) => view.getUint32(index * 4, true));
  };
  switch (kind) {
    case frameKind.ready: {
      const [wire] = facts(1);
      if (wire !== WIRE) throw new RangeError(`the worker speaks wire ${wire}, not ${WIRE}`);
      return { kind: 'ready' };
    }
    case frameKind.mapped:
      facts(0);
      return { kind: 'mapped' };
    case frameKind.started: {
      const [innerProcessId] = facts(1);
      return { kind: 'started', job, innerProcessId };
    }
    case frameKind.log:
      return { kind: 'log', job, bytes: payload };
    case frameKind.result:
      return { kind: 'result', job, bytes: payload };
    case frameKind.done: {
      const [waitStatus, peakKib, causeNumber, lostLogBytes, hardenUs] = facts(5);
      const cause = causes[causeNumber];
      if (cause === undefined) throw new RangeError(`the worker named cause ${causeNumber}`);
      return { kind: 'done', job, waitStatus, peakKib, cause, lostLogBytes, hardenUs };
    }
    default:
      throw new RangeError(`the worker sent a frame of kind ${kind}`);
  }
}

// --- what goes in ---------------------------------------------------------------------------------------------------

const ints = z.instanceof(Int32Array);
const floats = z.instanceof(Float32Array);
const doubles = z.instanceof(Float64Array);

const Matrix = z
  .strictObject({
    rowCount: z.int().min(1).max(100_000_000),
    columnCount: z.int().min(0).max(100_000),
    values: floats,
    vocabularySize: z.int().min(0).max(10_000_000),
    textStart: ints,
    textIds: ints,
    textWeights: floats,
  })
  .refine(({ values, rowCount, columnCount }) => values.length === rowCount * columnCount, 'values must be rowCount × columnCount')
  .refine(({ textStart, rowCount }) => textStart.length === rowCount + 1, 'textStart must be rowCount + 1')
  .refine(({ textStart, rowCount, textIds }) => textIds.length === textStart[rowCount], 'textIds must end where textStart says')
  .refine(({ textIds, textWeights }) => textIds.length === textWeights.length, 'textIds and textWeights must be of one length');

const Job = z
  .strictObject({
    id: z.string().min(1).max(200),
    learner: Learner,
    task: TaskKind,
    classCount: z.int().min(1).max(10_000),
    settings: z.record(z.string().min(1).max(64), z.union([z.number(), z.string().max(1000), z.boolean()])),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1),
    columns: ints,
    usesText: z.boolean(),
    extraCount: z.int().min(0).max(100_000),
    train: z.strictObject({ rows: ints, extra: floats, labels: doubles, weights: doubles.optional() }),
    holdout: z.strictObject({ rows: ints, extra: floats, labels: doubles }),
    score: z.strictObject({ rows: ints, extra: floats }),
    maxRounds: z.int().min(1).max(1_000_000),
    patience: z.int().min(0).max(1_000_000),
    refitFactor: z.number().min(0).max(2),
    stopAfterMs: z
      .number()
      .min(0)
      .max(2 ** 31),
  })
  .refine(
    ({ task, classCount }) => (task === 'regression' ? classCount === 1 : task === 'binary' ? classCount === 2 : classCount >= 2),
    'classCount must fit the task',
  )
  .refine(({ train }) => train.labels.length === train.rows.length, 'there must be a label for every training row')
  .refine(({ train }) => train.weights === undefined || train.weights.length === train.rows.length, 'there must be a weight for every training row')
  .refine(({ holdout }) => holdout.labels.length === holdout.rows.length, 'there must be a label for every holdout row')
  .refine(
    ({ extraCount, train, holdout, score }) => [train, holdout, score].every(({ rows, extra }) => extra.length === rows.length * extraCount),
    'extra must be rows × extraCount',
  );

type BundleParts = ReturnType<typeof encodeBundleParts>;

/** A matrix as the file that the worker maps. Lengths that disagree are our own mistake and throw. */
export function encodeMatrix(matrix: TrainingMatrix): BundleParts {
  const { rowCount, columnCount, vocabularySize, values, textStart, textIds, textWeights } = Matrix.parse(matrix);
  return encodeBundleParts({ meta: { wire: WIRE, rowCount, columnCount, vocabularySize }, arrays: { values, textStart, textIds, textWeights } });
}

/** Throws where the parts of a job disagree or it holds a field that the wire does not carry. */
export const checkJob = (job: FitJob): void => void Job.parse(job);

export function encodeJob(job: FitJob): BundleParts {
  const { train, holdout, score, columns, ...facts } = Job.parse(job);
  const { id, learner, task, classCount, settings, seed, usesText, extraCount, maxRounds, patience, refitFactor, stopAfterMs } = facts;
  return encodeBundleParts({
    meta: {
      wire: WIRE,
      id,
      learner,
      task,
      classCount,
      settings,
      seed,
      usesText,
      extraCount,
      maxRounds,
      patience,
      refitFactor,
      stopAfterMs: Math.floor(stopAfterMs),
    },
    arrays: {
      columns,
      trainRows: train.rows,
      trainExtra: train.extra,
      trainLabels: train.labels,
      ...(train.weights && { trainWeights: train.weights }),
      holdoutRows: holdout.rows,
      holdoutExtra: holdout.extra,
      holdoutLabels: holdout.labels,
      scoreRows: score.rows,
      scoreExtra: score.extra,
    },
  });
}

// --- what comes out -------------------------------------------------------------------------------------------------

/** The facts of the job and its matrix that a result is held against. */
export type ResultExpectation = {
  job: Pick<FitJob, 'task' | 'classCount' | 'columns' | 'usesText' | 'extraCount' | 'maxRounds'> & { score: { rows: Int32Array } };
  matrix: Pick<TrainingMatrix, 'rowCount' | 'columnCount' | 'vocabularySize'>;
};

export const MAX_PROBES = 1024;
const MAX_FITTED_BYTES = 128 << 20;

const ResultMeta = z.strictObject({
  wire: z.literal(WIRE),
  rounds: z.int().min(0).max(1_000_000),
  settled: Settled,
  fitted: z.unknown(),
});

/** The most that a result of this job can weigh; the worker ends a job that says more. */
export function maxResultBytes({ job, matrix }: ResultExpectation): number {
  const columnCount = matrix.columnCount + job.extraCount;
  return job.score.rows.length * job.classCount * 8 + MAX_PROBES * (columnCount * 4 + job.classCount * 8 + 4) + MAX_FITTED_BYTES;
}

/** Arrays of a bundle by name and type; what was not asked for is refused at the end. */
export class ArrayShelf {
  readonly #arrays: Record<string, BundleArray>;
  readonly #taken = new Set<string>();

  constructor(arrays: Record<string, BundleArray>) {
    this.#arrays = arrays;
  }

  take<A extends BundleArray>(name: string, type: new (length: number) => A, length?: number): A {
    const array = Object.hasOwn(this.#arrays, name) ? this.#arrays[name] : undefined;
    if (!(array instanceof type)) throw new RangeError(`"${name}" is missing or of another type`);
    if (length !== undefined && array.length !== length) throw new RangeError(`"${name}" has ${array.length} values, not ${length}`);
    this.#taken.add(name);
    return array;
  }

  refuseTheRest(): void {
    const stranger = Object.keys(this.#arrays).find((name) => !this.#taken.has(name));
    if (stranger !== undefined) throw new RangeError(`"${stranger}" does not belong in a result`);
  }
}

/** Reads what a job says it learnt; throws `RangeError` with the first thing that cannot be right. */
export function readFitResult(bytes: Uint8Array, expectation: ResultExpectation): FitResult {
  const { job, matrix } = expectation;
  const { meta, arrays } = decodeBundle(bytes);
  const parsed = ResultMeta.safeParse(meta);
  if (!parsed.success) throw new RangeError(`the result's header is not as agreed: ${z.prettifyError(parsed.error)}`);
  const shelf = new ArrayShelf(arrays);
  const fitted = readFitted(parsed.data.fitted, shelf, expectation);
  if (parsed.data.rounds > job.maxRounds) throw new RangeError(`${parsed.data.rounds} rounds were taken of at most ${job.maxRounds}`);

  const predictions = shelf.take('predictions', Float64Array, job.score.rows.length * job.classCount);
  checkAnswers('predictions', predictions, job);
  const textRows = shelf.take('probeTextRows', Int32Array);
  if (textRows.length > MAX_PROBES) throw new RangeError(`${textRows.length} probes are more than ${MAX_PROBES}`);
  if (textRows.some((row) => row < -1 || row >= matrix.rowCount)) throw new RangeError('a probe names a row that is not in the matrix');
  const probeMatrix = shelf.take('probeMatrix', Float32Array, textRows.length * (matrix.columnCount + job.extraCount));
  const answers = shelf.take('probeAnswers', Float64Array, textRows.length * job.classCount);
  checkAnswers('probeAnswers', answers, job);
  shelf.refuseTheRest();
  const { rounds, settled } = parsed.data;
  return { fitted, predictions, rounds, settled, probes: { matrix: probeMatrix, textRows, answers } };
}

/** Learners that work in float32 add up to 1 within some 1e-6; anything further off is not a probability. */
const SUM_TOLERANCE = 1e-4;

/** Throws `RangeError` where a number is not finite, or a row of classes is not one of probabilities. */
export function checkAnswers(name: string, answers: Float64Array, { task, classCount }: Pick<FitJob, 'task' | 'classCount'>): void {
  if (!answers.every(Number.isFinite)) throw new RangeError(`"${name}" holds something that is not a finite number`);
  if (task === 'regression') return;
  for (let start = 0; start < answers.length; start += classCount) {
    let sum = 0;
    for (let at = start; at < start + classCount; at += 1) {
      if (answers[at] < 0 || answers[at] > 1 + SUM_TOLERANCE) throw new RangeError(`"${name}" holds ${answers[at]}, which is no probability`);
      sum += answers[at];
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) throw new RangeError(`row ${start / classCount} of "${name}" adds up to ${sum}, not 1`);
  }
}
