import type { Candidate } from '../../domain/candidate.ts';
import { learners } from '../../domain/learner.ts';
import type { DataShape } from './shape.ts';

/** Rounds a booster usually takes before its holdout stops it. */
const USUAL_ROUNDS = 250;
/** Learning again from the holdout rows too. */
const TWICE = 2.2;

/** Milliseconds of one thread for one fold, before any fit was seen; the ratio of the fits seen to this guess corrects it for the machine. */
function firstGuessMs(candidate: Candidate, shape: DataShape): number {
  return learners[candidate.learner].firstGuessMs({
    task: shape.task,
    rows: shape.fitRows,
    treeColumns:
      shape.treeColumns +
      (candidate.columns === 'generated' ? shape.generatedColumns : 0) +
      (candidate.usesTargetStatistics ? shape.extraColumns + shape.textScoreColumns : 0),
    linearColumns: shape.linearColumns + shape.extraColumns + (candidate.usesText ? shape.textTermsPerRow * 12 : 0),
    outputs: shape.task === 'multiclass' ? shape.classCount : 1,
    usualRounds: Math.min(candidate.maxRounds, USUAL_ROUNDS) * (candidate.refitFactor > 0 ? TWICE : 1),
    maxRounds: candidate.maxRounds,
    settings: candidate.settings,
  });
}

/** Fits seen so far: the candidate and how long one fold took. */
export type SeenFit = { candidate: Candidate; durationMs: number };

/**
 * Expected duration of one fold of a candidate. Its own other folds say best; then the learner's fits, as a correction of the
 * first guess; then the guess alone.
 */
export function expectedFitMs(candidate: Candidate, shape: DataShape, seen: SeenFit[]): number {
  const own = seen.filter((fit) => fit.candidate.id === candidate.id).map((fit) => fit.durationMs);
  if (own.length > 0) return own.reduce((a, b) => a + b, 0) / own.length;
  const ratios = seen.filter((fit) => fit.candidate.learner === candidate.learner).map((fit) => fit.durationMs / firstGuessMs(fit.candidate, shape));
  const correction = ratios.length > 0 ? ratios.reduce((a, b) => a + b, 0) / ratios.length : 1;
  return firstGuessMs(candidate, shape) * correction;
}
