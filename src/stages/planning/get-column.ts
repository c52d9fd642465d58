import { didYouMean } from '../../domain/closest-names.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { plainName } from '../../domain/plain-name.ts';
import type { ColumnProfile, Profile } from '../../domain/profile.ts';

/** The column of that name; throws MW1203 with the closest names. */
export function getColumn(profile: Profile, name: string, option: string): ColumnProfile {
  const found = profile.columns.find((column) => column.name === name) ?? profile.columns.find((column) => plainName(column.name) === plainName(name));
  if (found) return found;
  const names = profile.columns.map((column) => column.name);
  throw new ModelwrightError({
    code: 'MW1203',
    message: `The table has no column "${name}".`,
    hint: `${didYouMean(name, names)}${option} takes a column of the table.`,
    place: { column: name },
  });
}
