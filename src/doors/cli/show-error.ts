import { ModelwrightError, type ErrorKind } from '../../domain/error.ts';
import type { CommandContext } from './context.ts';
import { openTerminal, printable } from './terminal.ts';

/** How a command ends, by whose error it is. */
export const exitCodes: Record<ErrorKind, number> = { usage: 2, data: 4, environment: 3, budget: 5, internal: 1 };

/**
 * Says an error as a person reads it, or as one envelope line with `--json`; returns the exit code that follows from its kind.
 * @param run the run that it ended and that can be resumed, or null
 */
export function showError(error: unknown, wantsJson: boolean, context: CommandContext, run: string | null = null): number {
  const known = error instanceof ModelwrightError ? error : asInternal(error);
  const hint = inWords(known.hint, context);
  if (wantsJson) {
    const { code, name, message, place, choices } = known.toJSON();
    context.stdout.write(
      `${JSON.stringify({ kind: 'error', code, name, message, hint, place, ...(choices && { choices }), errorKind: known.kind, ...(run !== null && { run }) })}\n`,
    );
    return exitCodes[known.kind];
  }
  const terminal = openTerminal(context.stderr, context.environment);
  const row = (title: string, text: string) => terminal.wrapped(`  ${terminal.style('bold', title.padEnd(6))}${text}`, 8);
  terminal.wrapped(`${terminal.style('red', known.code)}  ${printable(placeOf(known) + known.message)}`, 8);
  known.choices.forEach(({ label, detail, option }, index) =>
    row(String(index + 1).padStart(4), `${printable(label)}  ${terminal.style('dim', `(${printable(detail)})`)}  ${printable(option)}`),
  );
  row('Fix', printable(hint));
  if (run !== null) row('Go on', `${context.commandName} resume ${run}`);
  row('More', `${context.commandName} explain ${known.code}`);
  if (known.kind === 'internal' && known.cause instanceof Error && context.environment['MODELWRIGHT_DEBUG'])
    terminal.line(known.cause.stack ?? known.cause.message);
  return exitCodes[known.kind];
}

/** File, row and column, each unless the message names it already. */
function placeOf({ place: { file, row, column }, message }: ModelwrightError): string {
  const isTold = (name: string) => message.includes(name) || message.includes(name.slice(name.lastIndexOf('/') + 1));
  const parts = [
    ...(file === undefined || isTold(file) ? [] : [file]),
    ...(row === undefined || new RegExp(`\\brow ${row}\\b`, 'i').test(message) ? [] : [`row ${row}`]),
    ...(column === undefined || message.includes(column) ? [] : [`column "${column}"`]),
  ];
  return parts.length > 0 ? `${parts.join(', ')}: ` : '';
}

/** Hints name our command as it is published; a clone calls it by another name. */
const inWords = (hint: string, { commandName }: CommandContext) => hint.replaceAll(/(?<![\w/.-])modelwright(?= [a-z-])/g, commandName);

const asInternal = (error: unknown) =>
  new ModelwrightError({
    code: 'MW9001',
    message: `Modelwright met something it did not expect: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'This is a fault of Modelwright. Run again with MODELWRIGHT_DEBUG=1 and report what it prints.',
    cause: error,
  });
