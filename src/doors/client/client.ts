import type { BuildWatcher, PlanCard, PlanQuestion } from '../../domain/build-watcher.ts';
import type { BuildRequest, Interval, RefitAbandonReason, ScoreRecord, VerdictKind } from '../../domain/event.ts';
import type { Contract, Manifest } from '../../domain/package.ts';
import type { Plan } from '../../domain/plan.ts';
import type { ChosenInterval, Coverage } from '../../domain/prediction-interval.ts';
import type { Metric } from '../../domain/task.ts';
import type { JudgedRegister } from '../../domain/threat.ts';
import type { Examination } from './examination.ts';

export type { BuildWatcher, PlanCard, PlanQuestion };

/** A plan and the card that shows it; nothing was trained and nothing kept. */
export type PlanResult = { kind: 'plan'; plan: Plan; card: PlanCard };

/** How a finished build ended: the last line of `build --json`. */
export type BuildResult = {
  kind: 'result';
  run: string;
  /** `name@version`. */
  model: string;
  /** Folder of the package. */
  path: string;
  metric: Metric;
  score: Interval;
  baseline: number;
  /** Classes of which no row was measured: the score says nothing of them. */
  unjudgedClasses: string[];
  /** The range beside answers that are numbers, or why there is none; null for classes. */
  interval: ChosenInterval | null;
  /** How often the truth lay in it, on the locked rows; null for classes, without intervals, and where none were locked. */
  coverage: Coverage | null;
  verdict: VerdictKind;
  /** The verdict's sentence, with its reason. */
  sentence: string;
  wallMs: number;
  budgetMs: number;
  rows: { train: number; test: number };
  /** Rows that no training saw, or, where there are too few to set some aside, every row out of its fold. */
  measuredOn: 'locked-test' | 'test-file' | 'cross-validation';
  /** The model that was measured, and why not its refit where that was wanted; or the same recipe, trained once more on so many rows: the score is then its twin's. */
  shipped: { kind: 'tested'; because: RefitAbandonReason | null } | { kind: 'refit'; rowCount: number };
  /** Trained models in the package. */
  members: number;
  /** True when the search was ended by the user before the budget was. */
  isStoppedEarly: boolean;
};

/** One thing that a run came to, then and now: numbers with their difference, or texts. `replayed` is null where nothing came of it now. */
export type ReplayedFact = { what: string; recorded: number | string; replayed: number | string | null; difference: number | null; isSame: boolean };

/** A finished run, done again without the clock, beside what it says of itself. */
export type ReplayResult = {
  kind: 'result';
  run: string;
  /** `name@version`, or the folder of the package; null where the run's package is not there any more. */
  model: string | null;
  metric: Metric;
  /** How far numbers may be apart, relative to max(1, |number|). */
  tolerance: number;
  isSame: boolean;
  /** Candidates with their score out of their folds. */
  candidates: { id: string; title: string; folds: number; recorded: number; replayed: number | null; difference: number | null; isSame: boolean }[];
  /** The split, the ensemble, the score, the graphs and the package. */
  others: ReplayedFact[];
  fits: number;
  /** Of Modelwright. */
  versions: { recorded: string; replayed: string };
  wallMs: number;
};

export type PredictionWarning = { column: string; problem: string; count: number };
export type FilePrediction = { rowCount: number; out: string | null; warnings: PredictionWarning[]; notes: string[]; durationMs: number };
export type RowPrediction = {
  model: string;
  prediction: string | number;
  probabilities: Record<string, number> | null;
  /** Around an answer that is a number: the truth of `level` of all rows lies from `low` to `high`. Null for classes, and for models that know no intervals. */
  interval: { level: number; low: number; high: number } | null;
  warnings: PredictionWarning[];
};
export type EvaluationResult = {
  model: string;
  metric: Metric;
  score: Interval;
  baseline: number;
  gain: Interval;
  rowCount: number;
  /** Of the intervals of answers that are numbers, on these rows. */
  coverage: Coverage | null;
};
export type ModelSummary = {
  reference: string;
  modelId: string;
  createdAt: string;
  target: string;
  task: string;
  metric: Metric;
  score: ScoreRecord | null;
  path: string;
};
/** `failure`: the code of the error that ended it. */
export type RunSummary = {
  run: string;
  startedAt: string;
  sentence: string;
  state: 'running' | 'interrupted' | 'finished' | 'failed' | 'unreadable';
  failure: string | null;
  model: string | null;
};

/** `origin`: whose evidence was found; what a key signed that is not trusted here is shown and not counted. `page`: where it was written. */
export type ThreatReport = JudgedRegister & {
  origin: { path: string; publicKey: string; fingerprint: string; isTrusted: boolean } | null;
  page: string | null;
};

/** All that a caller can ask of Modelwright, in this process or over the network: the caller cannot tell. */
export interface Client {
  /** Reads sentence and table and stops after the plan. */
  plan(request: BuildRequest, watcher: BuildWatcher): Promise<PlanResult>;
  build(request: BuildRequest, watcher: BuildWatcher): Promise<BuildResult>;
  resume(run: string, watcher: BuildWatcher): Promise<BuildResult>;
  /** Does a finished run again from its events, by its id or its model's name, and keeps nothing of it. `threads` null: as many as it had. */
  replay(request: { reference: string; threads: number | null }): Promise<ReplayResult>;
  /** Writes the answers to `out`, by its ending; without one hands `write` their text in `textFormat`. */
  predictFile(request: {
    model: string;
    data: string;
    out: string | null;
    isStrict: boolean;
    textFormat: 'csv' | 'jsonl';
    write: (text: string) => void;
  }): Promise<FilePrediction>;
  predictRow(request: { model: string; row: Record<string, unknown>; isStrict: boolean }): Promise<RowPrediction>;
  evaluate(request: { model: string; data: string }): Promise<EvaluationResult>;
  listModels(): Promise<ModelSummary[]>;
  /** The manifest and the contract, as they are signed. */
  showModel(model: string): Promise<{ summary: ModelSummary; manifest: Manifest; contract: Contract }>;
  /** The path of the report, or of the copy that it wrote to `out`. */
  report(model: string, out: string | null): Promise<{ path: string }>;
  /** Checks hashes, signature and trust; throws MW14xx saying what is wrong. */
  verify(model: string): Promise<{ modelId: string; fileCount: number; fingerprint: string }>;
  trust(key: string): Promise<{ fingerprint: string }>;
  exportModel(model: string, folder: string): Promise<{ path: string }>;
  listRuns(): Promise<RunSummary[]>;
  remove(reference: string): Promise<{ removed: string }>;
  /** Tries every wall of the cage and asks the kernel about itself. */
  examine(): Promise<Examination>;
  /** The register of threats, judged by test evidence: the named file of it, or the one that belongs to this copy. Writes a page to `html`. */
  threats(request: { evidence: string | null; html: string | null }): Promise<ThreatReport>;
  /** Looks whether the records speak of code and tests that are there; throws MW9002 saying which do not. */
  checkThreats(): Promise<{ threats: number; controls: number; files: number }>;
  close(): Promise<void>;
}
