import type { Column } from '../../domain/column.ts';
import type { ColumnProfile } from '../../domain/profile.ts';
import { summariseNumbers } from '../../domain/summarise-numbers.ts';

/** The profile of a target that was made: classes `no` and `yes`, or numbers. */
export function derivedProfile(name: string, type: 'boolean' | 'number' | 'text', column: Column): ColumnProfile {
  const facts = { name, unreadableCount: 0, text: null, dates: null, personal: null, order: null };
  if (type !== 'number') {
    if (column.type !== 'text') throw new Error('a target of classes comes as text');
    const counts = new Map<string, number>();
    for (const code of column.codes) if (code >= 0) counts.set(column.levels[code], (counts.get(column.levels[code]) ?? 0) + 1);
    const present = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return {
      ...facts,
      kind: 'category',
      kindReason: type === 'boolean' ? 'is made as a yes or a no' : 'is made as a text',
      rule: { type: 'text', missing: [] },
      missingCount: column.codes.length - present,
      distinctCount: counts.size,
      topValues: [...counts].map(([value, count]) => ({ value, count })).toSorted((a, b) => b.count - a.count),
      numbers: null,
    };
  }
  if (column.type !== 'number') throw new Error('a number comes as numbers');
  const present = column.values.filter((value) => Number.isFinite(value));
  return {
    ...facts,
    kind: 'number',
    kindReason: 'is made as a number',
    rule: { type: 'number', missing: [], style: 'plain' },
    missingCount: column.values.length - present.length,
    distinctCount: new Set(present).size,
    topValues: [],
    numbers: summariseNumbers(present),
  };
}
