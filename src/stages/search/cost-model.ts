import type { Candidate } from '../../domain/candidate.ts';
import type { DataShape } from './shape.ts';

/** Rounds a booster usually takes before its holdout stops it. */
const USUAL_ROUNDS = 250;
/** Learning again from the holdout rows too. */
const TWICE = 2.2;

/**
 * Milliseconds of one thread for one fold, before any fit was seen. Measured per round on 5,000 to 200,000 rows × 30 to 45 columns; the ratio of the
 * fits seen to this guess corrects it for the machine.
 */
function firstGuessMs(candidate: Candidate, shape: DataShape): number {
  const rows = shape.fitRows;
  const generated = candidate.columns === 'generated' ? shape.generatedColumns : 0;
  const columns = shape.treeColumns + generated + (candidate.usesTargetStatistics ? shape.extraColumns : 0);
  const cells = rows * columns;
  const outputs = shape.task === 'multiclass' ? shape.classCount : 1;
  const setting = (name: string, usual: number) => (typeof candidate.settings[name] === 'number' ? candidate.settings[name] : usual);
  const rounds = Math.min(candidate.maxRounds, USUAL_ROUNDS) * (candidate.refitFactor > 0 ? TWICE : 1);
  switch (candidate.learner) {
    case 'lightgbm':
      return 20 + 2e-4 * cells + rounds * outputs * columns * (3.6e-3 * setting('num_leaves', 31) + 5.5e-6 * rows);
    case 'catboost': {
      const depth = setting('depth', 6);
      return 20 + 1.5e-4 * cells + rounds * (shape.task === 'multiclass' ? 0.8 * outputs : 1) * columns * (2.4e-3 * 2 ** depth + 1.2e-6 * depth * rows);
    }
    case 'extra_trees': {
      const triedColumns = candidate.settings['max_features'] === 'sqrt' ? Math.sqrt(columns) : columns * setting('max_features', 1);
      const leaves = Math.min(rows / 2, setting('max_leaf_nodes', 2_000));
      return 20 + candidate.maxRounds * (1.1e-4 * rows * triedColumns + 2.5e-3 * leaves);
    }
    case 'linear': {
      const terms = candidate.usesText ? shape.textTermsPerRow * 12 : 0;
      return 30 + outputs * rows * (shape.linearColumns + shape.extraColumns + terms) * 6e-5;
    }
  }
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
