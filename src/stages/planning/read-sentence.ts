import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { deriveTargets } from './derive-target.ts';
import { findTimeColumn, findTimeSeries } from './find-time.ts';
import { noLevel, yesLevel } from './lexicon.ts';
import { isPredictable, isTwoValued, matchName, rankColumns, type ColumnMatch } from './rank-columns.ts';
import type { Reading, SentenceReading, Wish } from './reading.ts';
import { isTurnedRound, takeApart, type SentenceParts } from './sentence-parts.ts';
import { hasMeaning, likeness, namesAction, nameWords, wordsIn } from './words.ts';

/** Everything that the words say over this table, the surest reading first. */
export function readSentence(sentence: string, profile: Profile): SentenceReading {
  let parts = takeApart(sentence);
  let matches = rankColumns(parts, profile);
  if (parts.otherwise !== null && !matches.some(({ column, certainty }) => isPredictable(column) && certainty >= LEAST_OBJECT)) {
    const { judgement, costs, capacity, moment, without, given } = parts;
    parts = { ...takeApart(parts.otherwise), judgement, costs, capacity, moment, without, given };
    matches = rankColumns(parts, profile);
  }
  const derived = deriveTargets(parts, profile, matches);
  const possible = matches.filter(({ column }) => isPredictable(column) && !isAnotherSpelled(sentence, column.name, profile));
  const readings = [...possible.map((match) => readingOf(parts, match, derived)), ...derived].toSorted((a, b) => b.certainty - a.certainty);
  const series = findTimeSeries(profile);
  const forecast = findForecast(parts, profile, series !== undefined);
  const time = findTimeColumn(profile);
  const isAhead = readings[0]?.target.kind === 'derived' && readings[0].target.ahead !== null;
  const speaksOfLater = parts.horizon !== null || isAhead;
  const { judgement, costs, capacity, moment } = parts;
  return {
    readings,
    judgement,
    costs,
    capacity,
    moment,
    without: findWithout(parts, profile),
    time:
      time && speaksOfLater && (series !== undefined || isAhead) ? { value: time.name, certainty: 0.8, reason: 'the sentence asks of times to come' } : null,
    forecast,
    otherWish: parts.otherWish,
    impossible: findImpossible(matches, readings, profile),
  };
}

/** Less sure than this, the object of "predict" is no column. */
const LEAST_OBJECT = 0.4;

/** Beside `Churn` and `churn`, "predict churn" means the one that is written so. */
function isAnotherSpelled(sentence: string, name: string, { columns }: Profile): boolean {
  const twins = columns.filter((other) => other.name !== name && other.name.toLowerCase() === name.toLowerCase());
  return twins.some((other) => holdsWord(sentence, other.name)) && !holdsWord(sentence, name);
}

const holdsWord = (sentence: string, word: string) => new RegExp(String.raw`(?<![\p{L}\p{N}_])${RegExp.escape(word)}(?![\p{L}\p{N}_])`, 'u').test(sentence);

function readingOf(parts: SentenceParts, match: ColumnMatch, derived: Reading[]): Reading {
  const { column, reason, nameShare } = match;
  const made = derived.filter(({ target }) => target.kind === 'derived' && target.sources.includes(column.name));
  let { certainty } = match;
  // Where the words ask for something made of this column, the column itself is the lesser reading.
  const { comparison } = parts;
  if (made.length > 0) certainty *= (comparison && !comparison.isOfRows) || parts.ahead || parts.combination ? 0.5 : 0.7;
  else if ((comparison && !comparison.isOfRows && nameShare === 0) || (parts.ahead && derived.length > 0)) certainty *= 0.6;
  return { target: { kind: 'column', column: column.name }, task: taskOf(parts, column), positive: positiveOf(parts, match), certainty, reason };
}

/** Classes that are written as whole numbers. */
const MAX_CODED_CLASSES = 12;

function taskOf(parts: SentenceParts, column: ColumnProfile): Reading['task'] {
  if (isTwoValued(column)) return 'binary';
  if (column.kind === 'number' && parts.wantsNumber) return 'regression';
  if (column.kind === 'number' && parts.isDistinction && column.numbers?.isWhole && column.distinctCount <= MAX_CODED_CLASSES) return 'multiclass';
  return null;
}

/** The class that the words ask for, where a column has two; for `--target` too. */
export function positiveOf(parts: SentenceParts, match: Pick<ColumnMatch, 'column' | 'isOpposite' | 'values' | 'words'>): Wish<string> | null {
  const { column } = match;
  if (!isTwoValued(column)) return null;
  const levels = column.topValues.map(({ value }) => value);
  if (levels.length !== 2) return null;
  const otherThan = (level: string) => levels.find((one) => one !== level) ?? level;
  // Not to keep up a loan is to fail: what is negated is what is done.
  const doings = match.words.filter(namesAction);
  const flip =
    match.words.length > 0 && doings.length === 0 && match.words.every(hasMeaning) ? false : isTurnedRound(parts, doings.length > 0 ? doings : match.words);
  if (match.values.length === 1) {
    const [named] = match.values;
    return { value: flip ? otherThan(named) : named, certainty: 0.85, reason: flip ? `the sentence asks for what is not "${named}"` : 'the sentence names it' };
  }
  const affirmative = affirmativeOf(column, levels);
  if (affirmative === undefined) return null;
  const isFlipped = flip !== match.isOpposite;
  const value = isFlipped ? otherThan(affirmative.value) : affirmative.value;
  return { value, certainty: affirmative.certainty, reason: isFlipped ? `the sentence asks for the opposite of "${column.name}"` : affirmative.reason };
}

/** The level that says that the column is so: yes, 1, its own name, the larger of two numbers. */
function affirmativeOf(column: ColumnProfile, levels: string[]): { value: string; certainty: number; reason: string } | undefined {
  const yes = levels.filter((level) => yesLevel.test(level.trim()));
  if (yes.length === 1) return { value: yes[0], certainty: 0.9, reason: `"${yes[0]}" says that it is so` };
  const no = levels.filter((level) => noLevel.test(level.trim()));
  if (no.length === 1) return { value: levels.find((level) => level !== no[0]) ?? levels[0], certainty: 0.8, reason: `the other class is "${no[0]}"` };
  const named = levels.filter((level) => nameWords(level).some((word) => nameWords(column.name).some((part) => isSameSense(part, word))));
  if (named.length === 1) return { value: named[0], certainty: 0.85, reason: 'the column is called so' };
  if (!levels.every((level) => Number.isFinite(Number(level)))) return undefined;
  const [rarer] = column.topValues.toSorted((one, other) => one.count - other.count);
  return { value: rarer.value, certainty: 0.5, reason: 'the rarer of two codes' };
}

function isSameSense(a: string, b: string): boolean {
  const { value, isOpposite } = likeness(a, b);
  return value >= 0.7 && !isOpposite;
}

/** Columns that the words leave out. */
function findWithout(parts: SentenceParts, profile: Profile): Wish<string[]> | null {
  if (parts.without.length === 0) return null;
  const asked = parts.without.flatMap((part) => wordsIn(part).map((word) => ({ word, weight: 1 })));
  const found = profile.columns.filter(({ name }) => matchName(asked, name).share >= 0.85);
  // "the postcode" means one column: those that are called just so go before those that hold the word beside others.
  const close = found.length > 0 ? found : profile.columns.filter(({ name }) => matchName(asked, name).share >= 0.65);
  return close.length === 0 ? null : { value: close.map(({ name }) => name), certainty: 0.85, reason: 'the sentence leaves it out' };
}

/** Several later times at once, or each of them, over a table of times. */
function findForecast(parts: SentenceParts, profile: Profile, isSeries: boolean): SentenceReading['forecast'] {
  const { horizon } = parts;
  if (!horizon || (parts.isYesNo && !parts.wantsNumber)) return null;
  if (horizon.count === 1 && horizon.isEach) return null;
  const time = findTimeColumn(profile);
  if (!isSeries && !time && !horizon.isEach && !parts.isForecast) return null;
  return { value: { time: time?.name ?? null }, certainty: 0.85, reason: `"${horizon.words.trim()}" asks for times after the last row` };
}

/** "student_no": numbers that name, of which each has few rows. */
const isKeyNumber = ({ name, distinctCount }: ColumnProfile, rowCount: number) =>
  /^(?:id|no|nr|key|uuid)$/.test(wordsIn(name.replaceAll('_', ' ')).at(-1) ?? '') && distinctCount > rowCount / 10;

/** The words clearly name a date, a text or a key. */
function findImpossible(matches: ColumnMatch[], readings: Reading[], { rowCount }: Profile): SentenceReading['impossible'] {
  const [first] = matches;
  if (!first || (isPredictable(first.column) && !isKeyNumber(first.column, rowCount)) || first.nameShare < 0.85 || first.wordShare < 0.5 || first.focus < 0.9)
    return null;
  const rival = readings.find(({ target }) => target.kind !== 'column' || target.column !== first.column.name)?.certainty ?? 0;
  if (rival > first.certainty - 0.1) return null;
  const why: Partial<Record<ColumnProfile['kind'], string>> = {
    datetime: 'it holds dates, and dates cannot be predicted yet: make a number of days of it, or ask whether it will be within so many days',
    text: 'it holds free text, and text cannot be written by a model of this kind',
    identifier: 'it names the rows: a name follows from nothing',
    constant: 'it is the same in every row',
  };
  return { column: first.column.name, reason: why[first.column.kind] ?? 'it names people or things: a name follows from nothing' };
}
