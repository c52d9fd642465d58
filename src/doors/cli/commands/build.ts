import { ModelwrightError } from '../../../domain/error.ts';
import type { BuildResult, BuildWatcher, Client } from '../../client/client.ts';
import type { CommandContext } from '../context.ts';
import { renderCard } from '../render-card.ts';
import { readRequest } from '../read-request.ts';
import { openProgress } from '../render-progress.ts';
import { renderResult } from '../render-result.ts';
import { showError } from '../show-error.ts';
import { personAnswers } from '../ask-person.ts';
import { textOption, type CommandWords } from '../command-words.ts';
import { openTerminal } from '../terminal.ts';

export async function build(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const request = readRequest(words, 'build');
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
      ...(progress && { showCard: (card) => renderCard(card, terminal, 'in the report') }),
      ...(progress && canAsk && personAnswers(terminal, context, progress)),
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
