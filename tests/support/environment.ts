import { homedir } from 'node:os';
import { cacheRoots, findTrainingEnvironment, type TrainingEnvironment } from '../../scripts/environment.mjs';

const userId = process.getuid?.() ?? -1;

/** The cache folders that the tests' own process would look in. */
export function trainingRoots(): string[] {
  return cacheRoots({ override: process.env['MODELWRIGHT_CACHE'], userId, home: homedir(), xdgCacheHome: process.env['XDG_CACHE_HOME'] });
}

/** The environment that `scripts/setup.mjs` made; a test that trains cannot do without. */
export function trainingEnvironment(): TrainingEnvironment {
  const found = findTrainingEnvironment(trainingRoots(), userId);
  if (found.kind === 'missing') throw new Error(`the training environment is missing: run ${found.remedy}`);
  return found;
}
