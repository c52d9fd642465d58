/**
 * Text as TF-IDF terms: one tokeniser, in TypeScript, for training and answering, so that the two can never differ.
 * Words (and pairs of neighbouring words) and character n-grams inside words; sublinear counts, smoothed idf, each text feature
 * and each kind of term scaled to length 1 (Salton & Buckley 1988).
 */
import { z } from 'zod';

export const TextEncoding = z.strictObject({
  /** Index of the text feature in the feature file. */
  feature: z.int().min(0),
  /** What this block holds: words and word pairs, or character n-grams of 3 to 5. */
  kind: z.enum(['words', 'characters']),
  /** Id of the block's first term; term i has id firstId + i. */
  firstId: z.int().min(0),
  terms: z.array(z.string()).max(200_000),
  idf: z.array(z.number()),
});
export type TextEncoding = z.infer<typeof TextEncoding>;

/** Longer texts say what they are about in their first pages; character n-grams, the costly ones, help with short texts. */
const MAX_LENGTH = { words: 8_000, characters: 400 } as const;
const wordPattern = /[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;

export function wordsOf(text: string, maxLength: number = MAX_LENGTH.words): string[] {
  return text.slice(0, maxLength).normalize('NFKC').toLowerCase().match(wordPattern) ?? [];
}

/** Calls `visit` with every term of a text, repeats included. */
function visitTerms(kind: TextEncoding['kind'], text: string, visit: (term: string) => void): void {
  const words = wordsOf(text, MAX_LENGTH[kind]);
  if (kind === 'words') {
    for (let i = 0; i < words.length; i++) {
      visit(words[i]);
      if (i + 1 < words.length) visit(`${words[i]} ${words[i + 1]}`);
    }
    return;
  }
  for (const word of words) {
    const marked = ` ${word} `;
    for (let length = 3; length <= 5; length++) for (let at = 0; at + length <= marked.length; at++) visit(marked.slice(at, at + length));
  }
}

function countTerms(kind: TextEncoding['kind'], text: string): Map<string, number> {
  const counts = new Map<string, number>();
  visitTerms(kind, text, (term) => counts.set(term, (counts.get(term) ?? 0) + 1));
  return counts;
}

/** Terms that occur in at least `minRows` texts, the most frequent first, at most `maxTerms`; ties in code-unit order. */
export function fitTextEncoding(
  options: { feature: number; kind: TextEncoding['kind']; firstId: number; maxTerms: number; minRows: number },
  texts: Iterable<string>,
): TextEncoding {
  const rowsWith = new Map<string, number>();
  let textCount = 0;
  for (const text of texts) {
    textCount++;
    for (const term of countTerms(options.kind, text).keys()) rowsWith.set(term, (rowsWith.get(term) ?? 0) + 1);
  }
  const kept = [...rowsWith]
    .filter(([, rows]) => rows >= options.minRows && rows < textCount)
    .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, options.maxTerms);
  return {
    feature: options.feature,
    kind: options.kind,
    firstId: options.firstId,
    terms: kept.map(([term]) => term),
    idf: kept.map(([, rows]) => Math.fround(1 + Math.log((1 + textCount) / (1 + rows)))),
  };
}

export type TextBlock = { encode(text: string | null): { ids: number[]; weights: number[] } };

/** One text to its terms' ids and weights, ids rising. */
export function openTextEncoding(encoding: TextEncoding): TextBlock {
  const indexOf = new Map(encoding.terms.map((term, index) => [term, index]));
  const none = { ids: [], weights: [] };
  return {
    encode(text) {
      if (text === null || text === '') return none;
      const found = new Map<number, number>();
      visitTerms(encoding.kind, text, (term) => {
        const index = indexOf.get(term);
        if (index !== undefined) found.set(index, (found.get(index) ?? 0) + 1);
      });
      const indices = [...found.keys()].toSorted((a, b) => a - b);
      const raw = indices.map((index) => (1 + Math.log(found.get(index) ?? 1)) * encoding.idf[index]);
      const length = Math.sqrt(raw.reduce((sum, weight) => sum + weight * weight, 0)) || 1;
      return { ids: indices.map((index) => encoding.firstId + index), weights: raw.map((weight) => Math.fround(weight / length)) };
    },
  };
}
