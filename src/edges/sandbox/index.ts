export type { CageOptions } from './start-cage.ts';
export { askContainerEngine, listBackEnds } from './back-ends.ts';
export type { TrainingEnvironment } from './cage-arguments.ts';
export type { GuestCage } from './caged-guest.ts';
export { describeContainment } from './containment.ts';
export { readKernelFacts } from './kernel-facts.ts';
export { describeLimits, isInControlGroup } from './limits.ts';
export { openGuests, type GuestOptions, type Guests } from './open-guests.ts';
export { openSandbox, type OpenedSandbox } from './open-sandbox.ts';
export type {
  Execution,
  ExecutionOutcome,
  FitJob,
  FitResult,
  JobLimits,
  JobRows,
  Sandbox,
  TrainingMatrix,
  TrainingWorker,
  WorkerUsage,
  Wall,
} from './sandbox.ts';
export { requireEveryWall, tryWalls } from './walls.ts';
