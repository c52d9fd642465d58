export { checkColumns, checkRow, checkTable, warningText, type AnswerWarning, type UnreadableCells } from './check-rows.ts';
