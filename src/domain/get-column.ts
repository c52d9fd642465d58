import { didYouMean } from './closest-names.ts';
import { ModelwrightError } from './error.ts';
import { plainName } from './plain-name.ts';
import type { ColumnProfile, Profile } from './profile.ts';

/** The name that a person means: as it is written, or but for what nobody sees. */
export const findName = (names: string[], given: string): string | undefined =>
  names.find((name) => name === given) ?? names.find((name) => plainName(name) === plainName(given));

/** The same; throws MW1203 with the closest names. `option`: where it was given. */
export function getName(names: string[], given: string, option: string): string {
  const found = findName(names, given);
  if (found !== undefined) return found;
  throw new ModelwrightError({
    code: 'MW1203',
    message: `The table has no column "${given}".`,
    hint: `${didYouMean(given, names)}${option} takes a column of the table.`,
    place: { column: given },
  });
}

/** The column of that name; throws MW1203 with the closest names. */
export function getColumn({ columns }: Profile, given: string, option: string): ColumnProfile {
  const name = getName(
    columns.map((column) => column.name),
    given,
    option,
  );
  const found = columns.find((column) => column.name === name);
  if (!found) throw new Error(`the profile has no column "${name}"`);
  return found;
}
