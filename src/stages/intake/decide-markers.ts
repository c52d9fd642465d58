import { SURE_MARKERS } from '../../domain/missing-markers.ts';
import type { ColumnStatistics } from '../../edges/tables/index.ts';

type CountedText = { text: string; count: number };

/** A text whose meaning the column decides for itself: a word that stands where a number is not known, or a marker that is a code among others. */
export type DecidedMarker = CountedText & { as: 'missing' | 'class' };

/** Infinity and the day that never was: missing as well, but somebody wrote them for a number or a day, and so the user is told. */
export const isNoSuchValue = (text: string): boolean => /^[+-]?(?:inf(?:inity)?|∞)$|^0{2,4}[-/.]0{2}[-/.]0{2,4}(?:[ T][0:]+)?$/i.test(text);

/** So many words at most stand for "not known" in one column; more are values. */
const MAX_WORDS = 5;
/** Of the cells that are there, so many have to be no such word: where more lack a value, a number that happens to be known may be a code. */
const MIN_SHARE_BESIDE_WORDS = 0.8;
/** Beside fewer different numbers or dates a word is one code among others. */
const MIN_VALUES_BESIDE_WORDS = 20;

/**
 * The few words that repeat in a column of something else ("confidential", "n.v.", "< 5"): what remains may be numbers or dates. A word of a hundredth of
 * the cells is always among the frequent texts.
 */
export function findWords({ top, markers, distinctCount }: ColumnStatistics, presentCount: number): CountedText[] {
  const known = new Set(markers.map(({ text }) => text));
  const words = top.filter(({ text, count }) => count > 1 && !known.has(text) && (!/[0-9]/.test(text) || /^[<>≤≥]/.test(text)));
  const valueCount = distinctCount - markers.length - words.length;
  const isFew = words.length <= MAX_WORDS && valueCount >= MIN_VALUES_BESIDE_WORDS;
  return isFew && presentCount - totalOf(words) >= MIN_SHARE_BESIDE_WORDS * presentCount ? words : [];
}

/** Continents and parts of the world, of which North America is one. */
const REGIONS = new Set(['AF', 'AN', 'AS', 'AP', 'CN', 'EU', 'JP', 'LA', 'ME', 'OC', 'SA']);

/**
 * A marker in capitals among codes of as many capitals: NA beside EU, JP and AS is one of them. Where other columns of the file write NA for a missing
 * number or date it means that here too, unless the codes are parts of the world.
 */
export function findCode({ top, markers, distinctCount }: ColumnStatistics, isNaMissingElsewhere: boolean): CountedText | undefined {
  const marker = markers.find(({ text }) => SURE_MARKERS.has(text) && /^[A-Z]{2,3}$/.test(text));
  if (!marker || distinctCount - markers.length < 2) return undefined;
  const known = new Set(markers.map(({ text }) => text));
  const codes = top.filter(({ text }) => !known.has(text));
  if (!codes.every(({ text }) => text.length === marker.text.length && /^[A-Z]+$/.test(text))) return undefined;
  return isNaMissingElsewhere && !codes.every(({ text }) => REGIONS.has(text)) ? undefined : marker;
}

export const totalOf = (counts: { count: number }[]) => counts.reduce((sum, { count }) => sum + count, 0);
