import type { DecisionRule } from '../../domain/event.ts';
import { CONTRACT_FORMAT, LEAST_ROWS_TO_NAME, type Contract, type ContractInput } from '../../domain/package.ts';
import type { Plan } from '../../domain/plan.ts';
import type { PredictionInterval } from '../../domain/prediction-interval.ts';
import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { unreachable } from '../../domain/error.ts';

/**
 * What goes in and what comes out, from the plan and what is known of the data. `inputNames`: the columns the features read;
 * inputs of the plan that no feature uses are not asked of the caller.
 */
export function makeContract(
  plan: Pick<Plan, 'task' | 'classes' | 'target' | 'targetRule' | 'inputs'>,
  profile: Profile,
  inputNames: ReadonlySet<string>,
  decision: DecisionRule | null,
  interval: PredictionInterval | null = null,
): Contract {
  const profiles = new Map(profile.columns.map((column) => [column.name, column]));
  return {
    format: CONTRACT_FORMAT,
    task: plan.task,
    classes: plan.classes,
    positive: plan.task === 'binary' ? plan.classes[1] : null,
    target: { name: plan.target, reading: plan.targetRule },
    inputs: plan.inputs
      .filter(({ name }) => inputNames.has(name))
      .map(({ name, kind, rule, isPersonal }): ContractInput => {
        const known = profiles.get(name);
        return {
          name,
          kind,
          reading: rule,
          isRequired: true,
          isPersonal,
          levels: known && !isPersonal ? namedLevels(known) : null,
          range: known?.numbers && !isPersonal ? { low: known.numbers.min, high: known.numbers.max } : null,
          missingShare: known && profile.rowCount > 0 ? known.missingCount / profile.rowCount : 0,
        };
      }),
    outputs: outputColumns(plan, interval !== null),
    decision: plan.task === 'regression' ? null : decision,
    interval: plan.task === 'regression' ? interval : null,
  };
}

/** The columns of a file of predictions. */
function outputColumns({ task, classes }: Pick<Plan, 'task' | 'classes'>, hasInterval: boolean): string[] {
  switch (task) {
    case 'regression':
      return ['prediction', ...(hasInterval ? ['low', 'high'] : [])];
    case 'binary':
    case 'multiclass':
      return ['prediction', ...classes.map((name) => `probability_${name}`)];
    default:
      return unreachable(task);
  }
}

/** A profile cuts longer values. */
const LONGEST_LEVEL = 199;

/** Null when not every value is known in full: then a value cannot be called unseen. */
function namedLevels({ kind, topValues, distinctCount }: ColumnProfile): string[] | null {
  if ((kind !== 'category' && kind !== 'ordered') || topValues.length < distinctCount || topValues.some(({ value }) => value.length > LONGEST_LEVEL))
    return null;
  return topValues.filter(({ count }) => count >= LEAST_ROWS_TO_NAME).map(({ value }) => value);
}
