export { withKinds } from './with-kinds.ts';
export { decidedValues } from './decided-values.ts';
export { checkPlan, refuseUnfitPlan } from './check-plan.ts';
export { answerTarget, decideTarget, type TargetDecision } from './decide-target.ts';
export { approvePlan, derivedProfile, draftPlan, getColumn, refuseOneRow } from './draft-plan.ts';
export type { PlanFacts, TargetLevels } from './plan-facts.ts';
export { proposeFeatures, type FeatureProposal } from './propose-features.ts';
export { readSentence } from './read-sentence.ts';
export type { Reading, SentenceReading, TargetProposal } from './reading.ts';
