import { didYouMean } from '../../domain/closest-names.ts';
import type { BuildRequest } from '../../domain/event.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { PLAN_FORMAT, type AnswerLimits, type ApprovedPlan, type DatasetRef, type Plan } from '../../domain/plan.ts';
import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { metricFacts, type Metric, type TaskKind } from '../../domain/task.ts';
import { wordsIn } from './words.ts';

/** A column that answers the target alone, as intake found it. */
export type LeakSuspect = { column: string; detail: string };

/** What a target column holds: its distinct texts with their rows, missing ones left out. */
export type TargetLevels = { level: string; count: number }[];

export const defaultAnswerLimits: AnswerLimits = { maxRowMs: 1, maxBatchMsPerRow: 0.08, maxPackageBytes: 50_000_000 };

const MAX_CLASSES = 500;
const MIN_ROWS = 30;
/** Rows that a class has on average at least, or the target is a name for each row and not a class of rows. */
const MIN_ROWS_A_CLASS = 2;
/** How tables write the class that people ask about. */
const usualPositives = new Set(['yes', 'y', 'true', 't', '1', 'positive', 'pos']);

export type PlanFacts = {
  request: BuildRequest;
  dataset: DatasetRef;
  testDataset: DatasetRef | null;
  profile: Profile;
  target: string;
  targetReason: string;
  targetLevels: TargetLevels;
  leaks: LeakSuspect[];
};

/** The plan that follows from the sentence, the profile and the options; throws MW1001, MW12xx or MW11xx where there is nothing to plan. */
export function draftPlan(facts: PlanFacts): Plan {
  const { profile, targetLevels } = facts;
  const column = getColumn(profile, facts.target, '--target');
  const target = column.name;
  const request = withExactNames(facts.request, profile);
  checkNamedColumns(request, target);
  const labelled = targetLevels.reduce((sum, { count }) => sum + count, 0);
  checkTarget(column, targetLevels, labelled, profile.rowCount);

  const task = decideTask(column, targetLevels.length, labelled, request.metric);
  if (task !== 'binary' && request.positive !== null) {
    throw new ModelwrightError({
      code: 'MW1208',
      message: `--positive names one of two classes, and "${target}" makes this a ${task} task.`,
      hint: 'Leave --positive out, or name another target with --target.',
      place: { column: target },
    });
  }
  const classes = task === 'regression' ? [] : orderClasses(task, targetLevels, request);
  const metric = request.metric ?? defaultMetric(task, classes, targetLevels, labelled);
  if (!metricFacts[metric].tasks.includes(task)) {
    const fitting = Object.entries(metricFacts).flatMap(([name, { tasks }]) => (tasks.includes(task) ? [name] : []));
    throw new ModelwrightError({
      code: 'MW1207',
      message: `The metric ${metric} does not fit: "${target}" makes this a ${task} task.`,
      hint: `Use one of ${fitting.join(', ')}, or name another target with --target.`,
      place: { column: target },
    });
  }
  if (metric === 'rmsle') checkLogarithm(column);
  const { inputs, leftOut, keptLeaks } = chooseInputs({ ...facts, request, target });
  if (inputs.length === 0) {
    throw new ModelwrightError({
      code: 'MW1209',
      message: `No column is left to predict "${target}" from.`,
      hint: `Left out: ${leftOut.map(({ name, reason }) => `${name} (${reason})`).join(', ')}. Keep one with --keep COLUMN.`,
    });
  }
  return {
    format: PLAN_FORMAT,
    sentence: request.sentence,
    dataset: facts.dataset,
    testDataset: facts.testDataset,
    target,
    targetRule: task === 'regression' ? column.rule : { type: 'text', missing: column.rule.missing },
    targetReason: facts.targetReason,
    task,
    classes,
    metric,
    split: decideSplit(request, profile),
    inputs,
    leftOut,
    keptLeaks,
    costs: null,
    final: 'tested',
    weights: null,
    limits: { ...defaultAnswerLimits, ...withoutUndefined(request.limits ?? {}) },
    budgetMs: request.budgetMs,
    seed: request.seed,
    threads: request.threads,
  };
}

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

function decideSplit(request: BuildRequest, profile: Profile): Plan['split'] {
  if (request.time !== null && request.group !== null) {
    throw new ModelwrightError({
      code: 'MW1001',
      message: '--time and --group exclude each other.',
      hint: 'Rows are kept together by group, or ordered by time.',
    });
  }
  if (request.time !== null) {
    const { name, rule } = getColumn(profile, request.time, '--time');
    return { kind: 'time', column: name, rule };
  }
  if (request.group !== null) {
    const { name, rule } = getColumn(profile, request.group, '--group');
    return { kind: 'group', column: name, rule };
  }
  return { kind: 'random' };
}

/** The receipt: a person said yes on the card, or `--yes` stands for it. */
export function approvePlan(plan: Plan): ApprovedPlan {
  // The one place that makes the brand.
  return plan as ApprovedPlan;
}

const withoutUndefined = (limits: { [K in keyof AnswerLimits]?: AnswerLimits[K] | undefined }): Partial<AnswerLimits> =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));

/** The column of that name; throws MW1203 with the closest names. */
export function getColumn(profile: Profile, name: string, option: string): ColumnProfile {
  const found = profile.columns.find((column) => column.name === name) ?? profile.columns.find((column) => column.name.trim() === name.trim());
  if (found) return found;
  const names = profile.columns.map((column) => column.name);
  throw new ModelwrightError({
    code: 'MW1203',
    message: `The table has no column "${name}".`,
    hint: `${didYouMean(name, names)}${option} takes a column of the table.`,
    place: { column: name },
  });
}

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

function decideTask(column: ColumnProfile, levelCount: number, labelled: number, metric: Metric | null): TaskKind {
  if (column.kind === 'datetime') {
    throw new ModelwrightError({
      code: 'MW1206',
      message: `The target "${column.name}" is a date, and dates cannot be predicted yet.`,
      hint: 'Make a number of it (days until then) or classes, and name that column with --target.',
      place: { column: column.name },
    });
  }
  const wantsClasses = metric !== null && !metricFacts[metric].tasks.includes('regression');
  if (column.rule.type === 'number' && levelCount > 2 && !wantsClasses) return 'regression';
  if (levelCount === 2) return 'binary';
  if (levelCount > MAX_CLASSES) {
    throw new ModelwrightError({
      code: 'MW1205',
      message: `The target "${column.name}" has ${levelCount} different values; at most ${MAX_CLASSES} classes can be told apart.`,
      hint: 'Group them into fewer classes, or name another column with --target.',
      place: { column: column.name },
    });
  }
  if (labelled < levelCount * MIN_ROWS_A_CLASS) {
    throw new ModelwrightError({
      code: 'MW1205',
      message: `The target "${column.name}" has ${levelCount} different values in ${labelled} rows: a class needs rows to be learnt from.`,
      hint: `Group them into fewer classes, or name another column with --target.${column.rule.type === 'number' ? ' Numbers are judged by --metric rmse, mae and the like.' : ''}`,
      place: { column: column.name },
    });
  }
  return 'multiclass';
}

/** Class names in the order of their codes: natural order, or for two classes the positive one second. */
function orderClasses(task: TaskKind, levels: TargetLevels, request: BuildRequest): string[] {
  const names = levels.map(({ level }) => level).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }) || (a < b ? -1 : 1));
  if (request.positive !== null && !names.includes(request.positive)) {
    throw new ModelwrightError({
      code: 'MW1208',
      message: `The target has no class "${request.positive}".`,
      hint: `${didYouMean(request.positive, names)}Its classes are ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}.`,
    });
  }
  if (task !== 'binary') return names;
  const positive = request.positive ?? decidePositive(levels, request.sentence);
  return [names.find((name) => name !== positive) ?? '', positive];
}

function decidePositive(levels: TargetLevels, sentence: string): string {
  const asked = new Set(wordsIn(sentence));
  const named = levels.filter(({ level }) => wordsIn(level).some((word) => word.length > 2 && asked.has(word)));
  if (named.length === 1) return named[0].level;
  const usual = levels.find(({ level }) => usualPositives.has(level.trim().toLowerCase()));
  if (usual) return usual.level;
  return levels.toSorted((a, b) => a.count - b.count || (a.level > b.level ? -1 : 1))[0].level;
}

function defaultMetric(task: TaskKind, classes: string[], levels: TargetLevels, labelled: number): Metric {
  if (task === 'regression') return 'rmse';
  if (task === 'multiclass') return 'log_loss';
  const positives = levels.find(({ level }) => level === classes[1])?.count ?? 0;
  return positives / labelled < 0.1 ? 'average_precision' : 'roc_auc';
}

function chooseInputs({ request, profile, target, leaks }: PlanFacts): Pick<Plan, 'inputs' | 'leftOut' | 'keptLeaks'> {
  const leftOut: Plan['leftOut'] = [];
  const keptLeaks: string[] = [];
  const inputs: Plan['inputs'] = [];
  const isKept = (name: string) => request.keep.includes(name);
  for (const column of profile.columns) {
    const { name, kind, rule } = column;
    if (name === target) continue;
    const leak = leaks.find((suspect) => suspect.column === name);
    const leave = (reason: Plan['leftOut'][number]['reason'], detail: string) => leftOut.push({ name, reason, detail });
    if (request.drop.includes(name)) leave('dropped', 'you asked for it');
    else if (request.group === name && !isKept(name)) leave('group', 'it says which rows belong together');
    else if (column.missingCount === profile.rowCount) leave('empty', 'it has no value in any row');
    else if (kind === 'constant') leave('constant', 'it is the same in every row');
    else if (leak && !isKept(name)) leave('leak', leak.detail);
    else if (kind === 'identifier' && !isKept(name)) leave('identifier', 'it names a row and cannot be a cause');
    else {
      if (leak) keptLeaks.push(name);
      inputs.push({ name, kind, rule, isPersonal: column.personal !== null });
    }
  }
  return { inputs, leftOut, keptLeaks };
}
