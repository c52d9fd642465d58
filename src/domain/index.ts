/** The nouns for callers: schemas and types, plain data. */
export { Candidate, RecordedFit } from './candidate.ts';
export { ColumnKind, ReadingRule } from './column.ts';
export { Containment, ContainmentSummary } from './containment.ts';
export { ModelwrightError, type ErrorKind, type ErrorPlace } from './error.ts';
export { errorCodes, type ErrorCode } from './error-codes.ts';
export { BuildRequest, parseRunEvent, ScoreRecord, VerdictKind, type RunEvent } from './event.ts';
export { Contract, Manifest } from './package.ts';
export { Plan } from './plan.ts';
export { Profile } from './profile.ts';
export { stateOf, type RunState } from './run.ts';
export { Metric, metricFacts, TaskKind } from './task.ts';
