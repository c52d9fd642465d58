import type { Command, CommanderError } from 'commander';
import { didYouMean } from '../../domain/closest-names.ts';
import { ModelwrightError } from '../../domain/error.ts';

/** A complaint of the option parser as an error of ours, with what was probably meant and how the command is used. */
export function usageError(complaint: CommanderError, command: Command, program: Command): ModelwrightError {
  const [said] = complaint.message.replace(/^error: /, '').split('\n');
  const named = /'([^']*)'/.exec(said)?.[1] ?? '';
  const isProgram = command === program;
  const usage = isProgram ? '`modelwright --help` lists the commands.' : `Usage: modelwright ${command.name()} ${command.usage()}`;
  const usageFault = (message: string, meant = '') => new ModelwrightError({ code: 'MW1001', message, hint: meant + usage });
  switch (complaint.code) {
    case 'commander.help':
    case 'commander.unknownCommand':
      return usageFault(
        `There is no command "${named}".`,
        didYouMean(
          named,
          program.commands.map((each) => each.name()),
        ),
      );
    case 'commander.unknownOption':
      return usageFault(
        `${isProgram ? 'There is' : `The command "${command.name()}" has`} no option ${named}.`,
        didYouMean(
          named,
          command.options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? ''),
        ),
      );
    case 'commander.missingMandatoryOptionValue':
      return usageFault(`The command "${command.name()}" needs ${named.replaceAll(/[<>]/g, '')}.`);
    case 'commander.optionMissingArgument':
      return usageFault(`The option ${named.replaceAll(/[<>]/g, '')} needs its value.`);
    case 'commander.missingArgument':
      return usageFault(`The command "${command.name()}" needs its <${named}>.`);
    case 'commander.excessArguments':
      return usageFault(`The command "${command.name()}" has too many words: ${said.replace(/^.*: /, '').replace(/\.$/, '')}. Put a sentence in quotes.`);
    default:
      return usageFault(`${said.charAt(0).toUpperCase()}${said.slice(1)}.`.replace('..', '.'));
  }
}
