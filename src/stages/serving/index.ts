export { checkColumns, checkRow, checkTable, type AnswerWarning } from './check-rows.ts';
export { answersAsCsv, answersAsJsonLines, numberColumns } from './write-answers.ts';
