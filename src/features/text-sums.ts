/**
 * A text as dense numbers for learners that cannot read thousands of terms: each number is a weighted sum over the TF-IDF terms of a row.
 * Training and answering add up the same whole numbers in the same order, so that they cannot differ in a bit.
 */
import { z } from 'zod';
import type { TextTerms } from './text.ts';

/** TF-IDF terms of the rows of a table, as a CSR matrix. */
export type TextRows = TextTerms & { start: Int32Array };
/** `same`: the first row with the same texts, for each row. */
export type TableText = TextRows & { same: Int32Array };

/** Rows of different texts, in the order they come, and how many of the given rows have the text of each. */
export function differentTexts({ same }: TableText, rows: Int32Array): { rows: Int32Array; counts: Float64Array; placeOf: Int32Array } {
  const known = new Map<number, number>();
  const placeOf = rows.map((row) => {
    const place = known.get(same[row]) ?? known.size;
    known.set(same[row], place);
    return place;
  });
  const counts = new Float64Array(known.size);
  for (const place of placeOf) counts[place]++;
  return { rows: Int32Array.from(known.keys()), counts, placeOf };
}

const MAX_VOCABULARY = 10_000_000;
const HIGHEST = 32_767;

/** bias + step × Σ weight × coefficient. `coefficients`: base64 of a little-endian int16 for each term of the vocabulary, or nothing, in packages that kept columns which no member read. */
export const TextSum = z.strictObject({ bias: z.number(), step: z.number(), coefficients: z.base64().max(3 * MAX_VOCABULARY) });
export type TextSum = z.infer<typeof TextSum>;

/** Rounds coefficients to 16 bits: a quarter of their size in the package, and far finer than what trees make of them. */
export function roundTextSum(coefficients: ArrayLike<number>, bias: number): TextSum {
  let largest = 0;
  for (let term = 0; term < coefficients.length; term++) largest = Math.max(largest, Math.abs(coefficients[term]));
  const step = largest / HIGHEST || 1;
  const bytes = new Uint8Array(2 * coefficients.length);
  const view = new DataView(bytes.buffer);
  for (let term = 0; term < coefficients.length; term++) view.setInt16(2 * term, Math.round(coefficients[term] / step), true);
  return { bias, step, coefficients: Buffer.from(bytes.buffer).toString('base64') };
}

export type OpenedTextSums = {
  count: number;
  /** Adds up the terms from `first` to before `end`; the numbers are in `sums` until the next call. */
  addUp(terms: TextTerms, first: number, end: number): void;
  sums: Float64Array;
};

export function openTextSums(stored: readonly TextSum[], vocabularySize: number): OpenedTextSums {
  const count = stored.length;
  // Term by term, so that a row reads one short stretch for each of its terms.
  const table = new Int16Array(vocabularySize * count);
  stored.forEach(({ coefficients }, at) => {
    if (coefficients === '') return;
    const bytes = Buffer.from(coefficients, 'base64');
    for (let term = 0; term < vocabularySize; term++) table[term * count + at] = bytes.readInt16LE(2 * term);
  });
  const sums = new Float64Array(count);
  return {
    count,
    sums,
    addUp({ ids, weights }, first, end) {
      sums.fill(0);
      for (let i = first; i < end; i++) {
        const weight = weights[i];
        for (let at = 0, from = ids[i] * count; at < count; at++) sums[at] += weight * table[from + at];
      }
      for (let at = 0; at < count; at++) sums[at] = stored[at].bias + stored[at].step * sums[at];
    },
  };
}
