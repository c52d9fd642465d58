import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { RecordedFit } from '../../domain/candidate.ts';
import { didYouMean } from '../../domain/closest-names.ts';
import { BuildRequest, NamedDates, NamedDecimal, NamedKind } from '../../domain/event.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { FileReading, TextEncoding } from '../../domain/file-reading.ts';
import { FinalModel } from '../../domain/plan.ts';
import { Metric, TaskKind } from '../../domain/task.ts';
import { listOption, textOption, type CommandWords } from './command-words.ts';
import { readDurationMs } from './read-duration.ts';
import { readPlanFile } from './plan-file.ts';

/** Options that a plan file already answers. */
const plannedOptions = [
  'target',
  'task',
  'metric',
  'positive',
  'drop',
  'keep',
  'kind',
  'delimiter',
  'header',
  'encoding',
  'dates',
  'decimal',
  'missing',
  'time',
  'group',
  'split',
  'costMissed',
  'costFalseAlarm',
  'capacity',
  'moment',
  'final',
  'maxRowMs',
  'maxBatchMs',
  'maxPackageMb',
  'test',
  'budget',
  'seed',
  'threads',
];

/** The words of `build` and of `plan` as a request; refuses what cannot be read with MW1001. */
export function readRequest({ positional, options }: CommandWords, command: 'build' | 'plan'): BuildRequest {
  const planPath = textOption(options, 'plan');
  if (planPath !== null) return readPlannedRequest(planPath, positional[0] ?? '', options);
  if (positional[0] === undefined) throw lacking(command, command === 'plan' ? 'a sentence' : 'a sentence or --plan FILE');
  if (textOption(options, 'data') === null) throw lacking(command, '--data FILE');
  const fits = textOption(options, 'fits');
  const task = oneOf(TaskKind.options, textOption(options, 'task'), '--task');
  const costs = readCosts(options);
  const capacity = textOption(options, 'capacity');
  const moment = textOption(options, 'moment');
  const readAs = readFileReading(options);
  const dates = oneOf(NamedDates.options, textOption(options, 'dates'), '--dates');
  const decimal = oneOf(NamedDecimal.options, textOption(options, 'decimal'), '--decimal');
  const missing = listOption(options, 'missing');
  const final = oneOf([...FinalModel.options, 'auto'], textOption(options, 'final'), '--final');
  const limits = readLimits(options);
  const split = oneOf(['random'] as const, textOption(options, 'split'), '--split');
  return recordable({
    sentence: positional[0],
    data: textOption(options, 'data') ?? '',
    testData: textOption(options, 'test'),
    target: textOption(options, 'target'),
    metric: oneOf(Metric.options, textOption(options, 'metric')?.replaceAll('-', '_') ?? null, '--metric'),
    positive: textOption(options, 'positive'),
    drop: listOption(options, 'drop'),
    keep: listOption(options, 'keep'),
    time: textOption(options, 'time'),
    group: textOption(options, 'group'),
    budgetMs: readDurationMs(textOption(options, 'budget') ?? '60s'),
    name: textOption(options, 'name'),
    seed: readWholeNumber('seed', textOption(options, 'seed') ?? '0', 0, 2 ** 31 - 1),
    threads: readThreads(textOption(options, 'threads')),
    isApproved: options['yes'] === true,
    ...(task !== null && { task }),
    ...(split !== null && { isRandomSplit: true }),
    ...(listOption(options, 'kind').length > 0 && { kinds: listOption(options, 'kind').map(readKind) }),
    ...(readAs !== null && { readAs }),
    ...(dates !== null && { dates }),
    ...(decimal !== null && { decimal }),
    ...(missing.length > 0 && { missing }),
    ...(costs !== null && { costs }),
    ...(capacity !== null && { capacity: readWholeNumber('capacity', capacity, 1, 2 ** 31 - 1) }),
    ...(moment !== null && { moment: moment.slice(0, 200) }),
    ...(final !== null && final !== 'auto' && { final }),
    ...(limits !== null && { limits }),
    ...(fits !== null && { fits: readFits(fits) }),
  });
}

/** A request is the first event of its run: what the log would not take is refused while its writer still looks. */
function recordable(request: BuildRequest): BuildRequest {
  const parsed = BuildRequest.safeParse(request);
  if (parsed.success) return request;
  const [{ path, message }] = parsed.error.issues;
  throw usage(`The ${path[0] === 'sentence' ? 'sentence' : `option --${String(path[0])}`} cannot be kept: ${message}.`, 'Write it shorter.');
}

/** `build --plan FILE`: what the plan says is not said again. */
function readPlannedRequest(path: string, sentence: string, options: Record<string, unknown>): BuildRequest {
  const given = plannedOptions.filter((name) => (Array.isArray(options[name]) ? listOption(options, name).length > 0 : options[name] !== undefined));
  if (sentence !== '' || given.length > 0) {
    const what = [
      ...(sentence === '' ? [] : ['the sentence']),
      ...given.map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`),
    ];
    throw usage(`--plan says it all already: ${what.join(', ')} cannot stand beside it.`, 'Change the plan file, or leave --plan out.');
  }
  const plan = readPlanFile(path);
  return {
    sentence: plan.sentence,
    data: textOption(options, 'data') ?? '',
    testData: plan.testDataset?.path ?? null,
    target: null,
    metric: null,
    positive: null,
    drop: [],
    keep: [],
    time: null,
    group: null,
    budgetMs: plan.budgetMs,
    name: textOption(options, 'name'),
    seed: plan.seed,
    threads: plan.threads,
    isApproved: options['yes'] === true,
    plan,
  };
}

const lacking = (command: string, what: string) =>
  usage(`${command} needs ${what}.`, `Say what to predict and from what: modelwright ${command} "<sentence>" --data <FILE>.`);

const usage = (message: string, hint: string) => new ModelwrightError({ code: 'MW1001', message, hint });

function oneOf<T extends string>(known: readonly T[], given: string | null, option: string): T | null {
  if (given === null) return null;
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  throw usage(`${option} takes no "${given}".`, `${didYouMean(given, known)}It takes ${known.join(', ')}.`);
}

/** What is said of how the file is cut and decoded; null where nothing is. */
function readFileReading(options: Record<string, unknown>): FileReading | null {
  const delimiter = textOption(options, 'delimiter');
  const header = oneOf(['yes', 'no'] as const, textOption(options, 'header'), '--header');
  const encoding = oneOf(TextEncoding.options, textOption(options, 'encoding')?.toLowerCase() ?? null, '--encoding');
  const said = {
    ...(delimiter !== null && { delimiter: /^(?:tab|\\t)$/i.test(delimiter) ? '\t' : delimiter }),
    ...(header !== null && { hasHeader: header === 'yes' }),
    ...(encoding !== null && { encoding }),
  };
  if (Object.keys(said).length === 0) return null;
  const parsed = FileReading.safeParse(said);
  if (parsed.success) return parsed.data;
  throw usage(`--delimiter takes no "${delimiter}".`, "It takes one sign, such as --delimiter ';', or the word tab.");
}

/** `postcode=category`; names of columns may hold the sign too. */
function readKind(given: string): { column: string; kind: z.infer<typeof NamedKind> } {
  const at = given.lastIndexOf('=');
  if (at <= 0) throw usage(`--kind "${given}" names no kind.`, `Write it like --kind postcode=category. It takes ${NamedKind.options.join(', ')}.`);
  const kind = oneOf(NamedKind.options, given.slice(at + 1), '--kind');
  return { column: given.slice(0, at), kind: kind ?? 'category' };
}

function readCosts(options: Record<string, unknown>): { falsePositive: number; falseNegative: number } | null {
  const missed = textOption(options, 'costMissed');
  const alarm = textOption(options, 'costFalseAlarm');
  if (missed === null && alarm === null) return null;
  return { falseNegative: amount('cost-missed', missed ?? '1'), falsePositive: amount('cost-false-alarm', alarm ?? '1') };
}

/** What an answer may cost; null where nothing is said. */
function readLimits(options: Record<string, unknown>): BuildRequest['limits'] | null {
  const [row, batch, megabytes] = ['maxRowMs', 'maxBatchMs', 'maxPackageMb'].map((name) => textOption(options, name));
  if (row === null && batch === null && megabytes === null) return null;
  return {
    ...(row !== null && { maxRowMs: amount('max-row-ms', row) }),
    ...(batch !== null && { maxBatchMsPerRow: amount('max-batch-ms', batch) }),
    ...(megabytes !== null && { maxPackageBytes: Math.max(1, Math.round(amount('max-package-mb', megabytes) * 1e6)) }),
  };
}

function amount(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw usage(`--${name} "${text}" is not a number above 0.`, `Write it like --${name} 10.`);
}

const readThreads = (threads: string | null) => (threads === null ? Math.min(8, availableParallelism()) : readWholeNumber('threads', threads, 1, 64));

/** Refuses what is not one with MW1001. */
export const readWholeNumber = (name: string, text: string, low: number, high: number): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw usage(`--${name} "${text}" is not a whole number from ${low} to ${high}.`, `Write it like --${name} ${Math.max(1, low)}.`);
};

function readFits(path: string): RecordedFit[] {
  try {
    return z.array(RecordedFit).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new ModelwrightError({
      code: 'MW1001',
      message: `"${path}" is not a recorded list of fits.`,
      hint: 'Give a file that a run recorded.',
      place: { file: path },
      cause,
    });
  }
}
