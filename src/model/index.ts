export { sha256 } from './hash.ts';
export { measureImportance, type ImportanceQuestion } from './importance.ts';
export { openAnswers, openModel, type Answers, type AnswersOpener, type ModelOpener, type OpenedModel } from './open-model.ts';
export { levelsOf, rowReader, type ReadRow, type Surprise } from './read-row.ts';
export { type RowPrediction } from './shape-prediction.ts';
export { keyFingerprint, verifyPackage, type VerifiedPackage } from './verify-package.ts';
