import { createInterface } from 'node:readline/promises';
import type { BuildWatcher } from '../../domain/build-watcher.ts';
import type { CommandContext } from './context.ts';
import type { Progress } from './render-progress.ts';
import { printable, type Terminal } from './terminal.ts';

/** The questions that only a person on a terminal can answer: numbered choices, and whether the plan is right. */
export function personAnswers(
  terminal: Terminal,
  context: CommandContext,
  progress: Pick<Progress, 'pause' | 'goOn'> | null,
): Required<Pick<BuildWatcher, 'ask' | 'askApproval'>> {
  const read = async (prompt: string): Promise<string | null> => {
    progress?.pause();
    let answer: string | null = null;
    const lines = createInterface({ input: context.stdin, output: context.stdout });
    try {
      // A terminal that is closed, or Ctrl-D, answers nothing more.
      answer = await new Promise<string | null>((resolve) => {
        lines.once('close', () => resolve(null));
        lines.once('SIGINT', () => lines.close());
        void lines.question(prompt).then(
          (typed) => resolve(typed.trim()),
          () => resolve(null),
        );
      });
      return answer;
    } finally {
      lines.close();
      // What is said next stands on a line of its own.
      if (answer === null) terminal.line('');
      progress?.goOn();
    }
  };
  return {
    async ask({ text, choices, isOpen, numbersInNames = [] }) {
      progress?.pause();
      terminal.wrapped(`  ${terminal.style('bold', '?')} ${printable(text)}`, 4);
      choices.forEach(({ label, detail }, index) =>
        terminal.wrapped(`    ${index + 1}  ${printable(label)}  ${terminal.style('dim', `(${printable(detail)})`)}`, 7),
      );
      for (;;) {
        const answer = await read(isOpen ? '  Number or column name: ' : `  Number [1]: `);
        if (answer === null) return null;
        const chosen = choices[Number(answer) - 1];
        if (chosen) return chosen.value;
        if (answer === '') return isOpen ? null : (choices[0]?.value ?? null);
        if (isOpen && (!/^\d+$/.test(answer) || numbersInNames.includes(answer))) return unquoted(answer);
        terminal.line(`  There are the numbers 1 to ${choices.length}.${isOpen ? ' The name of a column may stand in quotes.' : ''}`);
      }
    },
    async askApproval() {
      const answer = await read('  [Enter] looks right   [n] stop here: ');
      return answer !== null && (answer === '' || /^y(es)?$/i.test(answer));
    },
  };
}

/** A column called 2 is named in quotes where 2 is a choice. */
const unquoted = (answer: string) => /^"([^"]+)"$/.exec(answer)?.[1] ?? answer;
