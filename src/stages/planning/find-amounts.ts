import { fillers, numberWords, timeUnits } from './lexicon.ts';
import { aheadPattern, combinations, comparisons, horizonPattern, orMore, wordsOf } from './rule-words.ts';
import { articles, askedWords, AUXILIARY, contentWords, CURRENCY, type AskedWord } from './weigh-words.ts';
import { namesEvent, numberAt, wordsIn, type Language } from './words.ts';

/** `noun`: what is counted or measured. `isOfRows`: it says which rows are meant ("customers with more than two years"), so that it may not be what is asked. */
export type Comparison = { operator: '>' | '>=' | '<' | '<='; value: number; around: AskedWord[]; noun: string | undefined; isOfRows: boolean };
/** A number made of two: "price per square metre", "a minus b". */
export type Combination = { operator: '/' | '-' | '+'; left: AskedWord[]; right: AskedWord[] };
/** "From checkout to return": the words of its two ends. */
export type Span = { from: string[]; to: string[] };
/** So many days later than the row: "tomorrow", "3 days ahead". */
export type Ahead = { days: number; words: string };
/** "In each of the next six months": count is null for "the coming weeks". */
export type Horizon = { count: number | null; days: number; isEach: boolean; words: string };

/** "More than 30 days late", "three stars or more". */
export function findComparison(text: string, language: Language): Comparison | null {
  for (const [pattern, operator] of comparisons) {
    for (const match of text.matchAll(pattern)) {
      const after = text.slice(match.index + match[0].length);
      const words = wordsIn(/^[^.;?!]*(?:[.][0-9][^.;?!]*)*/.exec(after)?.[0] ?? '');
      const skip = words[0] === 'the' || words[0] === 'about' ? 1 : 0;
      if (articles.has(words[skip])) continue;
      const number = numberAt(words, skip);
      if (!number) continue;
      const before = text.slice(0, match.index);
      const behind = words.slice(skip + number.length);
      // Of things that are counted a column of counts may tell: "more than 400 rentals".
      const isCounted =
        behind[0] !== undefined && !Object.hasOwn(timeUnits, behind[0]) && !CURRENCY.has(behind[0]) && contentWords(behind[0], language).length > 0;
      // In "customers over 60 will …" it says which rows, not what is asked.
      if (/\b(?:who|which|what)\b[^,.;]*$/.test(before) && !AUXILIARY.test(lastClause(before)) && AUXILIARY.test(after)) continue;
      const isOfRows =
        /\b(?:with|having|who have|that have|aged|mit|con|que tienen)(?: [\p{L}]+)?\s*$/u.test(before) &&
        contentWords(behind.join(' '), language).slice(1).some(namesEvent);
      return {
        operator,
        value: number.value,
        around: [...nearWords(before, behind, language), ...(isCounted ? [{ word: 'count', weight: 0.7 }] : [])],
        noun: contentWords(behind.join(' '), language)[0],
        isOfRows,
      };
    }
  }
  for (const match of text.matchAll(
    /(?<![\p{L}\p{N}.])[0-9][0-9.,]*|\b(?:two|three|four|five|six|seven|eight|nine|ten|zwei|drei|vier|funf|dos|tres|cuatro|cinco)\b/gu,
  )) {
    const after = text.slice(match.index + match[0].length);
    const found = orMore.find(([pattern]) => pattern.test(after));
    const number = numberAt(wordsIn(match[0]), 0);
    if (found && number)
      return {
        operator: found[1],
        value: number.value,
        around: nearWords(text.slice(0, match.index), wordsIn(after).slice(0, 3), language),
        noun: undefined,
        isOfRows: false,
      };
  }
  return null;
}

const lastClause = (text: string) => /[^,.;:?!]*$/.exec(text)?.[0] ?? text;
const nearWords = (before: string, after: string[], language: Language): AskedWord[] => [
  ...askedWords(lastClause(before), language),
  ...after
    .slice(0, 4)
    .filter((word) => !fillers.en.has(word) && !fillers[language].has(word))
    .map((word) => ({ word, weight: Object.hasOwn(timeUnits, word) || CURRENCY.has(word) ? 0.7 : 1 })),
];
export function findCombination(text: string, language: Language): Combination | null {
  for (const [pattern, operator] of combinations) {
    const match = pattern.exec(text);
    if (!match?.groups) continue;
    const left = askedWords(match.groups['left'], language)
      .filter(({ word }) => !CURRENCY.has(word))
      .slice(-3);
    const right = contentWords(match.groups['right'], language).slice(0, 2);
    // "50 a week", "per week": a rate in time is no ratio of two columns.
    if (left.length === 0 || right.length === 0 || Object.hasOwn(timeUnits, right[0])) continue;
    return { operator, left, right: right.map((word) => ({ word, weight: 1 })) };
  }
  return null;
}

/** "From checkout to return", "between order date and delivery date". */
export function findSpan(text: string, language: Language): Span | null {
  const pattern = new RegExp(
    `(?<![\\p{L}])(?:${wordsOf(language, 'from')}) ((?:[\\p{L}_]+ ?){1,4}?) ?(?<![\\p{L}])(?:${wordsOf(language, 'to')})(?![\\p{L}]) ((?:[\\p{L}_]+ ?){1,4})`,
    'u',
  );
  const match = pattern.exec(text);
  if (!match) return null;
  const [from, to] = [contentWords(match[1], language), contentWords(match[2], language)];
  return from.length > 0 && to.length > 0 ? { from, to } : null;
}

export function findHorizon(text: string): Horizon | null {
  const match = horizonPattern.exec(text);
  if (!match?.groups) return null;
  const word = match.groups['unit'] ?? match.groups['unit2'];
  const { days } = timeUnits[word];
  // "Each day of the coming quarter" is many days.
  const isOfMany = new RegExp(`\\b(?:${Object.keys(timeUnits).join('|')})\\b`).test(match.groups['each'] ?? '');
  const isPlural = /[sn]$/.test(word) && !/^(?:mes|tagen?)$/.test(word);
  const given = match.groups['count'];
  const count = given === undefined ? (isPlural || isOfMany ? null : 1) : /^[0-9]/.test(given) ? Number(given) : numberWords[given];
  // "tomorrow" in other words: one step, not each of several.
  if (count === 1 && !match.groups['each'] && !match.groups['each2']) return null;
  return { count, days, isEach: (match.groups['each'] ?? match.groups['each2']) !== undefined, words: match[0] };
}

export function findAhead(text: string): Ahead | null {
  const match = aheadPattern.exec(text);
  if (!match?.groups) return null;
  if (match.groups['twodays'] !== undefined) return { days: 2, words: match[0] };
  if (match.groups['day'] !== undefined) return { days: 1, words: match[0] };
  const unit = match.groups['unit'] ?? match.groups['inUnit'] ?? match.groups['next'];
  const given = match.groups['count'] ?? match.groups['in'];
  const count = given === undefined ? 1 : /^[0-9]/.test(given) ? Number(given) : numberWords[given];
  return { days: count * timeUnits[unit].days, words: match[0] };
}
