export { estimateAnswerCost, type AnswerCost } from './answer-cost.ts';
export { checkEquality, type ProbeRows, type TextTerms } from './check-equality.ts';
export { makeContract } from './contract.ts';
export { renderReport, type ReportFacts } from './render-report.ts';
export { renderThreats } from './render-threats.ts';
export { rankInputs } from './rank-inputs.ts';
export { signModel, type ManifestFacts, type ModelSigner } from './sign-model.ts';
export { writeGraph, type GraphMember, type GraphSpec } from './write-graph.ts';
export { pruneColumns } from './prune-columns.ts';
