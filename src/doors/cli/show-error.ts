import { ModelwrightError, type ErrorKind } from '../../domain/error.ts';
import type { CommandContext } from './context.ts';
import { openTerminal, printable } from './terminal.ts';

const exitCodes: Record<ErrorKind, number> = { usage: 2, data: 4, environment: 3, budget: 5, internal: 1 };

/** Says an error as a person reads it, or as one envelope line with `--json`; returns the exit code that follows from its kind. */
export function showError(error: unknown, wantsJson: boolean, context: CommandContext): number {
  const known = error instanceof ModelwrightError ? error : asInternal(error);
  if (wantsJson) {
    context.stdout.write(`${JSON.stringify({ ...known.toJSON(), errorKind: known.kind, kind: 'error' })}\n`);
    return exitCodes[known.kind];
  }
  const terminal = openTerminal(context.stderr, context.environment);
  const { file, row, column } = known.place;
  const place = [file, row === undefined ? undefined : `row ${row}`, column === undefined ? undefined : `column "${column}"`].filter((part) => part !== undefined);
  const where = place.length > 0 && !place.every((part) => known.message.includes(part)) ? `${place.join(', ')}: ` : '';
  terminal.line(`${terminal.style('red', known.code)}  ${printable(where + known.message)}`);
  terminal.line(`  ${terminal.style('bold', 'Fix')}    ${printable(known.hint)}`);
  terminal.line(`  ${terminal.style('bold', 'More')}   modelwright explain ${known.code}`);
  if (known.kind === 'internal' && known.cause instanceof Error && context.environment['MODELWRIGHT_DEBUG']) terminal.line(known.cause.stack ?? known.cause.message);
  return exitCodes[known.kind];
}

const asInternal = (error: unknown) =>
  new ModelwrightError({
    code: 'MW9001',
    message: `Modelwright met something it did not expect: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'This is a fault of Modelwright. Run again with MODELWRIGHT_DEBUG=1 and report what it prints.',
    cause: error,
  });
