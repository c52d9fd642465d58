import { resolve } from 'node:path';
import { ModelwrightError } from '../../../domain/error.ts';
import type { Client } from '../../client/client.ts';
import { personAnswers } from '../ask-person.ts';
import { textOption, type CommandWords } from '../command-words.ts';
import type { CommandContext } from '../context.ts';
import { shellWord } from '../figures.ts';
import { writePlanFile } from '../plan-file.ts';
import { readRequest } from '../read-request.ts';
import { renderCard } from '../render-card.ts';
import { openTerminal } from '../terminal.ts';

/** Reads sentence and table, shows the plan, and stops there. */
export async function plan(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const { wantsJson, options } = words;
  const request = readRequest(words, 'plan');
  const out = textOption(options, 'out');
  if (out !== null) refuseOverwriting(out, [request.data, request.testData]);
  const terminal = openTerminal(context.stdout, context.environment);
  const canAsk = !wantsJson && context.stdin.isTTY === true && terminal.isInteractive && !request.isApproved;
  const never = new AbortController();
  const result = await client.plan(request, { onEvent: () => undefined, stopSignal: never.signal, ...(canAsk && personAnswers(terminal, context, null)) });
  if (out !== null) writePlanFile(out, result.plan);
  if (wantsJson) {
    context.stdout.write(`${JSON.stringify({ ...result, out })}\n`);
    return 0;
  }
  renderCard(result.card, terminal, 'with --json');
  terminal.line('');
  if (out === null) terminal.line(`  Keep it   add --out plan.json, then: ${context.commandName} build --plan plan.json`);
  else terminal.line(`  Kept in ${out}. Edit it if you like, then: ${context.commandName} build --plan ${shellWord(out)}`);
  return 0;
}

/** A slip of the hand must not put a plan in the place of the table it is made from. */
function refuseOverwriting(out: string, tables: (string | null)[]): void {
  const table = tables.find((path) => path !== null && resolve(path) === resolve(out));
  if (!table) return;
  throw new ModelwrightError({
    code: 'MW1001',
    message: `--out "${out}" is the table itself, which the plan would replace.`,
    hint: 'Name another file, such as plan.json.',
    place: { file: out },
  });
}
