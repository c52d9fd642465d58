/**
 * One text for one value: keys in code-unit order, no spaces, as RFC 8785 writes plain data. What is hashed or signed is
 * written by this; what is checked is always the bytes themselves.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part)) throw new RangeError('JSON has no number for this value');
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    // Without a prototype, so that a column named "__proto__" is a key like any other.
    const sorted: Record<string, unknown> = Object.create(null);
    for (const [key, entry] of Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) sorted[key] = entry;
    return sorted;
  });
}
