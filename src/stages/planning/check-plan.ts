import { didYouMean } from '../../domain/closest-names.ts';
import { ModelwrightError } from '../../domain/error.ts';
import type { Plan } from '../../domain/plan.ts';
import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { metricFacts } from '../../domain/task.ts';
import type { TargetLevels } from './plan-facts.ts';

/**
 * What keeps a plan that was made before, perhaps edited by hand, from being carried out on this table; in sentences, the first ones first.
 * `targetLevels`: what the target column holds there; null for a target that is made.
 */
export function checkPlan(plan: Plan, profile: Profile, targetLevels: TargetLevels | null): string[] {
  const names = profile.columns.map(({ name }) => name);
  const columnOf = (name: string) => profile.columns.find((column) => column.name === name);
  const problems: string[] = [];
  const needs = (name: string, what: string): ColumnProfile | undefined => {
    const column = columnOf(name);
    if (!column) problems.push(`${what} "${name}" is no column of the table. ${didYouMean(name, names)}`.trim());
    return column;
  };
  if (plan.derived) for (const { name } of readsOf(plan)) needs(name, "The target's source");
  else needs(plan.target, 'The target');
  if (plan.split.kind !== 'random') needs(plan.split.column, `The column of the ${plan.split.kind} split,`);
  const seen = new Set<string>();
  for (const { name, rule } of plan.inputs) {
    const column = needs(name, 'The input');
    if (seen.has(name)) problems.push(`The input "${name}" is named twice.`);
    seen.add(name);
    if (plan.derived === null && name === plan.target) problems.push(`The target "${name}" is also an input.`);
    if (column && rule.type !== 'text' && column.rule.type !== rule.type && column.missingCount < profile.rowCount)
      problems.push(`The input "${name}" is to be read as a ${rule.type}, and here it ${column.kindReason}.`);
  }
  if (plan.inputs.length === 0) problems.push('There is no input to predict from.');
  if (plan.weights !== null) problems.push(`Weights of rows ("${plan.weights}") cannot be used yet: set "weights" to null.`);
  if (plan.final !== 'tested') problems.push('The model that is kept is the one that was tested: set "final" to "tested".');
  problems.push(...checkTask(plan, columnOf(plan.target), targetLevels));
  return problems;
}

const readsOf = ({ derived }: Plan) =>
  derived ? [...derived.sources, ...(derived.ahead ? [derived.ahead.order, ...(derived.ahead.series ? [derived.ahead.series] : [])] : [])] : [];

function checkTask(
  { task, metric, classes, target, targetRule, derived, costs }: Plan,
  column: ColumnProfile | undefined,
  levels: TargetLevels | null,
): string[] {
  const problems: string[] = [];
  if (!metricFacts[metric].tasks.includes(task)) problems.push(`The metric ${metric} does not fit a ${task} task.`);
  if (costs !== null && task !== 'binary') problems.push('Costs of errors are for two classes only: set "costs" to null.');
  if (costs !== null && (costs.falsePositive <= 0 || costs.falseNegative <= 0)) problems.push('Costs of errors are above 0.');
  if (task === 'regression') {
    if (classes.length > 0) problems.push('A number is predicted, and classes are named.');
    if (targetRule.type !== 'number') problems.push(`The target "${target}" is to be predicted as a number and read as a ${targetRule.type}.`);
    if (derived === null && column && column.rule.type !== 'number')
      problems.push(`The target "${target}" is to be a number, and here it ${column.kindReason}.`);
    return problems;
  }
  if (new Set(classes).size < classes.length) problems.push('A class is named twice.');
  if (task === 'binary' ? classes.length !== 2 : classes.length < 3)
    problems.push(`A ${task} task has ${task === 'binary' ? 'two classes' : 'three classes or more'}; the plan names ${classes.length}.`);
  if (derived === null && targetRule.type !== 'text') problems.push(`Classes are read as text; the rule of the target "${target}" says ${targetRule.type}.`);
  if (levels === null) return problems;
  const unknown = levels.filter(({ level }) => !classes.includes(level)).map(({ level }) => `"${level}"`);
  if (unknown.length > 0)
    problems.push(
      `The target "${target}" holds ${unknown.slice(0, 5).join(', ')}${unknown.length > 5 ? ' and more' : ''}, which the plan does not name as a class.`,
    );
  const absent = classes.filter((name) => !levels.some(({ level }) => level === name));
  if (absent.length > 0) problems.push(`No row of the table has the class "${absent[0]}".`);
  return problems;
}

/** Throws MW1214 with all that does not fit. */
export function refuseUnfitPlan(problems: string[], path: string): void {
  if (problems.length === 0) return;
  throw new ModelwrightError({
    code: 'MW1214',
    message: `The plan does not fit "${path}": ${problems.slice(0, 5).join(' ')}${problems.length > 5 ? ` And ${problems.length - 5} more.` : ''}`,
    hint: 'Mend the plan file, or make the plan anew: modelwright plan "<sentence>" --data FILE --out plan.json',
    place: { file: path },
  });
}
