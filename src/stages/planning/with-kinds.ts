import type { BuildRequest } from '../../domain/event.ts';
import { ModelwrightError } from '../../domain/error.ts';
import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { getColumn } from './get-column.ts';

/** The profile with the kinds that the user named in the place of those that were found; throws MW1001 where a column cannot be that. */
export function withKinds(profile: Profile, kinds: BuildRequest['kinds']): Profile {
  const named = new Map((kinds ?? []).map(({ column, kind }) => [getColumn(profile, column, '--kind').name, kind]));
  if (named.size === 0) return profile;
  const columns = profile.columns.map((column) => {
    const kind = named.get(column.name);
    return kind === undefined || kind === column.kind ? column : asKind(column, kind);
  });
  return { ...profile, columns };
}

function asKind(column: ColumnProfile, kind: NonNullable<BuildRequest['kinds']>[number]['kind']): ColumnProfile {
  const { name, rule, numbers, kindReason, text } = column;
  const changed = { ...column, kind, kindReason: `is taken as ${kind}, as you said` };
  if (kind === 'identifier') return changed;
  if (kind === 'category' || kind === 'text') {
    const asText = text ?? { meanLength: 0, maxLength: 0, meanWords: 1 };
    return { ...changed, rule: { type: 'text', missing: rule.missing }, numbers: null, dates: null, order: null, text: asText };
  }
  if (rule.type === 'number' && numbers !== null) return changed;
  throw new ModelwrightError({
    code: 'MW1001',
    message: `--kind ${name}=number does not fit: the column ${kindReason}.`,
    hint: 'A column is a number where nearly all its cells are. Leave --kind out, or mend the cells.',
    place: { column: name },
  });
}
