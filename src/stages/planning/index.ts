export { approvePlan, draftPlan, getColumn, type LeakSuspect, type TargetLevels } from './draft-plan.ts';
export { proposeFeatures } from './propose-features.ts';
export { readTask, settledReading } from './read-task.ts';
