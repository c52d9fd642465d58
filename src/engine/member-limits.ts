import type { AnswerLimits } from '../domain/plan.ts';
import type { PreparedData } from './prepare-data.ts';

/** Base64 of 16 bits. */
const BYTES_A_COEFFICIENT = 8 / 3;
/** However much texts take, so much is left for members. */
const LEAST_SHARE = 0.25;

/** What the plan allows the members of an ensemble: sums over text are in the package once, whichever members read them. */
export function memberLimits({ plan, features, matrix, textScoreCount, folds }: PreparedData): AnswerLimits {
  const columnCount = features.columns.filter(({ kind }) => kind === 'text').length + textScoreCount * folds.length;
  const textBytes = columnCount * matrix.vocabularySize * BYTES_A_COEFFICIENT;
  const { maxPackageBytes } = plan.limits;
  return { ...plan.limits, maxPackageBytes: Math.max(maxPackageBytes - textBytes, LEAST_SHARE * maxPackageBytes) };
}
