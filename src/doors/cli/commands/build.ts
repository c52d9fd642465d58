import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { z } from 'zod';
import { RecordedFit } from '../../../domain/candidate.ts';
import type { BuildRequest } from '../../../domain/event.ts';
import { ModelwrightError } from '../../../domain/error.ts';
import { Metric } from '../../../domain/task.ts';
import type { BuildResult, BuildWatcher, Client } from '../../client/client.ts';
import type { CommandContext } from '../context.ts';
import { readDurationMs } from '../read-duration.ts';
import { renderCard } from '../render-card.ts';
import { openProgress } from '../render-progress.ts';
import { renderResult } from '../render-result.ts';
import { listOption, textOption, type CommandWords } from '../run-command.ts';
import { openTerminal, printable, type Terminal } from '../terminal.ts';

export async function build(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const request = readRequest(words);
  return watch(words, context, (watcher) => client.build(request, watcher));
}

export async function resume(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  return watch(words, context, (watcher) => client.resume(words.positional[0], watcher));
}

async function watch({ wantsJson }: CommandWords, context: CommandContext, start: (watcher: BuildWatcher) => Promise<BuildResult>): Promise<number> {
  const stop = new AbortController();
  context.onInterrupt(
    () => stop.abort(),
    () => process.exit(130), // the caged worker dies with us, every step is on disk: `resume` goes on from here
  );
  if (wantsJson) {
    const result = await start({ onEvent: (event) => void context.stdout.write(`${JSON.stringify(event)}\n`), stopSignal: stop.signal });
    context.stdout.write(`${JSON.stringify(result)}\n`);
    return 0;
  }
  const terminal = openTerminal(context.stdout, context.environment);
  const progress = openProgress(terminal);
  const canAsk = context.stdin.isTTY === true && terminal.isInteractive;
  try {
    const result = await start({
      onEvent: (event) => progress.show(event),
      stopSignal: stop.signal,
      ...(canAsk ? questions(terminal, context, progress) : { showCard: (card) => renderCard(card, terminal) }),
    });
    progress.close();
    renderResult(result, terminal, context.commandName);
    return 0;
  } finally {
    progress.close();
  }
}

type Paused = { pause(): void };

/** The questions that only a person can answer. */
function questions(terminal: Terminal, context: CommandContext, progress: Paused): Pick<BuildWatcher, 'askTarget' | 'askApproval' | 'showCard'> {
  const ask = async (question: string): Promise<string> => {
    progress.pause();
    const lines = createInterface({ input: context.stdin, output: context.stdout });
    try {
      return (await lines.question(question)).trim();
    } finally {
      lines.close();
    }
  };
  return {
    showCard: (card) => renderCard(card, terminal),
    async askTarget(choices) {
      terminal.line('  Which column is to be predicted?');
      choices.forEach(({ target, reason }, index) => terminal.line(`    ${index + 1}  ${printable(target)}  ${terminal.style('dim', printable(reason))}`));
      const answer = await ask('  Number or column name: ');
      return choices[Number(answer) - 1]?.target ?? (answer === '' ? null : answer);
    },
    async askApproval() {
      const answer = await ask('  [Enter] looks right   [n] stop here: ');
      return answer === '' || /^y/i.test(answer);
    },
  };
}

const wholeNumber = (name: string, text: string, low: number, high: number): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new ModelwrightError({ code: 'MW1001', message: `--${name} "${text}" is not a whole number from ${low} to ${high}.`, hint: `Write it like --${name} ${low + 1}.` });
};

function readRequest({ positional, options }: CommandWords): BuildRequest {
  const metric = textOption(options, 'metric');
  const parsedMetric = metric === null ? null : Metric.safeParse(metric.replaceAll('-', '_'));
  if (parsedMetric && !parsedMetric.success) {
    throw new ModelwrightError({ code: 'MW1001', message: `There is no metric "${metric}".`, hint: `Metrics: ${Metric.options.join(', ')}.` });
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
    throw new ModelwrightError({ code: 'MW1001', message: `"${path}" is not a recorded list of fits.`, hint: 'Give a file that a run recorded.', place: { file: path }, cause });
  }
}
