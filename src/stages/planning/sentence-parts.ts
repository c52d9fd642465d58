import { phrases } from './lexicon.ts';
import {
  findAhead,
  findCombination,
  findComparison,
  findHorizon,
  findSpan,
  type Ahead,
  type Combination,
  type Comparison,
  type Horizon,
  type Span,
} from './find-amounts.ts';
import { findCapacity, findCosts, findJudgement, findOtherWish } from './find-wishes.ts';
import { rulesOf, type Rules } from './language-rules.ts';
import type { Judgement, Wish } from './reading.ts';
import { degreeOf, judgementClauses, knownLater, momentPattern, notAsked } from './rule-words.ts';
import { askedWords, contentWords, type AskedWord } from './weigh-words.ts';
import { fold, languageOf, wordsIn, type Language } from './words.ts';

/** A sentence taken apart by its words alone, whatever the table. */
export type SentenceParts = {
  language: Language;
  asked: AskedWord[];
  /** What may be a column's whole name, said to be the target: "the target is x", "x ~ a + b", "how good (score)". */
  explicit: string[];
  /** "The last column". */
  place: 'first' | 'last' | null;
  /** The folded sentence without what is given, left out or beside the point: names of several words are looked for in it. */
  text: string;
  /** Words of what is known and used: "given the belt and the speed". */
  given: string[];
  /** What is to be left out, as words. */
  without: string[];
  /** "malignant or benign": the words of the choice. */
  alternatives: string[];
  /** The things of "which things". */
  subject: string[];
  /** "who", "which", "whether", "will it": a yes or a no, or one of some classes. */
  isYesNo: boolean;
  /** "how many", "how much", "how long". */
  wantsNumber: boolean;
  /** "tell A from B", "which attack": one of several classes. */
  isDistinction: boolean;
  isNegated: boolean;
  /** The words that a negation turns round; where what is asked has no words of its own, `isNegated` says whether there is one. */
  negated: ReadonlySet<string>;
  comparison: Comparison | null;
  combination: Combination | null;
  /** The sentence as it is read where its object is no column: "who will churn" of "predict the customers who will churn". */
  otherwise: string | null;
  span: Span | null;
  /** Neither a question nor a wish was found in it: a long statement says little of what is asked. */
  isVagueStatement: boolean;
  /** It speaks of a forecast. */
  isForecast: boolean;
  ahead: Ahead | null;
  horizon: Horizon | null;
  judgement: Wish<Judgement> | null;
  costs: Wish<{ falsePositive: number; falseNegative: number }> | null;
  capacity: Wish<number> | null;
  moment: Wish<string> | null;
  /** What else than a prediction the words ask for. */
  otherWish: string | null;
};

/** Longer sentences are read up to here. */
const MAX_LENGTH = 2000;
/** A few words are a wish by themselves: "credit default, new customers". */
const MAX_PLAIN_WORDS = 4;
/** Of a sentence that asks nothing, beside one that asks. */
const ASIDE_WEIGHT = 0.3;

export function takeApart(sentence: string): SentenceParts {
  const folded = fold(sentence.slice(0, MAX_LENGTH));
  // "i.e." ends no sentence; a dash between two of them does.
  const punctuated = folded.replaceAll(/\b(?:i\.e|e\.g|z\.b|d\.h|p\.ej|bzw|etc)\./g, ' ').replaceAll(/\s[-–—]+\s/g, ' ; ');
  let rest = phrases.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), punctuated);
  const language = languageOf(wordsIn(rest));
  const rules = rulesOf(language);
  const otherWish = findOtherWish(rest);
  /** Takes out what matches, so that its words do not name a target. */
  const cut = (pattern: RegExp): string[] => {
    const found: string[] = [];
    rest = rest.replaceAll(pattern, (match) => {
      found.push(match);
      return ' , ';
    });
    return found;
  };
  const formula = /^\s*([^~]{1,60}?)\s*~\s*([^~]+)$/su.exec(rest);
  if (formula) rest = formula[1];
  const costs = findCosts(rest);
  const capacity = findCapacity(rest);
  const judgement = findJudgement(rest);
  for (const pattern of [...judgementClauses, ...notAsked]) cut(pattern);
  const later: string[] = [];
  for (const pattern of knownLater) {
    rest = rest.replaceAll(pattern, (match, ...groups) => {
      const what = (groups.at(-1) as { what: string }).what; // named groups come last
      // "Will the order arrive after the day that was promised?" asks.
      if (rules.asks.test(match)) return match;
      later.push(what);
      return ' , ';
    });
  }
  const without = [...cut(rules.without).map((part) => part.replace(rules.withoutStart, '')), ...later];
  rest = rest.replaceAll(rules.idleNegation, ' ');
  rest = rest.replaceAll(rules.asSomebody, ' , ');
  const isTold = tellApart.test(rest);
  if (isTold) rest = rest.replace(tellApart, ' $1 , ');
  const moments = cut(momentPattern);
  cut(rules.purpose);
  const span = findSpan(rest, language);
  const horizon = findHorizon(rest);
  const ahead = horizon ? null : findAhead(rest);
  if (horizon) rest = rest.replace(horizon.words, ' , ');
  if (ahead) rest = rest.replace(ahead.words, ' , ');
  const given = [...(formula ? [formula[2]] : []), ...cut(rules.usedTo), ...cut(rules.asInputs), ...cut(rules.given)];
  // "The age of passengers who survived": the clause says which rows, unless its head is no column; then it is what is asked.
  const clause = rules.objectWithClause.exec(rest);
  const otherwise = clause?.groups && contentWords(clause.groups['object'], language).length > 0 ? rest.replace(clause[0], clause.groups['clause']) : null;
  if (otherwise !== null && clause?.groups) rest = rest.replace(clause[0], `${clause.groups['verb']} ${clause.groups['object']}`);
  const units = unitsOf(rest, rules, language);
  const asking = units.filter(({ isAsking }) => isAsking).map(({ text }) => text);
  const question = asking.join(' . ');
  const isYesNo = rules.yesNo.test(question) || asking.some((text) => rules.startsWithAuxiliary.test(text));
  // "How high is the risk" asks for the chance of a yes.
  const wantsNumber = rules.howMuch.test(question) && !/wahrscheinlich|probab|likel|\brisi[ck]o?\b|\brisk\b|\bodds\b|\briesgo\b/.test(question);
  const combination = findCombination(question, language);
  const found = findComparison(question, language) ?? findComparison(rest, language);
  const negated = new Set(asking.flatMap((text) => negatedWords(text, rules, language)));
  // "How much is a flat with more than three rooms" asks for no yes or no: the bar says which flats.
  const comparison = wantsNumber ? null : found;
  const filter = wantsNumber && found ? [found.noun] : [];
  const asked = units.flatMap(({ text, isAsking }) =>
    askedWords(text, language).map(({ word, weight }) => ({
      word,
      weight: weight * (isAsking ? 1 : ASIDE_WEIGHT) * (filter.includes(word) ? ASIDE_WEIGHT : 1),
    })),
  );
  return {
    language,
    asked: [...asked, ...numberNouns(question, wantsNumber, rules)],
    explicit: [...(formula ? [formula[1]] : []), ...explicitNames(folded)],
    place: placeOf(question),
    text: question,
    alternatives: findAlternatives(question, rules),
    subject: contentWords(headOf(rules.subject.exec(question)?.[1] ?? '', rules), language),
    given: contentWords(given.join(' '), language),
    without,
    isYesNo: isYesNo || comparison !== null,
    wantsNumber,
    isDistinction:
      isTold ||
      degreeOf.test(question) ||
      choiceOfMany.test(question) ||
      rules.whichObject.test(question) ||
      /\b(?:which|what) (?:kind|type|sort|class|category|species|of (?:the|these))\b|\b(?:welche|que) (?:art|klasse|tipo|clase)\b/.test(question),
    isNegated: negated.size > 0,
    negated,
    comparison,
    combination,
    otherwise,
    span,
    isVagueStatement: !units.some(({ text }) => rules.asks.test(text) || rules.startsWithAuxiliary.test(text)) && asked.length > MAX_PLAIN_WORDS,
    isForecast: /\b(?:forecast|prognos|pronostic)/.test(rest),
    ahead,
    horizon,
    judgement,
    costs,
    capacity,
    moment: moments.length === 0 ? null : { value: moments[0].trim().slice(0, 200), certainty: 0.8, reason: 'the sentence says when it is asked' },
    otherWish,
  };
}

/** What a negation turns round, from the first asking word on: in "the prize does not exist, so catch the spam" nothing. */
function negatedWords(text: string, rules: Rules, language: Language): string[] {
  const start = rules.startsWithAuxiliary.test(text) ? 0 : (rules.asks.exec(text)?.index ?? 0);
  return text
    .slice(start)
    .split(/[,;()]|\b(?:but|sondern|sino|aber|pero)\b/)
    .flatMap((clause) => {
      const found = [...clause.matchAll(rules.negation)];
      if (found.length % 2 === 0) return [];
      // German says "nicht" behind what it negates too.
      return contentWords(language === 'de' ? clause : clause.slice(found[0].index), language);
    });
}

/** Whether what these words name is negated. */
export const isTurnedRound = ({ isNegated, negated }: SentenceParts, words: string[]): boolean =>
  isNegated && (words.length === 0 || words.some((word) => negated.has(word)));

/** "Tell spam from ham", and not "tell me the strength from the recipe". */
const tellApart = /\b(?:(?:tell|tells)(?! (?:me|us|them|him|her|you)\b)|distinguish|separate)\b([^.;?!]*?)\bfrom\b/;

/** Its sentences, each with whether it asks; where none does, all do. */
function unitsOf(text: string, rules: Rules, language: Language): { text: string; isAsking: boolean }[] {
  const units = [...text.matchAll(/([^.;:?!\n]+(?:[.:](?=\S)[^.;:?!\n]+)*)([.;:?!\n]*)/gu)]
    .map(([, words, end]) => ({
      text: words,
      isAsking: end.includes('?') || rules.asks.test(words) || rules.startsWithAuxiliary.test(words),
      goesOn: end.startsWith(':'),
    }))
    .filter((unit) => /[\p{L}\p{N}]/u.test(unit.text));
  // "Predict how it ends: upheld or dismissed".
  for (const [at, unit] of units.entries()) if (unit.goesOn && unit.isAsking && at + 1 < units.length) units[at + 1].isAsking = true;
  // "Predict: churn".
  for (const [at, unit] of units.entries())
    if (unit.isAsking && at + 1 < units.length && contentWords(unit.text, language).length === 0) units[at + 1].isAsking = true;
  const hasQuestion = units.some((unit) => unit.isAsking && contentWords(unit.text, language).length > 0);
  return hasQuestion ? units : units.map((unit) => ({ ...unit, isAsking: true }));
}

function placeOf(text: string): 'first' | 'last' | null {
  const match =
    /\b(?:(?<last>last|letzten?|ultima)|(?<first>first|ersten?|primera)) (?:column|spalte|columna)\b|\bcolumna (?:(?<ultima>ultima)|primera)\b/.exec(text);
  if (!match?.groups) return null;
  return (match.groups['last'] ?? match.groups['ultima']) ? 'last' : 'first';
}

/** Names that the words single out: after "target" or "column", or in brackets or quotes. */
function explicitNames(text: string): string[] {
  const patterns = [
    /\b(?:target|label|outcome|dependent|response|zielvariable|zielspalte|zielgrosse|ziel|objetivo)(?: (?:column|variable|field|feature))?(?: (?:is|called|named|ist|heisst|es|se llama))? ?[:=]? ?["']?([\p{L}\p{N}_][\p{L}\p{N}_.-]*)/gu,
    /\b(?:the |der |die |la |el )?(?:column|variable|field|spalte|columna|campo)(?: (?:called|named|namens|llamad[oa]))? ["']?([\p{L}\p{N}_][\p{L}\p{N}_.-]*)/gu,
    /\(([^()]{1,60})\)/gu,
    /["']([^"']{2,60})["']/gu,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name.trim()));
}

/** "How many" may name a column of counts, beside what is counted. */
const COUNT_WEIGHT = 0.8;
/** "How many" may name a column of counts, "how long" one of times, beside what is counted. */
function numberNouns(question: string, wantsNumber: boolean, rules: Rules): AskedWord[] {
  if (!wantsNumber) return [];
  return [
    ...(rules.howMany.test(question) ? [{ word: 'count', weight: COUNT_WEIGHT }] : []),
    ...(rules.howLong.test(question) ? [{ word: 'duration', weight: COUNT_WEIGHT }] : []),
  ];
}

/** The words before the first preposition: "welche Behörde für eine Beschwerde zuständig". */
const headOf = (text: string, rules: Rules): string => {
  const words = wordsIn(text);
  const end = words.findIndex((word, at) => at > 0 && rules.preposition.test(word));
  return words.slice(0, end < 0 ? words.length : end).join(' ');
};

/** "a setosa, a versicolor or a virginica". */
function findAlternatives(text: string, rules: Rules): string[] {
  const match = new RegExp(`((?:[\\p{L}-]+, (?:an? )?)*)([\\p{L}-]+),? (?:${rules.or}|from|von|de) (?:an? |eine? |una? )?([\\p{L}-]+)`, 'u').exec(text);
  return match ? [...(match[1].match(/[\p{L}-]{3,}/gu) ?? []), match[2], match[3]] : [];
}

/** "Alone, as a couple, with the family or on business". */
const choiceOfMany = /[^,.;?]+,[^,.;?]{1,30},[^,.;?]{0,40}\b(?:or|oder|o|u)\b|[^,.;?]+,[^,.;?]{1,40} (?:or|oder|o|u) /;
