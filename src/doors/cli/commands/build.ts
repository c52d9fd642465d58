import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { z } from 'zod';
import { RecordedFit } from '../../../domain/candidate.ts';
import type { BuildRequest } from '../../../domain/event.ts';
import { didYouMean } from '../../../domain/closest-names.ts';
import { ModelwrightError } from '../../../domain/error.ts';
import { Metric } from '../../../domain/task.ts';
import type { BuildResult, BuildWatcher, Client } from '../../client/client.ts';
import type { CommandContext } from '../context.ts';
import { readDurationMs } from '../read-duration.ts';
import { renderCard } from '../render-card.ts';
import { openProgress, type Progress } from '../render-progress.ts';
import { renderResult } from '../render-result.ts';
import { showError } from '../show-error.ts';
import { listOption, textOption, type CommandWords } from '../command-words.ts';
import { openTerminal, printable, type Terminal } from '../terminal.ts';

export async function build(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const request = readRequest(words);
  return watch(words, context, (watcher) => client.build(request, watcher));
}

export async function resume(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  return watch(words, context, (watcher) => client.resume(words.positional[0], watcher));
}

/** Follows a build to its end, by people on a terminal or by a program that reads lines of JSON. */
async function watch(words: CommandWords, context: CommandContext, start: (watcher: BuildWatcher) => Promise<BuildResult>): Promise<number> {
  const { wantsJson } = words;
  const stop = new AbortController();
  const terminal = openTerminal(context.stdout, context.environment);
  const progress = wantsJson ? null : openProgress(terminal);
  const canAsk = !wantsJson && context.stdin.isTTY === true && terminal.isInteractive;
  let run: string | null = null;
  context.onInterrupt(
    () => {
      progress?.noteStop();
      stop.abort();
    },
    (exitCode) => {
      progress?.close();
      if (run !== null && !wantsJson) terminal.line(`  Left. Every step is on disk: ${context.commandName} resume ${run}`);
      process.exit(exitCode); // the caged worker dies with us
    },
  );
  try {
    const result = await start({
      onEvent(event, runId) {
        run = runId;
        if (progress) progress.show(event);
        else context.stdout.write(`${JSON.stringify({ ...event, run: runId })}\n`);
      },
      stopSignal: stop.signal,
      ...(progress && { showCard: (card) => renderCard(card, terminal) }),
      ...(progress && canAsk && questions(terminal, context, progress)),
    });
    progress?.close();
    if (wantsJson) context.stdout.write(`${JSON.stringify(result)}\n`);
    else renderResult(result, terminal, { commandName: context.commandName, home: textOption(words.options, 'home') });
    return 0;
  } catch (error) {
    progress?.close();
    return showError(error, wantsJson, context, canGoOn(error) ? run : null);
  }
}

/** A run that the machine or the budget let down is kept as it is; one refused for its words or its data is over. */
const canGoOn = (error: unknown) => error instanceof ModelwrightError && (error.kind === 'environment' || error.kind === 'budget');

/** The questions that only a person can answer. */
function questions(terminal: Terminal, context: CommandContext, progress: Progress): Pick<BuildWatcher, 'askTarget' | 'askApproval'> {
  const ask = async (question: string): Promise<string | null> => {
    progress.pause();
    const lines = createInterface({ input: context.stdin, output: context.stdout });
    try {
      // A terminal that is closed, or Ctrl-D, answers nothing more.
      return await new Promise<string | null>((resolve) => {
        lines.once('close', () => resolve(null));
        lines.once('SIGINT', () => lines.close());
        void lines.question(question).then(
          (answer) => resolve(answer.trim()),
          () => resolve(null),
        );
      });
    } finally {
      lines.close();
      progress.goOn();
    }
  };
  return {
    async askTarget(choices) {
      progress.pause();
      terminal.line('  Which column is to be predicted?');
      choices.forEach(({ target, reason }, index) => terminal.line(`    ${index + 1}  ${printable(target)}  ${terminal.style('dim', printable(reason))}`));
      const answer = await ask('  Number or column name: ');
      if (answer === null || answer === '') return null;
      return choices[Number(answer) - 1]?.target ?? answer;
    },
    async askApproval() {
      const answer = await ask('  [Enter] looks right   [n] stop here: ');
      if (answer === null) terminal.line('');
      return answer !== null && (answer === '' || /^y(es)?$/i.test(answer));
    },
  };
}

const wholeNumber = (name: string, text: string, low: number, high: number): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new ModelwrightError({
    code: 'MW1001',
    message: `--${name} "${text}" is not a whole number from ${low} to ${high}.`,
    hint: `Write it like --${name} ${Math.max(1, low)}.`,
  });
};

function readRequest({ positional, options }: CommandWords): BuildRequest {
  const metric = textOption(options, 'metric');
  const parsedMetric = metric === null ? null : Metric.safeParse(metric.replaceAll('-', '_'));
  if (parsedMetric && !parsedMetric.success) {
    throw new ModelwrightError({
      code: 'MW1001',
      message: `There is no metric "${metric}".`,
      hint: `${didYouMean(metric ?? '', Metric.options)}Metrics: ${Metric.options.join(', ')}.`,
    });
  }
  const threads = textOption(options, 'threads');
  const fits = textOption(options, 'fits');
  return {
    sentence: positional[0],
    data: textOption(options, 'data') ?? '',
    testData: textOption(options, 'test'),
    target: textOption(options, 'target'),
    metric: parsedMetric?.data ?? null,
    positive: textOption(options, 'positive'),
    drop: listOption(options, 'drop'),
    keep: listOption(options, 'keep'),
    time: textOption(options, 'time'),
    group: textOption(options, 'group'),
    budgetMs: readDurationMs(textOption(options, 'budget') ?? '60s'),
    name: textOption(options, 'name'),
    seed: wholeNumber('seed', textOption(options, 'seed') ?? '0', 0, 2 ** 31 - 1),
    threads: threads === null ? Math.min(8, availableParallelism()) : wholeNumber('threads', threads, 1, 64),
    isApproved: options['yes'] === true,
    ...(fits === null ? {} : { fits: readFits(fits) }),
  };
}

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
