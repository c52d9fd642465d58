import type { ColumnProfile } from '../../domain/profile.ts';

/** The spellings of one value that differ in case or spaces only, by value, the most frequent spelling first. */
export function findSpellings({ kind, topValues, rule }: ColumnProfile): string[][] {
  if (rule.type === 'boolean') return [rule.yes, rule.no].filter((spellings) => spellings.length > 1);
  if (kind !== 'category' && kind !== 'ordered') return [];
  const spellingsOf = new Map<string, string[]>();
  for (const { value } of topValues) {
    const bare = value.toLowerCase().replaceAll(/\s+/g, '');
    spellingsOf.set(bare, [...(spellingsOf.get(bare) ?? []), value]);
  }
  return [...spellingsOf.values()].filter((spellings) => spellings.length > 1);
}
