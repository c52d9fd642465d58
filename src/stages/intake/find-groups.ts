import type { ColumnProfile, ProfileWarning } from '../../domain/profile.ts';
import { nameWords } from './name-words.ts';

/** What the rows of one key belong to. */
const things =
  'account case claim client crash customer device driver employee household incident member patient person policy product_user session student subject user vehicle visitor kunde patientin cliente paciente'.split(
    ' ',
  );
const keyName = new RegExp(`^(?:${things.join('|')})s?(?:id|no|nr|num|number|key|code)?$|^(?:id|ids|uid|uuid|guid|key|kennung|nummer)$`);

/** Fewer groups could be a category of few values; with fewer rows a group hardly any row has a companion. */
const MIN_GROUPS = 20;
const MIN_GROUPS_SHARE = 0.02;
const MIN_ROWS_A_GROUP = 1.1;

/** Keys that repeat: rows of one person, one car, one case. A model must not be measured on rows whose companions it has learnt. */
export function findGroups(columns: ColumnProfile[], rowCount: number): ProfileWarning[] {
  return columns.flatMap((column) => {
    const { name, kind, distinctCount, numbers } = column;
    if (kind === 'datetime' || kind === 'constant' || kind === 'boolean' || (numbers !== null && !numbers.isWhole)) return [];
    if (!namesThing(name) || distinctCount < Math.max(MIN_GROUPS, MIN_GROUPS_SHARE * rowCount)) return [];
    const rowsAGroup = (rowCount - column.missingCount) / distinctCount;
    if (rowsAGroup < MIN_ROWS_A_GROUP) return [];
    return [{ kind: 'groups' as const, column: name, detail: `stands for ${rowsAGroup.toFixed(1)} rows on average: rows that share it belong together` }];
  });
}

/** A key by its name: `caseid`, `customer_id`, `PatientId`; not `hours_per_case`. */
function namesThing(name: string): boolean {
  const words = nameWords(name);
  const fused = words.join('');
  return words.length <= 3 && (keyName.test(fused) || (keyName.test(words.at(-1) ?? '') && words.length > 1 && things.some((thing) => words.includes(thing))));
}
