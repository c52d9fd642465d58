import type { Metric, TaskKind } from '../../domain/task.ts';

/** What the search may know of the data when it chooses learners: sizes and kinds, never names. */
export type DataShape = {
  /** Rows a fold fits on. */
  fitRows: number;
  foldCount: number;
  task: TaskKind;
  classCount: number;
  metric: Metric;
  treeColumns: number;
  linearColumns: number;
  /** Base columns that only candidates on generated features see. */
  generatedColumns: number;
  extraColumns: number;
  /** What the texts say of the target, in numbers, for who reads no terms. */
  textScoreColumns: number;
  hasCategories: boolean;
  /** Average number of TF-IDF terms of a row; 0 without text. */
  textTermsPerRow: number;
  vocabularySize: number;
  /** Later rows are to be answered from earlier ones. */
  isTimeOrdered: boolean;
  budgetMs: number;
};
