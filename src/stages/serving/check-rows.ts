/**
 * Rows against the contract. The caller's fault is an error that names row, column and remedy; a permitted surprise is a
 * counted warning, and with `isStrict` an error too.
 */
import type { Table } from '../../domain/column.ts';
import { ModelwrightError } from '../../domain/error.ts';
import type { Contract } from '../../domain/package.ts';
import { levelsOf, rowReader, type ReadRow } from '../../model/index.ts';

/** `unreadable` values were taken as missing, `unseen` ones as rare. Rows count from 1. */
export type AnswerWarning = { column: string; kind: 'unreadable' | 'unseen'; count: number; firstRow: number; example: string };

/** The columns to be read from a file, and a note on those that are not. Refuses a file that lacks one (MW1420). */
export function checkColumns({ inputs, target }: Pick<Contract, 'inputs' | 'target'>, names: readonly string[]): { reads: string[]; note: string | null } {
  const present = new Set(names);
  const absent = inputs.filter(({ name, isRequired }) => isRequired && !present.has(name)).map(({ name }) => name);
  if (absent.length > 0) {
    throw new ModelwrightError({
      code: 'MW1420',
      message: absent.length === 1 ? `The column "${absent[0]}" is missing.` : `${absent.length} columns are missing: ${quoted(absent)}.`,
      hint: 'Add what is missing under the name it had in training; leave cells empty where a value is unknown.',
      place: { column: absent[0] },
    });
  }
  const wanted = new Set(inputs.map(({ name }) => name));
  const ignored = names.filter((name) => !wanted.has(name));
  const isTargetThere = ignored.includes(target.name);
  return {
    reads: inputs.filter(({ name }) => present.has(name)).map(({ name }) => name),
    note:
      ignored.length === 0
        ? null
        : `${ignored.length === 1 ? 'A column is' : `${ignored.length} columns are`} not used: ${quoted(ignored)}${isTargetThere ? ` ("${target.name}" is what is predicted)` : ''}.`,
  };
}

/** Cells that could not be read, as the reader of a file counted them. */
export type UnreadableCells = { column: string; count: number; firstRow: number; example: string };

/** A table read by the contract's rules: what was unreadable, and texts that training did not show. */
export function checkTable({ inputs }: Pick<Contract, 'inputs'>, table: Table, unreadable: readonly UnreadableCells[], isStrict: boolean): AnswerWarning[] {
  const warnings: AnswerWarning[] = unreadable.filter(({ count }) => count > 0).map((cells) => ({ ...cells, kind: 'unreadable' }));
  for (const input of inputs) {
    const levels = levelsOf(input);
    const column = table.columns.get(input.name);
    if (!levels || column?.type !== 'text') continue;
    const isUnseen = column.levels.map((level) => !levels.has(level));
    let count = 0;
    let first = -1;
    for (let row = 0; row < table.rowCount; row++) {
      const code = column.codes[row];
      if (code < 0 || !isUnseen[code]) continue;
      if (count === 0) first = row;
      count += 1;
    }
    if (count > 0) warnings.push({ column: input.name, kind: 'unseen', count, firstRow: first + 1, example: column.levels[column.codes[first]].slice(0, 80) });
  }
  if (isStrict) refuseSurprises(warnings);
  return warnings;
}

/** One row of JSON, or MW1422 when it is none. */
export function checkRow(contract: Pick<Contract, 'inputs'>, values: unknown, isStrict: boolean): ReadRow & { warnings: AnswerWarning[] } {
  if (!isObject(values)) {
    throw new ModelwrightError({ code: 'MW1422', message: 'The row is not a JSON object.', hint: 'Write it like {"age": 41, "city": "Oslo"}.' });
  }
  const read = rowReader(contract)(values);
  const warnings = read.surprises.map(({ column, kind, value }): AnswerWarning => ({ column, kind, count: 1, firstRow: 1, example: value }));
  if (isStrict) refuseSurprises(warnings);
  return { ...read, warnings };
}

/** For people: what was done with the values of a warning. */
export function warningText({ column, kind, count, example }: AnswerWarning): string {
  const values = `${count} ${count === 1 ? 'value' : 'values'} of "${column}" (such as "${example}")`;
  if (kind === 'unreadable') return `${values} cannot be read and ${count === 1 ? 'is' : 'are'} taken as missing.`;
  return `${values} ${count === 1 ? 'was' : 'were'} not met in training, or in fewer than 5 rows, and ${count === 1 ? 'is' : 'are'} taken as rare.`;
}

function refuseSurprises([first, ...others]: readonly AnswerWarning[]): void {
  if (!first) return;
  throw new ModelwrightError({
    code: 'MW1421',
    message: warningText(first).replace(/ and (?:is|are) taken as \w+\.$/, '.') + (others.length > 0 ? ` ${others.length} more columns have such values.` : ''),
    hint: 'Correct the values, or leave --strict out.',
    place: { row: first.firstRow, column: first.column },
  });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
}
