import type { Random } from '../../domain/random.ts';
import type { Labels } from '../../domain/task.ts';

/** Labels, and row-major answers of any width, of some rows. */
export function takeRowsOf(labels: Labels, answers: readonly Float64Array[], rows: Int32Array): { labels: Labels; values: Float64Array[] } {
  const rowCount = labels.kind === 'classes' ? labels.codes.length : labels.values.length;
  const taken: Labels =
    labels.kind === 'classes'
      ? { ...labels, codes: Int32Array.from(rows, (row) => labels.codes[row]) }
      : { kind: 'values', values: Float64Array.from(rows, (row) => labels.values[row]) };
  const values = answers.map((answer) => {
    const width = answer.length / rowCount;
    const part = new Float64Array(rows.length * width);
    for (let at = 0; at < rows.length; at++) for (let k = 0; k < width; k++) part[at * width + k] = answer[rows[at] * width + k];
    return part;
  });
  return { labels: taken, values };
}

/** A part number a row, at random, every class spread evenly over the parts. */
export function dealByClass(codes: Int32Array, classCount: number, parts: number, random: Random): Int32Array {
  const next = Int32Array.from({ length: classCount }, () => random.below(parts));
  const partOf = new Int32Array(codes.length);
  for (const row of random.shuffle(Int32Array.from(codes, (_, at) => at))) {
    const code = codes[row];
    partOf[row] = next[code];
    next[code] = (next[code] + 1) % parts;
  }
  return partOf;
}
