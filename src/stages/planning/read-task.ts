import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { likeness, stem, wordsIn } from './words.ts';

/** One way to understand the sentence: the column it asks for, how sure that is (0 to 1) and why. */
export type Reading = { target: string; certainty: number; reason: string };

const fillers = new Set(
  'a an the of for to in on at by with is are was be will would which who what when how much if whether we our my i it its this that these their and or not about predict forecast estimate guess tell me'
    .split(' ')
    .map(stem),
);
/** Names that tables give to what is to be predicted. */
const usualNames = new Set(['target', 'label', 'class', 'outcome', 'y'].map(stem));

/** All readings of the sentence, the surest first. A column that the words do not touch is not among them. */
export function readTask(sentence: string, profile: Profile): Reading[] {
  const asked = wordsIn(sentence).filter((word) => !fillers.has(word));
  const readings = profile.columns
    .filter((column) => column.kind !== 'identifier')
    .map((column, index) => readColumn(asked, sentence, column, index === profile.columns.length - 1))
    .filter((reading) => reading !== null);
  return readings.toSorted((a, b) => b.certainty - a.certainty);
}

function readColumn(asked: string[], sentence: string, column: ColumnProfile, isLast: boolean): Reading | null {
  const named = wordsIn(column.name).filter((word) => !fillers.has(word));
  if (named.length === 0) return null;
  const best = named.map((word) => asked.map((other) => ({ other, like: likeness(word, other) })).toSorted((a, b) => b.like - a.like)[0]);
  const share = best.reduce((sum, match) => sum + (match?.like ?? 0), 0) / named.length;
  const values = column.kind === 'number' ? [] : column.topValues.map(({ value }) => value).filter((value) => value.length > 2);
  const valueWord = values.find((value) => wordsIn(value).some((word) => !fillers.has(word) && asked.includes(word)));
  const isUsualName = usualNames.has(stem(column.name.toLowerCase()));
  const certainty = Math.min(1, share * 0.9 + (valueWord === undefined ? 0 : 0.25) + (isUsualName ? 0.15 : 0) + (isLast ? 0.05 : 0));
  if (share === 0 && valueWord === undefined && !isUsualName) return null;
  const words = best.flatMap((match) => (match && match.like > 0 ? [match.other] : []));
  const reason =
    words.length > 0
      ? `its name fits the words of "${sentence}"`
      : valueWord === undefined
        ? 'its name is a usual one for a target'
        : `it has the value "${valueWord}", which the sentence names`;
  return { target: column.name, certainty, reason };
}

/** A reading is taken without asking when it is likely by itself and clearly ahead of the next. */
export function settledReading(readings: Reading[]): Reading | null {
  const [first, second] = readings;
  if (!first || first.certainty < 0.5) return null;
  return second && first.certainty - second.certainty < 0.12 ? null : first;
}
