import { timeUnits } from './lexicon.ts';
import { anyOf, ownWordsOf, wordsOf } from './rule-words.ts';
import type { Language } from './words.ts';

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
export type Rules = ReturnType<typeof makeRules>;
const rulesByLanguage = { en: makeRules('en'), de: makeRules('de'), es: makeRules('es') };
export const rulesOf = (language: Language): Rules => rulesByLanguage[language];
