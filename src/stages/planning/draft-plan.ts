import { didYouMean } from '../../domain/closest-names.ts';
import type { BuildRequest } from '../../domain/event.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { getColumn } from '../../domain/get-column.ts';
import { PLAN_FORMAT, type AnswerLimits, type ApprovedPlan, type DerivedTarget, type Plan, type PlanDecision } from '../../domain/plan.ts';
import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { metricFacts, type Metric, type TaskKind } from '../../domain/task.ts';
import { decidedValues } from './decided-values.ts';
import { decideFinal } from './decide-final.ts';
import { decideMetric } from './decide-metric.ts';
import { decideSplit } from './decide-split.ts';
import { isKnownAhead } from './known-ahead.ts';
import type { PlanFacts } from './plan-facts.ts';
import type { Wish } from './reading.ts';
import { checkMagnitude } from './target-magnitude.ts';
import { countsOf, MAX_CLASSES, type TargetCounts, type TargetLevels } from './target-levels.ts';

export const defaultAnswerLimits: AnswerLimits = { maxRowMs: 1, maxBatchMsPerRow: 0.08, maxPackageBytes: 50_000_000 };

const MIN_ROWS = 30;
/** Rows that a class has on average at least, or the target is a name for each row and not a class of rows. */
const MIN_ROWS_A_CLASS = 2;
/** How tables write the class that people ask about. */
const usualPositives = new Set(['yes', 'y', 'true', 't', '1', 'positive', 'pos']);
const SURE = 1;

/** The plan that follows from the sentence, the profile and the options; throws MW1001, MW12xx or MW11xx where there is nothing to plan. */
export function draftPlan(facts: PlanFacts): Plan {
  const { profile, targetLevels, sentence, reading, target: column } = facts;
  const target = column.name;
  const request = withExactNames(facts.request, profile);
  checkNamedColumns(request, target);
  const counts = countsOf(targetLevels);
  const labelled = counts.labelledCount;
  // Of more values than there may be classes no classes are made.
  const levels = Array.isArray(targetLevels) ? targetLevels : [];
  checkTarget(column, levels, labelled, profile.rowCount);

  const wantedTask = request.task ?? null;
  const task = wantedTask === null ? decideTask(column, counts, request.metric, reading.task) : checkTask(wantedTask, column, counts);
  if (task !== 'binary' && request.positive !== null) {
    throw new ModelwrightError({
      code: 'MW1208',
      message: `--positive names one of two classes, and "${target}" makes this a ${task} task.`,
      hint: 'Leave --positive out, or name another target with --target.',
      place: { column: target },
    });
  }
  const positive = task === 'binary' ? decidePositive(levels, request.positive, reading.positive) : null;
  const classes = task === 'regression' ? [] : orderClasses(levels, request.positive, positive);
  const positiveShare = positive === null ? 1 : (levels.find(({ level }) => level === positive.value)?.count ?? 0) / labelled;
  const metric = decideMetric({
    asked: request.metric,
    task,
    positiveShare,
    target: column,
    judgement: sentence.judgement,
    capacity: request.capacity ?? sentence.capacity?.value ?? null,
  });
  checkMetric(metric.value, task, column);
  if (task !== 'binary' && (request.costs || request.capacity !== undefined)) {
    throw new ModelwrightError({
      code: 'MW1208',
      message: `${request.costs ? 'Costs of errors are' : 'A capacity is'} for two classes, and "${target}" makes this a ${task} task.`,
      hint: 'Leave --cost-missed, --cost-false-alarm and --capacity out, or name another target with --target.',
      place: { column: target },
    });
  }
  const costs = task === 'binary' ? decideCosts(request, sentence) : null;
  const capacity = task === 'binary' ? decideCapacity(request, sentence) : null;
  const split = decideSplit(facts, request);
  const { inputs, leftOut, keptLeaks } = chooseInputs({ ...facts, request }, split.value);
  if (inputs.length === 0) {
    throw new ModelwrightError({
      code: 'MW1209',
      message: `No column is left to predict "${target}" from.`,
      hint: `Left out: ${leftOut.map(({ name, reason }) => `${name} (${reason})`).join(', ')}. Keep one with --keep COLUMN.`,
    });
  }
  const final = decideFinal({
    asked: request.final ?? null,
    labelledCount: labelled,
    classCount: Math.max(1, classes.length),
    isTimeOrdered: split.value.kind === 'time',
    hasTestFile: facts.testDataset !== null,
  });
  const moment = request.moment ?? sentence.moment?.value ?? null;
  const decided: Omit<PlanDecision, 'value'>[] = [
    { what: 'target', certainty: reading.certainty, reason: reading.reason, option: '--target' },
    {
      what: 'task',
      certainty: wantedTask ? SURE : reading.task === task ? 0.9 : taskCertainty(column, task),
      reason: wantedTask ? 'you named it' : `"${target}" ${column.kindReason}`,
      option: '--task',
    },
    ...(positive ? [{ what: 'positive' as const, certainty: positive.certainty, reason: positive.reason, option: '--positive' }] : []),
    { what: 'metric', certainty: metric.certainty, reason: metric.reason, option: '--metric' },
    { what: 'split', certainty: split.certainty, reason: split.reason, option: split.option },
    { what: 'final', certainty: final.certainty, reason: final.reason, option: '--final' },
    ...(costs ? [{ what: 'costs' as const, certainty: costs.certainty, reason: costs.reason, option: '--cost-missed' }] : []),
    ...(capacity ? [{ what: 'capacity' as const, certainty: capacity.certainty, reason: capacity.reason, option: '--capacity' }] : []),
    ...(moment === null
      ? []
      : [
          {
            what: 'moment' as const,
            certainty: request.moment ? SURE : (sentence.moment?.certainty ?? SURE),
            reason: request.moment ? 'you named it' : 'the sentence says so',
            option: '--moment',
          },
        ]),
  ];
  const plan: Omit<Plan, 'decisions'> = {
    format: PLAN_FORMAT,
    sentence: request.sentence,
    dataset: facts.dataset,
    testDataset: facts.testDataset,
    target,
    derived: facts.derived,
    targetRule: task === 'regression' ? column.rule : { type: 'text', missing: column.rule.missing },
    targetReason: reading.reason,
    task,
    classes,
    metric: metric.value,
    split: split.value,
    inputs,
    leftOut,
    keptLeaks,
    moment,
    notes: [
      ...notesOf(facts, keptLeaks, leftOut),
      ...notesOnUnused({ ...facts, request }, task, inputs),
      ...notesOnTime(facts, split.value, inputs),
      ...(costs && metricFacts[metric.value].needs === 'class' ? [`Classes are decided by what errors cost, and not to make ${metric.value} high.`] : []),
    ],
    costs:
      costs || capacity
        ? { falsePositive: costs?.value.falsePositive ?? 1, falseNegative: costs?.value.falseNegative ?? 1, capacity: capacity?.value ?? null }
        : null,
    final: final.value,
    weights: null,
    limits: { ...defaultAnswerLimits, ...withoutUndefined(request.limits ?? {}) },
    budgetMs: request.budgetMs,
    seed: request.seed,
    threads: request.threads,
  };
  const values = decidedValues(plan);
  return { ...plan, decisions: decided.map((decision) => ({ ...decision, value: values[decision.what] ?? '' })) };
}

/** What the user should know beside what was decided. */
function notesOf({ suspects, sentence, derived }: PlanFacts, keptLeaks: string[], leftOut: Plan['leftOut']): string[] {
  const isLeftOut = new Set(leftOut.map(({ name }) => name));
  const notes = suspects
    .filter(({ column, isSure }) => !isSure && !isLeftOut.has(column) && !keptLeaks.includes(column))
    .map(({ column, detail }) => `"${column}" may know the answer: ${detail}. Leave it out with --drop if it will not be known in time.`);
  if (derived?.ahead)
    notes.push(
      `The answer of a row is taken ${derived.ahead.steps === 1 ? 'from the next row' : `from ${derived.ahead.steps} rows on`} ${orderWords(derived.ahead)}; gaps are not filled.`,
    );
  if (sentence.without) notes.push(`Left out because the sentence says so: ${sentence.without.value.join(', ')}.`);
  return notes;
}

const orderWords = ({ order, series }: NonNullable<DerivedTarget['ahead']>) =>
  `in the order of "${order.name}"${series ? `, within each "${series.name}"` : ''}`;

/** Wishes that this plan cannot follow. */
function notesOnUnused({ request, sentence }: PlanFacts, task: TaskKind, inputs: Plan['inputs']): string[] {
  const notes = request.keep
    .filter((name) => !inputs.some((input) => input.name === name))
    .map((name) => `"${name}" is not kept: the target is made from it, or it says nothing.`);
  if (task !== 'binary' && (sentence.costs || sentence.capacity))
    notes.push('What the sentence says of costs or of a capacity is for two classes, and is not used.');
  return notes;
}

const MAX_NAMED_COLUMNS = 6;

/** Where the words ask for times to come, amounts of the same row are known only if somebody foretells them. */
function notesOnTime({ sentence, derived, profile, request }: PlanFacts, split: Plan['split'], inputs: Plan['inputs']): string[] {
  if (sentence.time === null || split.kind !== 'time' || derived?.ahead) return [];
  const isInput = new Set(inputs.map(({ name }) => name));
  const amounts = profile.columns.filter((column) => isInput.has(column.name) && !isKnownAhead(column, split.column) && !request.keep.includes(column.name));
  if (amounts.length === 0) return [];
  const named = amounts.slice(0, MAX_NAMED_COLUMNS).map(({ name }) => name);
  const more = amounts.length > named.length ? ` and ${amounts.length - named.length} more` : '';
  return [`The words ask for times to come: ${named.join(', ')}${more} must be known by then, or foretold. Leave out with --drop what will not be.`];
}

function decideCosts(request: BuildRequest, { costs, judgement }: PlanFacts['sentence']): Wish<{ falsePositive: number; falseNegative: number }> | null {
  if (request.costs) return { value: request.costs, certainty: SURE, reason: 'you named them' };
  if (costs) return costs;
  if (judgement?.value === 'find-all')
    return { value: { falsePositive: 1, falseNegative: GUESSED_COST }, certainty: 0.4, reason: `${judgement.reason}; how much a miss costs is a guess` };
  if (judgement?.value === 'be-sure')
    return { value: { falsePositive: GUESSED_COST, falseNegative: 1 }, certainty: 0.4, reason: `${judgement.reason}; how much one costs is a guess` };
  return null;
}
/** What one error is taken to cost in units of the other where the sentence says only which is worse. */
const GUESSED_COST = 5;

function decideCapacity(request: BuildRequest, { capacity }: PlanFacts['sentence']): Wish<number> | null {
  return request.capacity === undefined ? capacity : { value: request.capacity, certainty: SURE, reason: 'you named it' };
}

function checkMetric(metric: Metric, task: TaskKind, column: ColumnProfile): void {
  if (!metricFacts[metric].tasks.includes(task)) {
    const fitting = Object.entries(metricFacts).flatMap(([name, { tasks }]) => (tasks.includes(task) ? [name] : []));
    throw new ModelwrightError({
      code: 'MW1207',
      message: `The metric ${metric} does not fit: "${column.name}" makes this a ${task} task.`,
      hint: `Use one of ${fitting.join(', ')}, or name another target with --target.`,
      place: { column: column.name },
    });
  }
  if (metric === 'rmsle') checkLogarithm(column);
  if (task === 'regression') checkMagnitude(column);
}

/** `--task` against what the target holds. */
function checkTask(task: TaskKind, column: ColumnProfile, { distinctCount, labelledCount }: TargetCounts): TaskKind {
  const refuse = (why: string) => {
    throw new ModelwrightError({
      code: 'MW1216',
      message: `--task ${task} does not fit: the target "${column.name}" ${why}.`,
      hint: 'Leave --task out, or name another target with --target.',
      place: { column: column.name },
    });
  };
  if (task === 'regression' && column.rule.type !== 'number') refuse(`${column.kindReason} and is no number`);
  if (task === 'binary' && distinctCount !== 2) refuse(`has ${distinctCount} different values and not two`);
  if (task === 'multiclass' && distinctCount < 3) refuse('has two different values only');
  if (task === 'multiclass') checkClasses(column, distinctCount, labelledCount);
  return task;
}

const taskCertainty = (column: ColumnProfile, task: TaskKind) =>
  task === 'binary' || column.kind !== 'number' || (task === 'regression' && column.distinctCount > 30) ? 0.95 : 0.6;

/** Options name columns as people type them; from here on they are named as the table does. */
function withExactNames(request: BuildRequest, profile: Profile): BuildRequest {
  const exact = (name: string, option: string) => getColumn(profile, name, option).name;
  return {
    ...request,
    drop: request.drop.map((name) => exact(name, '--drop')),
    keep: request.keep.map((name) => exact(name, '--keep')),
    time: request.time === null ? null : exact(request.time, '--time'),
    group: request.group === null ? null : exact(request.group, '--group'),
  };
}

function checkNamedColumns({ drop, keep, time, group }: BuildRequest, target: string): void {
  const refuse = (message: string, hint: string, column: string) => {
    throw new ModelwrightError({ code: 'MW1001', message, hint, place: { column } });
  };
  const twice = drop.find((name) => keep.includes(name));
  if (twice !== undefined) refuse(`"${twice}" is named by --drop and by --keep.`, 'Name it by one of them.', twice);
  const named = { '--drop': drop, '--keep': keep, '--time': [time], '--group': [group] };
  const misused = Object.entries(named).find(([, names]) => names.includes(target));
  if (misused) refuse(`${misused[0]} names the target "${target}".`, 'It takes a column to predict from; --target names the column to predict.', target);
}

/** rmsle compares logarithms of 1 + value. */
function checkLogarithm({ name, numbers }: ColumnProfile): void {
  if (!numbers || numbers.min > -1) return;
  throw new ModelwrightError({
    code: 'MW1212',
    message: `The metric rmsle needs values above −1, and the target "${name}" goes down to ${numbers.min}.`,
    hint: 'Use --metric rmse or --metric mae.',
    place: { column: name },
  });
}

/** The receipt: a person said yes on the card, or `--yes` stands for it. */
export function approvePlan(plan: Plan): ApprovedPlan {
  // The one place that makes the brand.
  return plan as ApprovedPlan;
}

const withoutUndefined = (limits: { [K in keyof AnswerLimits]?: AnswerLimits[K] | undefined }): Partial<AnswerLimits> =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));

function checkTarget(column: ColumnProfile, levels: TargetLevels, labelled: number, rowCount: number): void {
  const place = { column: column.name };
  if (labelled === 0) {
    throw new ModelwrightError({
      code: 'MW1105',
      message: `The target "${column.name}" is empty in all ${rowCount} rows.`,
      hint: 'Export the rows whose answer is known, or name another column with --target.',
      place,
    });
  }
  if (levels.length === 1) {
    throw new ModelwrightError({
      code: 'MW1104',
      message: `The target "${column.name}" is "${levels[0].level}" in all ${labelled} rows, so there is nothing to learn.`,
      hint: 'Often the file was filtered before export: export all rows, or name another column with --target.',
      place,
    });
  }
  if (labelled < MIN_ROWS) {
    throw new ModelwrightError({
      code: 'MW1210',
      message: `Only ${labelled} rows have a value of "${column.name}"; at least ${MIN_ROWS} are needed to learn and to measure.`,
      hint: 'Bring more rows.',
      place,
    });
  }
}

/** Every column of one row is "the same in every row": that there is one row is what has to be said. */
export function refuseOneRow({ rowCount }: Profile): void {
  if (rowCount > 1) return;
  throw new ModelwrightError({
    code: 'MW1210',
    message: `The table has one row; at least ${MIN_ROWS} are needed to learn and to measure.`,
    hint: 'Bring more rows: one line each, or one JSON object each.',
  });
}

function decideTask(column: ColumnProfile, { distinctCount, labelledCount }: TargetCounts, metric: Metric | null, wished: TaskKind | null): TaskKind {
  if (column.kind === 'datetime') {
    throw new ModelwrightError({
      code: 'MW1206',
      message: `The target "${column.name}" is a date, and dates cannot be predicted yet.`,
      hint: 'Make a number of it (days until then) or classes, and name that column with --target.',
      place: { column: column.name },
    });
  }
  if (distinctCount === 2) return 'binary';
  const wantsClasses = wished === 'multiclass' || (metric !== null && !metricFacts[metric].tasks.includes('regression'));
  if (column.rule.type === 'number' && !wantsClasses) return 'regression';
  checkClasses(column, distinctCount, labelledCount);
  return 'multiclass';
}

function checkClasses(column: ColumnProfile, levelCount: number, labelled: number): void {
  const place = { column: column.name };
  if (levelCount > MAX_CLASSES) {
    throw new ModelwrightError({
      code: 'MW1205',
      message: `The target "${column.name}" has ${levelCount} different values; at most ${MAX_CLASSES} classes can be told apart.`,
      hint: 'Group them into fewer classes, or name another column with --target.',
      place,
    });
  }
  if (labelled < levelCount * MIN_ROWS_A_CLASS) {
    throw new ModelwrightError({
      code: 'MW1205',
      message: `The target "${column.name}" has ${levelCount} different values in ${labelled} rows: a class needs rows to be learnt from.`,
      hint: `Group them into fewer classes, or name another column with --target.${column.rule.type === 'number' ? ' Numbers are judged by --metric rmse, mae and the like.' : ''}`,
      place,
    });
  }
}

/** Class names in the order of their codes: natural order, or for two classes the positive one second. */
function orderClasses(levels: TargetLevels, asked: string | null, positive: Wish<string> | null): string[] {
  const names = levels.map(({ level }) => level).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }) || (a < b ? -1 : 1));
  if (asked !== null && !names.includes(asked)) {
    throw new ModelwrightError({
      code: 'MW1208',
      message: `The target has no class "${asked}".`,
      hint: `${didYouMean(asked, names)}Its classes are ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}.`,
    });
  }
  return positive === null ? names : [names.find((name) => name !== positive.value) ?? '', positive.value];
}

/** The class looked for: by the option, by the words, by how tables write it, or the rarer one. */
function decidePositive(levels: TargetLevels, asked: string | null, wished: Wish<string> | null): Wish<string> {
  if (asked !== null) return { value: asked, certainty: SURE, reason: 'you named it' };
  if (wished !== null && levels.some(({ level }) => level === wished.value)) return wished;
  const usual = levels.find(({ level }) => usualPositives.has(level.trim().toLowerCase()));
  if (usual) return { value: usual.level, certainty: 0.7, reason: `"${usual.level}" says that it is so` };
  const [rarer] = levels.toSorted((a, b) => a.count - b.count || (a.level > b.level ? -1 : 1));
  return { value: rarer.level, certainty: 0.45, reason: 'the rarer of the two' };
}

function chooseInputs(
  { request, profile, target, derived, reading, sentence, suspects }: PlanFacts,
  split: Plan['split'],
): Pick<Plan, 'inputs' | 'leftOut' | 'keptLeaks'> {
  const leftOut: Plan['leftOut'] = [];
  const keptLeaks: string[] = [];
  const inputs: Plan['inputs'] = [];
  const isKept = (name: string) => request.keep.includes(name);
  const stays = new Set(derived?.ahead ? derived.sources.map(({ name }) => name) : reading.target.kind === 'derived' ? reading.target.known : []);
  for (const column of profile.columns) {
    const { name, kind, rule, order } = column;
    if (name === target.name && derived === null) continue;
    const leak = suspects.find((suspect) => suspect.column === name && suspect.isSure);
    const leave = (reason: Plan['leftOut'][number]['reason'], detail: string) => leftOut.push({ name, reason, detail });
    if (request.drop.includes(name)) leave('dropped', 'you asked for it');
    else if (derived?.sources.some((source) => source.name === name) && !stays.has(name)) leave('source', 'the target is made from it');
    else if (sentence.without?.value.includes(name) && !isKept(name)) leave('dropped', 'the sentence leaves it out');
    else if (split.kind === 'group' && split.column === name && !isKept(name)) leave('group', 'it says which rows belong together');
    else if (column.missingCount === profile.rowCount) leave('empty', 'it has no value in any row');
    else if (kind === 'constant') leave('constant', 'it is the same in every row');
    else if (leak && !isKept(name)) leave(leak.kind === 'answer' ? 'leak' : 'known-later', leak.detail);
    else if (sentence.forecast && split.kind === 'time' && derived === null && !isKept(name) && !isKnownAhead(column, split.column))
      leave('known-later', 'it is measured along with the answer, and the sentence asks for times to come');
    else if (kind === 'identifier' && !isKept(name)) leave('identifier', 'it names a row and cannot be a cause');
    else {
      if (leak) keptLeaks.push(name);
      inputs.push({ name, kind, rule, isPersonal: column.personal !== null, order });
    }
  }
  return { inputs, leftOut, keptLeaks };
}
