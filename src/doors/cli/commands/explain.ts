import { errorCodes } from '../../../domain/error-codes.ts';
import { ModelwrightError } from '../../../domain/error.ts';
import type { CommandContext } from '../context.ts';
import type { CommandWords } from '../run-command.ts';
import { openTerminal } from '../terminal.ts';

const isKnown = (code: string): code is keyof typeof errorCodes => Object.hasOwn(errorCodes, code);

/** Prints the page of an error code. */
export function explain({ positional, wantsJson }: CommandWords, context: CommandContext): number {
  const code = positional[0].toUpperCase();
  if (!isKnown(code)) {
    throw new ModelwrightError({
      code: 'MW1001',
      message: `There is no error code "${positional[0]}".`,
      hint: `Codes run from ${Object.keys(errorCodes)[0]} to ${Object.keys(errorCodes).at(-1)}; docs/errors.md lists them.`,
    });
  }
  const page = errorCodes[code];
  if (wantsJson) {
    context.stdout.write(`${JSON.stringify({ ...page, errorKind: page.kind, kind: 'result', code })}\n`);
    return 0;
  }
  const terminal = openTerminal(context.stdout, context.environment);
  terminal.line(`${terminal.style('bold', code)}  ${page.title}  ${terminal.style('dim', `(${page.name})`)}`);
  terminal.line(`  ${page.meaning}`);
  terminal.line(`  ${terminal.style('bold', 'Fix')}  ${page.remedy}`);
  return 0;
}
