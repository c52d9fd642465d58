/** What `import 'modelwright'` gives, name by name. */
export { connect } from './doors/connect.ts';
export type {
  BuildResult,
  BuildWatcher,
  Client,
  EvaluationResult,
  FilePrediction,
  ModelSummary,
  PlanCard,
  PredictionWarning,
  RowPrediction,
  RunSummary,
  PlanQuestion,
  Examination,
} from './doors/client/index.ts';
export { ModelwrightError, type ErrorKind, type ErrorPlace } from './domain/error.ts';
export { errorCodes, type ErrorCode } from './domain/error-codes.ts';
export type { BuildRequest, RunEvent } from './domain/event.ts';
export type { Plan } from './domain/plan.ts';
export type { ChosenInterval, Coverage } from './domain/prediction-interval.ts';
