import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { arityOf, functionNames, functions, functionsSpelled } from './functions.ts';

const page = fileURLToPath(new URL('../../docs/features.md', import.meta.url));
const begin = '<!-- functions: made from src/features/functions.ts -->\n';
const end = '<!-- end of functions -->';

function listOfFunctions(): string {
  const groups = [...new Set(functionNames.map((name) => functions[name].group))];
  const line = (name: (typeof functionNames)[number]) => {
    const { written, returns, meaning } = functions[name];
    return `| ${written
      .split(/, (?=[a-z^]+\(|[a-z] )/)
      .map((form) => `\`${form.replaceAll('|', '\\|')}\``)
      .join(' ')} | ${returns === 'same' ? 'as a' : returns} | ${meaning} |`;
  };
  return groups
    .map(
      (group) =>
        `\n### ${group}\n\n| written | gives | is |\n| --- | --- | --- |\n${functionNames
          .filter((name) => functions[name].group === group)
          .map(line)
          .join('\n')}\n`,
    )
    .join('');
}

describe('the functions of the feature language', () => {
  it('are the ones that the page lists', async () => {
    const text = readFileSync(page, 'utf8');
    const made = text.slice(0, text.indexOf(begin) + begin.length) + listOfFunctions() + '\n' + text.slice(text.indexOf(end));
    await expect(made).toMatchFileSnapshot(page);
  });

  it('are told apart by their name and their number of arguments', () => {
    const spellings = new Set(functionNames.flatMap((name) => functions[name].spellings));
    for (const spelling of spellings) {
      const ranges = functionsSpelled(spelling).map((name) => arityOf(functions[name]));
      const overlapping = ranges.filter((one, i) => ranges.slice(i + 1).some((other) => one.most >= other.least && other.most >= one.least));
      expect(overlapping).toEqual([]);
    }
  });
});
