import { z } from 'zod';
import { metricNames } from './metric-names.ts';

export const TaskKind = z.enum(['binary', 'multiclass', 'regression']);
export type TaskKind = z.infer<typeof TaskKind>;

/** Every rule a model can be judged by. */
export const Metric = z.enum(metricNames);
export type Metric = z.infer<typeof Metric>;

type MetricFacts = { isHigherBetter: boolean; tasks: readonly TaskKind[]; needs: 'probability' | 'class' | 'value' };
const classes = ['binary', 'multiclass'] as const;

/** needs: what is handed to the metric: class probabilities, the decided class, or a number. */
export const metricFacts: Record<Metric, MetricFacts> = {
  roc_auc: { isHigherBetter: true, tasks: ['binary'], needs: 'probability' },
  average_precision: { isHigherBetter: true, tasks: ['binary'], needs: 'probability' },
  log_loss: { isHigherBetter: false, tasks: classes, needs: 'probability' },
  brier: { isHigherBetter: false, tasks: classes, needs: 'probability' },
  accuracy: { isHigherBetter: true, tasks: classes, needs: 'class' },
  balanced_accuracy: { isHigherBetter: true, tasks: classes, needs: 'class' },
  macro_f1: { isHigherBetter: true, tasks: classes, needs: 'class' },
  f1: { isHigherBetter: true, tasks: ['binary'], needs: 'class' },
  mcc: { isHigherBetter: true, tasks: classes, needs: 'class' },
  rmse: { isHigherBetter: false, tasks: ['regression'], needs: 'value' },
  mae: { isHigherBetter: false, tasks: ['regression'], needs: 'value' },
  rmsle: { isHigherBetter: false, tasks: ['regression'], needs: 'value' },
  r2: { isHigherBetter: true, tasks: ['regression'], needs: 'value' },
  mape: { isHigherBetter: false, tasks: ['regression'], needs: 'value' },
  median_absolute_error: { isHigherBetter: false, tasks: ['regression'], needs: 'value' },
};

/**
 * The truth of some rows. Classes are codes into the plan's class list; regression labels are numbers in the user's unit.
 * For `binary`, class 1 is the positive class.
 */
export type Labels = { kind: 'classes'; codes: Int32Array; classCount: number } | { kind: 'values'; values: Float64Array };

/** What a model says of some rows: row-major class probabilities (K columns, 2 for binary) with the decided class, or numbers in the user's unit. */
export type Predictions = { kind: 'classes'; probabilities: Float64Array; decided: Int32Array; classCount: number } | { kind: 'values'; values: Float64Array };
