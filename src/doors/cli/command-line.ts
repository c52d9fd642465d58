import { Command, CommanderError, Option } from 'commander';
import type { CommandContext } from './context.ts';

/**
 * Words on a terminal become calls of the client. Only what `--help` needs is loaded here; each command loads the rest, so that
 * help and version answer at once.
 */
const collect = (value: string, previous: string[]) => [...previous, value];

function describe(version: string, run: (name: string, positional: string[], options: Record<string, unknown>) => Promise<number>): Command {
  const program = new Command('modelwright');
  program
    .description('Say what you want to predict, hand over the data, get a model you can trust, on your own machines.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Examples
  modelwright build "which customers are about to leave?" --data customers.csv
  modelwright predict churn --data new.csv --out scored.csv
  modelwright explain MW1104

MODEL is a name, name@version or the folder of a package.`,
    );
  const command = (text: string, summary: string) => {
    const made = program
      .command(text)
      .description(summary)
      .option('--json', 'answer as JSON on stdout')
      .option('--home <DIR>', 'where runs, models and keys are kept (default ~/.modelwright, or MODELWRIGHT_HOME)');
    made.action(async () => {
      await run(made.name(), made.processedArgs.map(String), made.opts());
    });
    return made;
  };
  command('build <sentence>', 'train, measure and package a model')
    .requiredOption('--data <FILE>', 'the table: CSV, TSV (also gzipped) or Parquet')
    .option('--test <FILE>', 'a table kept apart to measure on')
    .option('--target <COLUMN>', 'the column to predict')
    .option('--metric <NAME>', 'how it is judged')
    .option('--positive <CLASS>', 'the class that probabilities are about')
    .option('--drop <COLUMN>', 'leave a column out (repeatable)', collect, [])
    .option('--keep <COLUMN>', 'keep a column that would be left out (repeatable)', collect, [])
    .option('--time <COLUMN>', 'rows are ordered in time by this column')
    .option('--group <COLUMN>', 'rows with the same value belong together')
    .option('--budget <TIME>', 'wall-clock time from command to answer: 60s, 5m, 1h', '60s')
    .option('--name <NAME>', 'name of the model')
    .option('--seed <N>', 'seed of every choice made by chance', '0')
    .option('--threads <N>', 'fits side by side (default: processors, at most 8)')
    .option('--yes', 'approve the plan without asking')
    .addOption(new Option('--fits <FILE>', 'repeat a recorded list of fits').hideHelp());
  command('predict <model>', 'answer new rows')
    .option('--data <FILE>', 'a table of rows')
    .option('--out <FILE>', 'where the answers go: .csv, .jsonl or .parquet (default: CSV on stdout)')
    .option('--row <JSON>', 'one row as a JSON object')
    .option('--strict', 'refuse values that the model does not know');
  command('evaluate <model>', 'measure a model on labelled rows').requiredOption('--data <FILE>', 'a table with the target');
  command('list', 'the models of this home');
  command('show <model>', 'what a model is, was measured at and expects');
  command('report <model>', 'write the report of a model').option('--out <FILE>', 'where it goes (default: the path of the report is printed)');
  command('verify <model>', 'check hashes, signature and trust of a package');
  command('trust <key>', 'accept packages signed by this key (its text or a file that holds it)');
  command('export <model> <dir>', 'copy the package of a model');
  command('resume <run>', 'go on with a run that was interrupted');
  command('runs', 'the runs of this home');
  command('rm <reference>', 'remove a model (name@version) or a run');
  command('doctor', 'what stands between training code and this machine');
  command('explain <code>', 'what an error code means and what to do');
  return program;
}

/** Runs one command line; returns the exit code: 0 done, 1 failed, 2 wrong usage, 3 environment, 4 data refused, 5 budget ended without a model. */
export async function runCommandLine(context: CommandContext): Promise<number> {
  let exitCode = 0;
  const program = describe(context.version, async (name, positional, options) => {
    const { runCommand } = await import('./run-command.ts');
    return (exitCode = await runCommand(name, positional, options, context));
  });
  const wantsJson = context.words.includes('--json');
  program.exitOverride().configureOutput({
    writeOut: (text) => void context.stdout.write(text),
    writeErr: (text) => (wantsJson ? undefined : void context.stderr.write(text)),
  });
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeOut: (text) => void context.stdout.write(text), writeErr: () => undefined });
  }
  try {
    if (context.words.length === 0) {
      program.outputHelp();
      return 2;
    }
    await program.parseAsync(context.words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const { showError } = await import('./show-error.ts');
    const { usageError } = await import('./usage-error.ts');
    return showError(usageError(error.message), wantsJson, context);
  }
}
