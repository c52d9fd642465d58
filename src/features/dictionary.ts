import type { Column, Value } from '../domain/column.ts';
import type { LevelDictionary, PairDictionary } from './feature-file.ts';

/** Entries of a dictionary's table after its levels. */
export const rareEntry = (levelCount: number) => levelCount;
export const missingEntry = (levelCount: number) => levelCount + 1;

/** A dictionary as both ways of answering read it. Entries and features of a row or table that it stands on are handed in. */
export type OpenedDictionary = {
  entryCount: number;
  entriesIn(of: (feature: number) => Column, earlier: readonly Int32Array[]): Int32Array;
  entryIn(features: readonly Value[], earlier: readonly number[]): number;
};

/** `earlier`: the dictionaries before this one in the file, which a pair may stand on. */
export function openDictionary(dictionary: LevelDictionary | PairDictionary, earlier: readonly { entryCount: number }[]): OpenedDictionary {
  const { levels } = dictionary;
  const rare = rareEntry(levels.length);
  const missing = missingEntry(levels.length);
  const entryOf = new Map<string | number, number>(levels.map((level, entry) => [level, entry]));
  const entryCount = levels.length + 2;
  if ('feature' in dictionary) {
    return {
      entryCount,
      entriesIn: (of) => entriesOf(of(dictionary.feature), entryOf, levels.length),
      entryIn(features) {
        const value = features[dictionary.feature];
        return typeof value === 'string' || typeof value === 'number' ? (entryOf.get(value) ?? rare) : missing;
      },
    };
  }
  const [first, second] = dictionary.pair;
  const codeOf = pairCode(earlier[first].entryCount, earlier[second].entryCount);
  const entryOfCode = (code: number) => (code < 0 ? missing : (entryOf.get(code) ?? rare));
  return {
    entryCount,
    entriesIn: (_, entries) => entries[first].map((entry, row) => entryOfCode(codeOf(entry, entries[second][row]))),
    entryIn: (_, entries) => entryOfCode(codeOf(entries[first], entries[second])),
  };
}

/** Both entries as one number; −1 where both are missing. */
export function pairCode(firstCount: number, secondCount: number): (first: number, second: number) => number {
  return (first, second) => (first === firstCount - 1 && second === secondCount - 1 ? -1 : first * secondCount + second);
}

/** Dictionary entry of every row of a column; levels that the dictionary does not know are rare. */
export function entriesOf(column: Column, entryOf: ReadonlyMap<string | number, number>, levelCount: number): Int32Array {
  const rare = rareEntry(levelCount);
  const missing = missingEntry(levelCount);
  if (column.type === 'text') {
    const ofCode = Int32Array.from(column.levels, (level) => entryOf.get(level) ?? rare);
    return column.codes.map((code) => (code < 0 ? missing : ofCode[code]));
  }
  if (column.type !== 'number') throw new Error('a dictionary stands on a text or a number');
  return Int32Array.from(column.values, (value) => (Number.isNaN(value) ? missing : (entryOf.get(value) ?? rare)));
}
