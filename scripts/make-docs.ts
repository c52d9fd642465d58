/**
 * Makes the pages that are read off the code: docs/errors.md from the table of codes, docs/command-line.md from the command line's own help.
 * `make-docs.test.ts` fails when a page and the code differ.
 *
 *     node scripts/make-docs.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../src/domain/error-codes.ts';
import { describeCommands } from '../src/doors/cli/command-line.ts';
import { exitCodes } from '../src/doors/cli/show-error.ts';

const HELP_WIDTH = 110;

const ranges = [
  { from: 1000, title: 'Wrong usage' },
  { from: 1100, title: 'The data' },
  { from: 1200, title: 'Task, plan and features' },
  { from: 1300, title: 'Training' },
  { from: 1400, title: 'Packages and answers' },
  { from: 2000, title: 'Budget and runs' },
  { from: 3000, title: 'The machine' },
  { from: 9000, title: 'Faults of ours' },
];

export function errorsPage(): string {
  const entries = Object.entries(errorCodes);
  const sections = ranges.flatMap(({ from, title }, index) => {
    const below = ranges[index + 1]?.from ?? Infinity;
    const own = entries.filter(([code]) => Number(code.slice(2)) >= from && Number(code.slice(2)) < below);
    const pages = own.map(
      ([code, { name, kind, title: what, meaning, remedy }]) =>
        `### ${code}\n\n**${what}.** \`${name}\`, exit code ${exitCodes[kind]}\n\n${meaning}\n\n*What to do:* ${remedy}\n`,
    );
    return own.length > 0 ? [`## ${title}\n`, ...pages] : [];
  });
  return `<!-- Made by scripts/make-docs.ts from src/domain/error-codes.ts. -->

# Errors

An error says what happened, where (file, row, column), what to do, and its code; \`modelwright explain CODE\` prints the page below. With \`--json\` the last line on
stdout is \`{"kind":"error","code":…,"name":…,"message":…,"hint":…,"place":…}\`. Codes and names never change their meaning. Rows count from 1, the header line not counted.

Exit codes: 0 done · 1 failed by a fault of ours · 2 wrong usage · 3 the machine or its set-up · 4 the data was refused · 5 the budget ended without a model · 130 interrupted
twice, to be resumed.

${sections.join('\n')}`;
}

export function commandLinePage(): string {
  const program = describeCommands('', async () => undefined);
  const helpOf = (command: typeof program) => {
    let text = '';
    command.configureOutput({ writeOut: (part) => void (text += part), getOutHelpWidth: () => HELP_WIDTH });
    command.outputHelp();
    return `\`\`\`\n${text.trimEnd()}\n\`\`\`\n`;
  };
  const commands = program.commands.map((command) => `## modelwright ${command.name()}\n\n${helpOf(command)}`);
  return `<!-- Made by scripts/make-docs.ts from src/doors/cli/command-line.ts. -->

# Command line

In an installed package the command is \`modelwright\` (or \`mw\`), in a clone \`./modelwright\` (or \`./mw\`).

${helpOf(program)}
${commands.join('\n')}
## What programs read

With \`--json\` nothing but JSON is written to stdout, one value a line, and the last line is an envelope: \`"kind":"result"\`, or \`"kind":"error"\` with \`code\`, \`name\`,
\`message\`, \`hint\` and \`place\`. [errors.md](errors.md) lists the codes.

\`build --json\` writes one event a line as it happens, each with \`kind\`, \`at\`, \`spentMs\` and \`run\`. Its result has \`model\` (name@version), \`path\` (the folder of the package),
\`metric\`, \`score\` (\`value\`, \`low\`, \`high\`: the 95 % interval), \`baseline\`, \`verdict\` (\`worth-using\`, \`promising\`, \`no-better\`, \`do-not-use\`), \`sentence\`, \`wallMs\`, \`budgetMs\`,
\`rows\` (\`train\`, \`test\`), \`measuredOn\` (\`locked-test\`, \`test-file\`, \`cross-validation\`), \`members\`, \`isStoppedEarly\` and \`run\`.

\`predict --json\` without \`--out\` writes one answer a line before the envelope. Answers have the column \`prediction\` and, for classes, one \`probability_<class>\` each; one row
out for each row in, in the same order.
`;
}

if (import.meta.main) {
  const docs = join(import.meta.dirname, '..', 'docs');
  writeFileSync(join(docs, 'errors.md'), errorsPage());
  writeFileSync(join(docs, 'command-line.md'), commandLinePage());
}
