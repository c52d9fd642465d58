import { abbreviations, concepts, fillers, numberWords } from './lexicon.ts';

/** Small letters without accents, so that "Kündigung" meets "kuendigung"; what is no letter stays as it is. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[’‘`´]/g, "'")
    .replaceAll(/[“”„«»]/g, '"')
    .replaceAll(/n't\b/g, ' not');
}

/** Spanish and German endings that English writes otherwise: claridad, clarity. */
const KINDRED_ENDINGS: [RegExp, string][] = [
  [/idad$/, 'ity'],
  [/itat$/, 'ity'],
  [/cion$/, 'tion'],
  [/encia$/, 'ence'],
  [/ancia$/, 'ance'],
  [/ismus$/, 'ism'],
];

const stems = new Map<string, string>();
const MAX_STEMS = 20_000;

/** A folded word without its usual ending. The same words come again and again: their stems are kept. */
export function stem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  if (stems.size >= MAX_STEMS) stems.clear();
  const found = withoutEnding(word);
  stems.set(word, found);
  return found;
}

function withoutEnding(word: string): string {
  const kindred = word.length >= 7 ? KINDRED_ENDINGS.reduce((text, [ending, english]) => text.replace(ending, english), word) : word;
  // "Gekalkt" is of "Kalkung".
  const root = /^ge(\p{L}{4,})t$/u.exec(kindred)?.[1] ?? kindred;
  const plain = root.replaceAll(/ae|oe|ue(?=[^\s])/g, (pair) => pair[0]).replace(/([lp])\1(?=ed$|ing$|s?$|ation)/, '$1');
  for (const ending of ENDINGS) {
    if (plain.endsWith(ending) && plain.length - ending.length >= (ending === 's' ? 3 : ending === 'y' ? 5 : 4)) return plain.slice(0, -ending.length);
  }
  return plain;
}

/** Of English, German and Spanish, the longest first. */
const ENDINGS =
  'aremos eremos iremos aran eran iran ara era ira ations ciones ungen ation cion ments iones ment ings ados adas idos idas ing ung ies ied ado ada ido ida ern es ed en er os as ar ir ly s y e o a'
    .split(' ')
    .toSorted((a, b) => b.length - a.length);

/** The words of a sentence, folded; numbers keep their points. */
export function wordsIn(text: string): string[] {
  return fold(text).match(/\p{L}[\p{L}\p{N}]*|[0-9]+(?:[.,][0-9]+)*/gu) ?? [];
}

/** "Weight (kg)", "Torque [Nm]": what is measured, and its unit. */
const UNIT_PART = /\s*[([]([^()[\]]{1,12})[)\]]\s*$/;

/** What a name says in brackets at its end, as words: mostly a unit. */
export const unitWords = (name: string): string[] => wordsIn(UNIT_PART.exec(name)?.[1] ?? '');

/** Words of names that are one word in the table of meanings. */
const nameJoins: [RegExp, string][] = [
  [/\bon[ .-]?time\b/gi, 'ontime'],
  [/\bcharged?[ .-]off\b/gi, 'chargedoff'],
  [/\bfully[ .-]paid\b/gi, 'fullypaid'],
  [/\bno[ .-]?show\b/gi, 'noshow'],
  [/\bdrop(?:ped)?[ .-]?out\b/gi, 'dropout'],
];

/** Whether a name says that something is not so: "No asistió", "not_paid". */
export const isNegatedName = (name: string): boolean => /^(?:no|not|nicht|non)[\s_.-]+\p{L}{3,}/iu.test(name.trim()) && !/^no[\s_.-]?show/i.test(name.trim());

/** The words of a column's name or of a value, without a unit in brackets: also cut where capitals begin, and short forms written out. */
export function nameWords(name: string): string[] {
  const bare = name.replace(UNIT_PART, '');
  const apart = (/[\p{L}\p{N}]/u.test(bare) ? bare : name)
    .replaceAll(/kWh|KWh|MWh|GWh/g, (unit) => unit[0] + unit.slice(1).toLowerCase())
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2');
  const words = wordsIn(nameJoins.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), apart.replaceAll('_', ' ')));
  // "No asistió" is no number; "Policy No" is one.
  return words.map((word, at) => {
    // "responseMin" is in minutes, "minTemp" the lowest.
    if (word === 'min' && at > 0 && at === words.length - 1) return 'minutes';
    return Object.hasOwn(abbreviations, word) && (word !== 'no' || at > 0 || words.length === 1) ? abbreviations[word] : word;
  });
}

type Sense = { concept: number; isOpposite: boolean; isOfNames: boolean };
const senses = new Map<string, Sense[]>();
concepts.forEach((concept, index) => {
  const note = (words: { en: string; de: string; es: string }, isOpposite: boolean) => {
    for (const word of new Set([words.en, words.de, words.es].join(' ').split(' ').map(stem))) {
      const known = senses.get(word) ?? [];
      known.push({ concept: index, isOpposite, isOfNames: concept.isOfNames ?? false });
      senses.set(word, known);
    }
  };
  note(concept, false);
  if (concept.opposite) note(concept.opposite, true);
});

/** How well two words agree, 0 to 1, and whether they are the two answers of one question ("die", "survive"). */
export type Likeness = { value: number; isOpposite: boolean };
const UNLIKE: Likeness = { value: 0, isOpposite: false };

/** Of two folded words (`isValue`: one of them is a value of a column and not its name): 1 the same word, 0.9 one begins the other, 0.75 a slip of the pen, 0.7 of one meaning, 0 nothing. */
export function likeness(a: string, b: string, isValue = false): Likeness {
  const [x, y] = [stem(a), stem(b)];
  if (x === y) return { value: 1, isOpposite: false };
  const within = measured(a) === y || measured(b) === x ? 'same' : (sharedMeaning(measured(a), y, isValue) ?? sharedMeaning(x, measured(b), isValue));
  if (within && (measured(a) === y || measured(b) === x)) return { value: 0.85, isOpposite: false };
  const [short, long] = x.length < y.length ? [x, y] : [y, x];
  if (short.length >= 4 && long.startsWith(short) && isEnding(long.slice(short.length))) return { value: 0.9, isOpposite: false };
  const meaning = sharedMeaning(x, y, isValue) ?? within;
  // "fraudulent" and "fraud" share more than their meaning.
  if (meaning === 'same' && short.length >= 4 && long.startsWith(short)) return { value: 0.9, isOpposite: false };
  if (meaning) return { value: 0.7, isOpposite: meaning === 'opposite' };
  if (short.length >= 5 && (long.endsWith(short) || long.startsWith(short)) && long.length - short.length <= 8) return { value: 0.65, isOpposite: false };
  const inner = compoundMeaning(x, y, isValue);
  if (inner) return { value: 0.65, isOpposite: inner === 'opposite' };
  if (isSlip(a, b)) return { value: 0.75, isOpposite: false };
  return UNLIKE;
}

/** "Fettgehalt", "Milchmenge": fat, milk and how much of it. */
const measured = (word: string) =>
  stem(/^(\p{L}{4,}?)s?(?:wahrscheinlichkeit|risiko|gehalt|menge|anteil|quote|hohe|grad|zahl|wert|dauer|betrag|kosten|preis)$/u.exec(word)?.[1] ?? '\0');

const LEAST_COMPOUND = 10;
const LEAST_PART = 5;

/** "Ausfallwahrscheinlichkeit" and "Kreditausfall": German writes several words as one; a known one at an end of either is compared. */
function compoundMeaning(x: string, y: string, isValue: boolean): 'same' | 'opposite' | undefined {
  if (Math.max(x.length, y.length) < LEAST_COMPOUND) return undefined;
  for (const a of compoundParts(x)) {
    for (const b of compoundParts(y)) {
      const meaning = (a !== x || b !== y) && (a === b ? 'same' : sharedMeaning(a, b, isValue));
      if (meaning) return meaning;
    }
  }
  return undefined;
}

function compoundParts(word: string): string[] {
  if (word.length < LEAST_COMPOUND) return [word];
  const parts = [word];
  for (let cut = LEAST_PART; cut <= word.length - 3; cut++) {
    if (senses.has(word.slice(0, cut))) parts.push(word.slice(0, cut));
    if (word.length - cut >= LEAST_PART && senses.has(word.slice(cut))) parts.push(word.slice(cut));
  }
  return parts;
}

/** What may follow a stem in the three languages: "country" is no kind of "count". */
const isEnding = (rest: string) =>
  /^(?:s|es|e|ed|d|er|ers|r|or|ors|ing|ion|ions|tion|ation|al|ial|ical|ly|y|ness|ment|ity|ty|able|ible|ive|ance|ence|ency|ancy|ure|age|ant|ent|ist|ful|less|ship|en|n|em|ung|ungs|lich|ig|isch|bar|heit|keit|schaft|t|et|te|st|o|a|os|as|ado|ada|ido|ida|ar|ir|cion|dor|dora|mente|miento|oso|osa|able|encia|ancia|i|id)$/.test(
    rest,
  );

function sharedMeaning(x: string, y: string, isValue: boolean): 'same' | 'opposite' | undefined {
  let found: 'same' | 'opposite' | undefined;
  for (const one of senses.get(x) ?? []) {
    for (const other of senses.get(y) ?? []) {
      if (one.concept !== other.concept || (isValue && one.isOfNames)) continue;
      if (one.isOpposite === other.isOpposite) return 'same';
      found = 'opposite';
    }
  }
  return found;
}

/** Whether the word names something that happens or does not: fraud, a failure. */
export const namesEvent = (word: string): boolean => senses.get(stem(word))?.some(({ concept }) => concepts[concept].isEvent) ?? false;

/** Whether the table of words knows it. */
export const hasMeaning = (word: string): boolean => senses.has(stem(word));

/** Whether it may say what somebody does or what becomes of something. */
export const namesAction = (word: string): boolean => senses.get(stem(word))?.some(({ concept }) => !concepts[concept].isThing) ?? false;

/** One letter wrong, left out, put in or swapped in a word of five letters or more; two from nine on. */
function isSlip(a: string, b: string): boolean {
  const allowed = Math.min(a.length, b.length) >= 9 ? 2 : 1;
  // Of four letters only a fifth that is left out: "hird" for "hired", and not "wind" for "wine".
  const isShort = Math.min(a.length, b.length) === 4 && Math.abs(a.length - b.length) === 1;
  if ((Math.min(a.length, b.length) < 5 && !isShort) || Math.abs(a.length - b.length) > allowed || a[0] !== b[0]) return false;
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : Infinity;
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, changed, swapped));
    }
    [before, row] = [row, next];
  }
  return row[b.length] <= allowed;
}

/** Whether the word is one for asking, with a slip of the pen: "predcit". */
export const isFillerSlip = (word: string): boolean =>
  word.length >= 5 && !hasMeaning(word) && ASKING_WORDS.some((known) => word !== known && isSlip(word, known));
const ASKING_WORDS = ['predict', 'predicts', 'prediction', 'forecast', 'estimate', 'classify', 'vorhersagen', 'predecir'];

export type Language = 'en' | 'de' | 'es';

/** The language that most of the little words belong to; English where nothing speaks for another. */
export function languageOf(words: string[]): Language {
  const score = (language: Language) => words.filter((word) => fillers[language].has(word)).length;
  const english = score('en');
  const [best] = (['de', 'es'] as const).map((language) => ({ language, score: score(language) })).toSorted((a, b) => b.score - a.score);
  return best.score > english ? best.language : 'en';
}

/** "30", "1,000", "2.5", "fifty thousand", "50k", "3 Mio": the number that words spell from `at` on, and how many words it takes. */
export function numberAt(words: string[], at: number): { value: number; length: number } | undefined {
  let value: number | undefined;
  let length = 0;
  let hasDigits = false;
  for (let i = at; i < words.length; i++) {
    const word = words[i];
    const digits = /^[0-9]/.test(word) ? Number(/^[0-9]{1,3}(?:[.,][0-9]{3})+$/.test(word) ? word.replaceAll(/[.,]/g, '') : word.replace(',', '.')) : undefined;
    if (digits !== undefined) {
      if (value !== undefined) break;
      value = digits;
      hasDigits = true;
    } else if (/^(?:k|thousand|tausend|mil)$/.test(word) && value !== undefined) value *= 1000;
    else if (/^(?:m|mio|million|millions|millionen|millon|millones)$/.test(word) && value !== undefined) value *= 1_000_000;
    else if (/^(?:hundred|hundert|cien|cientos)$/.test(word) && value !== undefined) value *= 100;
    else if (Object.hasOwn(numberWords, word) && (value === undefined || (!hasDigits && value >= 20 && numberWords[word] < 10)))
      value = (value ?? 0) + numberWords[word];
    else break;
    length = i - at + 1;
  }
  return value === undefined ? undefined : { value, length };
}
