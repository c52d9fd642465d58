import { fillers, numberWords, phrases, timeUnits } from './lexicon.ts';
import type { Judgement, Wish } from './reading.ts';
import { fold, hasMeaning, languageOf, numberAt, wordsIn, type Language } from './words.ts';

/** A word that may name what is asked for; `weight`: 1 at the heart of the question, less beside it ("of the house"). */
export type AskedWord = { word: string; weight: number };
export type Comparison = { operator: '>' | '>=' | '<' | '<='; value: number; around: AskedWord[] };

/** A sentence taken apart by its words alone, whatever the table. */
export type SentenceParts = {
  language: Language;
  asked: AskedWord[];
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
  comparison: Comparison | null;
  ratio: { above: AskedWord[]; below: AskedWord[] } | null;
  /** So many days later than the row: "tomorrow", "3 days ahead". */
  ahead: { days: number; words: string } | null;
  /** "in each of the next six months": count is null for "the coming weeks". */
  horizon: { count: number | null; days: number; isEach: boolean; words: string } | null;
  judgement: Wish<Judgement> | null;
  costs: Wish<{ falsePositive: number; falseNegative: number }> | null;
  capacity: Wish<number> | null;
  moment: Wish<string> | null;
  isNoPrediction: string | null;
};

/** Longer sentences are read up to here. */
const MAX_LENGTH = 2000;

export function takeApart(sentence: string): SentenceParts {
  let rest = phrases.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), fold(sentence.slice(0, MAX_LENGTH)));
  const language = languageOf(wordsIn(rest));
  const isNoPrediction = findOtherWish(rest);
  /** Takes out what matches, so that its words do not name a target. */
  const cut = (pattern: RegExp): string[] => {
    const found: string[] = [];
    rest = rest.replaceAll(pattern, (match) => {
      found.push(match);
      return ' , ';
    });
    return found;
  };
  const costs = findCosts(rest);
  const capacity = findCapacity(rest);
  const judgement = findJudgement(rest);
  for (const pattern of judgementClauses) cut(pattern);
  const without = cut(withoutPart).flatMap((part) => [part.replace(withoutStart, '')]);
  const distinction = distinctionPart.test(rest);
  if (distinction) rest = rest.replaceAll(/\b(?:tell|tells|distinguish|separate)\b([^.;?!]*?)\bfrom\b/g, ' $1 , ');
  const moments = cut(momentPart);
  cut(purposePart);
  const horizon = findHorizon(rest);
  const ahead = horizon ? null : findAhead(rest);
  if (horizon) rest = rest.replace(horizon.words, ' , ');
  if (ahead) rest = rest.replace(ahead.words, ' , ');
  const isYesNo = yesNoStart.test(rest);
  const wantsNumber = numberStart.test(rest);
  const given = [...cut(usedTo), ...cut(givenPart)];
  const ratio = findRatio(rest, language);
  cut(rowPart);
  const isNegated = (rest.match(negation[language])?.length ?? 0) % 2 === 1;
  const comparison = findComparison(rest, language);
  return {
    language,
    asked: [
      ...askedWords(rest, language),
      ...(wantsNumber && countStart.test(rest) ? [{ word: 'count', weight: COUNT_WEIGHT }] : []),
      ...(/\bhow long\b|\bwie lange\b|\bcuanto (?:tiempo|tarda|dura)/.test(rest) ? [{ word: 'duration', weight: COUNT_WEIGHT }] : []),
    ],
    alternatives: findAlternatives(rest),
    subject: contentWords(
      /\b(?:which|what|welche[nrsm]?|que) ([^,.;?!]*?)\b(?=will|should|does|do|is|are|would|can|wird|ist|es|va)\b/.exec(rest)?.[1] ?? '',
      language,
    ),
    given: contentWords(given.join(' '), language),
    without,
    isYesNo: isYesNo || comparison !== null,
    wantsNumber: wantsNumber && comparison === null,
    isDistinction:
      distinction || /\b(?:which|what) (?:kind|type|sort|class|category|species|of (?:the|these))\b|\b(?:welche|que) (?:art|klasse|tipo|clase)\b/.test(rest),
    isNegated,
    comparison,
    ratio,
    ahead,
    horizon: horizon && { ...horizon },
    judgement,
    costs,
    capacity,
    moment: moments.length === 0 ? null : { value: moments[0].trim().slice(0, 200), certainty: 0.8, reason: 'the sentence says when it is asked' },
    isNoPrediction,
  };
}

/** "a setosa, a versicolor or a virginica". */
function findAlternatives(text: string): string[] {
  const match = /((?:[\p{L}-]+, (?:an? )?)*)([\p{L}-]+),? (?:or|oder|o|from|von|de) (?:an? |eine? |una? )?([\p{L}-]+)/u.exec(text);
  return match ? [...(match[1].match(/[\p{L}-]{3,}/gu) ?? []), match[2], match[3]] : [];
}

const negation: Record<Language, RegExp> = {
  en: /\b(?:not|never|no longer|fail(?:s|ing)? to|unable|unlikely|cannot)\b/g,
  de: /\b(?:nicht|nie|niemals|kein|keine|keinen)\b/g,
  es: /\b(?:no|nunca|jamas)\b/g,
};

const yesNoStart =
  /\b(?:who|whose|whom|which|whether|if|wer|wen|wem|welche[nrsm]?|ob|quien|quienes|cuales|si)\b|^\W*(?:will|is|are|does|do|can|has|did|was|wird|werden|ist|sind|hat)\b|\b(?:likely|likelihood|probability|chance|odds|risk of|flag|spot|catch|detect|wahrscheinlich\w*|probabilidad|que (?:clientes|pacientes|empleados|facturas|pedidos|alumnos|usuarios|solicitantes|maquinas|vuelos))\b/;
const numberStart =
  /\b(?:how (?:many|much|long|old|far|high|heavy|tall|strong|big|large|fast|hot|cold|expensive|late|soon)|number of|amount of|wie ?viele?n?|wie (?:lange|hoch|alt|gross|stark|schwer|teuer|weit|viel)|cuant[oa]s?|numero de|cantidad de|anzahl)\b/;
/** "How many days" asks for a time and no count. */
const countStart = new RegExp(
  `\\b(?:how many|number of|wie ?viele|cuant[oa]s|numero de|cantidad de|anzahl)\\b(?! (?:de |der |von )?(?:${Object.keys(timeUnits).join('|')})\\b)`,
);
const distinctionPart = /\b(?:tell|tells|distinguish|separate)\b[^.;?!]*\bfrom\b/;

/** What follows these is what the answer is to be made from, up to the end of the clause or the next asking word. */
const nextAsking =
  '(?=[.;:?!]|$|\\b(?:who|which|what|how|whether|when|where|predict|forecast|estimate|guess|tell|say|find|classify|vorhersagen|prognostizieren|schatzen|predecir|estimar|wer|welche|wie|quien|cuanto|cuantos)\\b)';
const givenPart = new RegExp(
  `\\b(?:given|from|using|with the help of|knowing|based (?:up)?on|depending on|according to|judging by|considering|as a function of|by means of|anhand|basierend auf|aufgrund|ausgehend von|mit hilfe|aus|segun|a partir de|usando|basandose en|en funcion de|teniendo en cuenta|dados?|dadas?)\\b.*?${nextAsking}`,
  'gsu',
);
const usedTo =
  /\b(?:use|take|with|aus|nutze|verwende|usa|utiliza|con)\b[^.;?!]*?\b(?=(?:to|and|um|para|,)? ?(?:predict|forecast|estimate|guess|classify|predecir|estimar|prever|vorherzusagen))/g;
/** "in each of the next six months", "per town", "of this size": the rows, or what is known of them. */
const rowPart =
  /\b(?:each|every|this|these|jede[nrsm]?|diese[nrsm]?|cada|este|esta|estos|estas)\b(?:\s+(?:of|the|our|new|single|few|neue[nrs]?|nuev[oa]s?))*\s+[\p{L}\p{N}_-]+(?:\s+(?:and|und|y)\s+[\p{L}\p{N}_-]+(?=\s*(?:[.,;?!]|$)))?/gu;
const purposePart =
  /(?:^|[\s,])(?:so that|so we|so i|so as|in order to|because|since we|as we want|before we (?:call|send|offer|lose)|damit|weil|sodass|para que|para poder|porque)\b.*?(?=[.;?!]|$)/g;

const withoutStart =
  /^.*?\b(?:without (?:using |knowing |looking at |the use of )?|ignor(?:e|ing)\b|exclud(?:e|ing)\b|except(?: for)?|leav(?:e|ing) out|(?:do not|don't|dont|not) (?:use|using|look(?:ing)? at|include|including)|drop(?:ping)?\b|ohne\b|ignoriere?n?|ausser|lass(?:e|en)?\b|nicht verwenden|sin (?:usar |tener en cuenta |utilizar )?|excluyendo|ignorando|ignora|excepto|no (?:uses|usar|utilices))\s*/;
const withoutPart = new RegExp(`${withoutStart.source.replace('^.*?', '')}.*?${nextAsking}`, 'gs');

const afterWords = "(?:[ ](?!and\\b|or\\b|und\\b|y\\b|from\\b|which\\b|who\\b|how\\b|what\\b|using\\b|given\\b)[\\p{L}\\p{N}'-]+)";
/** When the question is asked: what is written later is not known then. */
const momentPart = new RegExp(
  [
    `\\bat the (?:time|moment|day|point|start|beginning|date) (?:of|when|that|they|we|a)\\b${afterWords}{1,4}`,
    `\\b(?:at|upon|on) (?:the )?(?:sign ?-?up|signup|registration|enrol?ment|admission|check ?-?in|check ?-?out|booking|application|ordering|purchase|hiring|intake|submission|onboarding|departure|listing|birth|discharge|delivery time|order time|invoicing|issue)\\b`,
    `\\b(?:right |just |shortly |already |even )?before(?= (?:the|a|an|each|every|it|they|he|she|we|any|their|its|our|leaving|take|takeoff|boarding|admission|departure)\\b)${afterWords}{1,4}`,
    `\\b(?:as soon as|the moment|when) (?:they|a|an|the|it|he|she|we|someone)\\b${afterWords}{1,4}(?=[.,;?!]|$)`,
    `\\bon the day (?:of|they|it|a|the)\\b${afterWords}{1,4}`,
    `\\b(?:bei|beim|zum zeitpunkt|im moment) (?:der |des |dem |einer |eines )?(?:anmeldung|registrierung|buchung|bestellung|antrag\\w*|aufnahme|abschluss|einstellung|vertragsabschluss\\w*|kauf\\w*|abflug\\w*|lieferung)\\b`,
    `\\bvor (?:dem|der|den|einem|einer|jedem|jeder)\\b${afterWords}{1,2}`,
    `\\b(?:al|en el) (?:momento (?:de|del)|registrarse|darse de alta|alta|contratar|solicitar\\w*|ingres\\w+|reservar|comprar|inscribirse)\\b(?: la| el| los| las)?(?:${afterWords}{0,2})`,
    `\\bantes (?:de|del|de la|de los|de las|de que)\\b${afterWords}{1,3}`,
  ].join('|'),
  'gu',
);

const UNIT = Object.keys(timeUnits).join('|');
const COUNT = `[0-9]+|${Object.keys(numberWords)
  .filter((word) => word.length > 2)
  .join('|')}`;
const horizonPattern = new RegExp(
  `(?<each>\\b(?:each|every|jede[nrsm]?|cada)\\b[^.;?!]{0,40}?)?\\b(?:the |den |die |der |los |las |el |la )?(?:next|coming|following|upcoming|nachsten?|nachste[rsm]|kommenden?|kommende[rsm]?|proxim[oa]s?|siguientes?)\\b(?: (?:few|paar|several))?(?: (?<count>${COUNT}))? (?<unit>${UNIT})\\b(?: (?:ahead|to come))?|(?<each2>\\beach coming|\\bevery coming|\\bjede kommende|\\bcada proxim[oa]) (?<unit2>${UNIT})\\b`,
  'u',
);

function findHorizon(text: string): SentenceParts['horizon'] {
  const match = horizonPattern.exec(text);
  if (!match?.groups) return null;
  const word = match.groups['unit'] ?? match.groups['unit2'];
  const { days } = timeUnits[word];
  const isPlural = /[sn]$/.test(word) && !/^(?:mes|tagen?$)/.test(word);
  const given = match.groups['count'];
  const count = given === undefined ? (isPlural ? null : 1) : /^[0-9]/.test(given) ? Number(given) : numberWords[given];
  // "tomorrow" in other words: one step, not each of several.
  if (count === 1 && !match.groups['each'] && !match.groups['each2']) return null;
  return { count, days, isEach: (match.groups['each'] ?? match.groups['each2']) !== undefined, words: match[0] };
}

const aheadPattern = new RegExp(
  `\\b(?<day>tomorrow(?:'s)?|(?:the )?(?:next|following) day(?:'s)?|the day after|morgen|am nachsten tag|manana|(?:el |al )?dia siguiente)\\b|\\b(?<count>${COUNT}) (?<unit>${UNIT}) (?:ahead|from now|later|in advance|im voraus|spater|despues)\\b|\\b(?:the )?(?:next|following|nachsten?|nachste[rsm]?|proxim[oa]) (?<next>${UNIT})(?:'s)?\\b`,
  'u',
);

function findAhead(text: string): SentenceParts['ahead'] {
  const match = aheadPattern.exec(text);
  if (!match?.groups) return null;
  if (match.groups['day'] !== undefined) return { days: 1, words: match[0] };
  const unit = match.groups['unit'] ?? match.groups['next'];
  const given = match.groups['count'];
  const count = given === undefined ? 1 : /^[0-9]/.test(given) ? Number(given) : numberWords[given];
  return { days: count * timeUnits[unit].days, words: match[0] };
}

const comparisons: [RegExp, Comparison['operator']][] = [
  [/\b(?:at least|no less than|not less than|a minimum of|mindestens|wenigstens|al menos|como minimo|por lo menos)\b/g, '>='],
  [/\b(?:at most|no more than|not more than|up to|a maximum of|hochstens|maximal|como maximo|como mucho)\b/g, '<='],
  [
    /\b(?:(?:more|greater|higher|larger|longer|later|older|bigger|better|heavier|further|warmer|hotter) than|over|above|exceed(?:s|ing)?|beyond|past|(?:mehr|hoher|langer|grosser|alter|spater|schwerer) als|uber|mas (?:de|que)|mayor(?:es)? (?:que|de|a)|superior(?:es)? a|supera[nr]?)\b/g,
    '>',
  ],
  [
    /\b(?:(?:less|fewer|lower|smaller|shorter|younger|cheaper|earlier|worse|colder) than|under|below|within|(?:weniger|niedriger|kurzer|kleiner|junger|billiger) als|unter|menos (?:de|que)|menor(?:es)? (?:que|de|a)|inferior(?:es)? a)\b/g,
    '<',
  ],
];
const orMore: [RegExp, Comparison['operator']][] = [
  [/^ ?(?:[\p{L}]+ )?(?:or more|or higher|or above|oder mehr|o mas)\b/u, '>='],
  [/^ ?(?:[\p{L}]+ )?(?:or less|or fewer|or lower|oder weniger|o menos)\b/u, '<='],
];
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
      // In "customers over 60 will …" it says which rows, not what is asked.
      if (/\b(?:who|which|what)\b[^,.;]*$/.test(before) && !AUXILIARY.test(lastClause(before)) && AUXILIARY.test(after)) continue;
      return { operator, value: number.value, around: nearWords(before, words.slice(skip + number.length), language) };
    }
  }
  for (const match of text.matchAll(
    /(?<![\p{L}\p{N}.])[0-9][0-9.,]*|\b(?:two|three|four|five|six|seven|eight|nine|ten|drei|vier|funf|tres|cuatro|cinco)\b/gu,
  )) {
    const after = text.slice(match.index + match[0].length);
    const found = orMore.find(([pattern]) => pattern.test(after));
    const number = numberAt(wordsIn(match[0]), 0);
    if (found && number)
      return { operator: found[1], value: number.value, around: nearWords(text.slice(0, match.index), wordsIn(after).slice(0, 3), language) };
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
const CURRENCY = new Set('dollar dollars euro euros pound pounds usd eur gbp percent'.split(' '));

function findRatio(text: string, language: Language): SentenceParts['ratio'] {
  const match = /([^,.;:?!]*)\b(?:per|pro|por|je)\s+([^,.;:?!]{2,40})/u.exec(text);
  if (!match) return null;
  const above = askedWords(match[1], language).slice(-3);
  const below = contentWords(match[2], language).slice(0, 2);
  return above.length === 0 || below.length === 0 ? null : { above, below: below.map((word) => ({ word, weight: 1 })) };
}

/** After one of these stands what is asked of the things before it: "which customers WILL cancel". */
const AUXILIARY =
  /\b(?:will|are|is|was|were|do|does|did|has|have|had|can|could|would|should|might|may|going|likely|about|get|gets|wird|werden|ist|sind|hat|haben|konnen|van a|va a|son|es|estan|tienen|puede|pueden)\b/;
const PREPOSITIONS = new Set(
  'of in for at on by with about within over during among into onto toward towards through von fur in im an am auf bei mit durch uber nach de del en para por con al entre'.split(
    ' ',
  ),
);
/** A preposition after one of these does not lead away from what is asked: "the chance of", "likely to", "about to". */
const TRANSPARENT = new Set(
  'chance chances probability likelihood risk odds number amount level value degree share rate kind type wahrscheinlichkeit risiko anzahl hohe probabilidad riesgo numero nivel valor cantidad tipo going likely about van va'.split(
    ' ',
  ),
);
const SECONDARY_WEIGHT = 0.5;
const SUBJECT_WEIGHT = 0.45;
const OBJECT_WEIGHT = 0.6;
const INFINITIVE_AFTER = new Set('likely going about able unable want wants need needs ought fail fails expected supposed probable'.split(' '));
/** After "to" a word of the lexicon that is no name of a thing is a verb. */
const isVerbLike = (word: string | undefined) => word !== undefined && hasMeaning(word);
const DETERMINERS = new Set('the a an this my our your der die das ein eine mein unser el la un una mi nuestro nuestra'.split(' '));
/** Units say how the answer is counted and seldom what it is. */
const UNIT_WEIGHT = 0.7;
/** "How many" may name a column of counts, beside what is counted. */
const COUNT_WEIGHT = 0.95;

/** The content words with their weights: the subject of "which … will" and what stands after a preposition weigh less. */
function askedWords(text: string, language: Language): AskedWord[] {
  const asked: (AskedWord & { isVerb: boolean })[] = [];
  for (const clause of text.split(/[,.;:?!()]+/)) {
    const words = wordsIn(clause);
    const asking = words.findIndex((word) => /^(?:who|which|what|welche[nrsm]?|wer|que|quien|quienes|cuales)$/.test(word));
    const auxiliary = asking < 0 ? -1 : words.findIndex((word, at) => at > asking && AUXILIARY.test(word));
    let weight = 1;
    for (const [at, word] of words.entries()) {
      const isFiller = fillers.en.has(word) || fillers[language].has(word);
      if (at === auxiliary) weight = 1;
      else if (PREPOSITIONS.has(word) && at > 0 && !TRANSPARENT.has(words[at - 1])) weight = asked.length > 0 ? SECONDARY_WEIGHT : weight;
      else if (word === 'to' || word === 'zu')
        weight = at > 0 && INFINITIVE_AFTER.has(words[at - 1]) ? 1 : asked.length > 0 && !isVerbLike(words[at + 1]) ? SECONDARY_WEIGHT : 1;
      else if (word === 'will' || word === 'wird') weight = 1;
      if (isFiller || /^[0-9]/.test(word) || (numberAt(words, at) && !articles.has(word))) continue;
      // "What will THE BOTTLE cost": what is done is the next word.
      const isDoer = asking >= 0 && at > auxiliary && auxiliary >= 0 && DETERMINERS.has(words[at - 1]) && !hasMeaning(word) && isVerbLike(words[at + 1]);
      const isSubject = isDoer || (asking >= 0 && at > asking && auxiliary > at);
      // What is done comes first, to what it is done after it: "will cancel their contract".
      if (auxiliary >= 0 && at > auxiliary && weight === 1 && asked.some((one) => one.isVerb)) weight = OBJECT_WEIGHT;
      const isUnit = Object.hasOwn(timeUnits, word) || CURRENCY.has(word);
      asked.push({
        word,
        weight: isSubject ? Math.min(weight, SUBJECT_WEIGHT) : isUnit ? Math.min(weight, UNIT_WEIGHT) : weight,
        isVerb: auxiliary >= 0 && at > auxiliary && !isDoer,
      });
    }
  }
  return asked;
}

export function contentWords(text: string, language: Language): string[] {
  return wordsIn(text).filter((word) => !fillers.en.has(word) && !fillers[language].has(word));
}

/** Clauses that say how answers are judged, what they cost or how many can be acted on; whole clauses, so that their words name no column. */
const CLAUSE = '[^.;!?,]*';
const judgementClauses: RegExp[] = [
  new RegExp(
    `(?:^|[.;!?,]|\\band\\b|\\bbut\\b)${CLAUSE}\\b(?:false alarms?|false positives?|false negatives?|fehlalarme?|falsas? alarmas?|falsos? positivos?|times (?:as|more|worse)|catch(?:ing)? (?:them )?all|catch(?:ing)? (?:every|as many)|care (?:about|most)|i (?:only )?care|what matters|matters most|judge[d]? (?:it|them|by)|measured? (?:by|in)|mi importa|nos importa|wichtig ist|kommt es (?:mir|uns) (?:darauf )?an)\\b[^.;!?]*`,
    'g',
  ),
  new RegExp(
    `(?:^|[.;!?,]|\\band\\b|\\bbut\\b)${CLAUSE}\\b(?:miss(?:ing|ed)?|overlook(?:ing)?|ubersehen|verpass\\w*|perder\\w*|pasar por alto)\\b${CLAUSE}\\b(?:cost|costs|worse|expensive|kostet|teurer|cuesta|caro|mal|veces)\\b[^.;!?]*`,
    'g',
  ),
  new RegExp(
    `(?:^|[.;!?,]|\\band\\b|\\bbut\\b)${CLAUSE}\\b(?:we|i|they|team|wir|ich|podemos|puedo|equipo)\\b${CLAUSE}\\b(?:can|could|only|afford|able|handle|handles|capacity|konnen|nur|schaffen|podemos|solo|capacidad)\\b${CLAUSE}[0-9][^.;!?,]*`,
    'g',
  ),
  /\b(?:the )?(?:typical|average|mean|median|absolute|relative|percentage|mean absolute|squared) errors?\b[^.;!?,]*|\b(?:roc[- ]?auc|auc|f1(?:[- ]score)?|log[- ]?loss|accuracy|rmse|mae|rmsle|mape|r2|r squared|average precision|balanced accuracy)\b/g,
  /\b(?:mittlerer?|durchschnittlicher?|relativer?) fehler\b[^.;!?,]*|\berror (?:medio|absoluto|relativo|porcentual)\b[^.;!?,]*/g,
];

const judgements: [RegExp, Judgement, string][] = [
  [/\b(?:roc[- ]?auc|auc)\b/, 'roc_auc', 'the sentence names the AUC'],
  [/\blog[- ]?loss\b/, 'log_loss', 'the sentence names the log loss'],
  [/\bf1\b/, 'f1', 'the sentence names the F1 score'],
  [
    /\b(?:rmse|root mean squared?|large (?:errors|mistakes)|big (?:errors|mistakes|misses)|huge (?:errors|mistakes)|grosse fehler|errores grandes|grandes errores)\b/,
    'large-errors',
    'large errors are said to weigh most',
  ],
  [
    /\b(?:mape|percentage error|errors? in percent|percent(?:age)? off|prozentualer? fehler|error porcentual)\b/,
    'percentage-error',
    'the error is wanted in percent',
  ],
  [
    /\b(?:rmsle|relative errors?|relative terms|relativer? fehler|error relativo|proportional(?:ly)?|orders? of magnitude)\b/,
    'relative-error',
    'the relative error is what counts',
  ],
  [/\bmedian (?:absolute )?error\b/, 'median-error', 'the sentence names the median error'],
  [
    /\b(?:mae|(?:typical|average|mean|mean absolute|absolute) errors?|off by on average|on average off|off on average|mittlerer? fehler|durchschnittlicher? fehler|error (?:medio|absoluto))\b/,
    'typical-error',
    'the typical error is what counts',
  ],
  [/\b(?:r2|r squared|variance explained|explained variance|bestimmtheitsmass)\b/, 'explained-share', 'the share explained is what counts'],
  [
    /\b(?:every|each|all) class(?:es)? (?:counts?|matters?|equally|is|are)|\brare (?:classes|ones|cases|kinds) (?:matter|count)|\bbalanced accuracy|\bmacro|\bequally (?:good|well) (?:on|for) (?:all|every|each)|\balle klassen gleich|\btodas las clases/,
    'every-class',
    'every class counts the same',
  ],
  [
    /\b(?:catch|find|get|detect|spot)(?:ing)? (?:them |it )?(?:all|every(?:one| one| single)?|as many as)\b|\b(?:do not|not|never|dont|without|avoid) (?:want to )?miss(?:ing)?\b|\bmiss (?:as few|none|no)\b|\brecall\b|\bsensitivity\b|\b(?:alle|jeden|jede) (?:zu )?(?:finden|erwischen|erkennen)\b|\bkeinen? (?:ubersehen|verpassen)\b|\b(?:detectar|encontrar|cazar)(?:los|las)? (?:a )?tod[oa]s\b|\bno (?:perder|dejar escapar|se escape)/,
    'find-all',
    'none is to be missed',
  ],
  [
    /\b(?:precision|only (?:when|if) (?:you are |we are |it is |really )?(?:sure|certain)|avoid false (?:alarms|positives)|(?:few|fewer|no) false (?:alarms|positives)|without false (?:alarms|positives)|keine fehlalarme|wenige fehlalarme|sin falsas alarmas|pocas falsas alarmas|evitar falsos positivos)\b/,
    'be-sure',
    'false alarms are to be avoided',
  ],
  [
    /\b(?:calibrated|(?:honest|exact|reliable|trustworthy|true|good) probabilit(?:y|ies)|probabilities (?:i|we) can trust|verlassliche wahrscheinlichkeiten|probabilidades fiables)\b/,
    'probabilities',
    'the probabilities themselves are wanted',
  ],
  [
    /\b(?:rank(?:ed|ing)?|prioriti[sz]e|order them|sort(?:ed)? by|most likely first|top of the list|first on the list|rangliste|priorisieren|ordenar|priorizar)\b/,
    'ranking',
    'a ranking is wanted',
  ],
  [
    /\b(?:accuracy|as (?:many|often) (?:right|correct)|(?:share|percent(?:age)?|number) (?:of )?(?:right|correct)|right as often as|genauigkeit|exactitud|aciertos)\b/,
    'share-right',
    'the share of right answers counts',
  ],
];

function findJudgement(text: string): Wish<Judgement> | null {
  const found = judgements.find(([pattern]) => pattern.test(text));
  return found ? { value: found[1], certainty: 0.8, reason: found[2] } : null;
}

const MISS =
  /\b(?:miss(?:ing|ed|es)?|overlook(?:ing|ed)?|false negatives?|not (?:catching|finding|spotting)|fail(?:ing|ure)? to (?:catch|spot|find)|ubersehen\w*|verpass\w*|entgang\w*|perder\w*|falsos? negativos?|pasar por alto|dejar escapar|escap\w+)\b/;
const ALARM =
  /\b(?:false (?:alarms?|positives?)|fehlalarme?s?|falsch positiv\w*|falsas? alarmas?|falsos? positivos?|needless|wrongly|unnecessary|unnotige?\w*|innecesari\w+|wasted)\b/;
const TIMES = /\b(?:times|x|mal|fach|veces|fold)\b/;

/** "Missing one costs ten times more than a false alarm", "missing a leaver costs $50, a needless offer $5". */
function findCosts(text: string): SentenceParts['costs'] {
  for (const sentence of text.split(/[.;!?]+/)) {
    const miss = MISS.exec(sentence);
    const alarm = ALARM.exec(sentence);
    if (!miss && !alarm) continue;
    if (
      !/\b(?:cost|costs|worse|expensive|costly|bad|hurts?|worth|kostet|kosten|teurer|schlimmer|cuesta|cuestan|peor|caro|veces|mal|times|loses?|[$€£])/.test(
        sentence,
      )
    )
      continue;
    const wish = (falsePositive: number, falseNegative: number, certainty: number) => ({
      value: { falsePositive, falseNegative },
      certainty,
      reason: 'the sentence says what errors cost',
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
    const missFirst = miss !== null && (alarm === null || miss.index < alarm.index);
    if (factor && factor.value > 0) return missFirst ? wish(1, factor.value, 0.9) : wish(factor.value, 1, 0.85);
    if (miss && alarm && numbers.length === 2) {
      const [first, second] = numbers.map(({ value }) => value);
      if (first > 0 && second > 0) return missFirst ? wish(second, first, 0.9) : wish(first, second, 0.9);
    }
  }
  return null;
}

const ACT =
  'call|calls|phone|contact|visit|inspect|review|check|audit|investigate|handle|handles|treat|mail|email|offer|offers|process|follow|reach|anrufen|anruf\\w*|kontaktieren|prufen|besuchen|bearbeiten|schaffen|llamar|llamadas|contactar|revisar|atender|visitar|inspeccionar';
const capacityPatterns = [
  new RegExp(
    `\\b(?:can|could|able to|afford to|only|capacity|konnen|kann|schafft|podemos|puede|puedo|solo)\\b[^.;!?]{0,40}?\\b(?:${ACT})\\b[^.;!?0-9]{0,25}?([0-9][0-9.,]*|${COUNT})\\b(?! ?(?:times|x|mal|veces|%|percent|days|hours))`,
  ),
  new RegExp(`\\b(?:can|could|only|konnen|podemos|solo|nur)\\b[^.;!?]{0,40}?\\b([0-9][0-9.,]*)\\b[^.;!?]{0,30}?\\b(?:${ACT})\\b`),
  new RegExp(
    `\\b(?:${ACT}|capacity (?:of|for)|team (?:of )?)\\b[^.;!?0-9]{0,20}?\\b([0-9][0-9.,]*) (?:[\\p{L}]+ )?(?:a|per|pro|por|al|each|every) (?:day|week|month|tag|woche|monat|dia|semana|mes)\\b`,
    'u',
  ),
  /\btop ([0-9][0-9.,]*)\b(?! ?%)/,
];

function findCapacity(text: string): SentenceParts['capacity'] {
  for (const pattern of capacityPatterns) {
    const match = pattern.exec(text);
    const value = match && numberAt(wordsIn(match[1]), 0)?.value;
    if (value && value >= 1) return { value: Math.round(value), certainty: 0.85, reason: 'the sentence says how many can be acted on' };
  }
  return null;
}

const otherWishes: [RegExp, string][] = [
  [
    /\b(?:cluster|segment(?:ation)?|group (?:our|the|my|these|all)? ?[\p{L}]+ (?:into|by)|divide .* into (?:groups|segments)|in gruppen|agrupa\w*|segmenta\w*)\b/u,
    'groups rows without a known answer',
  ],
  [/\b(?:recommend|suggest products|empfehlen|recomienda\w*)\b/, 'recommends things'],
  [/\bhow many (?:rows|records|columns|lines|entries)\b|\bwie viele (?:zeilen|spalten)\b|\bcuantas (?:filas|columnas)\b/, 'counts rows'],
  [
    /^\W*(?:what (?:is|was|are|were) the (?:average|mean|total|sum|maximum|minimum|median|correlation)|show me|list|plot|draw|chart|graph|visuali[sz]e|describe|summari[sz]e|translate|write|delete|remove all|send|compare|clean|zeige|liste|schreib\w*|muestra\w*|escrib\w*|lista)\b/,
    'answers questions about the table itself or writes',
  ],
  [/\b(?:anomal(?:y|ies)|outliers?) (?:detection|in)\b|\bfind (?:the )?(?:anomalies|outliers)\b/, 'looks for the unusual without a known answer'],
];
const isPrediction = /\b(?:predict\w*|forecast\w*|estimate|guess|classif\w+|will|likely|vorhersag\w*|prognos\w*|predec\w+|estim\w+|prever)\b/;

function findOtherWish(text: string): string | null {
  if (isPrediction.test(text)) return null;
  return otherWishes.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
