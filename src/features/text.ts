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

/** Calls `visit` with every character n-gram of a word, repeats included. */
function visitGrams(word: string, visit: (gram: string) => void): void {
  const marked = ` ${word} `;
  for (let length = 3; length <= 5; length++) for (let at = 0; at + length <= marked.length; at++) visit(marked.slice(at, at + length));
}

/** Texts with the number of rows that hold them. */
export type CountedText = { text: string; rowCount: number };

/** Terms that are told apart while the frequent ones are looked for; what first comes after so many others is not frequent. */
const MAX_TERMS_SEEN = 4_000_000;

/** Numbers terms in the order they come, and counts the rows that each is in. */
function termCounter() {
  const idOf = new Map<string, number>();
  const rowsWith: number[] = [];
  const lastText: number[] = [];
  return {
    idOf,
    rowsWith,
    /** The id of a term; −1 when there are too many already. */
    known(term: string): number {
      const known = idOf.get(term);
      if (known !== undefined) return known;
      if (idOf.size >= MAX_TERMS_SEEN) return -1;
      idOf.set(term, rowsWith.length);
      lastText.push(-1);
      return rowsWith.push(0) - 1;
    },
    /** Counts a term once for the text that is being read. */
    meet(id: number, textNumber: number, rowCount: number): void {
      if (id < 0 || lastText[id] === textNumber) return;
      lastText[id] = textNumber;
      rowsWith[id] += rowCount;
    },
  };
}

/** Terms that occur in at least `minRows` rows, the most frequent first, at most `maxTerms`; ties in code-unit order. */
export function fitTextEncoding(
  options: { feature: number; kind: TextEncoding['kind']; firstId: number; maxTerms: number; minRows: number },
  texts: Iterable<CountedText>,
): TextEncoding {
  const { feature, kind, firstId, maxTerms, minRows } = options;
  const terms = termCounter();
  const gramsOf = wordCache((word) => {
    const ids: number[] = [];
    visitGrams(word, (gram) => ids.push(terms.known(gram)));
    return ids;
  });
  let rowTotal = 0;
  let textNumber = 0;
  for (const { text, rowCount } of texts) {
    rowTotal += rowCount;
    textNumber++;
    const words = wordsOf(text, MAX_LENGTH[kind]);
    for (let i = 0; i < words.length; i++) {
      if (kind === 'characters') for (const id of gramsOf(words[i])) terms.meet(id, textNumber, rowCount);
      else {
        terms.meet(terms.known(words[i]), textNumber, rowCount);
        if (i + 1 < words.length) terms.meet(terms.known(`${words[i]} ${words[i + 1]}`), textNumber, rowCount);
      }
    }
  }
  const kept = [...terms.idOf]
    .map(([term, id]) => ({ term, rows: terms.rowsWith[id] }))
    .filter(({ rows }) => rows >= minRows && rows < rowTotal)
    .toSorted((a, b) => b.rows - a.rows || (a.term < b.term ? -1 : 1))
    .slice(0, maxTerms);
  return {
    feature,
    kind,
    firstId,
    terms: kept.map(({ term }) => term),
    idf: kept.map(({ rows }) => Math.fround(1 + Math.log((1 + rowTotal) / (1 + rows)))),
  };
}

/** Words repeat, so what follows from a word is worked out once. The memory is bounded: a server reads texts for months. */
const MAX_CACHED_WORDS = 50_000;
function wordCache<T>(compute: (word: string) => T): (word: string) => T {
  const known = new Map<string, T>();
  return (word) => {
    const cached = known.get(word);
    if (cached !== undefined) return cached;
    if (known.size >= MAX_CACHED_WORDS) known.clear();
    const fresh = compute(word);
    known.set(word, fresh);
    return fresh;
  };
}

export type TextTerms = { ids: Int32Array; weights: Float32Array };
export type TextBlock = { encode(text: string | null): TextTerms };

/** One text to its terms' ids and weights, ids rising. */
export function openTextEncoding(encoding: TextEncoding): TextBlock {
  const { kind, terms, idf, firstId } = encoding;
  const indexOf = new Map(terms.map((term, index) => [term, index]));
  const gramsOf = wordCache((word) => {
    const indices: number[] = [];
    visitGrams(word, (gram) => {
      const index = indexOf.get(gram);
      if (index !== undefined) indices.push(index);
    });
    return indices;
  });
  // Counts of the text at hand: all zero between texts.
  const counts = new Int32Array(terms.length);
  return {
    encode(text) {
      if (text === null || text === '') return { ids: new Int32Array(0), weights: new Float32Array(0) };
      const found: number[] = [];
      const meet = (index: number | undefined) => {
        if (index !== undefined && counts[index]++ === 0) found.push(index);
      };
      const words = wordsOf(text, MAX_LENGTH[kind]);
      for (let i = 0; i < words.length; i++) {
        if (kind === 'characters') for (const index of gramsOf(words[i])) meet(index);
        else {
          meet(indexOf.get(words[i]));
          if (i + 1 < words.length) meet(indexOf.get(`${words[i]} ${words[i + 1]}`));
        }
      }
      const ids = Int32Array.from(found).sort();
      const weights = new Float64Array(ids.length);
      let squares = 0;
      for (let i = 0; i < ids.length; i++) {
        const count = counts[ids[i]];
        weights[i] = (count === 1 ? 1 : 1 + Math.log(count)) * idf[ids[i]];
        squares += weights[i] * weights[i];
        counts[ids[i]] = 0;
      }
      const length = Math.sqrt(squares) || 1;
      return { ids: ids.map((index) => firstId + index), weights: Float32Array.from(weights, (weight) => weight / length) };
    },
  };
}
