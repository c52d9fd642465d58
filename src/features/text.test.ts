import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitTextEncoding, openTextEncoding, wordsOf, type TextEncoding } from './text.ts';

const options = { feature: 0, firstId: 0, maxTerms: 1_000, minRows: 2 };
const each = (texts: readonly string[]) => texts.map((text) => ({ text, rowCount: 1 }));
const kinds: TextEncoding['kind'][] = ['words', 'characters'];
const aText = fc.array(fc.constantFrom('red', 'Red', 'green', 'blue', '!', 'ünïcode', '日本', 'x'), { maxLength: 8 }).map((words) => words.join(' '));

/** The same by the book: sublinear counts times idf, scaled to length 1. */
function weightsByTheBook({ kind, terms, idf }: TextEncoding, text: string): Map<number, number> {
  const words = wordsOf(text);
  const found: string[] =
    kind === 'words'
      ? [...words, ...words.slice(1).map((word, at) => `${words[at]} ${word}`)]
      : words.flatMap((word) =>
          [3, 4, 5].flatMap((length) => Array.from({ length: Math.max(0, word.length + 3 - length) }, (_, at) => ` ${word} `.slice(at, at + length))),
        );
  const raw = terms.map((term, id) => {
    const count = found.filter((other) => other === term).length;
    return count === 0 ? 0 : (1 + Math.log(count)) * idf[id];
  });
  const length = Math.hypot(...raw) || 1;
  return new Map(raw.flatMap((weight, id) => (weight === 0 ? [] : [[id, weight / length] as const])));
}

describe.each(kinds)('text as %s', (kind) => {
  it('becomes the weights of the textbook, ids rising', () => {
    fc.assert(
      fc.property(fc.array(aText, { minLength: 1, maxLength: 12 }), aText, (texts, asked) => {
        const encoding = fitTextEncoding({ ...options, kind }, each(texts));
        const { ids, weights } = openTextEncoding(encoding).encode(asked);
        const expected = weightsByTheBook(encoding, asked);
        expect([...ids]).toEqual([...expected.keys()]);
        [...expected.values()].forEach((weight, at) => expect(weights[at]).toBeCloseTo(weight, 6));
      }),
    );
  });

  it('is learnt alike from repeated texts and from texts with their count', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ text: aText, rowCount: fc.integer({ min: 1, max: 4 }) }), { maxLength: 10 }), (counted) => {
        const repeated = counted.flatMap(({ text, rowCount }) => Array.from({ length: rowCount }, () => ({ text, rowCount: 1 })));
        expect(fitTextEncoding({ ...options, kind }, counted)).toEqual(fitTextEncoding({ ...options, kind }, repeated));
      }),
    );
  });

  it('is answered alike whatever was answered before', () => {
    fc.assert(
      fc.property(fc.array(aText, { minLength: 2, maxLength: 10 }), (texts) => {
        const encoding = fitTextEncoding({ ...options, kind }, each(texts));
        const used = openTextEncoding(encoding);
        for (const text of texts) used.encode(text);
        for (const text of texts) expect(used.encode(text)).toEqual(openTextEncoding(encoding).encode(text));
      }),
    );
  });

  it('keeps terms of enough rows only, the most frequent first, and none that is in every row', () => {
    const texts = ['common rare', 'common usual', 'common usual', 'common other'];
    const { terms } = fitTextEncoding({ ...options, kind: 'words' }, each(texts));
    expect(terms).toEqual(['common usual', 'usual']);
    expect(fitTextEncoding({ ...options, kind, maxTerms: 1 }, each(texts)).terms.length).toBe(1);
  });

  it('numbers its terms from its first id on', () => {
    const encoding = fitTextEncoding({ ...options, kind, firstId: 500 }, each(['abc abc', 'abc', 'xyz']));
    expect(Math.min(...openTextEncoding(encoding).encode('abc').ids)).toBe(500);
  });

  it('has no terms where there is no text', () => {
    const block = openTextEncoding(fitTextEncoding({ ...options, kind }, each(['abc', 'abc', 'x'])));
    for (const text of [null, '', '   ', 'nothing known']) expect(block.encode(text)).toEqual({ ids: new Int32Array(0), weights: new Float32Array(0) });
  });
});
