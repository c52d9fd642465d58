import { ModelwrightError } from '../../../domain/error.ts';
import type { Client, ReplayResult } from '../../client/client.ts';
import type { CommandContext } from '../context.ts';
import { counted, seconds } from '../figures.ts';
import { readWholeNumber } from '../read-request.ts';
import { textOption, type CommandWords } from '../command-words.ts';
import { aligned, printable } from '../terminal.ts';
import { showError } from '../show-error.ts';

/** Does a run again: a line a candidate, then the verdict. What differs is an error, and told line by line before it. */
export async function replay(client: Client, { positional, options, wantsJson }: CommandWords, context: CommandContext): Promise<number> {
  const threads = textOption(options, 'threads');
  const result = await client.replay({ reference: positional[0], threads: threads === null ? null : readWholeNumber('threads', threads, 1, 64) });
  if (wantsJson) context.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const line of linesOf(result)) context.stdout.write(`${printable(line)}\n`);
  return result.isSame ? 0 : showError(whatDiffers(result), wantsJson, context);
}

function linesOf({ candidates, others, isSame, fits, metric, run, model, versions, tolerance, wallMs }: ReplayResult): string[] {
  const table = aligned(
    ['CANDIDATE', metric.toUpperCase(), 'REPLAYED', 'DIFFERENCE', ''],
    candidates.map((one) => [`${one.id}  ${one.title}`, cell(one.recorded), cell(one.replayed), apart(one.difference), one.isSame ? '' : 'differs']),
  );
  const told = others.filter((one) => !one.isSame || isHeadline(one.what));
  const facts = aligned(
    ['', 'RUN', 'REPLAYED', 'DIFFERENCE', ''],
    told.map((one) => [one.what, cell(one.recorded), cell(one.replayed), apart(one.difference), one.isSame ? '' : 'differs']),
  );
  return [
    `${run}${model === null ? '' : ` (${model})`}: ${counted(fits, 'fit')} done again without the clock in ${seconds(wallMs)}`,
    ...(versions.recorded === versions.replayed ? [] : [`The run was made by version ${versions.recorded}, this is version ${versions.replayed}.`]),
    '',
    ...table,
    ...facts,
    ...(isSame ? ['', `The same to ${tolerance}.`] : []),
  ];
}

/** The others are told where they differ. */
const isHeadline = (what: string) => what === 'ensemble out of its folds' || what === 'score, value' || what.startsWith('graph of');

const MOST_CHARACTERS = 16;
const cell = (value: number | string | null): string => (value === null ? 'nothing' : typeof value === 'number' ? value.toPrecision(12) : shortened(value));
const shortened = (text: string) => (text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text);
const apart = (difference: number | null) => (difference === null ? '' : difference === 0 ? '0' : difference.toExponential(1));

const MOST_NAMED = 5;

function whatDiffers({ candidates, others, versions, run }: ReplayResult): ModelwrightError {
  const names = [
    ...candidates.filter(({ isSame }) => !isSame).map(({ id, title }) => `the score of ${id} (${title})`),
    ...others.filter(({ isSame }) => !isSame).map(({ what }) => what),
  ];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return new ModelwrightError({
    code: 'MW2013',
    message: `The replay of ${run} came to something else: ${names.slice(0, MOST_NAMED).join(', ')}${more}.`,
    hint:
      versions.recorded === versions.replayed
        ? 'The log or the package was changed since, or this machine computes otherwise: do not rely on the model.'
        : `Replay with the version of the run, ${versions.recorded}, to tell a change of the program from a change of the record.`,
  });
}
