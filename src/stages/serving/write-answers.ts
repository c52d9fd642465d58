import type { Contract } from '../../domain/package.ts';
import { intervalsAround } from '../../domain/prediction-interval.ts';
import type { Predictions } from '../../domain/task.ts';

/** Answers as text, a row for each row that was asked, in the order it was asked. */
export type AnswerFormat = { header(contract: Contract): string; rows(contract: Contract, predictions: Predictions): string };

const cell = (text: string) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** CSV as RFC 4180 has it, lines ended by a line feed. Numbers have all the digits they need to be read back as they were. */
export const answersAsCsv: AnswerFormat = {
  header: ({ outputs }) => `${outputs.map(cell).join(',')}\n`,
  rows({ classes, interval }, predictions) {
    if (predictions.kind === 'values') {
      const columns = numberColumns(interval, predictions.values);
      return Array.from(predictions.values, (_, row) => `${columns.map((values) => values[row]).join(',')}\n`).join('');
    }
    const { decided, probabilities, classCount } = predictions;
    const names = classes.map(cell);
    return Array.from(decided, (code, row) => `${names[code]},${probabilities.subarray(row * classCount, (row + 1) * classCount).join(',')}\n`).join('');
  },
};

export const answersAsJsonLines: AnswerFormat = {
  header: () => '',
  rows({ classes, outputs, interval }, predictions) {
    if (predictions.kind === 'values') {
      const columns = numberColumns(interval, predictions.values);
      const object = (row: number) => Object.fromEntries(columns.map((values, at) => [outputs[at], values[row]]));
      return Array.from(predictions.values, (_, row) => `${JSON.stringify(object(row))}\n`).join('');
    }
    const { decided, probabilities, classCount } = predictions;
    const line = (code: number, row: number) =>
      JSON.stringify(Object.fromEntries(outputs.map((name, k) => [name, k === 0 ? classes[code] : probabilities[row * classCount + k - 1]])));
    return Array.from(decided, (code, row) => `${line(code, row)}\n`).join('');
  },
};

/** Of answers that are numbers: the answer and, where there is an interval, its ends, in the order of the contract's outputs. */
export function numberColumns(interval: Contract['interval'], values: Float64Array): Float64Array[] {
  if (interval === null) return [values];
  const { low, high } = intervalsAround(interval, values);
  return [values, low, high];
}
