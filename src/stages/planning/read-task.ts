import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { likeness, stem, wordsIn } from './words.ts';

/** One way to understand the sentence: the column it asks for, how sure that is (0 to 1) and why. */
export type Reading = { target: string; certainty: number; reason: string };

const stems = (words: string) => new Set(words.split(' ').map(stem));
const fillers = stems(
  'a an the of for to in on at by with is are was be been will would should who which what when how much if whether we our us my i it its this that these their and or not about predict forecast estimate guess tell say flag find me',
);
/** Names that tables give to what is to be predicted. */
const usualNames = stems('target label class outcome y');

/** What follows these is what the answer is to be made from, up to the end of the clause or the next asking word. */
const givenPart =
  /\b(?:given|from|using|knowing|based on|depending on|according to|judging by)\b.*?(?=[.;:?!]|\b(?:who|which|what|how|whether|when|where|predict|forecast|estimate|guess|tell|say|find)\b|$)/gisu;
/** "in each of the next six months", "per town", "of this size": the rows, or what is known of them. */
const rowPart =
  /\b(?:each|every|per|this|these)\b(?:\s+(?:of|the|our|next|last|coming|new|single|few|\d+|two|three|four|five|six|seven|eight|ten|twelve))*\s+[\p{L}\p{N}_-]+/giu;
const payBack = /\bpa(?:y|ys|ying|id)\b(?:\s+(?:us|me|it|them|the loan|their loan))?\s+back\b/giu;

/** The words of the sentence that may name what is asked for. */
const askedWords = (sentence: string): string[] =>
  wordsIn(sentence.replaceAll(payBack, 'repay').replaceAll(givenPart, ' ').replaceAll(rowPart, ' ')).filter((word) => !fillers.has(word));

/** Dates and free text cannot be predicted, identifiers and constants need not be: a sentence does not mean them. */
const predictable: ReadonlySet<ColumnProfile['kind']> = new Set(['number', 'boolean', 'category']);

/** All readings of the sentence, the surest first. A column that the words do not touch is not among them. */
export function readTask(sentence: string, profile: Profile): Reading[] {
  const asked = askedWords(sentence);
  const last = profile.columns.at(-1);
  const readings = profile.columns
    .filter(({ kind }) => predictable.has(kind))
    .map((column) => readColumn(asked, sentence, column, column === last))
    .filter((reading) => reading !== null);
  return readings.toSorted((a, b) => b.certainty - a.certainty);
}

function readColumn(asked: string[], sentence: string, column: ColumnProfile, isLast: boolean): Reading | null {
  const named = namingWords(column.name);
  const best = named.map((word) => asked.map((other) => ({ other, like: likeness(word, other) })).toSorted((a, b) => b.like - a.like)[0]);
  const share = named.length === 0 ? 0 : best.reduce((sum, match) => sum + (match?.like ?? 0), 0) / named.length;
  const values = column.kind === 'number' ? [] : column.topValues.map(({ value }) => value).filter((value) => value.length > 2);
  const valueWord = values.find((value) => wordsIn(value).some((word) => !fillers.has(word) && asked.some((other) => likeness(word, other) >= 0.7)));
  const isUsualName = usualNames.has(stem(column.name.trim().toLowerCase()));
  if (share === 0 && valueWord === undefined && !isUsualName) return null;
  // A value says little of a column whose name has said it already.
  const byValue = valueWord === undefined ? 0 : 0.3 * (1 - share);
  const certainty = Math.min(1, share * 0.9 + byValue + (isUsualName ? 0.2 : 0) + (isLast ? 0.05 : 0));
  const reason =
    share > 0
      ? `its name fits the words of "${sentence}"`
      : valueWord === undefined
        ? 'its name is a usual one for a target'
        : `it has the value "${valueWord}", which the sentence names`;
  return { target: column.name, certainty, reason };
}

/** Words of a column's name; a number in it ("income >50K") is not what the column is called. */
function namingWords(name: string): string[] {
  const words = wordsIn(name).filter((word) => !fillers.has(word));
  const spoken = words.filter((word) => !/^\d/.test(word));
  return spoken.length > 0 ? spoken : words;
}

/** A reading is taken without asking when it is likely by itself and clearly ahead of the next. */
export function settledReading(readings: Reading[]): Reading | null {
  const [first, second] = readings;
  if (!first || first.certainty < 0.5) return null;
  return second && first.certainty - second.certainty < 0.12 ? null : first;
}
