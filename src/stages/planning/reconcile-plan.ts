import type { Plan } from '../../domain/plan.ts';
import type { LeakSuspect, Profile } from '../../domain/profile.ts';

/**
 * A plan file with its lists brought to agree, whoever edited it: what is an input is learnt from and not left out, and a column that is named
 * nowhere is told of as left out.
 */
export function reconcileColumns(plan: Plan, profile: Profile): Plan {
  const columns = new Set(profile.columns.map(({ name }) => name));
  const inputs = new Set(plan.inputs.map(({ name }) => name));
  const leftOut = plan.leftOut.filter(({ name }) => columns.has(name) && !inputs.has(name));
  const named = new Set([plan.target, ...inputs, ...leftOut.map(({ name }) => name)]);
  const unnamed = profile.columns.filter(({ name }) => !named.has(name));
  return {
    ...plan,
    leftOut: [...leftOut, ...unnamed.map(({ name }) => ({ name, reason: 'dropped' as const, detail: 'the plan file does not name it' }))],
  };
}

/**
 * The plan with every leak among its inputs recorded as kept: those that it names itself, as kept or as left out, and those that the rows show.
 * A file cannot clear a column of knowing the answer; only leaving it out can.
 */
export function recordKeptLeaks(plan: Plan, given: Pick<Plan, 'keptLeaks' | 'leftOut'>, suspects: LeakSuspect[]): Plan {
  const sure = new Map(suspects.filter(({ isSure }) => isSure).map((suspect) => [suspect.column, suspect]));
  const named = new Map(given.leftOut.flatMap(({ name, reason, detail }) => (reason === 'leak' ? [[name, detail] as const] : [])));
  const known = new Set(given.keptLeaks);
  const kept = plan.inputs.map(({ name }) => name).filter((name) => known.has(name) || named.has(name) || sure.has(name));
  const notes = kept
    .filter((name) => !known.has(name))
    .map((name) => `"${name}" is learnt from because the plan file says so, although it ${sure.get(name)?.detail ?? named.get(name)}.`);
  return { ...plan, keptLeaks: kept, notes: [...plan.notes, ...notes] };
}
