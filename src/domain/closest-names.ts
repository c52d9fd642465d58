/** Names that were probably meant by `wanted`: at a small edit distance, capitals and signs aside, or holding it or held by it. At most five, the closest first. */
export function closestNames(wanted: string, names: readonly string[]): string[] {
  const asked = plain(wanted);
  if (asked === '') return [];
  return names
    .map((name) => ({ name, distance: distanceOf(asked, plain(name)) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(asked.length * 0.4)))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 5)
    .map(({ name }) => name);
}

/** For a hint: `Did you mean a or b? `, or nothing where no name is close. */
export function didYouMean(wanted: string, names: readonly string[]): string {
  const close = closestNames(wanted, names).slice(0, 3);
  return close.length === 0 ? '' : `Did you mean ${close.map((name) => `"${name}"`).join(' or ')}? `;
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_-]+/g, '');

/** Of two letters at least: every name holds some letter of the alphabet. */
const holds = (whole: string, part: string) => part.length > 2 && whole.includes(part);

function distanceOf(a: string, b: string): number {
  if (a === b) return 0;
  return holds(a, b) || holds(b, a) ? 1 : editDistance(a, b);
}

/** Letters put in, left out, exchanged, or two neighbours swapped. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2][j - 2] + 1 : Infinity;
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, changed, swapped);
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
