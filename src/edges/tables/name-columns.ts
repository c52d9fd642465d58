import { plainName } from '../../domain/plain-name.ts';
import { trimCell } from '../../domain/read-cell.ts';

/** A name beyond this is a text that stands where a name should; with what makes it unique it still fits a plan. */
const MAX_NAME_LENGTH = 1000;

/** A name as the table has it: one that is too long loses its end. */
export function cutName(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  const cut = name.slice(0, MAX_NAME_LENGTH);
  // Not through the middle of a character.
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

const inNote = (name: string) => (name.length > 60 ? `${name.slice(0, 60)}…` : name);

/** What a name is found by. */
export const nameKey = (name: string) => plainName(cutName(name));

/** Names are kept as they are, but for the end of very long ones, and made unique where two look the same. */
export function nameColumns(given: string[]): { columns: string[]; notes: string[] } {
  const taken = new Set<string>();
  const notes: string[] = [];
  const wanted = new Set(given.map(nameKey));
  const columns = given.map((whole, index) => {
    const name = cutName(whole);
    const trimmed = trimCell(name);
    if (name !== whole) notes.push(`The name of column ${index + 1} has ${whole.length} characters: cut to its first ${name.length}.`);
    if (trimmed !== '' && !taken.has(nameKey(name))) {
      taken.add(nameKey(name));
      return name;
    }
    let fresh = trimmed === '' ? `column_${index + 1}` : `${trimmed}_2`;
    for (let count = 3; taken.has(nameKey(fresh)) || wanted.has(nameKey(fresh)); count++)
      fresh = trimmed === '' ? `column_${index + 1}_${count}` : `${trimmed}_${count}`;
    taken.add(nameKey(fresh));
    notes.push(
      trimmed === ''
        ? `Column ${index + 1} has no name: called "${fresh}".`
        : `The name "${inNote(trimmed)}" occurs twice: column ${index + 1} is called "${inNote(fresh)}".`,
    );
    return fresh;
  });
  return { columns, notes };
}
