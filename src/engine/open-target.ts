import type { ReadingRule } from '../domain/column.ts';
import { derivedReads, type DerivedTarget, type Plan } from '../domain/plan.ts';
import type { ColumnProfile, Profile } from '../domain/profile.ts';
import { getColumnOf } from '../domain/table.ts';
import type { OpenedFile, Tables } from '../edges/tables/index.ts';
import { derivedProfile, getColumn, levelsOfProfile, type Reading, type TargetCounts, type TargetLevels } from '../stages/planning/index.ts';
import { checkDerived, makeTarget } from './derived-target.ts';
import type { LabelledRows } from './prepare-data.ts';

type OpenTable = { tables: Tables; file: OpenedFile; profile: Profile };
export type OpenedTarget = { target: ColumnProfile; derived: DerivedTarget | null; held: TargetLevels | TargetCounts };

/** The target as a column with what it holds, whether the table has it or it is made. */
export async function openTarget({ tables, file, profile }: OpenTable, reading: Reading): Promise<OpenedTarget> {
  if (reading.target.kind === 'column') {
    const target = getColumn(profile, reading.target.column, '--target');
    return { target, derived: null, held: levelsOfProfile(target, profile.rowCount) ?? (await readLevels(file, target.name, target.rule)) };
  }
  const { derived, type } = await checkDerived(tables, reading.target, profile);
  const made = await readMade(tables, file, derived);
  const target = derivedProfile(reading.target.name, type, made);
  return { target, derived, held: levelsOfProfile(target, profile.rowCount) ?? levelsOf(made) };
}

/** A target that is made, of every row. */
async function readMade(tables: Tables, file: OpenedFile, derived: DerivedTarget) {
  const { table } = await file.readColumns(distinctReads(derivedReads(derived)));
  return makeTarget(tables, derived, table);
}

const distinctReads = (reads: { name: string; rule: ReadingRule }[]) => [...new Map(reads.map((read) => [read.name, read])).values()];

function levelsOf(column: Awaited<ReturnType<typeof makeTarget>>): TargetLevels {
  const counts = new Map<string, number>();
  const note = (level: string) => counts.set(level, (counts.get(level) ?? 0) + 1);
  if (column.type === 'text') {
    for (const code of column.codes) if (code >= 0) note(column.levels[code]);
  } else for (const value of column.values) if (!Number.isNaN(value)) note(String(value));
  return [...counts].map(([level, count]) => ({ level, count }));
}

/** The distinct texts of a column with their rows. */
export async function readLevels(file: OpenedFile, name: string, rule: ReadingRule): Promise<TargetLevels> {
  const asText: ReadingRule = { type: 'text', missing: rule.missing };
  const { table } = await file.readColumns([{ name, rule: asText }]);
  return levelsOf(getColumnOf(table, name));
}

/** The classes of a target that is made. */
export const readMadeLevels = async (tables: Tables, file: OpenedFile, derived: DerivedTarget): Promise<TargetLevels> =>
  levelsOf(await readMade(tables, file, derived));

export function levelsOfLabels({ classes }: Plan, { labels }: LabelledRows): TargetLevels {
  if (labels.kind === 'values') return [];
  const counts = new Int32Array(classes.length);
  for (const code of labels.codes) counts[code]++;
  return classes.map((level, code) => ({ level, count: counts[code] }));
}
