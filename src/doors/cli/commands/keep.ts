import { verdictSentences } from '../../../domain/verdict.ts';
import type { Client } from '../../client/client.ts';
import type { CommandContext } from '../context.ts';
import { counted, number, percent } from '../figures.ts';
import { coverageLine, measuredLine } from '../render-result.ts';
import { textOption, type CommandWords } from '../command-words.ts';
import { aligned, printable } from '../terminal.ts';

/** Commands about what is kept: models, runs and keys. */
type Answer = { json: object; lines: string[] };

function tell({ wantsJson }: CommandWords, context: CommandContext, answer: Answer): number {
  if (wantsJson) context.stdout.write(`${JSON.stringify({ kind: 'result', ...answer.json })}\n`);
  else for (const line of answer.lines) context.stdout.write(`${printable(line)}\n`);
  return 0;
}

const moment = (iso: string) => iso.slice(0, 16).replace('T', ' ');

const MAX_SHOWN = 6;
const shortened = (names: string[]) => `${names.slice(0, MAX_SHOWN).join(', ')}${names.length > MAX_SHOWN ? `, … (${names.length})` : ''}`;

export async function list(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const models = await client.listModels();
  const rows = models.map(({ reference, target, metric, score, createdAt }) => {
    const measured = score ? `${metric} ${number(score.score.value)} (${number(score.score.low)} to ${number(score.score.high)})` : metric;
    return [reference, target, measured, moment(createdAt)];
  });
  const none = [`No models yet. Make one: ${context.commandName} build "which customers are about to leave?" --data customers.csv`];
  return tell(words, context, { json: { models }, lines: rows.length > 0 ? aligned(['MODEL', 'PREDICTS', 'MEASURED', 'MADE (UTC)'], rows) : none });
}

export async function runs(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const known = await client.listRuns();
  const rows = known.map(({ run, startedAt, state, failure, model, sentence }) => [
    run,
    moment(startedAt),
    failure ? `${state} ${failure}` : state,
    model ?? '',
    sentence,
  ]);
  return tell(words, context, {
    json: { runs: known },
    lines: rows.length > 0 ? aligned(['RUN', 'STARTED (UTC)', 'STATE', 'MODEL', 'SENTENCE'], rows) : ['No runs yet.'],
  });
}

export async function show(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const { summary, manifest, contract } = await client.showModel(words.positional[0]);
  const inputs = contract.inputs.map(({ name, kind, levels, range, missingShare }) => [
    `  ${name}`,
    kind,
    levels ? shortened(levels) : range ? `${number(range.low)} to ${number(range.high)}` : '',
    missingShare > 0 ? `${percent(missingShare)} missing` : '',
  ]);
  const { plan } = manifest;
  const lines = [
    `${summary.reference}  made ${moment(summary.createdAt)} UTC from "${plan.sentence}"`,
    `predicts   ${summary.target} (${contract.task === 'regression' ? 'a number' : shortened(contract.classes)})`,
    ...(summary.score
      ? [
          `measured   ${measuredLine(summary.score)}`,
          `verdict    ${verdictSentences[summary.score.verdict]}${summary.score.verdictReason ? ` ${summary.score.verdictReason}` : ''}`,
        ]
      : []),
    ...(manifest.refit
      ? [
          `           by its twin, the same recipe, which learnt from ${counted(manifest.refit.twinRowCount, 'row')} and never saw the measured ones`,
          `ships      trained once more on all ${counted(manifest.refit.rowCount, 'row')}`,
        ]
      : []),
    `holds      ${manifest.members.map(({ title, weight }) => `${title} ${percent(weight)}`).join(', ')}`,
    `answers    ${shortened(contract.outputs)}`,
    ...(summary.score?.coverage ? [`ranges     ${coverageLine(summary.score.coverage)}`] : []),
    `package    ${summary.path}`,
    `id         ${summary.modelId}`,
    '',
    `reads ${counted(contract.inputs.length, 'column')}:`,
    ...aligned(['  COLUMN', 'KIND', 'VALUES MET', ''], inputs),
  ];
  return tell(words, context, { json: { summary, manifest, contract }, lines });
}

export async function report(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const { path } = await client.report(words.positional[0], textOption(words.options, 'out'));
  return tell(words, context, { json: { path }, lines: [path] });
}

export async function verify(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const found = await client.verify(words.positional[0]);
  const lines = [`Verified: ${found.fileCount} files as signed, key ${found.fingerprint} trusted.`, `  id ${found.modelId}`];
  return tell(words, context, { json: { isVerified: true, ...found }, lines });
}

export async function trust(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const { fingerprint } = await client.trust(words.positional[0]);
  return tell(words, context, { json: { fingerprint }, lines: [`Packages signed by key ${fingerprint} are accepted from now on.`] });
}

export async function exportModel(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const { path } = await client.exportModel(words.positional[0], words.positional[1]);
  return tell(words, context, { json: { path }, lines: [path] });
}

export async function remove(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const { removed } = await client.remove(words.positional[0]);
  return tell(words, context, { json: { removed }, lines: [`Removed ${removed}.`] });
}
