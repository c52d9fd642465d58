/** Every rule a model can be judged by: for classes, then for numbers. In a file of its own, so that help can list them without loading a schema. */
export const metricNames = [
  'roc_auc',
  'average_precision',
  'log_loss',
  'brier',
  'accuracy',
  'balanced_accuracy',
  'macro_f1',
  'f1',
  'mcc',
  'rmse',
  'mae',
  'rmsle',
  'r2',
  'mape',
  'median_absolute_error',
] as const;
