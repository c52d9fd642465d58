import { didYouMean } from '../../domain/closest-names.ts';
import type { ColumnKind, ReadingRule } from '../../domain/column.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { derivedReads, type Plan } from '../../domain/plan.ts';
import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { readCell } from '../../domain/read-cell.ts';
import { DATE_FORMATS, isDateFormat } from '../../domain/read-timestamp.ts';
import { metricFacts } from '../../domain/task.ts';
import type { TargetLevels } from './target-levels.ts';

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
  const reads = (name: string, rule: ReadingRule, what: string): ColumnProfile | undefined => {
    const column = needs(name, what);
    const problem = column && checkRule(column, rule);
    if (problem) problems.push(`${what} "${name}" ${problem}.`);
    return column;
  };
  if (plan.derived) for (const { name, rule } of derivedReads(plan.derived)) reads(name, rule, "The target's source");
  else needs(plan.target, 'The target');
  problems.push(...checkSplit(plan, reads));
  const seen = new Set<string>();
  for (const { name, kind, rule } of plan.inputs) {
    reads(name, rule, 'The input');
    if (seen.has(name)) problems.push(`The input "${name}" is named twice.`);
    seen.add(name);
    if (plan.derived === null && name === plan.target) problems.push(`The target "${name}" is also an input.`);
    const wanted = ruleOfKind[kind];
    if (wanted !== null && wanted !== rule.type) problems.push(`The input "${name}" is of the kind ${kind}, and its rule says ${rule.type} and not ${wanted}.`);
  }
  if (plan.inputs.length === 0) problems.push('There is no input to predict from.');
  if (plan.weights !== null) problems.push(`Weights of rows ("${plan.weights}") cannot be used yet: set "weights" to null.`);
  if (plan.final === 'refit' && plan.testDataset !== null)
    problems.push('With a file to measure on no rows are locked, so there is nothing more to learn from: set "final" to "tested".');
  problems.push(...checkTask(plan, columnOf(plan.target), targetLevels));
  return problems;
}

/** What a column of each kind is read as; null: as whatever it is. */
const ruleOfKind: Record<ColumnKind, ReadingRule['type'] | null> = {
  number: 'number',
  boolean: 'boolean',
  datetime: 'timestamp',
  category: 'text',
  ordered: 'text',
  text: 'text',
  identifier: null,
  constant: null,
};

/** Where a column seems to be something else, so much of what it holds most often has to be read for the plan to be right. */
const LEAST_READ = 0.9;

/** What keeps a rule from reading a column, as the end of a sentence that names it; undefined where nothing does. */
function checkRule(column: ColumnProfile, rule: ReadingRule): string | undefined {
  const { topValues, kindReason } = column;
  if (rule.type === 'text') return undefined;
  const unknown = rule.type === 'timestamp' ? rule.formats.find((format) => !isDateFormat(format)) : undefined;
  if (unknown !== undefined) return `is to be read as dates written "${unknown}", which is none of ${DATE_FORMATS.join(', ')}`;
  const isOther = column.rule.type !== rule.type;
  let [readable, unreadable] = [0, 0];
  for (const { value, count } of topValues) {
    const reading = readCell(rule, value);
    if ('unreadable' in reading) unreadable += count;
    else if (reading.value !== null) readable += count;
  }
  if (readable + unreadable === 0) return isOther && column.distinctCount > 0 ? otherThan(rule, kindReason) : undefined;
  if (isOther) return readable < LEAST_READ * (readable + unreadable) ? otherThan(rule, kindReason) : undefined;
  return readable === 0 ? `${otherThan(rule, kindReason)}, none of which the rule can read` : undefined;
}

const otherThan = (rule: ReadingRule, kindReason: string) => `is to be read as a ${rule.type}, and here it ${kindReason}`;

/** A split by time needs an order that is known beside the answer; one by groups only needs to tell them apart. */
function checkSplit({ split, target, derived }: Plan, reads: (name: string, rule: ReadingRule, what: string) => ColumnProfile | undefined): string[] {
  if (split.kind === 'random') return [];
  const what = `The column of the ${split.kind} split,`;
  const column = reads(split.column, split.rule, what);
  if (!column) return [];
  if (derived === null && split.column === target) return [`${what} "${target}" is the target itself.`];
  if (split.kind === 'group' || column.kind === 'identifier') return [];
  if (split.rule.type === 'number' || split.rule.type === 'timestamp') return [];
  return [
    `${what} "${split.column}" is to be read as a ${split.rule.type}, which has no order of time: it takes dates or numbers, and here it ${column.kindReason}.`,
  ];
}

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
