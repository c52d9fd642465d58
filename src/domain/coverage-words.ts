import type { ChosenInterval, Coverage } from './prediction-interval.ts';

/** To a tenth of a per cent: at this place "90 %" and "91 %" are different news. */
const share = (value: number) => `${Number((value * 100).toFixed(1))} %`;

/** What intervals promised and held, in a sentence without its end: a figure of the width may follow. */
export const coverageWords = ({ level, coveredCount, rowCount }: Coverage): string =>
  `the range beside each answer is made for ${share(level)} of truths, and held ${share(coveredCount / rowCount)} of ${rowCount.toLocaleString('en-US')}`;

/** Where nothing was counted: why there is no range, or why nobody knows what it holds. */
export const uncountedWords = (interval: ChosenInterval): string =>
  interval.kind === 'none'
    ? `answers come without a range: ${interval.rowCount.toLocaleString('en-US')} ${interval.rowCount === 1 ? 'row is' : 'rows are'} too few to learn one from`
    : `the range beside each answer is made for ${share(interval.level)} of truths; what it holds was not measured, because no rows were locked away`;

/** What to mind where they held clearly less; null elsewhere. */
export const coverageWarning = (coverage: Coverage): string | null =>
  coverage.isLow
    ? `The ranges beside the answers are too narrow: they are made for ${share(coverage.level)} of truths and held ${share(coverage.coveredCount / coverage.rowCount)} of the ${coverage.rowCount.toLocaleString('en-US')} measured ones.`
    : null;
