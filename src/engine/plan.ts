import { resolve } from 'node:path';
import type { BuildWatcher, PlanCard } from '../domain/build-watcher.ts';
import type { BuildRequest } from '../domain/event.ts';
import { ModelwrightError } from '../domain/error.ts';
import type { DatasetRef, DerivedTarget, Plan, PlanDecision } from '../domain/plan.ts';
import { warningText, type LeakSuspect, type Profile, type ProfileWarning } from '../domain/profile.ts';
import { isAddress, type OpenedFile, type Tables } from '../edges/tables/index.ts';
import { findLeaks } from '../stages/intake/index.ts';
import {
  answerTarget,
  checkPlan,
  decidedValues,
  decideTarget,
  describeReading,
  draftPlan,
  isPositiveOpen,
  positiveQuestion,
  positiveRefusal,
  readSentence,
  reconcileColumns,
  recordKeptLeaks,
  refuseOneRow,
  refuseUnfitPlan,
  type PlanFacts,
  type Reading,
  type SentenceReading,
  type TargetLevels,
} from '../stages/planning/index.ts';
import { checkDerived } from './derived-target.ts';
import { levelsOfLabels, openTarget, readLevels, readMadeLevels } from './open-target.ts';
import type { Edges } from './open-engine.ts';
import { readLabelled, type LabelledRows } from './prepare-data.ts';
import { profileFile } from './profile-file.ts';
import { readerNotes } from './reader-notes.ts';

/** What a plan is made over. `asking`: wraps a question, for the clock stands still while a person thinks. */
export type Planning = {
  tables: Tables;
  request: BuildRequest;
  file: OpenedFile;
  testFile: OpenedFile | null;
  profile: Profile;
  watcher: Pick<BuildWatcher, 'ask'>;
  isCaged: boolean | null;
  /** Of how the files are read, where that is not in a cage. */
  readerNotes: string[];
  asking<T>(question: Promise<T>): Promise<T>;
};

/** A plan with its card; `read`: the labelled rows, read once for the search for leaks and the training. */
export type Planned = { plan: Plan; card: PlanCard; read: LabelledRows };

/** The card says these under what is left out. */
const toldAsLeftOut: ReadonlySet<string> = new Set(['identifier', 'constant']);

/** Reads sentence and table and stops after the plan: nothing is trained, no run is written down. */
export async function planModel(edges: Edges, asked: BuildRequest, watcher: BuildWatcher) {
  const request = withFullPaths(asked);
  const tables = await edges.tables();
  const file = await tables.openFile(request.data, request.readAs);
  let testFile: OpenedFile | null = null;
  try {
    testFile = request.testData === null ? null : await tables.openFile(request.testData, request.readAs);
    const profile = await profileFile(file, request);
    const { plan, card } = await makePlan({
      tables,
      request,
      file,
      testFile,
      profile,
      watcher,
      isCaged: null,
      readerNotes: readerNotes(await edges.guests()),
      asking: (question) => question,
    });
    return { kind: 'plan' as const, plan, card };
  } finally {
    await file.close();
    await testFile?.close();
  }
}

/** Kept as they are from here: a run may be resumed from another folder. A file of a given plan is read as it was when the plan was made. */
export const withFullPaths = (asked: BuildRequest): BuildRequest => ({
  ...asked,
  ...(asked.plan?.dataset.readAs && { readAs: asked.plan.dataset.readAs }),
  data: fullPath(asked.data === '' && asked.plan ? asked.plan.dataset.path : asked.data),
  testData: asked.testData === null ? (asked.plan?.testDataset?.path ?? null) : fullPath(asked.testData),
});

/** What names no place of this machine stays as it was typed, for the error that tells of it: no path would be the current folder. */
const fullPath = (path: string) => (path === '' || isAddress(path) ? path : resolve(path));

const refOf = (path: string, { sha256, rowCount }: OpenedFile, { readAs }: BuildRequest): DatasetRef => ({ path, sha256, rowCount, ...(readAs && { readAs }) });

/** The plan of a request: the one that was given, if it fits, or one made from the sentence and the table. */
export async function makePlan(planning: Planning): Promise<Planned> {
  const { plan, read, levels } = planning.request.plan ? await takeGivenPlan(planning, planning.request.plan) : await draft(planning);
  const labelled = levels.reduce((sum, { count }) => sum + count, 0);
  const classShares = plan.classes.map((name) => ({ name, share: (levels.find(({ level }) => level === name)?.count ?? 0) / labelled }));
  const warnings = openWarnings(planning.profile, plan)
    .filter(({ kind }) => !toldAsLeftOut.has(kind))
    .map(warningText);
  const readAs = describeReading(planning.file.dialect, plan, planning.profile, planning.request);
  return { plan, read, card: { plan, readAs, warnings: [...warnings, ...planning.readerNotes], classShares, isCaged: planning.isCaged } };
}

/** What the profile warns of and the plan has not answered by its split. */
export const openWarnings = ({ warnings }: Profile, { split }: Plan): ProfileWarning[] =>
  warnings.filter(({ kind }) => !(kind === 'time-order' && split.kind === 'time') && !(kind === 'groups' && split.kind === 'group'));

type Drafted = { plan: Plan; read: LabelledRows; levels: TargetLevels };

async function draft(planning: Planning): Promise<Drafted> {
  const { tables, file, testFile, watcher } = planning;
  let { request } = planning;
  refuseOneRow(planning.profile);
  const { profile } = planning;
  const sentence = readSentence(request.sentence, profile);
  const reading = await chooseTarget(planning, sentence);
  const { target, derived, held } = await openTarget(planning, reading);
  const facts = (suspects: LeakSuspect[]): PlanFacts => ({
    request,
    dataset: refOf(request.data, file, request),
    testDataset: testFile && request.testData !== null ? refOf(request.testData, testFile, request) : null,
    profile,
    sentence,
    reading,
    target,
    derived,
    targetLevels: held,
    suspects,
  });
  let first = draftPlan(facts([]));
  if (!request.isApproved && isPositiveOpen(first)) {
    request = { ...request, positive: await askPositive(planning, first) };
    first = draftPlan(facts([]));
  }
  // Read once: what is looked through for leaks here is what is learnt from later.
  const read = await readLabelled(tables, file, first);
  const suspects = leaksIn(read, first, profile);
  const plan = draftPlan(facts(suspects));
  const levels = Array.isArray(held) ? held : [];
  if (!watcher.ask || request.isApproved) return { plan, read, levels };
  const { keep, settled } = await askLeaks(planning, plan, suspects);
  request = { ...request, keep: [...request.keep, ...keep] };
  return { plan: draftPlan(facts(settled)), read, levels };
}

/** The columns of a plan's inputs that may know its answer. */
const leaksIn = ({ table, labels }: LabelledRows, { target, moment }: Plan, profile: Profile): LeakSuspect[] =>
  findLeaks({ columns: table.columns, labels, rows: Int32Array.from({ length: table.rowCount }, (_, row) => row), profile, target, moment });

/** Settled by the words or by a person; otherwise the refusal with the choices. */
async function chooseTarget({ request, profile, watcher, asking }: Planning, sentence: SentenceReading): Promise<Reading> {
  const decision = decideTarget(request, sentence, profile);
  if (decision.kind === 'chosen') return decision.reading;
  // With --yes nobody wants to be asked, terminal or not.
  let { question } = decision;
  while (watcher.ask && !request.isApproved) {
    const answer = await asking(watcher.ask(question));
    if (answer === null || answer.trim() === '') break;
    try {
      return answerTarget(answer, sentence, profile, request.time);
    } catch (error) {
      if (!(error instanceof ModelwrightError)) throw error;
      question = { ...question, text: `${error.message} ${error.hint} ${decision.question.text}` };
    }
  }
  throw decision.refusal;
}

/** The class that a person looks for; the refusal with the choices where nobody answers. */
async function askPositive({ watcher, asking }: Planning, plan: Plan): Promise<string> {
  const question = watcher.ask?.(positiveQuestion(plan));
  const answer = question ? await asking(question) : null;
  if (answer === null) throw positiveRefusal(plan);
  return answer;
}

/**
 * Asks about every column that would be left out for knowing the answer, and about those that only may know it. `keep`: of the first those that
 * are kept all the same; `settled`: the suspects with the second ones decided.
 */
async function askLeaks(planning: Planning, { leftOut, inputs }: Plan, suspects: LeakSuspect[]): Promise<{ keep: string[]; settled: LeakSuspect[] }> {
  const keep: string[] = [];
  for (const { name, reason, detail } of leftOut)
    if ((reason === 'leak' || reason === 'known-later') && (await isKnownInTime(planning, name, detail))) keep.push(name);
  const settled: LeakSuspect[] = [];
  for (const suspect of suspects) {
    const { column, detail, isSure } = suspect;
    const isOpen = !isSure && inputs.some(({ name }) => name === column);
    if (!isOpen) settled.push(suspect);
    else if (await isKnownInTime(planning, column, detail)) settled.push({ ...suspect, detail: `${detail}; you said that it will be known` });
    else settled.push({ ...suspect, isSure: true });
  }
  return { keep, settled };
}

async function isKnownInTime({ watcher, asking }: Planning, column: string, detail: string): Promise<boolean> {
  const question = watcher.ask?.({
    what: 'leak',
    text: `"${column}" ${detail}. Will it be known when the question is asked?`,
    choices: [
      { value: 'leave-out', label: 'no, or not sure: leave it out', detail: 'an answer that is known only afterwards makes a model look good and fail' },
      { value: 'keep', label: 'yes: keep it', detail: 'recorded in the plan and in the report' },
    ],
    isOpen: false,
  });
  return question !== undefined && (await asking(question)) === 'keep';
}

/** What was decided for a plan; where its file says something else by now, whoever changed it decided. */
function asTheFileSays(decision: PlanDecision, plan: Plan): PlanDecision {
  const value = decidedValues(plan)[decision.what] ?? 'none';
  return value === decision.value ? decision : { ...decision, value, certainty: 1, reason: 'the plan file says so' };
}

/** A plan from a file: checked against the table, with the clock's and the machine's part taken from the request. */
async function takeGivenPlan({ tables, request, file, testFile, profile }: Planning, given: Plan): Promise<Drafted> {
  if (request.data === resolve(given.dataset.path) && given.dataset.sha256 !== file.sha256) {
    throw new ModelwrightError({
      code: 'MW1120',
      message: `The data file "${request.data}" has changed since the plan was made.`,
      hint: 'Make the plan anew, or put the file back as it was. To carry out the plan on another version of the data, copy it and name the copy with --data.',
      place: { file: request.data },
    });
  }
  const plan: Plan = {
    ...reconcileColumns(given, profile),
    decisions: given.decisions.map((decision) => asTheFileSays(decision, given)),
    dataset: refOf(request.data, file, request),
    testDataset: testFile && request.testData !== null ? refOf(request.testData, testFile, request) : null,
  };
  const column = profile.columns.find(({ name }) => name === plan.target);
  let levels = plan.derived === null && column && plan.task !== 'regression' ? await readLevels(file, column.name, plan.targetRule) : null;
  refuseUnfitPlan(checkPlan(plan, profile, levels), request.data);
  if (plan.derived) {
    refuseUnfitPlan(await checkMade(tables, plan, plan.derived, profile), request.data);
    if (plan.task !== 'regression') levels = await readMadeLevels(tables, file, plan.derived);
    refuseUnfitPlan(checkPlan(plan, profile, levels), request.data);
  }
  const read = await readLabelled(tables, file, plan);
  if (read.table.rowCount === 0) refuseUnfitPlan([`No row of the table has a value of the target "${plan.target}".`], request.data);
  return { plan: recordKeptLeaks(plan, given, leaksIn(read, plan, profile)), read, levels: levels ?? levelsOfLabels(plan, read) };
}

/** What keeps a target that is made from being learnt as the plan says; throws MW122x where it cannot be made. */
async function checkMade(tables: Tables, { target, task, inputs }: Plan, { text, sources, ahead }: DerivedTarget, profile: Profile): Promise<string[]> {
  const { derived, type } = await checkDerived(
    tables,
    {
      kind: 'derived',
      name: target,
      text,
      sources: sources.map(({ name }) => name),
      known: [],
      ahead: ahead && { steps: ahead.steps, order: ahead.order.name, series: ahead.series?.name ?? null },
    },
    profile,
  );
  const problems: string[] = [];
  if (task === 'regression' && type !== 'number')
    problems.push(`The target ${text} is to be predicted as a number, and it is ${type === 'boolean' ? 'a yes or no' : 'a text'}.`);
  // Of a later row's value, today's is no answer.
  if (ahead === null && derived.sources.every((source) => inputs.some(({ name }) => name === source.name)))
    problems.push(`The target ${text} follows from the inputs: leave out ${derived.sources.map(({ name }) => `"${name}"`).join(' or ')}.`);
  return problems;
}
