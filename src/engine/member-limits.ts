import type { Candidate } from '../domain/candidate.ts';
import type { AnswerLimits } from '../domain/plan.ts';
import { readsTextScores } from './fold-data.ts';
import type { PreparedData } from './prepare-data.ts';
import type { SearchContext } from './search-loop.ts';

/** Base64 of 16 bits. */
const BYTES_A_COEFFICIENT = 8 / 3;
/** However much texts take, so much is left for members. */
const LEAST_SHARE = 0.25;

/** What the limits, the plan's where none are given, allow these candidates as members of an ensemble: sums over text are in the package once, whichever of them read them. */
export function memberLimits(
  { data, run }: Pick<SearchContext, 'data' | 'run'>,
  candidateIds: Iterable<string>,
  limits: AnswerLimits = data.plan.limits,
): AnswerLimits {
  const candidates = [...candidateIds].flatMap((id) => run.state.candidates.get(id)?.candidate ?? []);
  const maxPackageBytes = Math.max(limits.maxPackageBytes - textBytes(data, candidates), LEAST_SHARE * limits.maxPackageBytes);
  return { ...limits, maxPackageBytes };
}

const readsComponents = ({ columns }: Candidate): boolean => columns !== 'linear';

function textBytes({ features, matrix, textScoreCount, folds }: PreparedData, candidates: Candidate[]): number {
  const components = candidates.some(readsComponents) ? features.columns.filter(({ kind }) => kind === 'text').length : 0;
  const scores = candidates.some(readsTextScores) ? textScoreCount * folds.length : 0;
  return (components + scores) * matrix.vocabularySize * BYTES_A_COEFFICIENT;
}
