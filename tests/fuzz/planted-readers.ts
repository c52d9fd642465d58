/** Readers with faults that the fuzzer must find: what it says of the others is worth as much. */
import { jsonBytes, textOf, type ReaderUnderTest } from './reader-under-test.ts';

const kept: Uint8Array[] = [];

/** Every input is one word, so that no chance is in it. */
const planted = (name: string, words: string[], read: (word: string) => unknown): ReaderUnderTest => ({
  name,
  refusals: [RangeError],
  open: () => ({
    seeds: [jsonBytes('good')],
    mutate: (random) => jsonBytes(words[random.below(words.length)]),
    read: (input) => read(textOf(input).slice(1, -1)),
  }),
});

export const plantedReaders: ReaderUnderTest[] = [
  planted('planted-crash', ['bad'], (word) => {
    if (word === 'bad') throw new TypeError('planted');
  }),
  planted('planted-overflow', ['bad'], (word) => {
    const deeper = (depth: number): number => (depth < 0 ? 0 : 1 + deeper(depth + 1));
    if (word === 'bad') deeper(0);
  }),
  planted('planted-death', ['bad'], (word) => {
    if (word === 'bad') process.abort();
  }),
  planted('planted-hang', ['bad'], (word) => {
    for (;;) if (word !== 'bad') return;
  }),
  planted('planted-memory', ['bad'], (word) => {
    if (word === 'bad') new Uint8Array(300 << 20).fill(1);
  }),
  planted('planted-leak', ['bad'], (word) => {
    if (word === 'bad') kept.push(new Uint8Array(1 << 20).fill(1));
  }),
];
