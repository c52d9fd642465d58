import type { Table } from '../../domain/column.ts';
import type { Settled } from '../../domain/candidate.ts';
import type { WallRecord } from '../../domain/containment.ts';
import type { Fitted } from '../../domain/fitted.ts';
import type { Learner } from '../../domain/learner.ts';
import type { TaskKind } from '../../domain/task.ts';

/** A wall of the cage, or something that training needs inside it, and whether it is there on this machine. */
export type Wall = WallRecord;

/**
 * The training matrix: F columns of `rowCount` float32, column-major, NaN for missing; `textStart` (rowCount + 1), `textIds`
 * and `textWeights` are a CSR matrix of TF-IDF weights over a vocabulary of `vocabularySize` (0: no text).
 */
export type TrainingMatrix = {
  rowCount: number;
  columnCount: number;
  values: Float32Array;
  vocabularySize: number;
  textStart: Int32Array;
  textIds: Int32Array;
  textWeights: Float32Array;
};

/** Rows of a job: indices into the matrix, and E extra columns that only this job sees (column-major, rows.length × E). */
export type JobRows = { rows: Int32Array; extra: Float32Array };

/**
 * One fit: learn from `train`, stop early by `holdout` (may be empty), answer for `score`. There is no place for labels of the
 * rows to be scored. Labels are class codes or numbers on the training scale (TypeScript standardises and transforms).
 * `settings` are the learner's own. `stopAfterMs`: the learner ends by itself with the rounds it has by then.
 */
export type FitJob = {
  id: string;
  learner: Learner;
  task: TaskKind;
  /** 1 for regression, 2 for binary, K for multiclass. */
  classCount: number;
  settings: Record<string, number | string | boolean>;
  seed: number;
  /** Matrix columns the learner may use; extra columns are always used. */
  columns: Int32Array;
  usesText: boolean;
  extraCount: number;
  train: JobRows & { labels: Float64Array; weights?: Float64Array };
  holdout: JobRows & { labels: Float64Array };
  score: JobRows;
  maxRounds: number;
  patience: number;
  /**
   * Above 0, and with a holdout: once the holdout has said how many rounds are best, the learner learns again from training and holdout
   * rows together for that many times this factor, where time allows; that model is what comes back.
   */
  refitFactor: number;
  stopAfterMs: number;
};

/**
 * What a fit gives back. In `fitted`, column f < F is matrix column f and F + e is extra column e.
 * predictions: row-major score rows × classCount (1 for regression): probabilities, or numbers on the training scale.
 * probes: rows made to be hard to copy (neighbours of the learner's own thresholds, missing values, extremes) with its raw
 * answers: `matrix` row-major n × (F + E); `textRows[i]` is the matrix row whose text probe i has (−1: none); `answers` as predictions.
 */
export type FitResult = {
  fitted: Fitted;
  predictions: Float64Array;
  rounds: number;
  settled: Settled;
  probes: { matrix: Float32Array; textRows: Int32Array; answers: Float64Array };
};

/** wallMs is kept from outside; memoryBytes is the address-space and cgroup or polled cap of this one job. */
export type JobLimits = { wallMs: number; memoryBytes: number };

/** How an execution ended. The first cause wins; later ones never overwrite it. `hardenMs`: processor time that the job spent on its own walls. */
export type ExecutionOutcome<Result = FitResult> =
  | { kind: 'finished'; result: Result; durationMs: number; peakMemoryBytes: number; hardenMs: number }
  | { kind: 'failed'; exitCode: number; stderrTail: string; durationMs: number }
  | { kind: 'stopped'; limit: 'time' | 'memory' | 'processes' | 'output'; durationMs: number }
  | { kind: 'unreadable'; problem: string; durationMs: number }
  | { kind: 'cancelled'; durationMs: number };

export type Execution<Result = FitResult> = {
  outcome: Promise<ExecutionOutcome<Result>>;
  /** Asks the learner to end with what it has. */
  stop(): void;
  /** Kills it. */
  cancel(): void;
};

/** The most that a worker and its jobs were seen to use together; it is looked at every 50 ms, so a burst between two looks is not in it. */
export type WorkerUsage = { peakMemoryBytes: number; peakTasks: number };

/** A warm process that has the learners imported and the matrix mapped, and forks one child a job. It never trains itself. */
export interface TrainingWorker {
  /** Resolves when the learners are imported; rejects with MW3xxx when the worker cannot start. */
  readonly ready: Promise<void>;
  loadMatrix(matrix: TrainingMatrix): Promise<void>;
  /** At most `threads` run at a time; more wait in order. */
  execute(job: FitJob, limits: JobLimits): Execution;
  /** 0 where nothing was seen. */
  usage(): WorkerUsage;
  close(): Promise<void>;
}

/**
 * One run of a program on one fold. `source` is Python with a class `Model` that has `fit(table, target)` and `predict(table)`; a table is a
 * dictionary of arrays by column name (`harness/program.py` says which). `train` and `score` have the same columns, and the target is not
 * among those of `score`: there is no place for it.
 */
export type ProgramJob = {
  id: string;
  source: string;
  task: TaskKind;
  /** 1 for regression, 2 for binary, K for multiclass. */
  classCount: number;
  seed: number;
  train: { table: Table; target: Float64Array };
  score: { table: Table };
};

/**
 * What the host took from a program's output folder, whatever the program says of it. `predictions`: row-major score rows × classCount (1 for
 * regression): probabilities, or numbers. `claims`: figures that the program gives about itself; they are shown as claimed and decide nothing.
 * `graph`: an ONNX file, not judged yet. `files`: all that was taken, with the hash of the bytes as they were copied.
 */
export type ProgramResult = {
  predictions: Float64Array;
  claims: Record<string, number>;
  graph: Uint8Array | null;
  files: { name: string; sizeBytes: number; sha256: string }[];
};

export type ProgramOutcome = ExecutionOutcome<ProgramResult>;

/** Runs programs, each in a cage made for it alone and gone with it. */
export interface ProgramRunner {
  run(job: ProgramJob, limits: JobLimits): Execution<ProgramResult>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

export interface Sandbox {
  /** False only for the uncaged twin, which is for curated learners alone; every page then says so first. */
  readonly isCaged: boolean;
  readonly walls: Wall[];
  openWorker(options: { threads: number; memoryBytes: number }): TrainingWorker;
  /** Tries every wall anew, before a batch of programs; rejects with MW3023 when one is missing. There is no way round. */
  openPrograms(): Promise<ProgramRunner>;
}
