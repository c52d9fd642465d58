export { checkColumns, checkRow, checkTable, type AnswerWarning } from './check-rows.ts';
export { answersAsCsv, answersAsJsonLines } from './write-answers.ts';
