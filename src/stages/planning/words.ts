/** Words of a sentence or a column name: camelCase and punctuation split, lower case, endings cut so that "rentals" meets "rental". */
export function wordsIn(text: string): string[] {
  return text
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 0)
    .map(stem);
}

/** A light stemmer: good enough to make one word of its usual forms, and never shorter than three letters. */
export function stem(word: string): string {
  for (const ending of ['ations', 'ation', 'ments', 'ment', 'ings', 'ing', 'ies', 'ied', 'ed', 'es', 's', 'y', 'e']) {
    if (word.endsWith(ending) && word.length - ending.length >= 3) return word.slice(0, -ending.length);
  }
  return word;
}

/** Words that people use for one another when they name what is to be predicted. */
const synonymGroups = [
  ['churn', 'leave', 'leaving', 'left', 'cancel', 'quit', 'attrition', 'unsubscribe', 'exited'],
  ['price', 'cost', 'worth', 'fare', 'charge', 'sell', 'sells', 'fetch', 'pay', 'payment', 'payments', 'amount', 'expensive', 'ask'],
  ['default', 'repay', 'risk', 'bad'],
  ['spam', 'junk', 'unwanted'],
  ['dead', 'die', 'died', 'death', 'fatal', 'killed', 'survive', 'survived', 'survival'],
  ['income', 'earn', 'salary', 'wage'],
  ['count', 'cnt', 'number', 'many', 'demand'],
  ['fraud', 'fraudulent', 'scam'],
  ['label', 'class', 'category', 'kind', 'type'],
  ['strength', 'strong'],
  ['duration', 'length', 'long'],
  ['weight', 'heavy'],
  ['height', 'tall'],
  ['age', 'old'],
  ['delay', 'delayed', 'late'],
].map((group) => new Set(group.map(stem)));

/** How well two stemmed words agree: 1 the same, 0.85 one begins the other, 0.7 synonyms, 0 nothing. */
export function likeness(a: string, b: string): number {
  if (a === b) return 1;
  if (Math.min(a.length, b.length) >= 4 && (a.startsWith(b) || b.startsWith(a))) return 0.85;
  return synonymGroups.some((group) => group.has(a) && group.has(b)) ? 0.7 : 0;
}
