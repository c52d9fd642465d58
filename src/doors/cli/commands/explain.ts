import { didYouMean } from '../../../domain/closest-names.ts';
import { errorCodes } from '../../../domain/error-codes.ts';
import { ModelwrightError } from '../../../domain/error.ts';
import type { CommandContext } from '../context.ts';
import type { CommandWords } from '../command-words.ts';
import { openTerminal } from '../terminal.ts';

const isKnown = (code: string): code is keyof typeof errorCodes => Object.hasOwn(errorCodes, code);

/** Prints the page of an error code. */
export function explain({ positional, wantsJson }: CommandWords, context: CommandContext): number {
  const asked = positional[0].trim();
  const code = Object.entries(errorCodes).find(([, page]) => page.name === asked.toLowerCase())?.[0] ?? asked.toUpperCase();
  if (!isKnown(code)) {
    throw new ModelwrightError({
      code: 'MW1001',
      message: `There is no error code "${asked}".`,
      hint: `${didYouMean(asked, [...Object.keys(errorCodes), ...Object.values(errorCodes).map(({ name }) => name)])}A code looks like MW1104; the error that you met ends with its own.`,
    });
  }
  const page = errorCodes[code];
  if (wantsJson) {
    context.stdout.write(`${JSON.stringify({ ...page, errorKind: page.kind, kind: 'result', code })}\n`);
    return 0;
  }
  const terminal = openTerminal(context.stdout, context.environment);
  terminal.line(`${terminal.style('bold', code)}  ${page.title}  ${terminal.style('dim', `(${page.name})`)}`);
  terminal.wrapped(`  ${page.meaning}`, 2);
  terminal.wrapped(`  ${terminal.style('bold', 'Fix')}  ${page.remedy}`, 7);
  return 0;
}
