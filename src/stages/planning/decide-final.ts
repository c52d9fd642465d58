import { ModelwrightError } from '../../domain/error.ts';
import type { FinalModel } from '../../domain/plan.ts';

/** Up to so many rows with an answer the locked ones are missed enough to be learnt from in the end. Measured: docs/decisions/refit-on-all-rows.md. */
const MAX_REFIT_ROWS = 30_000;
/** Where later rows are to be predicted the locked ones are the latest, and missed most. */
const MAX_REFIT_ROWS_IN_ORDER = 300_000;
/** With more classes than this a learner's time grows with them: rows count for more. */
const FEW_CLASSES = 4;

/** Which model ships, by what was asked or by the size of the table. With a test file every row of the table is learnt from anyway. */
export function decideFinal({
  asked,
  labelledCount,
  classCount,
  isTimeOrdered,
  hasTestFile,
}: {
  asked: FinalModel | null;
  labelledCount: number;
  /** 1 for a number. */
  classCount: number;
  isTimeOrdered: boolean;
  hasTestFile: boolean;
}): {
  value: FinalModel;
  certainty: number;
  reason: string;
} {
  if (asked === 'refit' && hasTestFile) {
    throw new ModelwrightError({
      code: 'MW1001',
      message: '--final refit goes not with --test: no rows of the table are locked away, so there is nothing more to learn from.',
      hint: 'Leave one of them out. Rows of the test file are never learnt from.',
    });
  }
  if (asked !== null) return { value: asked, certainty: 1, reason: 'you named it' };
  if (hasTestFile) return { value: 'tested', certainty: 1, reason: 'with a test file all rows of the table are learnt from' };
  const rows = labelledCount.toLocaleString('en-US');
  const most = isTimeOrdered ? MAX_REFIT_ROWS_IN_ORDER : MAX_REFIT_ROWS;
  if (labelledCount > most) return { value: 'tested', certainty: 0.8, reason: `of ${rows} rows those that are locked away to measure on are hardly missed` };
  if (labelledCount * Math.max(1, classCount / FEW_CLASSES) > most)
    return { value: 'tested', certainty: 0.8, reason: `training ${rows} rows of ${classCount} classes once more takes time that the search makes more of` };
  return isTimeOrdered
    ? { value: 'refit', certainty: 0.8, reason: 'the latest rows are locked away to measure on, and what comes next is most like them' }
    : { value: 'refit', certainty: 0.8, reason: `of ${rows} rows those that are locked away to measure on are missed` };
}
