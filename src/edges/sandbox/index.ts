export type { CageOptions } from './bubblewrap.ts';
export type { TrainingEnvironment } from './cage-arguments.ts';
export { openSandbox } from './open-sandbox.ts';
export { openGuests, type GuestOptions, type Guests } from './open-guests.ts';
export type { GuestCage } from './caged-guest.ts';
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
