import type { Client } from '../client/client.ts';
import { build, resume } from './commands/build.ts';
import { doctor } from './commands/doctor.ts';
import { explain } from './commands/explain.ts';
import { exportModel, list, remove, report, runs, show, trust, verify } from './commands/keep.ts';
import { plan } from './commands/plan.ts';
import { evaluate, predict } from './commands/predict.ts';
import { replay } from './commands/replay.ts';
import { threats } from './commands/threats.ts';
import { textOption, type CommandWords } from './command-words.ts';
import type { CommandContext } from './context.ts';
import { showError } from './show-error.ts';

type CommandRun = (client: Client, words: CommandWords, context: CommandContext) => Promise<number>;

const commands: Record<string, CommandRun> = {
  plan,
  build,
  resume,
  replay,
  predict,
  evaluate,
  list,
  show,
  report,
  verify,
  trust,
  export: exportModel,
  runs,
  rm: remove,
  doctor,
  threats,
};

export async function runCommand(name: string, positional: string[], options: Record<string, unknown>, context: CommandContext): Promise<number> {
  const wantsJson = options['json'] === true;
  const words = { positional, options, wantsJson };
  try {
    if (name === 'explain') return explain(words, context);
    const run = commands[name];
    if (!run) throw new Error(`no code runs the command ${name}`);
    const { connect } = await import('../connect.ts');
    const client = await connect({ home: textOption(options, 'home'), environment: context.environment, version: context.version });
    try {
      return await run(client, words, context);
    } finally {
      await client.close();
    }
  } catch (error) {
    return showError(error, wantsJson, context);
  }
}
