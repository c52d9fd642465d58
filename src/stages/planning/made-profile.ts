import type { ColumnKind, ReadingRule } from '../../domain/column.ts';
import type { ColumnProfile, Profile } from '../../domain/profile.ts';

/** A column as a test thinks of it; the rest of its profile follows. For tests only. */
export type MadeColumn = { name: string; kind: ColumnKind; values?: string[]; missingCount?: number; min?: number; personal?: ColumnProfile['personal'] };

export const MADE_ROWS = 200;

export const profileOf = (columns: MadeColumn[], rowCount = MADE_ROWS): Profile => ({
  rowCount,
  duplicateRowCount: 0,
  columns: columns.map((column) => columnProfile(column, rowCount)),
  warnings: [],
});

function columnProfile({ name, kind, values = [], missingCount = 0, min = 0, personal = null }: MadeColumn, rowCount: number): ColumnProfile {
  const isNumber = kind === 'number';
  const numbers = { min, q01: min, q05: min, q25: min, q50: min, q75: min, q95: min, q99: min, max: min + 10, mean: min, standardDeviation: 1, isWhole: false };
  return {
    name,
    kind,
    kindReason: 'the test says so',
    rule: ruleOf(kind),
    missingCount,
    distinctCount: Math.max(2, values.length),
    unreadableCount: 0,
    topValues: values.map((value) => ({ value, count: Math.floor(rowCount / values.length) })),
    numbers: isNumber ? numbers : null,
    text: kind === 'text' ? { meanLength: 40, maxLength: 200, meanWords: 8 } : null,
    dates: null,
    personal,
  };
}

function ruleOf(kind: ColumnKind): ReadingRule {
  switch (kind) {
    case 'number':
      return { type: 'number', missing: ['NA'], style: 'plain' };
    case 'boolean':
      return { type: 'boolean', missing: [], yes: ['yes'], no: ['no'] };
    case 'datetime':
      return { type: 'timestamp', missing: [], formats: ['yyyy-MM-dd'] };
    default:
      return { type: 'text', missing: ['NA'] };
  }
}
