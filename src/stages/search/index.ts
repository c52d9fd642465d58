export { cutHoldout, type FoldRows } from './cut-holdout.ts';
export { decideNext, type SearchView } from './decide-next.ts';
export { portfolioFor } from './portfolio.ts';
export type { DataShape } from './shape.ts';
export { chooseCalibration, chooseDecision, chooseEnsemble } from './interim.ts';
