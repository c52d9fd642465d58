import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Client } from '../../client/client.ts';
import type { CommandContext } from '../context.ts';
import { number, verdictLine } from '../render-result.ts';
import { textOption, type CommandWords } from '../run-command.ts';
import { openTerminal, printable } from '../terminal.ts';

/** Commands about what is kept: models, runs, keys, and the state of the machine. */
type Answer = { json: unknown; lines: string[] };

function tell({ wantsJson }: CommandWords, context: CommandContext, answer: Answer): number {
  if (wantsJson) context.stdout.write(`${JSON.stringify({ kind: 'result', ...(Array.isArray(answer.json) ? { items: answer.json } : Object(answer.json)) })}\n`);
  else for (const line of answer.lines) context.stdout.write(`${printable(line)}\n`);
  return 0;
}

export async function list(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const models = await client.listModels();
  const lines = models.map(({ reference, target, metric, score, createdAt }) => {
    const measured = score ? `${metric} ${number(score.score.value)} (${number(score.score.low)} to ${number(score.score.high)})` : metric;
    return `${reference.padEnd(24)} ${target.padEnd(20)} ${measured.padEnd(40)} ${createdAt.slice(0, 16).replace('T', ' ')}`;
  });
  return tell(words, context, { json: models, lines: lines.length > 0 ? lines : ['No models yet. Build one: modelwright build "…" --data FILE'] });
}

export async function runs(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const known = await client.listRuns();
  const lines = known.map(({ run, startedAt, state, model, sentence }) =>
    [run, startedAt.slice(0, 16).replace('T', ' '), state.padEnd(11), (model ?? '').padEnd(20), sentence].join('  '),
  );
  return tell(words, context, { json: known, lines: lines.length > 0 ? lines : ['No runs yet.'] });
}

export async function show(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const { summary, manifest, contract } = await client.showModel(words.positional[0]);
  const lines = [
    `${summary.reference}  ${summary.createdAt}`,
    `  predicts ${summary.target} (${summary.task})`,
    ...(summary.score ? [`  ${verdictLine(summary.score)}`] : []),
    `  ${summary.path}`,
    `  id ${summary.modelId}`,
    JSON.stringify(contract, null, 2),
  ];
  return tell(words, context, { json: { summary, manifest, contract }, lines });
}

export async function report(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const html = await client.readReport(words.positional[0]);
  const out = textOption(words.options, 'out');
  if (out === null) {
    const { summary } = await client.showModel(words.positional[0]);
    return tell(words, context, { json: { path: resolve(summary.path, 'report.html') }, lines: [resolve(summary.path, 'report.html')] });
  }
  writeFileSync(out, html);
  return tell(words, context, { json: { path: resolve(out) }, lines: [resolve(out)] });
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

export async function doctor(client: Client, words: CommandWords, context: CommandContext): Promise<number> {
  const { walls, isCaged, home } = await client.examine();
  const { style } = openTerminal(context.stdout, context.environment);
  const lines = walls.flatMap(({ name, isUp, detail, remedy }) => [
    `${isUp ? style('green', 'up  ') : style('red', 'DOWN')}  ${name.padEnd(26)} ${detail}`,
    ...(isUp || remedy === undefined ? [] : [`      ${''.padEnd(26)} Fix: ${remedy}`]),
  ]);
  lines.push(
    '',
    isCaged
      ? 'Training runs in the cage: no network, no files of yours, bounded time and memory.'
      : 'WARNING: no cage can be had here. Curated learners run without one; generated code is refused.',
    `Home: ${home}`,
  );
  if (words.wantsJson) return tell(words, context, { json: { walls, isCaged, home }, lines });
  // Colour codes are ours here; the texts of walls hold nothing of a stranger's.
  for (const line of lines) context.stdout.write(`${line}\n`);
  return isCaged ? 0 : 3;
}
