import type { Metric } from './task.ts';

/** What a metric says, for someone who has not met it. */
export const metricWords: Record<Metric, string> = {
  roc_auc: 'how often a row of the class looked for is ranked above one of the other class: 0.5 is guessing, 1 is perfect',
  average_precision: 'how pure the top of the ranking is, averaged over all depths: guessing gives the share of the class, 1 is perfect',
  log_loss: 'how much the truth surprises the probabilities: 0 is perfect, lower is better',
  brier: 'the mean squared distance of the probabilities from the truth: 0 is perfect, lower is better',
  accuracy: 'the share of rows whose class was said right: 1 is perfect',
  balanced_accuracy: 'the share said right, averaged over the classes: 1 is perfect',
  macro_f1: 'the balance between finding a class and being right about it, averaged over the classes: 1 is perfect',
  f1: 'the balance between finding the class looked for and being right about it: 1 is perfect',
  mcc: 'the correlation between what was said and what is: 0 is guessing, 1 is perfect',
  rmse: 'the size of an ordinary error in the unit of the target, large ones weighing more: 0 is perfect, lower is better',
  mae: 'the mean size of the error in the unit of the target: 0 is perfect, lower is better',
  rmsle: 'the size of an ordinary error of the logarithm, which is about the relative error: 0 is perfect, lower is better',
  r2: 'the share of the variation that is explained: 0 is no better than the mean, 1 is perfect',
  mape: 'the mean error as a share of the true value: 0 is perfect, lower is better',
  median_absolute_error: 'half of the errors are smaller than this, in the unit of the target: 0 is perfect, lower is better',
};
