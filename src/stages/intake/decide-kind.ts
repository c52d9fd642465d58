import type { ColumnKind, ReadingRule } from '../../domain/column.ts';
import { SURE_MARKERS } from '../../domain/missing-markers.ts';
import type { PersonalKind } from '../../domain/profile.ts';
import type { ColumnStatistics } from '../../edges/tables/index.ts';
import { decideDate, type DateDecision } from './decide-date.ts';
import { findCode, findWords, isNoSuchValue, totalOf, type DecidedMarker } from './decide-markers.ts';
import { decideNumber, decideNumberWithUnit, numbersOf, type NumberDecision } from './decide-number.ts';
import { NO_CONVENTIONS, type Conventions } from './find-conventions.ts';
import { findSteps } from './find-steps.ts';
import { findStrays, type Strays } from './find-strays.ts';
import { nameWords } from './name-words.ts';

/** What a column is, why, how its cells are read, and how many of them the rule cannot read. */
export type KindDecision = {
  kind: ColumnKind;
  reason: string;
  rule: ReadingRule;
  missingCount: number;
  distinctCount: number;
  unreadableCount: number;
  order: string[] | null;
  /** How it was read where it could be read in another way and nothing settles it. */
  doubt: Doubt | null;
  decided: DecidedMarker[];
  /** What keeps a column that is mostly numbers or dates from being one. */
  strays: Strays | null;
};

/** `decimal`: a point was taken for what parts the decimals. `two-marks`: some cells have a point there and some a comma. `taken` and `other`: spellings of dates. */
export type Doubt = { kind: 'decimal' } | { kind: 'two-marks'; taken: '.' | ','; otherCount: number } | { kind: 'date-order'; taken: string; other: string };

/** Up to this many repeats, distinct texts still count as unique: a few rows occur twice in most files. */
const UNIQUE_SHARE = 0.98;
/** A key that repeats (a customer with several rows) is still one when it stands for fewer than two rows on average. */
const KEY_SHARE = 0.5;
/** Names of people and things have a few words; more are a description. */
const MAX_NAME_WORDS = 6;
/** Below this many rows nothing can be said about uniqueness. */
const MIN_ROWS_FOR_IDENTIFIER = 20;

/**
 * Decides from the texts' shapes; the order is: nothing or one value, yes and no, numbers, dates, identifier, text, category.
 * @param conventions what the whole file says of how it writes
 */
export function decideKind(statistics: ColumnStatistics, conventions: Conventions = NO_CONVENTIONS): KindDecision {
  const { rowCount, emptyCount, markers } = statistics;
  const { typed, words } = decideTypedOrWords(statistics, rowCount - emptyCount - totalOf(markers), conventions);
  // Words such as "none" are missing values among numbers and dates, and names of classes elsewhere.
  const present = typed ? [...markers, ...words] : markers.filter(({ text }) => SURE_MARKERS.has(text));
  // The markers that may yet come are part of the rule too: rows to be predicted hold what these rows happen to lack.
  const missing = [...new Set([...SURE_MARKERS, ...present.map(({ text }) => text)])];
  const missingCount = emptyCount + totalOf(present);
  const distinctTexts = statistics.distinctCount - present.length;
  const decided = [...words, ...(typed ? markers.filter(({ text }) => isNoSuchValue(text)) : [])].map((word) => ({ ...word, as: 'missing' as const }));
  const facts = { missingCount, distinctCount: distinctTexts, unreadableCount: 0, order: null, doubt: null, decided, strays: null };

  if (distinctTexts === 0) return { ...facts, kind: 'constant', reason: 'holds no value', rule: { type: 'text', missing } };
  if (distinctTexts === 1 && missingCount === 0) {
    const rule: ReadingRule = typed ? withMissing(typed.rule, missing) : { type: 'text', missing };
    return { ...facts, kind: 'constant', reason: `is "${short(statistics.top[0].text)}" in every row`, rule };
  }
  const boolean = decideBoolean(statistics, missing);
  if (boolean) return { ...facts, distinctCount: 2, kind: 'boolean', reason: boolean.reason, rule: boolean.rule };
  if (typed) {
    const rule = withMissing(typed.rule, missing);
    const presentCount = rowCount - missingCount;
    const unreadableCount = Math.max(presentCount - typed.readableCount, 0);
    if (typed.rule.type === 'timestamp') return { ...facts, unreadableCount, kind: 'datetime', reason: typed.reason, rule, doubt: doubtOf(typed) };
    const distinctCount = numbersOf(statistics, typed.rule)?.distinctCount ?? distinctTexts;
    const key = runningNumber(statistics, presentCount);
    return {
      ...facts,
      distinctCount,
      unreadableCount,
      kind: key ? 'identifier' : 'number',
      reason: key ?? typed.reason,
      rule,
      doubt: key ? null : doubtOf(typed),
    };
  }
  const steps = statistics.distinctCount <= statistics.top.length ? findSteps(statistics.top.filter(({ text }) => !missing.includes(text))) : undefined;
  if (steps) return { ...facts, kind: 'ordered', reason: steps.reason, order: steps.order, rule: { type: 'text', missing } };
  const textual = decideTextual(statistics, distinctTexts, rowCount - missingCount);
  const code = textual.kind === 'category' ? findCode(statistics, conventions.isNaMissing) : undefined;
  if (!code) {
    const strays = isCode(statistics) || isTooLong(statistics) ? null : findStrays(statistics, rowCount - missingCount, missing);
    return { ...facts, ...textual, rule: { type: 'text', missing }, strays };
  }
  return {
    ...facts,
    ...decideTextual(statistics, distinctTexts + 1, rowCount - missingCount + code.count),
    missingCount: missingCount - code.count,
    distinctCount: distinctTexts + 1,
    rule: { type: 'text', missing: missing.filter((text) => text !== code.text) },
    decided: [{ ...code, as: 'class' }],
  };
}

/** Numbers or dates as they are, or but for a few words that stand where one is not known. */
function decideTypedOrWords(
  statistics: ColumnStatistics,
  presentCount: number,
  conventions: Conventions,
): { typed: TypedDecision | undefined; words: { text: string; count: number }[] } {
  const typed = decideTyped(statistics, presentCount, conventions);
  if (typed) return { typed, words: [] };
  const words = findWords(statistics, presentCount);
  const besideWords = words.length > 0 ? decideTyped(statistics, presentCount - totalOf(words), conventions) : undefined;
  return besideWords ? { typed: besideWords, words } : { typed: undefined, words: [] };
}

const short = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
const withMissing = (rule: ReadingRule, missing: string[]): ReadingRule => ({ ...rule, missing });

type TypedDecision = NumberDecision | DateDecision;

function decideTyped(statistics: ColumnStatistics, presentCount: number, { decimal, dateOrders }: Conventions): TypedDecision | undefined {
  if (presentCount === 0) return undefined;
  if (isDigitsOfDays(statistics, presentCount) || isDigitsOfMonths(statistics, presentCount)) return decideDate(statistics, presentCount, dateOrders);
  if (isCode(statistics) || isTooLong(statistics)) return undefined;
  const decided = decideNumber(statistics, presentCount, decimal) ?? decideDate(statistics, presentCount, dateOrders);
  return decided ?? (namesKey(statistics.name) ? undefined : decideNumberWithUnit(statistics, presentCount, decimal));
}

function doubtOf(typed: TypedDecision): Doubt | null {
  if ('open' in typed) return typed.open && { kind: 'date-order', ...typed.open };
  if (typed.otherMarkCount > 0) return { kind: 'two-marks', taken: typed.rule.decimal ?? '.', otherCount: typed.otherMarkCount };
  return typed.isOpen ? { kind: 'decimal' } : null;
}

/** 20240131: every cell is a day between 1900 and 2100, and there are several. */
const isDigitsOfDays = ({ dates, distinctCount, numbers }: ColumnStatistics, presentCount: number) =>
  distinctCount > 1 &&
  numbers !== null &&
  numbers.min >= 19_000_101 &&
  numbers.max <= 21_001_231 &&
  dates.some(({ format, count }) => format === 'yyyymmdd' && count === presentCount);

const MONTH_WORDS = new Set(['month', 'months', 'yearmonth', 'yyyymm', 'ym', 'period', 'monat', 'jahrmonat', 'periode', 'mes', 'periodo', 'período']);

/** 202401 where the name of the column speaks of months: numbers of six digits are amounts elsewhere. */
const isDigitsOfMonths = ({ name, dates, distinctCount }: ColumnStatistics, presentCount: number) =>
  distinctCount > 1 &&
  nameWords(name).some((word) => MONTH_WORDS.has(word)) &&
  dates.some(({ format, count }) => format === 'yyyymm' && count === presentCount);

/** 007, 01234: numbers of one length that begin with zeros are names; two digits (hours, months) are numbers all the same. */
const isCode = ({ zeroLedCount, maxLength, meanLength, numbers }: ColumnStatistics) =>
  zeroLedCount > 0 && maxLength >= 3 && maxLength - meanLength < 1e-9 && numbers !== null && numbers.isWhole;

/** 12345678901234567890 and …891: whole numbers that are no longer told apart once they are read as numbers. */
const isTooLong = ({ numbers, mergedCount }: ColumnStatistics) => numbers !== null && mergedCount > (1 - UNIQUE_SHARE) * (numbers.distinctCount + mergedCount);

/** Words for yes and no that may stand in one column together. T and F do not stand beside Y and N: those are letters. */
export const YES_AND_NO: [string[], string[]][] = [
  [
    ['yes', 'y'],
    ['no', 'n'],
  ],
  [
    ['true', 't'],
    ['false', 'f'],
  ],
  [
    ['yes', 'true', 'y'],
    ['no', 'false', 'n'],
  ],
  [['on'], ['off']],
  [['ja'], ['nein']],
  [['sí', 'si'], ['no']],
  [['oui'], ['non']],
  [['wahr'], ['falsch']],
  [['verdadero'], ['falso']],
  [['vrai'], ['faux']],
];

function decideBoolean({ top, distinctCount }: ColumnStatistics, missing: string[]): { rule: ReadingRule; reason: string } | undefined {
  if (distinctCount > top.length) return undefined;
  const texts = top.map(({ text }) => text).filter((text) => !missing.includes(text));
  for (const [yesWords, noWords] of YES_AND_NO) {
    const yes = texts.filter((text) => yesWords.includes(text.toLowerCase()));
    const no = texts.filter((text) => noWords.includes(text.toLowerCase()));
    if (yes.length > 0 && no.length > 0 && yes.length + no.length === texts.length) {
      return { rule: { type: 'boolean', missing, yes, no }, reason: `is ${yes[0]} or ${no[0]}` };
    }
  }
  return undefined;
}

/** The reason to take a column of whole numbers for a key or a running number. */
function runningNumber({ name, numbers, numberCounts }: ColumnStatistics, presentCount: number): string | undefined {
  if (!numbers?.isWhole || presentCount < MIN_ROWS_FOR_IDENTIFIER || numberCounts.plain < presentCount) return undefined;
  const { distinctCount, min, max } = numbers;
  if (namesKey(name) && distinctCount >= UNIQUE_SHARE * presentCount) return 'is a whole number, different in almost every row, and its name says it is a key';
  if (distinctCount < presentCount) return undefined;
  // Years follow each other too, and mean something.
  const couldBeYears = min >= 1500 && max <= 2200;
  if (couldBeYears) return undefined;
  if (numbers.isSteadyCount) return 'counts the rows one by one';
  if (max - min + 1 === distinctCount) return 'holds every whole number of its range exactly once';
  return undefined;
}

const KEY_WORDS = new Set([
  'id',
  'ids',
  'pid',
  'uid',
  'uuid',
  'guid',
  'oid',
  'key',
  'rowid',
  'rownames',
  'rownumber',
  'rownum',
  'index',
  'idx',
  'sku',
  'isbn',
  'ssn',
  'iban',
  'serial',
  'barcode',
]);
const FUSED_KEY =
  /^(?:account|case|client|customer|employee|issue|item|loan|member|object|order|passenger|patient|person|product|record|row|session|student|ticket|transaction|user)(?:id|no|nr|num|number|key)$/;

function namesKey(name: string): boolean {
  return nameWords(name).some((word) => KEY_WORDS.has(word) || FUSED_KEY.test(word));
}

function decideTextual({ name, meanWords, meanLength }: ColumnStatistics, distinctCount: number, presentCount: number): { kind: ColumnKind; reason: string } {
  const share = distinctCount / Math.max(presentCount, 1);
  const isWordless = meanWords < 1.5;
  if (isWordless && presentCount >= MIN_ROWS_FOR_IDENTIFIER) {
    if (share >= UNIQUE_SHARE) return { kind: 'identifier', reason: 'is different in almost every row' };
    if (share > KEY_SHARE && namesKey(name)) return { kind: 'identifier', reason: 'stands for less than two rows on average, and its name says it is a key' };
  }
  if (presentCount >= MIN_ROWS_FOR_IDENTIFIER && share >= UNIQUE_SHARE && meanWords < MAX_NAME_WORDS && nameWords(name).at(-1) === 'name') {
    return { kind: 'identifier', reason: 'is another name in almost every row' };
  }
  // Many different texts of several words are language; few are names of things, however long.
  if (distinctCount > 50 && ((share >= UNIQUE_SHARE && !isWordless) || (share >= 0.1 && meanWords >= 3) || (share >= 0.3 && meanLength >= 40))) {
    return { kind: 'text', reason: `holds ${Math.round(meanWords)} words in a cell on average, mostly different` };
  }
  return { kind: 'category', reason: `has ${distinctCount} different values` };
}

/** Shapes that leave little doubt, the surest first. */
const SHAPED = ['email', 'national-id', 'card-number', 'bank-account', 'ip-address', 'phone', 'address'] as const;
const PERSON = '(?:customer|contact|user|client|patient|employee|passenger|member|person|kunden|cliente)?';
/** Names of columns that say it by themselves; German and Spanish ones too. */
const personalNames: [RegExp, PersonalKind][] = [
  [new RegExp(`^${PERSON}e?mail(?:address)?$|^correo(?:electronico)?$`), 'email'],
  [new RegExp(`^${PERSON}(?:phone|telephone|mobile|cell)(?:number|no|nr)$|^telefon(?:nummer)?$|^telefono$`), 'phone'],
  [new RegExp(`^${PERSON}(?:full|first|last|given|family|sur|vor|nach|familien)name$|^apellidos?$`), 'name'],
  [new RegExp(`^${PERSON}(?:street|home|postal)?address$|^(?:adresse|anschrift|strasse|straße|direccion)$`), 'address'],
  [/^(?:ssn|socialsecurity(?:number)?|nationalid|passport(?:number)?|dni|nif|personalausweis(?:nummer)?)$/, 'national-id'],
  [/^(?:iban|accountnumber|kontonummer)$/, 'bank-account'],
];

/** A telephone, or what it can do, what it costs and how often it rings: the cells have to say which. */
const phoneName = new RegExp(
  `^${PERSON}(?:home|work|office|business|private|main|primary|emergency|contact|cell|mobile)?(?:phone|telephone|tel|mobile|cell|fax|handy|telefon|tel[eé]fono|m[oó]vil|celular|rufnummer)(?:number|no|nr|num|nummer)?[0-9]?$`,
);
/** Seven digits and more, however they are parted. */
const phoneNumber = /^[+]?(?:[ ()./-]*[0-9]){7,15}[)]?$/;

/** Persons by what the cells look like, or by a name of the column that leaves no doubt. */
export function decidePersonal(
  { name, rowCount, emptyCount, distinctCount, personalCounts, top, numbers }: ColumnStatistics,
  kind: ColumnKind,
): PersonalKind | null {
  const words = nameWords(name).join('');
  if (kind === 'datetime') return /^(?:dob|dateofbirth|birth(?:date|day)|geburts(?:datum|tag)|fecha(?:de)?nacimiento)$/.test(words) ? 'birth-date' : null;
  if (kind === 'constant' || kind === 'boolean') return null;
  const presentCount = rowCount - emptyCount;
  const shaped = SHAPED.find((shape) => personalCounts[shape] >= 0.5 * presentCount);
  if (shaped) return shaped;
  const mayBePhone = phoneName.test(words) && (kind !== 'number' || numbers?.isWhole === true);
  if (mayBePhone && top.filter(({ text }) => phoneNumber.test(text)).length >= 0.5 * top.length) return 'phone';
  if (kind === 'number') return null;
  // Names of places look like names of people; those of people hardly repeat.
  if (personalCounts.name >= 0.6 * presentCount && distinctCount >= 0.5 * presentCount && presentCount >= MIN_ROWS_FOR_IDENTIFIER) return 'name';
  return personalNames.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}
