import { resolve } from 'node:path';
import { coverageWarning } from '../../../domain/coverage-words.ts';
import { ModelwrightError } from '../../../domain/error.ts';
import type { Client, PredictionWarning } from '../../client/client.ts';
import type { CommandContext } from '../context.ts';
import { counted, number, percent, seconds } from '../figures.ts';
import { coverageLine, measuredLine } from '../render-result.ts';
import { textOption, type CommandWords } from '../command-words.ts';
import { openTerminal, printable } from '../terminal.ts';

const told = ({ column, problem, count }: PredictionWarning) => `"${column}": ${problem} in ${counted(count, 'row')}`;

/** Answers a table or one row. */
export async function predict(client: Client, { positional, options, wantsJson }: CommandWords, context: CommandContext): Promise<number> {
  const [model] = positional;
  const data = textOption(options, 'data');
  const row = textOption(options, 'row');
  const isStrict = options['strict'] === true;
  if ((data === null) === (row === null)) {
    throw new ModelwrightError({ code: 'MW1001', message: 'Give either --data FILE or --row JSON.', hint: 'One table or one row at a time.' });
  }
  const notices = openTerminal(context.stderr, context.environment);
  if (row !== null) {
    const answer = await client.predictRow({ model, row: readRow(row), isStrict });
    if (wantsJson) context.stdout.write(`${JSON.stringify({ kind: 'result', ...answer })}\n`);
    else {
      const { interval } = answer;
      const range = interval ? [`${percent(interval.level)}: ${number(interval.low)} to ${number(interval.high)}`] : [];
      const sure = answer.probabilities ? Object.entries(answer.probabilities).map(([name, share]) => `${name} ${number(share)}`) : range;
      context.stdout.write(`${printable(String(answer.prediction))}${sure.length > 0 ? `  (${printable(sure.slice(0, 10).join(', '))})` : ''}\n`);
      for (const warning of answer.warnings) notices.line(`  ${printable(told(warning))}`);
    }
    return 0;
  }
  const out = textOption(options, 'out');
  if (out !== null && resolve(out) === resolve(data ?? '')) {
    throw new ModelwrightError({
      code: 'MW1001',
      message: `--out "${out}" is the table itself, which the answers would replace.`,
      hint: 'Name another file, such as scored.csv.',
      place: { file: out },
    });
  }
  const write = (text: string) => void context.stdout.write(text);
  const done = await client.predictFile({ model, data: data ?? '', out, isStrict, textFormat: wantsJson ? 'jsonl' : 'csv', write });
  if (wantsJson) context.stdout.write(`${JSON.stringify({ kind: 'result', ...done })}\n`);
  else {
    for (const text of [...done.notes, ...done.warnings.map(told)]) notices.line(`  ${printable(text)}`);
    if (out !== null) notices.line(`${counted(done.rowCount, 'row')} answered in ${seconds(done.durationMs)}: ${printable(out)}`);
  }
  return 0;
}

/** Measures a model on labelled rows. */
export async function evaluate(client: Client, { positional, options, wantsJson }: CommandWords, context: CommandContext): Promise<number> {
  const found = await client.evaluate({ model: positional[0], data: textOption(options, 'data') ?? '' });
  if (wantsJson) context.stdout.write(`${JSON.stringify({ kind: 'result', ...found })}\n`);
  else {
    context.stdout.write(`${measuredLine(found)}\n`);
    if (found.coverage !== null) context.stdout.write(`${coverageLine(found.coverage)}\n`);
    const warning = found.coverage && coverageWarning(found.coverage);
    if (warning !== null) openTerminal(context.stderr, context.environment).line(warning);
  }
  return 0;
}

/** The row as it stands on the command line; throws MW1001 for anything but a JSON object. */
export function readRow(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // Told below, together with what is JSON but no object.
  }
  throw new ModelwrightError({
    code: 'MW1001',
    message: '--row is not a JSON object.',
    hint: `Write it like --row '{"tenure": 3, "Contract": "Month-to-month"}'.`,
  });
}
