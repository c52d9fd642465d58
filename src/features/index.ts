export { checkExpression, type CheckedExpression } from './check-expression.ts';
export { compileForTable } from './compile.ts';
export { columnsOf } from './expression.ts';
export { openEncoder, type OpenedEncoder } from './encoder.ts';
export { fitEncoder, type ColumnUse, type EncoderLimits, type FeatureToEncode, type FittedEncoder } from './fit-encoder.ts';
export type { EncodedRows, Encoder } from './encoded.ts';
export type { FeatureFile, LookupColumn } from './feature-file.ts';
export { fitFoldStatistics, statisticColumnCount, type FoldStatistics, type StatisticLabels } from './target-statistics.ts';
