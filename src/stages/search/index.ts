export { chooseCalibration } from './calibrate.ts';
export { chooseDecision } from './choose-decision.ts';
export { chooseEnsemble } from './choose-ensemble.ts';
export { distinctRows } from './distinct-rows.ts';
export { cutHoldout, type FoldRows } from './cut-holdout.ts';
export { canAnswerTogether, decideForms, refitFoldOf, refitTimeMs, type MemberCost } from './decide-forms.ts';
export { decideNext, type SearchView } from './decide-next.ts';
export { portfolioFor } from './portfolio.ts';
export type { DataShape } from './shape.ts';
