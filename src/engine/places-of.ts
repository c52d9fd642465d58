import type { TrainingEnvironment } from '../edges/sandbox/index.ts';
import type { findTrainingEnvironment } from '../../scripts/environment.mjs';

/** What a cage needs to know of the training environment. */
export const placesOf = ({
  basePrefix,
  sitePackages,
  harness,
  executable,
}: Extract<ReturnType<typeof findTrainingEnvironment>, { kind: 'ready' }>): TrainingEnvironment => ({
  basePrefix,
  sitePackages,
  harness,
  python: executable,
});
