import { fillers, numberWords, phrases, timeUnits } from './lexicon.ts';
import type { Judgement, Wish } from './reading.ts';
import {
  aheadPattern,
  alarmWords,
  anyOf,
  capacityPatterns,
  combinations,
  comparisons,
  costWords,
  degreeOf,
  horizonPattern,
  judgementClauses,
  judgements,
  knownLater,
  missWords,
  notAsked,
  momentPattern,
  orMore,
  otherWishes,
  ownWordsOf,
  predictionWords,
  wordsOf,
} from './rule-words.ts';
import { fold, hasMeaning, isFillerSlip, languageOf, namesAction, namesEvent, numberAt, wordsIn, type Language } from './words.ts';

/** A word that may name what is asked for; `weight`: 1 at the heart of the question, less beside it ("of the house"). */
export type AskedWord = { word: string; weight: number };
/** `noun`: what is counted or measured. `isOfRows`: it says which rows are meant ("customers with more than two years"), so that it may not be what is asked. */
export type Comparison = { operator: '>' | '>=' | '<' | '<='; value: number; around: AskedWord[]; noun: string | undefined; isOfRows: boolean };

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
  /** "Price per square metre", "a minus b": a number made of two. */
  combination: { operator: '/' | '-' | '+'; left: AskedWord[]; right: AskedWord[] } | null;
  /** The sentence as it is read where its object is no column: "who will churn" of "predict the customers who will churn". */
  otherwise: string | null;
  /** "From checkout to return": the words of its two ends. */
  span: { from: string[]; to: string[] } | null;
  /** Neither a question nor a wish was found in it: a long statement says little of what is asked. */
  isVagueStatement: boolean;
  /** It speaks of a forecast. */
  isForecast: boolean;
  /** So many days later than the row: "tomorrow", "3 days ahead". */
  ahead: { days: number; words: string } | null;
  /** "In each of the next six months": count is null for "the coming weeks". */
  horizon: { count: number | null; days: number; isEach: boolean; words: string } | null;
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

/** The rules of one language as patterns. */
function makeRules(language: Language) {
  const any = (...entries: Parameters<typeof wordsOf> extends [Language, ...infer E] ? E : never) => anyOf(language, ...entries);
  // Of a list ("from age, income and whether they rent") the asking word is part.
  const nextAsking = `(?=[.;:?!]|$|(?<!\\b(?:and|or|und|oder|y|o) )(?:${anyOf(language, 'who', 'howMuch')}|\\b(?:what|how|when|where|wie|was|wann|que|como|cuando|predict|forecast|estimate|guess|tell|say|find|classify|vorhersagen|prognostizieren|schatzen|predecir|estimar)\\b|\\b(?:i|we|ich|wir) (?:want|need|require|would|wish|must|mochte|brauche|will)\\b|\\b(?:quiero|necesito|queremos|necesitamos)\\b))`;
  return {
    yesNo: new RegExp(any('who', 'chance'), 'u'),
    startsWithAuxiliary: new RegExp(`^[^\\p{L}]*${any('auxiliary')}`, 'u'),
    howMuch: new RegExp(any('howMuch'), 'u'),
    // "How many days" asks for a time and no count.
    howMany: new RegExp(`${any('howMany')}(?! (?:de |der |von )?(?:${Object.keys(timeUnits).join('|')})\\b)`, 'u'),
    howLong: new RegExp(`${any('howLong')}|${any('howMany')} (?:de |der |von )?(?:${Object.keys(timeUnits).join('|')})\\b`, 'u'),
    asks: new RegExp(any('who', 'howMuch', 'predict', 'point', 'chance') + '|\\b(?:what|was fur|que)\\b', 'u'),
    given: new RegExp(`${any('given')}.*?${nextAsking}`, 'gsu'),
    asInputs: new RegExp(`(?<![\\p{L}])(?:with|mit|con|and|und|y)\\b[^.;?!]*?${any('asInputs')}`, 'gu'),
    usedTo: new RegExp(
      `${any('useTo')}[^.;?!]*?(?=(?:\\bto|\\band|\\bum|\\bpara|,)? ?\\b(?:predict|forecast|estimate|guess|classify|predecir|estimar|prever|vorherzusagen))`,
      'gu',
    ),
    without: new RegExp(`${any('without')}.*?${nextAsking}`, 'gsu'),
    withoutStart: new RegExp(`^.*?${any('without')}\\s*`, 'su'),
    idleNegation: new RegExp(any('idleNegation'), 'gu'),
    negation: new RegExp(any('negation'), 'gu'),
    asSomebody: new RegExp(`(?:^|[.;!?])\\s*(?:${wordsOf(language, 'asSomebody')}) [\\p{L}\\s-]{2,40}?(?=,|${any('speaker')})`, 'gu'),
    pronoun: new RegExp(`^(?:${ownWordsOf(language, 'pronoun', 'article')})$`, 'u'),
    purpose: new RegExp(`(?:^|[\\s,])${any('purpose')}.*?(?=[.;?!]|$)`, 'gsu'),
    subject: new RegExp(`(?<![\\p{L}])(?:which|what|welche[nrsm]?|que) ([^,.;?!]*?)${anyOf(language, 'auxiliary')}`, 'u'),
    // "Which flavour will the batch have": one of several.
    whichObject: new RegExp(
      `(?<![\\p{L}])(?:which|welche[nrsm]?) [\\p{L}_-]+(?: [\\p{L}_-]+)?,?(?: if any,)? ${any('auxiliary')} ${any('article', 'pronoun')}`,
      'u',
    ),
    objectWithClause: new RegExp(
      `(?<verb>${any('foretell')})(?<object>(?:(?!${any('who', 'howMuch')})[^,.;:?!])+?) (?<clause>(?:who|which|that|die|der|das|que|quienes) [^,.;:?!]+)`,
      'u',
    ),
    or: wordsOf(language, 'or'),
    predict: new RegExp(`^(?:${wordsOf(language, 'predict')})$`, 'u'),
    point: new RegExp(`^(?:${wordsOf(language, 'point')})$`, 'u'),
    and: new RegExp(`^(?:${wordsOf(language, 'and')})$`, 'u'),
    article: new RegExp(`^(?:${ownWordsOf(language, 'article')})$`, 'u'),
    preposition: new RegExp(`^(?:${wordsOf(language, 'preposition')})$`, 'u'),
    relative: new RegExp(`^(?:${wordsOf(language, 'relative')})$`, 'u'),
    thisRow: new RegExp(`^(?:${wordsOf(language, 'thisRow')})$`, 'u'),
  };
}
type Rules = ReturnType<typeof makeRules>;
const rulesByLanguage = { en: makeRules('en'), de: makeRules('de'), es: makeRules('es') };
const rulesOf = (language: Language): Rules => rulesByLanguage[language];

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

/** "From checkout to return", "between order date and delivery date". */
function findSpan(text: string, language: Language): SentenceParts['span'] {
  const pattern = new RegExp(
    `(?<![\\p{L}])(?:${wordsOf(language, 'from')}) ((?:[\\p{L}_]+ ?){1,4}?) ?(?<![\\p{L}])(?:${wordsOf(language, 'to')})(?![\\p{L}]) ((?:[\\p{L}_]+ ?){1,4})`,
    'u',
  );
  const match = pattern.exec(text);
  if (!match) return null;
  const [from, to] = [contentWords(match[1], language), contentWords(match[2], language)];
  return from.length > 0 && to.length > 0 ? { from, to } : null;
}

function findHorizon(text: string): SentenceParts['horizon'] {
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

function findAhead(text: string): SentenceParts['ahead'] {
  const match = aheadPattern.exec(text);
  if (!match?.groups) return null;
  if (match.groups['twodays'] !== undefined) return { days: 2, words: match[0] };
  if (match.groups['day'] !== undefined) return { days: 1, words: match[0] };
  const unit = match.groups['unit'] ?? match.groups['inUnit'] ?? match.groups['next'];
  const given = match.groups['count'] ?? match.groups['in'];
  const count = given === undefined ? 1 : /^[0-9]/.test(given) ? Number(given) : numberWords[given];
  return { days: count * timeUnits[unit].days, words: match[0] };
}

/** "Alone, as a couple, with the family or on business". */
const choiceOfMany = /[^,.;?]+,[^,.;?]{1,30},[^,.;?]{0,40}\b(?:or|oder|o|u)\b|[^,.;?]+,[^,.;?]{1,40} (?:or|oder|o|u) /;

const articles = new Set(['a', 'an', 'ein', 'eine', 'einen', 'un', 'una', 'uno', 'one', 'half', 'twice', 'double']);

function findComparison(text: string, language: Language): Comparison | null {
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
const CURRENCY = new Set('dollar dollars euro euros pound pounds usd eur gbp percent prozent kilo kilos kg'.split(' '));

function findCombination(text: string, language: Language): SentenceParts['combination'] {
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

/** After one of these stands what is asked of the things before it: "which customers WILL cancel". */
const AUXILIARY =
  /\b(?:will|are|is|was|were|do|does|did|has|have|had|can|could|would|should|might|may|going|likely|about|get|gets|wird|werden|ist|sind|hat|haben|konnen|kann|va|van|ira|iran|son|es|estan|tienen|puede|pueden)\b/;
/** A preposition after one of these does not lead away from what is asked: "the chance of", "likely to", "about to". */
const TRANSPARENT = new Set(
  'chance chances probability likelihood risk odds number amount level value degree share rate kind type sum total model modelo modell warn alert alarm alarms warning warnings list us me wahrscheinlichkeit risiko anzahl menge hohe probabilidad riesgo numero nivel valor cantidad tipo importe prediccion going likely about van va'.split(
    ' ',
  ),
);
const GERMAN_FINAL = new Set('sein werden haben konnen mussen wurde wurden'.split(' '));
const SECONDARY_WEIGHT = 0.5;
const SUBJECT_WEIGHT = 0.45;
const OBJECT_WEIGHT = 0.6;
const RELATIVE_WEIGHT = 0.4;
const THIS_ROW_WEIGHT = 0.35;
const INFINITIVE_AFTER = new Set('likely going about able unable want wants need needs ought fail fails expected supposed probable'.split(' '));
/** After "to" a word of the lexicon that is no name of a thing is a verb. */
const isVerbLike = (word: string | undefined) => word !== undefined && namesAction(word);
/** Units say how the answer is counted and seldom what it is. */
const UNIT_WEIGHT = 0.7;
/** "How many" may name a column of counts, beside what is counted. */
const COUNT_WEIGHT = 0.8;

/** The content words with their weights: the subject of "which … will" and what stands after a preposition weigh less. */
function askedWords(text: string, language: Language): AskedWord[] {
  return text.split(/[,.;:?!()]+/).reduce<AskedWord[]>((asked, clause) => {
    // German parts such a clause off with a comma: "die Leistung, die eine Turbine abgibt".
    const isAbout =
      language === 'de' && asked.length > 0 && /^\s*(?:die|der|das|den|dem|deren|dessen)\b/.test(clause) && rulesOf(language).predict.test(firstWord(text));
    const words = wordsOfClause(clause, language, asked.length > 0);
    return [...asked, ...(isAbout ? words.map(({ word, weight }) => ({ word, weight: Math.min(weight, RELATIVE_WEIGHT) })) : words)];
  }, []);
}

const firstWord = (text: string) => wordsIn(text)[0] ?? '';

function wordsOfClause(clause: string, language: Language, isContinued: boolean): AskedWord[] {
  const rules = rulesOf(language);
  const words = wordsIn(clause);
  const isContent = (word: string) => !fillers.en.has(word) && !fillers[language].has(word);
  const asking = words.findIndex((word) => /^(?:who|which|whether|if|welche[nrsm]?|wer|ob|que|quien|quienes|cuales)$/.test(word));
  const isWhether = /^(?:whether|if|ob)$/.test(words[asking] ?? '');
  const isAuxiliary = (word: string) => AUXILIARY.test(word);
  const auxiliary = words.findIndex((word, at) => at > asking && isAuxiliary(word));
  // "Which amount does a customer borrow": the things of "which" are what is asked.
  const isObjectAsked = asking >= 0 && !isWhether && auxiliary > asking && rules.pronoun.test(words[auxiliary + 1] ?? '');
  const hasAuxiliary = asking >= 0 && auxiliary >= 0;
  // "How high is the price": what is measured, and nobody who does anything.
  const isMeasured =
    /^(?:is|are|was|ist|sind|war|es|son|sera)$/.test(words[auxiliary] ?? '') &&
    rules.howMuch.test(words.slice(0, auxiliary).join(' ')) &&
    /^(?:the|der|die|das|el|la|los|las)$/.test(words[auxiliary + 1] ?? '');
  const asksLater = words.some((word) => rules.predict.test(word) || rules.point.test(word)) || asking > 0;
  const asked: (AskedWord & { isVerb: boolean })[] = [];
  let weight = 1;
  /** Words of the object since the last word for predicting; −1 where there was none. */
  let objectWords = -1;
  let isPointedAt = false;
  let isThisRow = false;
  // "People complain, so predict the delay" asks for what stands behind the asking word; German may have that word at the end.
  const opening = words.findIndex((word, at) => rules.predict.test(word) || isFillerSlip(word) || at === asking);
  const hasPreface = opening > 0 && words.slice(opening + 1).some(isContent) && words.slice(0, opening).some(isContent);
  let isInSubject = false;
  for (const [at, word] of words.entries()) {
    const before = words[at - 1] ?? '';
    const opens = (asking < 0 || at < asking) && !(objectWords > 0);
    const isPredict = opens && (rules.predict.test(word) || isFillerSlip(word));
    const isPoint = opens && rules.point.test(word);
    if (isPredict || isPoint) [weight, objectWords, isPointedAt] = [1, 0, isPoint];
    else if (hasAuxiliary && at === auxiliary && !isObjectAsked) weight = 1;
    else if (hasAuxiliary && at === auxiliary) weight = OBJECT_WEIGHT;
    else if (objectWords > 0 && rules.relative.test(word)) {
      weight = isPointedAt ? 1 : RELATIVE_WEIGHT;
      if (isPointedAt) for (const one of asked) one.weight = Math.min(one.weight, SUBJECT_WEIGHT);
    } else if (rules.preposition.test(word) && !TRANSPARENT.has(before)) {
      if (at > 0 ? asked.length > 0 || isContinued || words.slice(at + 1).filter(isContent).length > 1 : asksLater) weight = Math.min(weight, SECONDARY_WEIGHT);
    } else if (rules.article.test(word) && !rules.and.test(before) && (objectWords > 0 || (isMeasured && asked.length > 0)))
      weight = Math.min(weight, SECONDARY_WEIGHT);
    else if (word === 'to' || word === 'zu')
      weight = at > 0 && INFINITIVE_AFTER.has(before) ? 1 : asked.length > 0 && !isVerbLike(words[at + 1]) ? SECONDARY_WEIGHT : 1;
    else if ((word === 'will' || word === 'wird') && weight > RELATIVE_WEIGHT) weight = 1;
    // "Flag every fraud" means the fraud.
    if (rules.thisRow.test(word)) isThisRow = !(isPointedAt && objectWords >= 0);
    if (!isContent(word) || ((isPredict || isPoint) && !hasMeaning(word)) || /^[0-9]/.test(word) || (numberAt(words, at) && !articles.has(word))) continue;
    if (objectWords >= 0) objectWords++;
    const isLast = !words.slice(at + 1).some((one) => isContent(one) || rules.predict.test(one));
    // German ends with what is done: "was geerntet wird".
    const isFinalVerb = language === 'de' && at < words.length - 1 && words.slice(at + 1).every((one) => isAuxiliary(one) || GERMAN_FINAL.has(one));
    const afterArticleOrNew = at > asking && words.slice(asking + 1, at).every((one) => !isContent(one));
    const afterArticle = rules.article.test(before) || rules.thisRow.test(before);
    // "What will THE BOTTLE cost": what is done comes after it.
    const isDoer: boolean =
      auxiliary >= 0 &&
      at > auxiliary &&
      !isLast &&
      !isMeasured &&
      (isInSubject ? !isVerbLike(word) && isContent(before) : at - auxiliary <= 2 && afterArticle);
    isInSubject = isDoer;
    // "Which visitors WILL buy"; "which customers say yes".
    const isOfWhich =
      !isWhether && asking >= 0 && at > asking && (hasAuxiliary ? auxiliary > at : at === asking + 1 && !isLast) && !isObjectAsked && words[asking] !== 'who';
    // "Whether a new CASE will drag on".
    const isOfWhether = isWhether && at > asking && asked.every((one) => one.weight < 1) && afterArticleOrNew && !isLast;
    const isSubject = !isFinalVerb && (isDoer || isOfWhich || isOfWhether);
    // "How much will a flat in Valencia COST".
    const isAction = auxiliary >= 0 && at > auxiliary && asked.length > 0 && !afterArticle && !rules.preposition.test(before) && isVerbLike(word);
    if (isAction && !isSubject && weight > RELATIVE_WEIGHT && objectWords < 1)
      weight = asked.some((one) => one.isVerb && one.weight >= 0.9) ? Math.min(weight, OBJECT_WEIGHT) : 1;
    // What is done comes first, to what it is done after it: "will cancel their contract".
    else if (hasAuxiliary && at > auxiliary && weight === 1 && asked.some((one) => one.isVerb)) weight = OBJECT_WEIGHT;
    // "Which customers accept the offer": no word for the future parts what is done from what it is done to.
    if (asking >= 0 && !hasAuxiliary && asked.length >= 2 && afterArticle) weight = Math.min(weight, SECONDARY_WEIGHT);
    if (isFinalVerb) weight = 1;
    const isUnit = Object.hasOwn(timeUnits, word) || CURRENCY.has(word);
    const most = hasPreface && at < opening ? RELATIVE_WEIGHT : isSubject ? SUBJECT_WEIGHT : isThisRow ? THIS_ROW_WEIGHT : isUnit ? UNIT_WEIGHT : 1;
    isThisRow = false;
    asked.push({ word, weight: Math.min(weight, most), isVerb: auxiliary >= 0 && at > auxiliary && !isDoer && isVerbLike(word) });
  }
  return asked.map((one) => ({ word: one.word, weight: one.weight }));
}

export function contentWords(text: string, language: Language): string[] {
  return wordsIn(text).filter((word) => !fillers.en.has(word) && !fillers[language].has(word));
}

function findJudgement(text: string): Wish<Judgement> | null {
  const found = judgements.find(([pattern]) => pattern.test(text));
  return found ? { value: found[1], certainty: 0.8, reason: found[2] } : null;
}

const TIMES = /\b(?:times|x|mal|fach|veces|fold)\b/;
/** Neither error is called by its name: the first one told of is taken for the miss. */
const UNNAMED_CERTAINTY = 0.45;

/** "Missing one costs ten times more than a false alarm", "missing a leaver costs $50, a needless offer $5". */
function findCosts(text: string): SentenceParts['costs'] {
  for (const sentence of text.split(/[.;!?]+/)) {
    const miss = missWords.exec(sentence);
    const alarm = alarmWords.exec(sentence);
    if (!costWords.test(sentence)) continue;
    const wish = (falsePositive: number, falseNegative: number, certainty: number, reason = 'the sentence says what errors cost') => ({
      value: { falsePositive, falseNegative },
      certainty,
      reason,
    });
    const words = wordsIn(sentence);
    const numbers = words.flatMap((_, at) => {
      const isInside = at > 0 && numberAt(words, at - 1) !== undefined && /^(?:hundred|thousand|k|mil|tausend|million)$/.test(words[at]);
      const number = articles.has(words[at]) && !/^(?:twice|double)$/.test(words[at]) ? undefined : isInside ? undefined : numberAt(words, at);
      return number ? [{ at, value: number.value, next: words[at + number.length] ?? '' }] : [];
    });
    const factor = numbers.find(
      ({ next, at }) => TIMES.test(next) || /^(?:twice|double|doppelt|doble|zehnmal|funfmal)$/.test(words[at]) || /^[0-9]+x$/.test(words[at]),
    );
    if (!miss && !alarm) {
      const isCompared = /\b(?:cost|costs|kostet|cuesta|worse|schlimmer|peor)\b[^.]*\b(?:as much as|more than|than|as|wie|als|que)\b/.test(sentence);
      if (factor && factor.value > 0 && isCompared)
        return wish(1, factor.value, UNNAMED_CERTAINTY, 'the sentence says what errors cost; which of them is the miss is a guess');
      continue;
    }
    // Where one of them alone is called by its name, it is the one before or behind "than".
    const behind = /\b(?:than|as much as|as|wie|als|que)\b(?! (?:much|bad))/.exec(sentence.slice(sentence.search(TIMES) + 1))?.index ?? Infinity;
    const than = behind + sentence.search(TIMES) + 1;
    const missFirst = miss !== null ? (alarm === null ? miss.index < than : miss.index < alarm.index) : (alarm?.index ?? 0) > than;
    if (factor && factor.value > 0) return missFirst ? wish(1, factor.value, 0.9) : wish(factor.value, 1, 0.85);
    if (miss && alarm && numbers.length === 2) {
      const [first, second] = numbers.map(({ value }) => value);
      if (first > 0 && second > 0) return missFirst ? wish(second, first, 0.9) : wish(first, second, 0.9);
    }
  }
  return null;
}

function findCapacity(text: string): SentenceParts['capacity'] {
  for (const pattern of capacityPatterns) {
    const match = pattern.exec(text);
    const value = match && numberAt(wordsIn(match[1]), 0)?.value;
    if (value && value >= 1) return { value: Math.round(value), certainty: 0.85, reason: 'the sentence says how many can be acted on' };
  }
  return null;
}

function findOtherWish(text: string): string | null {
  if (predictionWords.test(text)) return null;
  return otherWishes.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
