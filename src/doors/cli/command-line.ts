import { Command, CommanderError, Option } from 'commander';
import { metricNames } from '../../domain/metric-names.ts';
import type { CommandContext } from './context.ts';

type Run = (name: string, positional: string[], options: Record<string, unknown>) => Promise<void>;

const collect = (value: string, previous: string[] = []) => [...previous, value];

/** Every command, option and help text. Only what `--help` needs is loaded here, so that help answers at once; running a command loads the rest. */
export function describeCommands(version: string, run: Run): Command {
  const program = new Command('modelwright');
  program
    .description('Say what you want to predict, hand over the data, get a model you can trust, on your own machines.')
    .usage('<command> [options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map((argument) => `<${argument.name()}>`)].join(' ') })
    .addHelpText(
      'after',
      `
Examples:
  modelwright plan "which customers are about to leave?" --data customers.csv
  modelwright build "which customers are about to leave?" --data customers.csv
  modelwright predict churn --data new.csv --out scored.csv
  modelwright predict churn --row '{"tenure": 3, "Contract": "One year"}'
  modelwright explain MW1104

MODEL is a name, name@version or the folder of a package. NO_COLOR is honoured.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 environment, 4 data refused, 5 budget ended without a model.`,
    );
  const command = (text: string, usage: string, summary: string, needed: string[] = []) => {
    const made = program.command(text).description(summary).usage(usage).helpOption('-h, --help', 'show this help');
    made.action(() => {
      // Not the parser's own kind of required option: it would complain of that before it looks at a misspelt one.
      const lacking = made.options.find((option) => needed.includes(option.long ?? '') && made.getOptionValue(option.attributeName()) === undefined);
      if (lacking) made.error(`required option '${lacking.flags}' not specified`, { code: 'commander.missingMandatoryOptionValue' });
      return run(made.name(), made.processedArgs.filter((word) => word !== undefined).map(String), made.opts());
    });
    return made;
  };
  const planning = (made: Command) =>
    made
      .option('--data <FILE>', 'the table: CSV, TSV or other delimited text, JSON lines (each also gzipped), or Parquet')
      .option('--test <FILE>', 'a table kept apart to measure on (default: rows of the table are locked away)')
      .option('--target <COLUMN>', `the column to predict, or an expression over columns: '"days_late" > 30' (default: read from the sentence)`)
      .option('--task <KIND>', 'binary, multiclass or regression (default: by what the target holds)')
      .option('--metric <NAME>', 'how it is judged (default: by the words, or by the kind of target)')
      .option('--positive <CLASS>', 'the class of two that is looked for')
      .option('--cost-missed <N>', 'what missing one of that class costs, beside a false alarm')
      .option('--cost-false-alarm <N>', 'what a false alarm costs, beside missing one')
      .option('--capacity <N>', 'how many rows can be acted on in a period')
      .option('--moment <WORDS>', 'when the question is asked ("at sign-up"): what is written later is left out')
      .option('--drop <COLUMN>', 'leave a column out (repeatable)', collect)
      .option('--keep <COLUMN>', 'keep a column that would be left out (repeatable)', collect)
      .option('--kind <COLUMN=KIND>', 'take a column for a number, category, text, date, boolean or identifier, whatever it looks like (repeatable)', collect)
      .option('--delimiter <SIGN>', 'what parts the cells of the file: , or ; or tab (default: found out)')
      .option('--header <YES>', 'yes or no: whether the first line holds the names of the columns (default: found out)')
      .option('--encoding <NAME>', 'utf-8, windows-1252, utf-16le or utf-16be (default: found out)')
      .option('--dates <ORDER>', 'day-first or month-first, for dates such as 03/04/2024 where the file does not settle it')
      .option('--decimal <MARK>', 'point or comma, for numbers such as 1.234 where the file does not settle it')
      .option('--missing <TEXT>', 'a text that means "no value", in all columns or in one: -999, income=-999 (repeatable)', collect)
      .option('--time <COLUMN>', 'the rows are ordered in time by this column: later ones are predicted from earlier ones')
      .option('--group <COLUMN>', 'rows with the same value stay on one side of every split')
      .option('--split <KIND>', 'random: rows are split by chance, whatever the sentence or the table says')
      .option('--final <WHICH>', 'tested: the model that was measured ships; refit: its recipe, trained once more on all rows; auto: by size (default: auto)')
      .option('--max-row-ms <N>', 'milliseconds that one answer may take in process (default: 1)')
      .option('--max-batch-ms <N>', 'milliseconds a row of a file, on one thread (default: 0.08): less makes a smaller model, more may make a better one')
      .option('--max-package-mb <N>', 'megabytes that the package may weigh (default: 50)')
      .option('--budget <TIME>', 'wall-clock time from command to model: 60s, 5m, 1h (default: 60s)')
      .option('--seed <N>', 'seed of every choice made by chance (default: 0)')
      .option('--threads <N>', 'fits side by side (default: one a processor, at most 8)');
  planning(command('plan <sentence>', '"<sentence>" --data <FILE> [options]', 'read sentence and table, show the plan, and stop there', ['--data']))
    .option('--out <FILE>', 'write the plan there, for build --plan')
    .option('--yes', 'take the likeliest reading where it is clearly ahead')
    .addHelpText('after', `\nMetrics: ${metricNames.join(', ')}.`);
  planning(command('build [sentence]', '"<sentence>" --data <FILE> [options]', 'train, measure and package a model'))
    .option('--plan <FILE>', 'carry out a plan that was made by plan --out, perhaps edited; no sentence is needed')
    .option('--name <NAME>', 'name of the model (default: the name of the target)')
    .option('--yes', 'approve the plan without being asked')
    .addOption(new Option('--fits <FILE>', 'repeat a recorded list of fits').hideHelp())
    .addHelpText('after', `\nMetrics: ${metricNames.join(', ')}.`);
  command('predict <model>', '<model> (--data <FILE> [--out <FILE>] | --row <JSON>) [options]', 'answer new rows')
    .option('--data <FILE>', 'a table of rows')
    .option('--out <FILE>', 'where the answers go: .csv, .jsonl or .parquet (default: CSV on stdout)')
    .option('--row <JSON>', 'one row as a JSON object')
    .option('--strict', 'refuse values that the model has not met, instead of taking them as unknown');
  command('evaluate <model>', '<model> --data <FILE> [options]', 'measure a model on labelled rows', ['--data']).option(
    '--data <FILE>',
    'a table that has the target',
  );
  command('list', '[options]', 'the models of this home');
  command('show <model>', '<model> [options]', 'what a model is, was measured at and expects');
  command('report <model>', '<model> [--out <FILE>] [options]', 'print the path of the report, or copy it').option('--out <FILE>', 'where the copy goes');
  command('verify <model>', '<model> [options]', 'check hashes, signature and trust of a package');
  command('trust <key>', '<key> [options]', 'accept packages signed by this key (its text or a file that holds it)');
  command('export <model> <dir>', '<model> <dir> [options]', 'copy the package of a model into a new folder');
  command('resume <run>', '<run> [options]', 'go on with a run that was interrupted');
  command('replay <run>', '<run> [options]', 'do a finished run (its id, or MODEL) again without the clock, and check that it comes to the same').option(
    '--threads <N>',
    'fits side by side (default: as many as the run had)',
  );
  command('runs', '[options]', 'the runs of this home');
  command('rm <reference>', '<reference> [options]', 'remove a model (name@version) or a run');
  command('doctor', '[options]', 'what stands between training code and this machine');
  command('threats', '[--html <FILE>] [--evidence <FILE>] | --check [options]', 'what can go wrong, what holds it, and which test proves that')
    .option('--html <FILE>', 'write the register as a page there')
    .option('--evidence <FILE>', 'what the tests found (default: what the last `npm test` of this clone, or the maker of this package, left)')
    .option('--check', 'only look whether the records still name code and tests that are there');
  command('explain <code>', '<code> [options]', 'what an error code means and what to do');
  for (const made of program.commands) {
    made.option('--json', 'answer as JSON on stdout');
    if (made.name() !== 'explain') made.option('--home <DIR>', 'where runs, models and keys are kept (default: MODELWRIGHT_HOME, or ~/.modelwright)');
  }
  return program;
}

/** Runs one command line; returns the exit code: 0 done, 1 failed, 2 wrong usage, 3 environment, 4 data refused, 5 budget ended without a model. */
export async function runCommandLine(context: CommandContext): Promise<number> {
  let exitCode = 0;
  const program = describeCommands(context.version, async (name, positional, options) => {
    const { runCommand } = await import('./run-command.ts');
    exitCode = await runCommand(name, positional, options, context);
  });
  let refused: Command = program;
  for (const command of [program, ...program.commands]) {
    // The complaint is told once, by us.
    command.configureOutput({ writeOut: (text) => void context.stdout.write(text), writeErr: () => undefined });
    command.exitOverride((error) => {
      refused = command;
      throw error;
    });
  }
  if (context.words.length === 0) {
    context.stderr.write(program.helpInformation());
    return 2;
  }
  try {
    await program.parseAsync(context.words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const { showError } = await import('./show-error.ts');
    const { usageError } = await import('./usage-error.ts');
    return showError(usageError(error, refused, program), context.words.includes('--json'), context);
  }
}
