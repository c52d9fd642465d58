export { fitBaseline, predictBaseline, type Baseline } from './baseline.ts';
export { denseCodes, jackknifeStandardError, unitsFor, type Units } from './bootstrap.ts';
export { measureDecisionCosts, measureTop, type DecisionCost, type ErrorCosts, type TopRows } from './decision-value.ts';
export { decideVerdict } from './decide-verdict.ts';
export { measureCoverage } from './measure-coverage.ts';
export { measurePaired, measureScore, pairedOver } from './measure-score.ts';
export {
  balancedAccuracy,
  f1OfClass,
  logLossOfRows,
  macroF1,
  matthews,
  measureMetric,
  metricOver,
  risingOrder,
  type ClassCounts,
  type WeightedMetric,
} from './metrics.ts';
export { partCrowd } from './part-crowd.ts';
export { confusionMatrix, measureReliability, type Reliability, type ReliabilityBin } from './reliability.ts';
export { splitRows, type Fold, type Split, type SplitRequest } from './split-rows.ts';
export { timeBlocks } from './time-blocks.ts';
