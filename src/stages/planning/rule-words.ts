import { timeUnits, numberWords } from './lexicon.ts';
import type { Judgement } from './reading.ts';
import type { Language } from './words.ts';

/**
 * The words of the rules, in one table for the three languages: what a sentence says beside the names and values of the table. Each entry is
 * the alternatives of a regular expression over a folded sentence (small letters, no accents).
 */
const table = {
  /** Asks for a yes or a no, or for one of some classes. */
  who: {
    en: 'who|whose|whom|which|whether|if',
    de: 'wer|wen|wem|welche[nrsm]?|ob',
    es: 'quien|quienes|cual|cuales|si|que(?= [\\p{L}]+s )',
  },
  /** At the start of a sentence: a question of yes or no. */
  auxiliary: {
    en: 'will|is|are|does|do|can|has|did|was|would|should|must|may',
    de: 'wird|werden|ist|sind|hat|haben|kann|konnen|muss|mussen|soll|darf',
    es: 'va|van|es|son|esta|estan|hay|tiene|sera|seran|puede|debe|hara',
  },
  /** Says that a chance is wanted, or that some rows are to be pointed at. */
  chance: {
    en: 'likely|likelihood|probability|chances?|odds|risk of|flag|spot|catch|detect|warn|alert|alarm|screen',
    de: 'wahrscheinlich\\w*|\\p{L}{4,}wahrscheinlichkeit|risiko|warne|erkenne\\w*|markiere\\w*',
    es: 'probabilidad|probable\\w*|riesgo|avisa\\w*|detecta\\w*|marca\\w*|que (?:clientes|pacientes|empleados|facturas|pedidos|alumnos|usuarios|solicitantes|maquinas|vuelos)',
  },
  /** A number is wanted. */
  howMuch: {
    en: 'how (?:many|much|long|old|far|high|heavy|tall|strong|big|large|fast|hot|cold|expensive|late|soon|deep|wide)|(?:number|amount|sum|total) of',
    de: 'wie ?viele?n?|wie (?:lange|hoch|alt|gross|stark|schwer|teuer|weit|viel|tief|breit|spat|fest)|(?:anzahl|menge|hohe|zahl) (?:der|des|von)|anzahl',
    es: 'cuant[oa]s?|(?:numero|cantidad|importe|total) de',
  },
  /** Things are counted. */
  howMany: {
    en: 'how many|number of',
    de: 'wie ?vielen?|wie ?viele|anzahl',
    es: 'cuant[oa]s|numero de|cantidad de',
  },
  howLong: { en: 'how long', de: 'wie lange', es: 'cuanto (?:tiempo|tarda|dura)' },
  /** What follows is what is to be predicted. */
  predict: {
    en: 'predict\\w*|forecast\\w*|estimat\\w+|guess\\w*|classify|classif(?:ies|ication)|recogni[sz]e|model|appraise|quote|determine|calculate|compute|route|sort|rate|grade|score|anticipate|foresee|learn|decide',
    de: 'vorhersag\\w*|vorherzusagen|prognos\\w*|prognostizier\\w*|schatz\\w*|einzuschatzen|bestimm\\w*|ermitt\\w+|berechn\\w*|klassifizier\\w*|abschatz\\w*|abzuschatzen|ableit\\w*|errat\\w*',
    es: 'predec\\w+|predi[cg]\\w+|prediccion|pronostic\\w+|estim\\w+|calcul\\w+|adivin\\w+|clasific\\w+|averigu\\w+|prever',
  },
  /** Of these the object is asked, whatever is said about it: "predict the age of those who …". */
  foretell: {
    en: 'predict|predicting|forecast|forecasting|estimate|estimating|guess|model|calculate|compute',
    de: 'vorhersagen|vorherzusagen|prognostizieren|prognostiziere|schatzen|schatze|berechnen|berechne',
    es: 'predecir|predice|pronosticar|pronostica|estimar|estima|calcular|calcula',
  },
  /** Points at rows: what is asked stands in the clause about them ("flag complaints that stay open"). */
  point: {
    en: 'flag|spot|catch|detect|identify|warn|alert|find|show|list|pick|screen|give|point|raise|mark|single|look|watch|tell|know|want|need|like|figure|say',
    de: 'erkenn\\w*|finde\\w*|warn\\w*|markier\\w*|zeig\\w*|nenn\\w*|gib|such\\w*|sag\\w*|wissen|brauche\\w*|mochte\\w*|will',
    es: 'detect\\w+|identific\\w+|encuentr\\w+|encontrar|avis\\w+|marc\\w+|senal\\w+|busc\\w+|muestr\\w+|dame|saber|quiero|quieren|queremos|necesit\\w+|dime',
  },
  /** What follows, up to the end of the clause or the next asking word, is what the answer is made from. */
  given: {
    en: 'given|from|using|with the help of|knowing|based (?:up)?on|depending on|according to|judging by|going by|by looking at|looking at|considering|as a function of|by means of|(?:regression|regressed|regress) on|with (?:this|these|such)|out of|(?:if|when|once|where) (?:we|i|you) (?:know|give you|have|see)|(?:we|i) (?:already )?know|all (?:that )?(?:we|i|you)(?:\\W*ve| have)?(?: got)?(?: know)?(?: then)? (?:is|are)|(?:we|i) only (?:have|know|see)',
    de: 'anhand|basierend auf|aufgrund|ausgehend von|mit hilfe|mithilfe|aus|bei gegebene[mnr]|gegeben|mit (?:diese[mrn]|solche[mrn])|wenn (?:wir|ich) [^.,;]* (?:kennen|kenne)|nutze|verwende|benutze|unter verwendung|(?:kennen|haben|wissen) wir (?:dann )?nur|wir (?:kennen|haben|wissen) (?:dann )?nur',
    es: 'segun|a partir de|usando|utilizando|basandose en|en funcion de|teniendo en cuenta|dados?|dadas?|sabiendo|con (?:este|esta|estos|estas)|con (?:los|las) (?:demas )?datos|con la ayuda de',
  },
  /** "With age and income as inputs." */
  asInputs: {
    en: 'as (?:the )?(?:inputs?|features?|predictors?|variables?|covariates?|regressors?|explanatory variables)',
    de: 'als (?:eingaben?|merkmale?|variablen|pradiktoren)',
    es: 'como (?:entradas?|variables?|predictores|datos)',
  },
  /** "Use A and B to predict C": what stands between. */
  useTo: { en: 'use|using|take|taking|with', de: 'nutze|verwende|benutze|aus|mit', es: 'usa|usando|utiliza|utilizando|con' },
  /** What follows is to be left out. */
  without: {
    en: 'without(?: using| knowing| looking at| the use of| any use of| touching)?|ignor(?:e|ing)\\b|exclud(?:e|ing)\\b|except(?: for)?|leav(?:e|ing) out|(?:do not|dont|not|never|may not|must not|cannot) (?:use|using|look(?:ing)? at|includ(?:e|ing)|rely on|touch|consider)\\b|drop(?:ping)?\\b|(?:nobody|no one|we do not|we dont|i do not|i dont|you do not|they do not) (?:yet )?(?:know|knows|have|has)\\b(?: yet)?(?! (?:who|which|whether|if|what))|(?:do not|dont) care (?:about|for)|not interested in|neither|nor|no [\\p{L}]+(?:, no [\\p{L}]+)+',
    de: 'ohne|weder|ignoriere?n?|ausser|lass(?:e|en)?|nicht verwenden|verwende(?:t|n)? (?:bitte )?nicht|nutze(?:n)? (?:bitte )?nicht|ausgenommen',
    es: 'sin (?:usar|tener en cuenta|utilizar|mirar|conocer|saber)|sin|excluyendo|ignorando|ignora|excepto|salvo|no (?:uses|usar|utilices|utilizar|mires)|no (?:me|nos) (?:importa|interesa)n?|ni',
  },
  /** Idioms with a "not" that turns nothing round. */
  idleNegation: {
    en: 'or not|whether or not|if not|not only|not just|not merely|not yet|not sure|not (?:at all )?certain|(?:do not|dont|did not|cannot|can not|can ?t|could not) (?:know|tell|say|see|understand|decide|want|need|care)|not (?:want|wish) to|why not|not that|not (?:quite )?clear|not (?:to )?miss\\w*|no matter|not for|not (?:necessarily|exactly)|not (?:every|all)|not more than|not less than|no more than|no less than|not (?:interest\\w*|bother\\w*)',
    de: 'oder nicht|nicht nur|noch nicht|nicht sicher|(?:weiss|wissen) (?:ich |wir |man )?(?:noch )?nicht|nicht (?:verpassen|ubersehen|wissen|klar)',
    es: 'o no|no solo|no se (?=que|quien|si|cual|como|cuando)|no (?:sabemos|sabe|saben|sabria)|no estoy segur[oa]|todavia no|aun no|no (?:quiero|queremos) (?:perder|dejar)|no (?:dicen|dice)|no (?:perder|dejar escapar)|no (?:me|nos) (?:importa|interesa)n?',
  },
  negation: {
    en: 'not|never|no longer|fail(?:s|ing)? to|unable|unlikely|cannot|refuses? to',
    de: 'nicht|nie|niemals|kein|keine|keinen',
    es: 'no|nunca|jamas|dejaran? de',
  },
  /** What a clause is for, and nothing of what is asked. */
  purpose: {
    en: 'so that|so (?:we|i|they)|so as|in order to|because|since we|as we want|before we (?:call|send|offer|lose)|to help|to plan|for my (?:homework|thesis|course)',
    de: 'damit|weil|sodass|um zu|denn',
    es: 'para que|para poder|porque|ya que',
  },
  /** Who speaks: "as a discharge nurse I want". */
  asSomebody: { en: 'as (?:an?|the|our|your)', de: 'als', es: 'como' },
  speaker: { en: 'i|we', de: 'ich|wir|mochte|brauche|will', es: 'yo|quiero|queremos|necesito|necesitamos|me|nos' },
  /** The subject stands behind the auxiliary: "which agency should IT go to". */
  pronoun: { en: 'it|he|she|we|they|i|you|one|there', de: 'er|sie|es|wir|ich|man|du|ihr', es: 'yo|el|ella|nosotros|ellos|usted' },
  /** These few rows, or each of them: no part of what is asked. */
  thisRow: { en: 'each|every|this|these', de: 'jede[nrsm]?|diese[nrsm]?', es: 'cada|este|esta|estos|estas' },
  article: {
    en: 'the|a|an|any|some|my|our|your|their|his|her|its|someone|somebody|people',
    de: 'der|die|das|den|dem|des|ein|eine|einen|einem|einer|eines|mein|meine|unser|unsere|unserer|ihr|ihre|ihren|man',
    es: 'el|la|los|las|un|una|unos|unas|mi|nuestro|nuestra|nuestros|nuestras|su|sus',
  },
  preposition: {
    en: 'of|in|for|at|on|by|with|about|within|over|during|among|into|onto|toward|towards|through|per|across|after|under|between',
    de: 'von|vom|fur|in|im|an|am|auf|bei|beim|mit|durch|uber|nach|nachdem|pro|unter|zwischen',
    es: 'de|del|en|para|por|con|al|a|entre|durante|tras',
  },
  /** A clause about what was just named: "customers who will not churn". */
  relative: { en: 'who|whose|whom|which|that|where', de: 'der|die|das|den|dem|deren|dessen|wer|welche[nrsm]?', es: 'que|quien|quienes|cuyo|cuya' },
  or: { en: 'or', de: 'oder', es: 'o|u' },
  and: { en: 'and|or|plus|as well as', de: 'und|oder|sowie', es: 'y|e|o' },
  /** "From checkout to return." */
  from: { en: 'from|between', de: 'von|vom|zwischen', es: 'desde|entre|de' },
  to: { en: 'to|until|till|and', de: 'bis|und', es: 'hasta|a|y' },
} as const satisfies Record<string, Record<Language, string>>;

export type RuleWord = keyof typeof table;

/** The alternatives of some entries in one language; English ones always, for they stand in sentences of any language. */
export function wordsOf(language: Language, ...entries: RuleWord[]): string {
  return entries.flatMap((entry) => (language === 'en' ? [table[entry].en] : [table[entry][language], table[entry].en])).join('|');
}

/** Of one language alone: "a" is an article in English and a preposition in Spanish. */
export const ownWordsOf = (language: Language, ...entries: RuleWord[]): string => entries.map((entry) => table[entry][language]).join('|');

/** The same as whole words. */
export const anyOf = (language: Language, ...entries: RuleWord[]) => `(?<![\\p{L}\\p{N}_])(?:${wordsOf(language, ...entries)})(?![\\p{L}\\p{N}_])`;

const unit = Object.keys(timeUnits).join('|');
const count = `[0-9]+|${Object.keys(numberWords)
  .filter((word) => word.length > 2)
  .join('|')}`;

/** When the question is asked: what is written later is not known then. `after`: one more word of the moment. */
const after =
  "(?:[ ](?!and\\b|or\\b|und\\b|y\\b|from\\b|which\\b|who\\b|how\\b|what\\b|using\\b|given\\b|i\\b|we\\b|wie\\b|ob\\b|wer\\b|que\\b)[\\p{L}\\p{N}'-]+)";
export const momentPattern = new RegExp(
  [
    `\\b(?:already )?(?:at|in) the (?:time|moment|day|point|start|beginning|date) (?:of|when|that|they|we|a)\\b${after}{1,4}`,
    `\\b(?:already )?(?:at|upon|on) (?:the )?(?:sign ?-?up|signup|registration|enrol?ment|admission|check ?-?in|check ?-?out|booking|application|ordering|purchase|hiring|intake|submission|onboarding|departure|listing|birth|discharge|delivery time|order time|invoicing|issue|dispatch|arrival)\\b(?: time)?`,
    `\\b(?:right |just |shortly |already |even |the (?:evening|day|night|morning|week) |[0-9]+ (?:days?|hours?|weeks?) )?before(?= (?:the|a|an|each|every|it|they|he|she|we|any|anybody|anyone|their|its|our|leaving|take|takeoff|boarding|admission|departure|dispatch|shipping|kick-?off|opening|treatment)\\b)${after}{1,4}`,
    `\\b(?:as soon as|the moment|when) (?:they|a|an|the|it|he|she|we|someone|somebody)\\b${after}{1,4}(?=[.,;?!:]|$)`,
    `\\b(?:right )?on the (?:day|morning|evening) (?:of|they|it|a|an|the|when|somebody|someone)\\b${after}{1,7}`,
    `\\b(?:schon |bereits |noch )?(?:bei|beim|zum zeitpunkt|im moment) (?:der |des |dem |einer |eines )?(?:anmeldung|registrierung|buchung|bestellung|antrag\\w*|aufnahme|annahme|abschluss|einstellung|vertragsabschluss\\w*|kauf\\w*|abflug\\w*|lieferung|eingang)\\b`,
    `\\b(?:noch |kurz |direkt )?(?:bevor|ehe) (?:der|die|das|ein|eine|sie|er|es|wir)\\b${after}{1,5}`,
    `\\b(?:noch |kurz |direkt )?vor (?:dem|der|den|einem|einer|jedem|jeder)\\b${after}{1,2}`,
    `\\b(?:al|en el) (?:momento (?:de|del)|registrarse|darse de alta|alta|contratar|solicitar\\w*|ingres\\w+|reservar|comprar|inscribirse|acabar|terminar|empezar)\\b(?: la| el| los| las)?(?:${after}{0,2})`,
    `\\bantes (?:de|del|de la|de los|de las|de que)\\b${after}{1,3}`,
  ].join('|'),
  'gu',
);

/** "In each of the next six months": several later times at once, or each of them. */
export const horizonPattern = new RegExp(
  `(?<each>\\b(?:each|every|jede[nrsm]?|cada)\\b[^.;?!]{0,40}?)?\\b(?:the |den |die |der |los |las |el |la )?(?:next|coming|following|upcoming|nachsten?|nachste[rsm]|kommenden?|kommende[rsm]?|proxim[oa]s?|siguientes?)\\b(?: (?:few|paar|several))?(?: (?<count>${count}))? (?<unit>${unit})\\b(?: (?:ahead|to come))?|(?<each2>\\beach coming|\\bevery coming|\\bjede kommende|\\bcada proxim[oa]) (?<unit2>${unit})\\b`,
  'u',
);

/** One later time: "tomorrow", "in 3 days", "the day after tomorrow". */
export const aheadPattern = new RegExp(
  `\\b(?<twodays>(?:the )?day after tomorrow|ubermorgen|pasado manana)\\b|\\b(?<day>tomorrow(?:'s)?|(?:the )?(?:next|following) day(?:'s)?|the day after|(?<!jeden |guten |am |heute |diesen |jedem )morgen|am nachsten tag|(?<!la |cada |esta |buena )manana|(?:el |al )?dia siguiente)\\b|\\b(?<count>${count}) (?<unit>${unit}) (?:ahead|from now|later|in advance|im voraus|spater|despues)\\b|\\b(?:in|dentro de|en) (?<in>${count}) (?<inUnit>${unit})\\b(?! or)|\\b(?:the )?(?:next|following|nachsten?|nachste[rsm]?|proxim[oa]) (?<next>${unit})(?:'s)?\\b`,
  'u',
);

/** An amount with an operator before it. */
export const comparisons: [RegExp, '>' | '>=' | '<' | '<='][] = [
  [/\b(?:at least|no less than|not less than|a minimum of|mindestens|wenigstens|al menos|como minimo|por lo menos)\b/g, '>='],
  [/\b(?:at most|no more than|not more than|up to|a maximum of|hochstens|maximal|como maximo|como mucho)\b/g, '<='],
  [
    /\b(?:(?:more|greater|higher|larger|longer|later|older|bigger|better|heavier|further|warmer|hotter|stronger|faster|deeper) than|over|above|exceed(?:s|ing)?|beyond|past|(?:mehr|hoher|langer|grosser|alter|spater|schwerer|teurer|starker) als|uber|mas (?:de|que)|mayor(?:es)? (?:que|de|a)|superior(?:es)? a|supera[nr]?)\b/g,
    '>',
  ],
  [
    /\b(?:(?:less|fewer|lower|smaller|shorter|younger|cheaper|earlier|worse|colder|weaker|slower) than|under|below|within|(?:weniger|niedriger|kurzer|kleiner|junger|billiger|schwacher) als|unter|menos (?:de|que)|menor(?:es)? (?:que|de|a)|inferior(?:es)? a)\b/g,
    '<',
  ],
];
/** The same behind it: "three stars or more". */
export const orMore: [RegExp, '>=' | '<='][] = [
  [/^ ?(?:[\p{L}]+ )?(?:or more|or higher|or above|or better|oder mehr|o mas)\b/u, '>='],
  [/^ ?(?:[\p{L}]+ )?(?:or less|or fewer|or lower|or below|oder weniger|o menos)\b/u, '<='],
];

/** A number made of two: what stands in `left` and `right`. */
const side = '[^,.;:?!]{2,40}?';
const lastSide = '[^,.;:?!]{2,40}';
export const combinations: [RegExp, '/' | '-' | '+'][] = [
  [
    new RegExp(
      `\\b(?:ratio|quotient|proportion|verhaltnis|relacion|cociente) (?:of|between|von|de|entre) (?<left>${side}) (?:to|and|over|zu|und|a|y) (?<right>${lastSide})`,
      'u',
    ),
    '/',
  ],
  [new RegExp(`\\b(?:share|anteil|proporcion) (?:of|der|des|von|de) (?<left>${side}) (?:in|of|an|am|sobre|en) (?<right>${lastSide})`, 'u'), '/'],
  [
    new RegExp(
      `\\b(?:difference|gap|unterschied|differenz|abstand|diferencia) (?:between|of|in|zwischen|von|entre) (?<left>${side}) (?:and|und|y) (?<right>${lastSide})`,
      'u',
    ),
    '-',
  ],
  [new RegExp(`\\b(?:sum|summe|suma) (?:of|von|aus|der|de) (?<left>${side}) (?:and|und|y) (?<right>${lastSide})`, 'u'), '+'],
  [new RegExp(`(?<left>[^,.;:?!]*?) (?:minus|less|menos|abzuglich) (?!than\\b|de\\b|que\\b)(?<right>${lastSide})`, 'u'), '-'],
  [new RegExp(`(?<left>[^,.;:?!]*?) (?:plus|zuzuglich|mas) (?!de\\b|que\\b|[0-9])(?<right>${lastSide})`, 'u'), '+'],
  [new RegExp(`(?<left>[^,.;:?!]*?) (?:per|divided by|pro|je|geteilt durch|dividid[oa] (?:por|entre)|por) (?<right>${lastSide})`, 'u'), '/'],
];

/** What somebody does not want to know. */
export const notAsked: RegExp[] = [
  /\b(?:do not|dont|not) care (?:about |for )?(?:who|which|whether|if|how|what)\b[^,.;:]*/g,
  /\b(?:mich|uns) interessiert (?:hier )?nicht,? (?:wer|welche[rns]?|ob|wie)\b[^,.;:]*/g,
  /\bno (?:me|nos) (?:importa|interesa)n? (?:los que|las que|quien(?:es)?|si|cual(?:es)?)\b[^,.;:]*?(?=,|\.|;|:|\bsino\b|$)/g,
];

/** "How urgent is it" asks for the degree and not for one of them. */
export const degreeOf =
  /\b(?:how (?!many|much|long|old|far|high|late|likely|often|soon|do|does|did|can|will|would|should|is|are|to|it|the|a|an|we|i|they)[\p{L}]+ (?:is|are|it|the|a|an|will|would|this|these)|wie (?!viele?|lange|alt|hoch|teuer|gross|weit|spat|wahrscheinlich|ist|sind|wird|die|der|das)[\p{L}]+ (?:ist|sind|wird|werden|der|die|das|ein|eine))\b/u;

/** Says that something is known only later; what stands in `what` is to be left out. */
const later =
  '(?:afterwards?|after (?:the|that|we|it|they)|only after|only later|later on|(?:days|weeks|months|hours) later|too late|at the end|hinterher|danach|im nachhinein|erst (?:spater|danach|nach)|nachtraglich|despues|a posteriori|al final)';
export const knownLater: RegExp[] = [
  new RegExp(
    `(?<what>[^.;:!?]{2,100}?) (?:is|are|was|were|gets?|comes?|arrives?|will be|we (?:get|learn|know)|wird|werden|kommt|kommen|steht|stehen|erfahren wir|se (?:anotan?|sabe|saben|registran?|conocen?))(?: [\\p{L}]+){0,6} ${later}\\b`,
    'gu',
  ),
  /(?:\b(?:when|while|as|da|wo|cuando) )?(?<what>[^,.;:!?]{2,80}?) (?:is|are|sind|ist|was|were|will be) (?:not (?:yet )?|nicht (?:bekannt )?|noch nicht |still un|un)(?:known|available|there|recorded|bekannt|verfugbar)(?: yet)?/gu,
  /\bno (?<what>[\p{L}_]+(?:,? (?:no|and|or) [\p{L}_]+)*) yet\b/gu,
];

/** How the words want answers judged; the first that fits counts. */
export const judgements: [RegExp, Judgement, string][] = [
  [/\b(?:roc[- ]?auc|auc)\b/, 'roc_auc', 'the sentence names the AUC'],
  [/\blog[- ]?loss\b/, 'log_loss', 'the sentence names the log loss'],
  [/\bf1\b/, 'f1', 'the sentence names the F1 score'],
  [
    /\b(?:rmse|root mean squared?|(?:large|big|huge|bad|gross) (?:errors?|mistakes?|misses)|(?:being|to be|we are) (?:way|far|wildly|completely) (?:off|out|wrong)|grosse fehler|grobe fehler|(?:errores|fallos) (?:grandes|gordos)|grandes errores)\b/,
    'large-errors',
    'large errors are said to weigh most',
  ],
  [
    /\b(?:mape|percentage error|(?:errors?|off|wrong|miss) (?:in|by how many|by) percent|how many percent|percent(?:age)? (?:err?ors?|off)|errors? as a percentage|prozentualer? fehler|fehler in prozent|um wie ?viele? prozent|error (?:porcentual|en porcentaje)|por ?ciento de error)\b/,
    'percentage-error',
    'the error is wanted in percent',
  ],
  [
    /\b(?:rmsle|relative (?:\([^)]*\) )?errors?|relative terms|relativer? fehler|error relativo|proportional(?:ly)?|orders? of magnitude)\b/,
    'relative-error',
    'the relative error is what counts',
  ],
  [/\bmedian (?:absolute )?error\b/, 'median-error', 'the sentence names the median error'],
  [
    /\b(?:mae|(?:typical|average|mean|mean absolute|absolute|usual|ordinary) (?:errors?|miss|mistake)|(?:off|wrong|out) by on average|on average (?:off|wrong|out)|(?:off|wrong|out) on average|(?:mittlere[rn]?|durchschnittliche[rn]?|ubliche[rn]?|typische[rn]?) fehler|error (?:medio|absoluto|tipico|habitual))\b/,
    'typical-error',
    'the typical error is what counts',
  ],
  [/\b(?:r2|r squared|variance explained|explained variance|bestimmtheitsmass)\b/, 'explained-share', 'the share explained is what counts'],
  [
    /\b(?:every|each|all) (?:class|category|kind|type|group)(?:e?s)? (?:counts?|matters?|equally|is|are)|\b(?:rare|small|little|minor)(?:er|est)? [\p{L}]+ (?:should )?(?:matter|count|weigh)|\b(?:count|matter|weigh)s? (?:exactly |just )?(?:the same|as much as|equally|alike)|\bbalanced accuracy|\bmacro|\bequally (?:good|well|important) (?:on|for|in)? ?(?:all|every|each)?|\balle klassen (?:zahlen )?gleich|\bjede klasse (?:zahlt )?gleich|\btodas las clases|\bcada clase (?:cuenta|importa)/u,
    'every-class',
    'every class counts the same',
  ],
  [
    /\b(?:catch|find|get|detect|spot)(?:ing)? (?:them |it )?(?:all|every(?:one| one| single)?|as many as)\b|\b(?:do not|not|never|dont|without|avoid|cannot afford to|can ?t afford to) (?:want to |afford to )?(?:miss|overlook)(?:ing)?\b|\bmiss (?:as few|none|no)\b|\brecall\b|\bsensitivity\b|\b(?:alle|jeden|jede) (?:zu )?(?:finden|erwischen|erkennen)\b|\bkeinen? (?:ubersehen|verpassen)\b|\b(?:detectar|encontrar|cazar)(?:los|las)? (?:a )?tod[oa]s\b|\bno (?:perder|dejar escapar|se escape)|\bque no se (?:me|nos) escape/,
    'find-all',
    'none is to be missed',
  ],
  [
    /\b(?:precision|only (?:when|if) (?:you are |we are |it is |really )?(?:sure|certain)|avoid false (?:alarms|positives)|(?:few|fewer|no) false (?:alarms|positives)|without false (?:alarms|positives)|keine fehlalarme|wenige? fehlalarme|sin falsas alarmas|pocas falsas alarmas|evitar falsos positivos)\b/,
    'be-sure',
    'false alarms are to be avoided',
  ],
  [
    /\b(?:calibrated|(?:honest|exact|reliable|trustworthy|true|good|real) probabilit(?:y|ies)|probabilities (?:i|we) can trust|verlassliche wahrscheinlichkeiten?|kalibrierte?|probabilidad(?:es)? (?:fiables?|calibradas?))\b/,
    'probabilities',
    'the probabilities themselves are wanted',
  ],
  [
    /\b(?:rank(?:ed|ing)?|prioriti[sz]e|order them|sort(?:ed)? by|most likely first|(?:give|show|list|send) (?:me|us|them) the ones most likely|top of the list|first on the list|highest risk first|rangliste|priorisieren|ordenar|ordenad[oa]s?|priorizar|de mayor a menor)\b/,
    'ranking',
    'a ranking is wanted',
  ],
  [
    /\b(?:accuracy|as (?:many|often) (?:right|correct)|(?:share|percent(?:age)?|number|proportion|part) (?:of )?(?:[\p{L}]+ )?(?:that (?:is|are) )?(?:read |classified |sorted |got |answers? )?(?:right|correct(?:ly)?)|right as often as|genauigkeit|trefferquote|exactitud|aciertos)\b/u,
    'share-right',
    'the share of right answers counts',
  ],
];

/** What an error of the one kind or the other is called where its cost is told. */
export const missWords =
  /\b(?:miss(?:ing|ed|es)?|overlook(?:ing|ed)?|false negatives?|not (?:catching|finding|spotting)|fail(?:ing|ure)? to (?:catch|spot|find)|undetected|slip(?:s|ping)? through|let(?:s|ting)? [\w ]{1,25}?(?:through|slip|pass)|ubersehen\w*|verpass\w*|entgang\w*|entgeh\w*|perder\w*|falsos? negativos?|pasar por alto|dejar escapar|escap\w+|no detect\w+)\b/;
export const alarmWords =
  /\b(?:false (?:alarms?|positives?)|fehlalarme?s?|falsch positiv\w*|falsas? alarmas?|falsos? positivos?|needless(?:ly)?|(?:blocking|rejecting|refusing|bothering|turning away|stopping|flagging) (?:an? |the )?(?:honest|good|legitimate|innocent|genuine|healthy|normal)|wrongly|unnecessary|unnotige?\w*|innecesari\w+|wasted|for nothing|umsonst|en vano)\b/;
export const costWords =
  /\b(?:cost|costs|costing|worse|expensive|costly|bad|hurts?|worth|kostet|kosten|teurer|schlimmer|cuesta|cuestan|cueste|peor|caro|veces|mal|times|loses?)\b|[$€£]/;

const CLAUSE = '[^.;:!?,]{0,120}?';
const START = '(?:^|[.;:!?,]|\\band\\b|\\bbut\\b|\\bund\\b|\\by\\b)';
/** Clauses that say how answers are judged, what they cost or how many can be acted on; whole clauses, so that their words name no column. */
export const judgementClauses: RegExp[] = [
  new RegExp(
    `${START}${CLAUSE}\\b(?:false alarms?|false positives?|false negatives?|fehlalarme?|falsas? alarmas?|falsos? positivos?|times (?:as|more|worse)|catch(?:ing)? (?:them )?all|catch(?:ing)? (?:every|as many)|care (?:about|most)|i (?:only )?care|what matters|matters? (?:most|just|exactly|to me|as much)|count (?:exactly|just|as much)|judged? (?:it|them|by)|measured? (?:by|in)|me importan?|nos importan?|what counts|wichtig ist|kommt es (?:mir|uns) (?:darauf )?an|hurt(?:s)? (?:the )?(?:most|us)|tun (?:am meisten )?weh)\\b[^.;!?]*`,
    'g',
  ),
  new RegExp(
    `${START}${CLAUSE}\\b(?:miss(?:ing|ed)?|overlook(?:ing)?|ubersehen\\w*|verpass\\w*|perder\\w*|pasar por alto)\\b${CLAUSE}\\b(?:cost|costs|worse|expensive|kostet|teurer|cuesta|caro|mal|veces)\\b[^.;!?]*`,
    'g',
  ),
  new RegExp(
    `${START}${CLAUSE}\\b(?:we|i|they|team|desk|staff|wir|ich|podemos|puedo|equipo|investigators|agents)\\b${CLAUSE}\\b(?:can|could|only|afford|able|handles?|capacity|konnen|nur|schaffen|podemos|solo|capacidad)\\b${CLAUSE}[0-9][^.;!?,]*`,
    'g',
  ),
  /\b(?:the |a |den |el |un )?(?:small |low )?(?:typical|average|mean|median|absolute|relative|percentage|percent|mean absolute|squared|usual) err?ors?\b[^.;!?,]*|\b(?:roc[- ]?auc|auc|f1(?:[- ]score)?|log[- ]?loss|accuracy|rmse|mae|rmsle|mape|r2|r squared|average precision|balanced accuracy)\b/g,
  /\b(?:den |der )?(?:mittlere|durchschnittliche|relative|ubliche|typische)[rn]? fehler\b[^.;!?,]*|\berror (?:medio|absoluto|relativo|porcentual|tipico)\b[^.;!?,]*|\bgrosse fehler\b[^.;!?]*/g,
  /\b(?:well |honest |trustworthy |reliable )*(?:calibrated|honest|trustworthy|reliable)(?:,? (?:well )?(?:calibrated|honest))* (?=probabilit)/g,
];

const act =
  'call|calls|ring|phone|dial|contact|visit|inspect|review|check|audit|investigate|handle|handles|treat|mail|email|offer|offers|process|follow|reach|look (?:into|at)|see|write to|anrufen|anruf\\w*|kontaktieren|prufen|besuchen|bearbeiten|schaffen|llamar|llamadas|contactar|revisar|atender|visitar|inspeccionar|investigar';
const span = '(?:a|per|pro|por|al|each|every|die|am|im|a la) (?:day|week|month|shift|night|tag|woche|monat|dia|semana|mes)';
/** How many can be acted on. */
export const capacityPatterns = [
  new RegExp(
    `\\b(?:can|could|able to|afford to|only|capacity|konnen|kann|schafft|podemos|puede|puedo|solo)\\b[^.;!?]{0,40}?\\b(?:${act})\\b[^.;!?0-9]{0,25}?([0-9][0-9.,]*|${count})\\b(?! ?(?:times|x|mal|veces|%|percent|days|hours))`,
  ),
  new RegExp(`\\b(?:can|could|only|konnen|podemos|solo|nur)\\b[^.;!?]{0,40}?\\b([0-9][0-9.,]*)\\b[^.;!?]{0,30}?\\b(?:${act})\\b`),
  new RegExp(`\\b(?:${act}|capacity (?:of|for)|team (?:of )?)\\b[^.;!?0-9]{0,20}?\\b([0-9][0-9.,]*) (?:[\\p{L}]+ ){0,2}${span}\\b`, 'u'),
  new RegExp(`\\b(?:can|could|only|able to|konnen|kann|podemos|puede|puedo|nur|solo)\\b[^.;!?0-9]{0,60}?\\b([0-9][0-9.,]*) (?:[\\p{L}]+ ){0,2}${span}\\b`, 'u'),
  new RegExp(`\\b(?:schaffe?n?|schafft|manage|cope with)\\b[^.;!?0-9]{0,25}?([0-9][0-9.,]*)\\b(?! ?(?:%|prozent|percent|tage|days|stunden|hours))`),
  /\btop ([0-9][0-9.,]*)\b(?! ?%)/,
];

/** What is no prediction of one column from the others. */
export const otherWishes: [RegExp, string][] = [
  [
    /\b(?:cluster|segment(?:ation)?|group (?:our|the|my|these|all)? ?[\p{L}]+ (?:into|by)|divide .* into (?:groups|segments)|in gruppen|agrupa\w*|segmenta\w*)\b/u,
    'groups rows without a known answer',
  ],
  [/\b(?:recommend|suggest products|empfehlen|recomienda\w*)\b/, 'recommends things'],
  [/\bhow many (?:rows|records|columns|lines|entries)\b|\bwie viele (?:zeilen|spalten)\b|\bcuantas (?:filas|columnas)\b/, 'counts rows'],
  [
    /^\W*(?:please |can you |could you |bitte )?(?:what (?:is|was|are|were) the (?:average|mean|total|sum|maximum|minimum|median|correlation)|show me|list|plot|draw|chart|graph|visuali[sz]e|describe|summari[sz]e|translate|write|delete|remove all|send|compare|clean|zeige|zeichne|erstelle (?:ein|eine[n]?) (?:diagramm|bericht|liste)|liste|schreib\w*|muestra\w*|dibuja\w*|haz un grafico|escrib\w*|lista)\b/,
    'answers questions about the table itself or writes',
  ],
  [
    /\b(?:which|who|what|welche[rs]?|que|quien) (?:[\p{L}]+ )?(?:had|has|sold|made|got|was|were|is|are|earned|bought|scored|hatte|verkaufte|vendio|tuvo)\b[^.;?!]*\b(?:most|fewest|highest|lowest|largest|smallest|best|worst|meisten|wenigsten|hochsten|mas)\b(?! likely)/u,
    'asks what is in the table already',
  ],
  [
    /\b(?:how (?:many|much)|wie ?viele?|cuant[oa]s?)\b[^.;?!]*\b(?:did|had|were|was|have|hatte\w*|tuvo|tenian?)\b[^.;?!]*\b(?:each|every|per|in total|in (?:19|20)[0-9]{2}|last (?:year|month|week)|sorted|grouped|insgesamt|en total)\b/,
    'asks what is in the table already',
  ],
  [
    /\b(?:make|give|draw|create|plot|build|show|produce|want|need|erstelle|mach\w*|zeig\w*|haz\w*|dame)\b[^.;?!]{0,25}\b(?:charts?|plots?|graphs?|histograms?|pie|dashboards?|pivot|diagramme?|grafi[kc][eao]?s?|histogramm?a?)\b/,
    'wants a picture of the table',
  ],
  [
    /\b(?:cual|cuanto) (?:es|fue|era) (?:la|el) (?:media|promedio|suma|total|maximo|minimo)\b|\bwas (?:ist|war) (?:der|die|das) (?:durchschnitt\w*|mittelwert|summe|maximum|minimum)\b/,
    'asks what is in the table already',
  ],
  [/\b(?:anomal(?:y|ies)|outliers?) (?:detection|in)\b|\bfind (?:the )?(?:anomalies|outliers)\b/, 'looks for the unusual without a known answer'],
];
export const predictionWords =
  /\b(?:predict\w*|forecast\w*|estimate|guess|classif\w+|will|likely|vorher\w*|voraus|prognos\w*|wird|werden|predec\w+|predic\w+|estim\w+|prever|sera|seran|van? a)\b/;
