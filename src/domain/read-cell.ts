import type { ReadingRule, Value } from './column.ts';
import { unreachable } from './error.ts';
import { readNumber } from './read-number.ts';
import { readTimestamp } from './read-timestamp.ts';
import { withoutUnit } from './read-unit.ts';

/** A cell as a file (text) or a JSON row (text, number, boolean, null) gives it. */
export type Cell = string | number | boolean | null | undefined;

export type CellReading = { value: Value } | { unreadable: true };

/** Trimmed off both ends of every cell before anything else is asked of it. */
export const CELL_SPACES = ' \t\n\v\f\r\u00a0\ufeff';

/** The text without spaces at its ends, as every cell is taken. */
export function trimCell(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && CELL_SPACES.includes(text[start])) start++;
  while (end > start && CELL_SPACES.includes(text[end - 1])) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** A reader for one rule, prepared once for many cells. */
export function cellReader(rule: ReadingRule): (cell: Cell) => CellReading {
  const missing = new Set(rule.missing);
  const readText = textReader(rule);
  return (cell) => {
    if (cell === null || cell === undefined) return { value: null };
    const text = trimCell(String(cell));
    if (text === '' || missing.has(text)) return { value: null };
    if (typeof cell === 'number' && rule.type === 'number') return Number.isFinite(cell) ? { value: cell } : { unreadable: true };
    if (typeof cell === 'boolean' && rule.type === 'boolean') return { value: cell };
    const value = readText(text);
    return value === undefined ? { unreadable: true } : { value };
  };
}

function textReader(rule: ReadingRule): (text: string) => Value | undefined {
  switch (rule.type) {
    case 'number': {
      const { style, decimal, units } = rule;
      return (text) => readNumber(units ? withoutUnit(text, units) : text, style, decimal ?? '.');
    }
    case 'boolean': {
      const answers = new Map<string, boolean>([...rule.no.map((text) => [text, false] as const), ...rule.yes.map((text) => [text, true] as const)]);
      return (text) => answers.get(text);
    }
    case 'text':
      return (text) => text;
    case 'timestamp':
      return (text) => {
        for (const format of rule.formats) {
          const value = readTimestamp(text, format);
          if (value !== undefined) return value;
        }
        return undefined;
      };
    default:
      return unreachable(rule);
  }
}

const readers = new WeakMap<ReadingRule, (cell: Cell) => CellReading>();

/** The one way a cell becomes a value, for a cell of a file and a JSON value alike. */
export function readCell(rule: ReadingRule, cell: Cell): CellReading {
  let read = readers.get(rule);
  if (!read) {
    read = cellReader(rule);
    readers.set(rule, read);
  }
  return read(cell);
}
