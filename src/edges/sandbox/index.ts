export type { CageOptions } from './start-cage.ts';
export type { TrainingEnvironment } from './cage-arguments.ts';
export { openSandbox } from './open-sandbox.ts';
export { startReaderProcess, type ReaderProcess } from './reader-process.ts';
export type {
  Execution,
  ExecutionOutcome,
  FitJob,
  FitResult,
  JobLimits,
  JobRows,
  LearnerName,
  Sandbox,
  TrainingMatrix,
  TrainingWorker,
  Wall,
} from './sandbox.ts';
export { probeWalls } from './walls.ts';
