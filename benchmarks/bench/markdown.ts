/** A Markdown table: the first column to the left, the others as numbers are read. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`;
  return line(header) + line(header.map((_, at) => (at === 0 ? '---' : '---:'))) + rows.map(line).join('');
}

/** A number with a few digits; a dash where there is none. */
export const figure = (value: number | null | undefined, digits = 4): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : Number(value.toPrecision(digits)).toString();

export const fixed = (value: number | null | undefined, decimals: number): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(decimals);

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The median and, in brackets, the largest. */
export function middleAndMost(values: readonly number[], decimals: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) return '–';
  const median = (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
  return `${fixed(median, decimals)} (${fixed(sorted.at(-1), decimals)})`;
}
