import { ModelwrightError } from '../domain/error.ts';
import {
  askContainerEngine,
  describeLimits,
  isInControlGroup,
  listBackEnds,
  readKernelFacts,
  requireEveryWall,
  tryWalls,
  type TrainingEnvironment,
  type Wall,
} from '../edges/sandbox/index.ts';
import type { Config } from './config.ts';

/** Looks at this machine as `doctor` shows it: every wall is tried, nothing is changed. */
export async function examineMachine(
  config: Config,
  place: { environment: TrainingEnvironment | null; scratchDirectory: string; memoryBytes: number; processors: number },
) {
  const [trial, engine] = await Promise.all([tryWalls(place), askContainerEngine()]);
  const { walls } = trial;
  const isCaged = walls.every(({ isUp }) => isUp);
  const { memoryBytes, processors: threads } = place;
  return {
    walls,
    isCaged,
    refusal: refusalOf(walls),
    limits: describeLimits({ strength: 'curated', memoryBytes, threads, isCaged, isGrouped: isInControlGroup(walls) }),
    kernel: readKernelFacts(trial.landlockAbi),
    backEnds: listBackEnds({ walls, engine, outerCage: config.outerCage }),
    trialMs: trial.durationMs,
    home: config.home,
  };
}

/** What generated code would be told at the gate that it has to pass. */
function refusalOf(walls: Wall[]) {
  try {
    requireEveryWall(walls);
    return null;
  } catch (error) {
    if (!(error instanceof ModelwrightError)) throw error;
    return { code: error.code, message: error.message, hint: error.hint };
  }
}
