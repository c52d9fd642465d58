import { fillers, timeUnits } from './lexicon.ts';
import { rulesOf } from './language-rules.ts';
import { hasMeaning, isFillerSlip, namesAction, numberAt, wordsIn, type Language } from './words.ts';

/** A word that may name what is asked for; `weight`: 1 at the heart of the question, less beside it ("of the house"). */
export type AskedWord = { word: string; weight: number };

/** Units of money and weight: they say how the answer is counted. */
export const CURRENCY = new Set('dollar dollars euro euros pound pounds usd eur gbp percent prozent kilo kilos kg'.split(' '));

/** Before a number in words they are no number: "a", "one". */
export const articles = new Set(['a', 'an', 'ein', 'eine', 'einen', 'un', 'una', 'uno', 'one', 'half', 'twice', 'double']);

/** After one of these stands what is asked of the things before it: "which customers WILL cancel". */
export const AUXILIARY =
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

/** The content words with their weights: the subject of "which … will" and what stands after a preposition weigh less. */
export function askedWords(text: string, language: Language): AskedWord[] {
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

/** The words of a text that say something by themselves. */
export function contentWords(text: string, language: Language): string[] {
  return wordsIn(text).filter((word) => !fillers.en.has(word) && !fillers[language].has(word));
}
