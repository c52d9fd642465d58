import type { TaskKind } from '../../domain/task.ts';

/** What is to be predicted, as the reader understands it, before it is checked: a column, or something made from columns. */
export type TargetProposal =
  | { kind: 'column'; column: string }
  | {
      kind: 'derived';
      /** For answers and reports: `days_late > 30`. */
      name: string;
      /** In the feature language, over `sources`. */
      text: string;
      sources: string[];
      /** Sources that are known when the question is asked and do not give the answer away: the area, of a price per area. */
      known: string[];
      /** The value is that of a later row: see `DerivedTarget`. */
      ahead: { steps: number; order: string; series: string | null } | null;
    };

/** Something that the words say, how sure that is (0 to 1) and why. */
export type Wish<T> = { value: T; certainty: number; reason: string };

/** One way to understand the sentence. `task`: where the words say which kind it is; `positive`: the class they ask for. */
export type Reading = { target: TargetProposal; task: TaskKind | null; positive: Wish<string> | null; certainty: number; reason: string };

/** How the words want answers judged; which metric that is depends on the task. */
export type Judgement =
  | 'find-all'
  | 'be-sure'
  | 'ranking'
  | 'probabilities'
  | 'share-right'
  | 'every-class'
  | 'f1'
  | 'roc_auc'
  | 'log_loss'
  | 'typical-error'
  | 'large-errors'
  | 'relative-error'
  | 'percentage-error'
  | 'median-error'
  | 'explained-share';

/** All that the words say over this table; `readings` with the surest first. */
export type SentenceReading = {
  readings: Reading[];
  judgement: Wish<Judgement> | null;
  costs: Wish<{ falsePositive: number; falseNegative: number }> | null;
  capacity: Wish<number> | null;
  /** The user's words: "at sign-up". */
  moment: Wish<string> | null;
  /** Columns that the words leave out: "without using the price". */
  without: Wish<string[]> | null;
  /** The words speak of later rows, so rows are split by this column. */
  time: Wish<string> | null;
  /** The words ask for later rows than the table has: "in each of the next six months". */
  forecast: Wish<{ time: string | null }> | null;
  /** What the words ask for where it is no prediction: "group our customers". */
  otherWish: string | null;
  /** A column that the words name and that cannot be predicted: a date, a text, a key. */
  impossible: { column: string; reason: string } | null;
};
