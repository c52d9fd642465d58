import type { Row } from '../domain/column.ts';
import { ModelwrightError } from '../domain/error.ts';
import type { Contract, ContractInput } from '../domain/package.ts';
import { plainName } from '../domain/plain-name.ts';
import { cellReader, type Cell } from '../domain/read-cell.ts';

/** A value that is answered for, but not as it was given: `unreadable` counts as missing, `unseen` as a rare value. */
export type Surprise = { column: string; kind: 'unreadable' | 'unseen'; value: string };

export type ReadRow = { row: Row; surprises: Surprise[] };

/** A reader of rows given as JSON objects, by the same rules as the cells of a file; prepared once for many rows. */
export function rowReader({ inputs }: Pick<Contract, 'inputs'>): (values: Record<string, unknown>) => ReadRow {
  const prepared = inputs.map((input) => ({ input, read: cellReader(input.reading), levels: levelsOf(input) }));
  return (values) => {
    // Without a prototype, so that a column named "__proto__" is a column like any other.
    const row: Row = Object.create(null);
    const surprises: Surprise[] = [];
    for (const { input, read, levels } of prepared) {
      const cell = getCell(values, input);
      const reading = read(cell);
      if ('unreadable' in reading) {
        row[input.name] = null;
        surprises.push({ column: input.name, kind: 'unreadable', value: shown(cell) });
        continue;
      }
      row[input.name] = reading.value;
      if (levels && typeof reading.value === 'string' && !levels.has(reading.value)) surprises.push({ column: input.name, kind: 'unseen', value: shown(cell) });
    }
    return { row, surprises };
  };
}

/** The values a text column is known to take; undefined where any may come. */
export function levelsOf({ levels, reading }: ContractInput): ReadonlySet<string> | undefined {
  return levels && reading.type === 'text' ? new Set(levels) : undefined;
}

function getCell(values: Record<string, unknown>, { name, isRequired }: ContractInput): Cell {
  // As in a file: the ü of a keyboard means the ü of a Mac, and spaces at the ends of a name mean nothing.
  const key = Object.hasOwn(values, name) ? name : Object.keys(values).find((given) => plainName(given) === plainName(name));
  const value = key === undefined ? undefined : values[key];
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value === undefined) {
    if (!isRequired) return null;
    throw new ModelwrightError({
      code: 'MW1420',
      message: `The row has no "${name}", which the model needs.`,
      hint: `Add "${name}"; write null where the value is unknown.`,
      place: { column: name },
    });
  }
  throw new ModelwrightError({
    code: 'MW1422',
    message: `"${name}" is ${Array.isArray(value) ? 'a list' : `of type ${typeof value}`}, not one value.`,
    hint: 'Values are numbers, texts, true, false or null.',
    place: { column: name },
  });
}

const shown = (cell: Cell): string => String(cell).slice(0, 80);
