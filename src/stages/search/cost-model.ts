import type { Candidate } from '../../domain/candidate.ts';
import type { DataShape } from './shape.ts';

/** Seconds of one thread for one fit, before any was seen: measured on 5,000 and 50,000 rows × 30 columns (benchmarks/fit-cost.ts). */
function firstGuessMs(candidate: Candidate, shape: DataShape): number {
  const rows = shape.fitRows;
  const outputs = shape.task === 'multiclass' ? shape.classCount : 1;
  const treeCells = rows * (shape.treeColumns + shape.extraColumns);
  const rounds = Math.min(candidate.maxRounds, 300);
  switch (candidate.learner) {
    case 'lightgbm':
      return 60 + rounds * outputs * (0.6 + treeCells * 6e-6);
    case 'catboost':
      return 120 + rounds * (1.2 + treeCells * 1.1e-5) * (1 + 0.35 * (outputs - 1));
    case 'extra_trees':
      return 50 + candidate.maxRounds * rows * Math.log2(rows + 2) * 1.5e-4 * Math.sqrt(shape.treeColumns + shape.extraColumns) * 0.2;
    case 'linear':
      return 40 + outputs * (rows * (shape.linearColumns + shape.extraColumns + 3 * shape.textTermsPerRow) * 2e-4 + 5);
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
