import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { auxiliaryNameWords, timeUnits, usualTargets, vagueNameWords } from './lexicon.ts';
import type { SentenceParts } from './sentence-parts.ts';
import type { AskedWord } from './weigh-words.ts';
import { fold, hasMeaning, isNegatedName, likeness, namesEvent, nameWords, unitWords, wordsIn } from './words.ts';

/** How far the words of a sentence speak for one column. All shares are 0 to 1. */
export type ColumnMatch = {
  column: ColumnProfile;
  certainty: number;
  /** Of the column's name that the words name, and of the words' weight that the name takes up. */
  nameShare: number;
  wordShare: number;
  /** The words name the other answer: "survive" for a column `died`. */
  isOpposite: boolean;
  /** Values of the column that the words name. */
  values: string[];
  /** The words that name it; `focus`: how central they are; `isComplete`: they name all of it. */
  words: string[];
  focus: number;
  isComplete: boolean;
  reason: string;
};

/** Dates and free text cannot be predicted, identifiers and constants need not be: a sentence does not mean them. */
export const isPredictable = ({ kind }: ColumnProfile) => kind === 'number' || kind === 'boolean' || kind === 'category' || kind === 'ordered';

/** Two different values. */
export const isTwoValued = ({ kind, distinctCount }: ColumnProfile) => kind === 'boolean' || distinctCount === 2;

/** Names of classes, few enough to be told apart. */
const isClasses = ({ kind, distinctCount }: ColumnProfile) => (kind === 'category' || kind === 'ordered' || kind === 'boolean') && distinctCount <= MAX_VALUES;

/** Numbers so many that a yes or a no cannot be meant. */
export const isMeasure = ({ kind, distinctCount }: ColumnProfile) => kind === 'number' && distinctCount > 12;

/** A usual name for what is to be predicted. Beside an x, a y is a coordinate. */
function isUsualTarget({ name }: ColumnProfile, { columns }: Profile): boolean {
  const plain = name.trim().toLowerCase();
  return usualTargets.has(plain) && !(plain === 'y' && columns.some((column) => column.name.trim().toLowerCase() === 'x'));
}

const VAGUE_WEIGHT = 0.35;
const AUXILIARY_WEIGHT = 0.1;
/** Of the words that say when: they name a column only beside others. */
const AHEAD_WEIGHT = 0.9;
/** A likeness below this is chance. */
const LEAST_LIKENESS = 0.6;
const MAX_VALUES = 60;
const MANY_VALUES = 15;

/** Every column that the words touch, the surest first. */
export function rankColumns(parts: SentenceParts, profile: Profile, asked: AskedWord[] = parts.asked): ColumnMatch[] {
  const last = profile.columns.at(-1);
  // A column may be called "RainTomorrow".
  const said = parts.ahead ? [...asked, ...wordsIn(parts.ahead.words).map((word) => ({ word, weight: AHEAD_WEIGHT }))] : asked;
  const known = said.map((one) => ({ ...one, doubt: isKnownTo(profile, one.word) ? 0 : 1 - UNKNOWN_SHARE }));
  const askedUnit = onlyUnitOf(parts, profile);
  const matches = profile.columns.flatMap((column) => {
    const match = matchColumn(parts, known, profile, column, { isLast: column === last, askedUnit });
    return match ? [match] : [];
  });
  liftUsualTarget(parts, profile, matches);
  tieNamedColumns(parts, asked, matches);
  preferEvents(parts, matches);
  if (parts.isVagueStatement) for (const match of matches) match.certainty *= VAGUE_FACTOR;
  tieHalfNamedColumns(matches);
  return matches.toSorted((a, b) => b.certainty - a.certainty);
}

/** "How many hours": the unit, where one column alone is in it. */
function onlyUnitOf({ wantsNumber, asked, given }: SentenceParts, profile: Profile): string | undefined {
  if (!wantsNumber) return undefined;
  const units = asked.flatMap(({ word, weight }) => (weight >= 0.5 && Object.hasOwn(timeUnits, word) ? [timeUnits[word].unit] : []));
  return units.find((unit) => profile.columns.filter((column) => isInUnit(column, unit) && !isNamedIn(given, column.name)).length === 1);
}

/** Whether a number is in that unit of time, by its name. */
const isInUnit = ({ kind, name }: ColumnProfile, unit: string) =>
  kind === 'number' && [...nameWords(name), ...unitWords(name)].some((word) => Object.hasOwn(timeUnits, word) && timeUnits[word].unit === unit);
const IN_UNIT = 0.3;

/** Of a word that is in no name and no value of the table: it says less against a column that the other words name. */
const UNKNOWN_SHARE = 0.3;

/** Whether the word is in a name or a value of the table. */
const isKnownTo = ({ columns }: Profile, word: string) =>
  columns.some(
    (column) =>
      nameWords(column.name).some((part) => likeness(part, word).value >= LEAST_LIKENESS) ||
      (isClasses(column) && column.topValues.some(({ value }) => nameWords(value).some((part) => part.length > 2 && likeness(part, word, true).value >= 0.7))),
  );

/** What a name says of certainty: fully named 0.55, and the rest by how central its words are and how many of the words it takes up. */
const NAMED = 0.55;
const FOCUS = 0.27;
const TAKEN_UP = 0.18;
const WHOLE = 0.08;
/** The name stands in the sentence, word by word. */
const SPELLED = 0.1;
const EXPLICIT = 0.95;
/** Named only in a sentence that asks nothing. */
const ASIDE_FOCUS = 0.34;
const ASIDE_FACTOR = 0.6;
/** "Which species is it". */
const SUBJECT = 0.72;
/** A key or a name is asked for only by its name. */
const KEY_FACTOR = 0.35;
const MANY_LEVELS_FACTOR = 0.7;

function matchColumn(
  parts: SentenceParts,
  asked: AskedWord[],
  profile: Profile,
  column: ColumnProfile,
  { isLast, askedUnit }: { isLast: boolean; askedUnit: string | undefined },
): ColumnMatch | null {
  const name = matchName(asked, column.name);
  const values = matchValues(parts, asked, column);
  const isUsual = isUsualTarget(column, profile);
  const isInitials = initialsOf(parts, column);
  const isPlaced = (parts.place === 'last' && isLast) || (parts.place === 'first' && column === profile.columns[0]);
  const isExplicit = isPlaced || parts.explicit.some((text) => isSameName(text, column.name)) || isOnlyCode(parts, column, profile);
  if (name.share === 0 && values.strength === 0 && !isUsual && !isInitials && !isExplicit) return null;
  // A word of its own may stand there by chance: "on the judge's desk".
  const isSpelled = name.share > 0.5 && standsIn(parts.text, column.name) && (name.focus >= 0.9 || nameWords(column.name).length > 1);
  const wordShare = Math.min(1, name.wordShare + values.wordShare);
  const byName =
    name.share * (NAMED + FOCUS * Math.max(name.focus, isSpelled ? 0.8 : 0) + TAKEN_UP * wordShare) + (name.isWhole ? WHOLE : 0) + (isSpelled ? SPELLED : 0);
  let certainty = 1 - (1 - Math.min(1, byName)) * (1 - Math.max(values.strength, isInitials ? 0.5 : 0) * (1 - 0.5 * name.share));
  if (isUsual) certainty += 0.2;
  else if ((name.share > 0 || values.strength > 0) && isTwoValued(column) && usualTargets.has(nameWords(column.name).at(-1) ?? '')) certainty += 0.15;
  if (parts.comparison && numbersIn(column.name).includes(parts.comparison.value)) certainty += 0.4;
  // "30-day readmission" for `readmitted_30d`.
  else if (name.share > 0 && numbersIn(column.name).some((number) => number >= 10 && numbersIn(parts.text).includes(number))) certainty += 0.15;
  if (isLast) certainty += 0.05;
  certainty *= taskFit(parts, column, values.found.length) * keyFactor(asked, column, profile);
  // "Which species is it" asks for the species; "which customers will leave" does not ask for the customers.
  if (isSubjectAsked(parts, column) && isWhollyNamedIn(parts.subject, column.name)) certainty = Math.max(certainty, SUBJECT);
  if (askedUnit !== undefined && isInUnit(column, askedUnit)) certainty = 1 - (1 - certainty) * (1 - IN_UNIT);
  if (isExplicit) certainty = Math.max(certainty, EXPLICIT);
  else if (name.share > 0 && Math.max(name.focus, values.focus) < ASIDE_FOCUS) certainty *= ASIDE_FACTOR;
  // What is named as known, or to be left out, is not asked for.
  if (isNamedIn(parts.given, column.name) && !(name.isWhole && !isSpelledIn(parts.given, column.name))) certainty *= 0.25;
  if (parts.without.some((part) => isNamedIn(wordsIn(part), column.name))) certainty *= 0.1;
  const reason = isExplicit
    ? 'the sentence calls it the target'
    : name.share >= values.strength && name.share > 0
      ? `its name fits the words${name.found.length > 0 ? ` "${[...new Set(name.found)].join(' ')}"` : ''}`
      : values.found.length > 0
        ? `it has the value${values.found.length > 1 ? 's' : ''} ${values.found
            .slice(0, 4)
            .map((value) => `"${value}"`)
            .join(', ')}, which the sentence names`
        : isInitials
          ? 'its values are the first letters of what the sentence names'
          : 'its name is a usual one for a target';
  return {
    column,
    certainty: Math.max(0, Math.min(1, certainty)),
    nameShare: name.share,
    wordShare,
    isOpposite: name.share >= values.strength && name.isOpposite,
    values: values.found,
    words: name.share >= values.strength ? name.found : values.words,
    focus: Math.max(name.focus, values.strength > 0 ? values.focus : 0),
    isComplete: name.isComplete,
    reason,
  };
}

/** "column_42" is no word of any language: where one such name stands in the sentence, it is meant. */
function isOnlyCode({ text }: SentenceParts, column: ColumnProfile, { columns }: Profile): boolean {
  const isCode = ({ name }: ColumnProfile) => /[_\d]/.test(name) && ` ${text} `.includes(` ${fold(name)} `);
  return isCode(column) && columns.filter(isCode).length === 1;
}

const isSameName = (text: string, name: string) => {
  const [a, b] = [wordsIn(text).join(' '), wordsIn(name).join(' ')];
  return a !== '' && (a === b || fold(text).trim() === fold(name).trim() || a === nameWords(name).join(' '));
};

/** The name stands there word by word; a single short word may stand there by chance. */
function standsIn(text: string, name: string): boolean {
  const words = wordsIn(name.replaceAll('_', ' ')).join(' ');
  const bare = nameWords(name).join(' ');
  const said = ` ${wordsIn(text.replaceAll('_', ' ')).join(' ')} `;
  return [words, bare].some((one) => (one.includes(' ') || one.length >= 5) && said.includes(` ${one} `));
}

const BESIDE_FACTOR = 0.5;
const besideName = /(?:reasons?|comments?|notes?|remarks?|grund|kommentar|bemerkung|comentarios?|observaciones)$|(?:^|[^a-z])motivo/;
const keyNames = new Set('id ids key uuid guid'.split(' '));

function keyFactor(asked: AskedWord[], column: ColumnProfile, { rowCount }: Profile): number {
  // "Reason for leaving" is not whether somebody leaves.
  if (besideName.test(fold(column.name)) && !asked.some(({ word }) => besideName.test(word))) return BESIDE_FACTOR;
  const isKey = nameWords(column.name).some((word) => keyNames.has(word)) || keyNames.has(wordsIn(column.name).at(-1) ?? '');
  if (isKey && !asked.some(({ word }) => keyNames.has(word))) return KEY_FACTOR;
  return column.kind === 'category' && column.distinctCount > MAX_VALUES && column.distinctCount > rowCount / 20 ? MANY_LEVELS_FACTOR : 1;
}

/** Classes, and numbers where nothing that happens is asked for: "which amount does a customer borrow". */
function isSubjectAsked(parts: SentenceParts, column: ColumnProfile): boolean {
  if (isClasses(column)) return !isTwoValued(column);
  return column.kind === 'number' && !isTwoValued(column) && !parts.asked.some(({ word, weight }) => weight >= 0.99 && namesEvent(word));
}

/** How far the words name a column: `share` of its name, `wordShare` of the words' weight, `focus` how central the words are (all 0 to 1). */
export function matchName(asked: (AskedWord & { doubt?: number })[], columnName: string) {
  const isCompound = (part: string) =>
    asked.some((a) => part.startsWith(a.word) && asked.some((b) => a !== b && part.endsWith(b.word) && isJoin(part, a.word, b.word)));
  const words = nameWords(columnName);
  // A number in a name ("income >50K") is not what the column is called.
  const spoken = words.filter((word) => !/^\d/.test(word));
  const fused = wordsIn(columnName).join('');
  // "No-show" is one word, and not a kind of show.
  const meant = spoken.length > 1 && isNegatedName(columnName) ? spoken.slice(1) : spoken;
  const parts = meant.length > 1 && hasMeaning(fused) ? [fused] : meant.length > 0 ? meant : words;
  let [reached, total, missed, focus, isOpposite] = [0, 0, 0, 0, meant.length < spoken.length];
  const found: string[] = [];
  const used = new Set<AskedWord>();
  for (const part of parts) {
    const importance = parts.length === 1 ? 1 : auxiliaryNameWords.has(part) ? AUXILIARY_WEIGHT : vagueNameWords.has(part) ? VAGUE_WEIGHT : 1;
    total += importance;
    let best = { value: 0, isOpposite: false, word: undefined as AskedWord | undefined };
    for (const one of asked) {
      const like = likeness(part, one.word);
      if (like.value < LEAST_LIKENESS) continue;
      used.add(one);
      const value = like.value * (0.55 + 0.45 * one.weight);
      if (value > best.value) best = { value, isOpposite: like.isOpposite, word: one };
    }
    if (best.value < 0.9 && isCompound(part)) best = { ...best, value: 0.95, word: best.word ?? asked[0] };
    if (!best.word) {
      if (importance > AUXILIARY_WEIGHT) missed++;
      continue;
    }
    reached += importance * best.value;
    if (importance > AUXILIARY_WEIGHT) focus = Math.max(focus, best.word.weight);
    found.push(best.word.word);
    if (best.isOpposite) isOpposite = !isOpposite;
  }
  // "square metre" for `squaremetre`, "loan status" for `loanstatus`.
  const joined = asked.map(({ word }) => word).join('');
  const isJoined = reached < total && fused.length >= 6 && joined.includes(fused) && !asked.some(({ word }) => word.includes(fused));
  const heart = asked.filter(({ weight }) => weight >= 0.99);
  const heartWeight = heart.reduce((sum, { weight, doubt = 0 }) => sum + weight * (1 - doubt), 0);
  const wordShare =
    heart.length === 0 ? (used.size > 0 ? 1 : 0) : [...used].reduce((sum, { weight }) => sum + (weight >= 0.99 ? weight : 0), 0) / Math.max(heartWeight, 0.01);
  const share = isJoined ? 1 : total === 0 ? 0 : Math.min(1, reached / total);
  // "PricePerKg" stands in the sentence as one word.
  const fusedWord = parts.length > 1 && fused.length >= 4 ? asked.find(({ word }) => word === fused) : undefined;
  if (fusedWord)
    return {
      share: 1,
      wordShare: Math.min(1, fusedWord.weight / Math.max(heartWeight, fusedWord.weight, 0.01)),
      focus: fusedWord.weight,
      isOpposite: false,
      isWhole: true,
      isComplete: true,
      found: [fusedWord.word],
    };
  const isWhole = share > 0 && parts.every((part) => asked.some(({ word, weight }) => word === part && weight >= 0.55));
  return {
    share,
    wordShare: Math.min(1, wordShare),
    focus: isJoined ? 1 : focus,
    isOpposite,
    isWhole,
    isComplete: isJoined || (share > 0 && missed === 0),
    found,
  };
}

/** "die Note in Mathe" for `Mathenote`: two words, and at most a letter that joins them. */
const isJoin = (whole: string, first: string, last: string) =>
  first.length >= 3 && last.length >= 3 && whole.length - first.length - last.length <= 2 && whole.length >= first.length + last.length;

/** "income >50K": 50000. */
const numbersIn = (name: string) =>
  [...name.matchAll(/([0-9]+(?:[.][0-9]+)?) ?(k)?/gi)].map(([, digits, thousands]) => Number(digits) * (thousands ? 1000 : 1));

/** All words of the name that say something stand among these. */
function isNamedIn(words: string[], columnName: string, least = 0.9): boolean {
  const parts = nameWords(columnName).filter((part) => !vagueNameWords.has(part));
  return parts.length > 0 && parts.every((part) => words.some((word) => likeness(part, word).value >= least));
}

/** Every word of the name, vague ones too. */
const isWhollyNamedIn = (words: string[], columnName: string) =>
  words.length > 0 && nameWords(columnName).every((part) => auxiliaryNameWords.has(part) || words.some((word) => likeness(part, word).value === 1));

/** The very words of the name stand among these: "cancel reason" does not name `cancelled`. */
const isSpelledIn = (words: string[], columnName: string) => nameWords(columnName).every((part) => words.includes(part));

/** Values of a class-like column that the words name. */
function matchValues(
  parts: SentenceParts,
  asked: AskedWord[],
  column: ColumnProfile,
): { strength: number; wordShare: number; focus: number; found: string[]; words: string[] } {
  const none = { strength: 0, wordShare: 0, focus: 0, found: [], words: [] };
  if (!isClasses(column)) return none;
  const found: string[] = [];
  const words: string[] = [];
  let [weight, heart, focus, isSpelled] = [0, 0, 0, false];
  const heartCount = asked.filter((one) => one.weight >= 0.99).length;
  for (const { value } of column.topValues) {
    const fused = wordsIn(value).join('');
    const named =
      fused.length > 3 && hasMeaning(fused) ? [fused] : nameWords(value).filter((word) => word.length > 2 && !/^\d/.test(word) && !PLAIN_ANSWERS.has(word));
    if (named.length === 0) continue;
    const hits = named.map((word) => {
      let best = { like: 0, weight: 0, word: '' };
      for (const one of asked) {
        const like = likeness(word, one.word, true);
        if (!like.isOpposite && like.value >= 0.7 && like.value * one.weight > best.like * best.weight)
          best = { like: like.value, weight: one.weight, word: one.word };
      }
      return best;
    });
    if (hits.some(({ like }) => like === 0)) continue;
    // Of the rows ("which visitors"), not of the answer.
    if (!parts.isDistinction && hits.every((hit) => hit.weight < LEAST_VALUE_WEIGHT)) continue;
    found.push(value);
    words.push(...hits.map(({ word }) => word));
    weight = Math.max(weight, ...hits.map((hit) => hit.like * hit.weight));
    focus = Math.max(focus, ...hits.map((hit) => hit.weight));
    if (hits.every(({ like }) => like === 1)) isSpelled = true;
    if (hits.some((hit) => hit.weight >= 0.99)) heart++;
  }
  if (found.length === 0) return none;
  const one = isTwoValued(column) ? 0.45 : column.distinctCount > MANY_VALUES && !isSpelled ? 0.25 : 0.4;
  const strength = found.length === 1 ? (parts.isDistinction ? Math.max(one, 0.6) : one) : found.length === 2 ? 0.65 : 0.78;
  return { strength: strength * weight, wordShare: heartCount === 0 ? 0 : Math.min(1, heart / heartCount), focus, found, words };
}

/** Less central than this a value says which rows are meant. */
const LEAST_VALUE_WEIGHT = 0.5;
const PLAIN_ANSWERS = new Set('yes no true false none unknown other all new nein sin con the and not'.split(' '));

/** "malignant or benign" for a column of M and B. */
function initialsOf({ alternatives }: SentenceParts, column: ColumnProfile): boolean {
  const values = column.topValues.map(({ value }) => value.toLowerCase());
  if (alternatives.length < 2 || column.kind !== 'category' || column.distinctCount !== alternatives.length || values.length !== alternatives.length)
    return false;
  return values.every((value) => /^\p{L}{1,2}$/u.test(value) && alternatives.filter((word) => word.startsWith(value)).length === 1);
}

/** Of a measure where a yes or a no is asked: it is a question then, unless a bar is named. */
export const MEASURE_FACTOR = 0.33;

/** "Who" and "whether" ask for classes, "how many" for numbers. */
function taskFit(parts: SentenceParts, column: ColumnProfile, valueCount: number): number {
  if (parts.wantsNumber && (column.kind !== 'number' || isTwoValued(column))) return 0.5;
  const asksYesNo = parts.isYesNo && !parts.wantsNumber;
  if (asksYesNo && isMeasure(column) && parts.comparison === null) return MEASURE_FACTOR;
  if (asksYesNo && column.kind === 'number' && !isTwoValued(column) && parts.comparison === null) return 0.75;
  if (asksYesNo && column.kind === 'category' && !isTwoValued(column) && valueCount === 0) return column.distinctCount > MANY_VALUES ? 0.55 : 0.8;
  if (parts.isYesNo && valueCount > 0) return 1.05;
  return 1;
}

/** Where the words name no column, a usual name for a target, or the only column of two values at the end, is what is left. */
function liftUsualTarget(parts: SentenceParts, profile: Profile, matches: ColumnMatch[]): void {
  const predictable = matches.filter(({ column }) => isPredictable(column));
  if (predictable.some(({ certainty, nameShare, focus }) => certainty >= 0.4 && nameShare > 0 && focus > BESIDE_FOCUS)) return;
  const asked = predictable.filter(
    ({ column }) =>
      isSubjectAsked(parts, column) && isClasses(column) && isNamedIn(parts.subject, column.name, 0.7) && keyFactor(parts.asked, column, profile) === 1,
  );
  if (asked.length === 1) {
    Object.assign(asked[0], { certainty: Math.max(asked[0].certainty, LIFTED), focus: 1 });
    return;
  }
  const fits = (column: ColumnProfile) => isPredictable(column) && (parts.wantsNumber ? column.kind === 'number' : !parts.isYesNo || !isMeasure(column));
  const usual = profile.columns.filter((column) => isUsualTarget(column, profile) && fits(column));
  if (usual.length !== 1 || parts.asked.length === 0) return;
  // "Predict the sales" does not mean a target of two values, whatever it is called.
  const [target] = usual;
  // A yes or a no is not answered by a school's class where another column could.
  const known = matches.find(({ column }) => column === target);
  if (parts.isYesNo && !parts.isDistinction && !isTwoValued(target) && known?.values.length === 0) return;
  const isMeant = (parts.isYesNo && !parts.wantsNumber) || parts.isDistinction || (isTwoValued(target) && parts.asked.some(({ word }) => namesEvent(word)));
  if (!known || !isMeant || known.certainty >= LIFTED) return;
  for (const match of matches) if (match !== known && match.focus <= BESIDE_FOCUS) match.certainty *= BESIDE_EVENT_FACTOR;
  Object.assign(known, { certainty: LIFTED, reason: 'its name is a usual one for a target, and the words fit no other column' });
}

const LIFTED = 0.52;
/** Words beside what is asked: after a preposition, a subject. */
const BESIDE_FOCUS = 0.6;

const keyWords = new Set('id ids number code key name'.split(' '));

/** "The fee or the tenure", "sales and customers": columns that are each called by their names are as likely as each other. */
function tieNamedColumns({ alternatives }: SentenceParts, asked: AskedWord[], matches: ColumnMatch[]): void {
  const heart = new Set(asked.filter(({ weight }) => weight >= 0.99).map(({ word }) => word));
  const named = matches
    .map((match) => ({ match, words: nameWords(match.column.name).filter((word) => !vagueNameWords.has(word)) }))
    .filter(
      ({ match, words }) =>
        isPredictable(match.column) &&
        !nameWords(match.column.name).some((word) => keyWords.has(word)) &&
        match.certainty >= LIFTED &&
        (match.isComplete || alternatives.length > 0) &&
        words.length > 0 &&
        words.every((word) => heart.has(word)),
    );
  const most = Math.max(...named.map(({ match }) => match.certainty));
  for (const { match, words } of named) {
    // A word that two names share was meant for the fuller of them.
    if (named.some((other) => other.match !== match && !other.words.some((word) => words.includes(word)))) match.certainty = most;
  }
}

/** Of two columns that the same words name in part ("payment": `total_payment`, `average_payment`) neither is meant more than the other. */
function tieHalfNamedColumns(matches: ColumnMatch[]): void {
  const half = matches.filter(({ column, isComplete, words, certainty }) => isPredictable(column) && !isComplete && words.length > 0 && certainty >= 0.3);
  for (const one of half) {
    for (const other of half) {
      const isSame =
        one !== other && one.words.join(' ') === other.words.join(' ') && one.column.kind === other.column.kind && one.values.length === other.values.length;
      if (isSame && other.certainty < one.certainty) other.certainty = one.certainty;
    }
  }
}

const VAGUE_FACTOR = 0.7;
/** Of a column that only words beside what happens name: "cancel their CONTRACT". */
const BESIDE_EVENT_FACTOR = 0.6;

/** Where a yes or a no is asked and a column of two values says just that, what is named beside it is not meant. */
function preferEvents({ isYesNo, wantsNumber }: SentenceParts, matches: ColumnMatch[]): void {
  if (!isYesNo || wantsNumber) return;
  const isEvent = ({ column, focus, nameShare, certainty }: ColumnMatch) => isTwoValued(column) && focus >= 0.99 && nameShare >= 0.6 && certainty >= LIFTED;
  if (!matches.some(isEvent)) return;
  for (const match of matches) if (match.focus < 0.99) match.certainty *= BESIDE_EVENT_FACTOR;
}
