import { middleAndMost } from './markdown.ts';
import { renderDev } from './render-dev.ts';
import { renderHonesty } from './render-honesty.ts';
import type { DevResult, Result } from './results.ts';

/** The page of some results: where they come from, the engines side by side for each budget, and how honest our numbers are. */
export function renderResults(results: readonly Result[]): string {
  if (results.length === 0) return '# Results\n\nThere are none.\n';
  const engineResults = results.filter((result): result is DevResult => result.kind === 'engine');
  const budgets = [...new Set(engineResults.map(({ budgetS }) => budgetS))].sort((a, b) => a - b);
  return [
    '# Results\n',
    renderProvenance(results),
    ...budgets.map((budgetS) => renderDev(engineResults.filter((result) => result.budgetS === budgetS))),
    renderHonesty(results),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function renderProvenance(results: readonly Result[]): string {
  const distinct = (of: (result: Result) => string) => [...new Set(results.map(of))].sort();
  const days = distinct(({ date }) => date.slice(0, 10));
  const loads = results.map(({ loadBefore }) => loadBefore);
  const versionOf = (result: Result) => `${'tool' in result ? result.tool : 'modelwright'} ${result.version}`;
  const facts = {
    machine: distinct(({ machine }) => machine).join('; '),
    date: days.length === 1 ? days[0] : `${days[0]} to ${days.at(-1)}`,
    commit: distinct(({ commit }) => commit).join(', '),
    versions: distinct(versionOf).join(', '),
    'load of the machine before a run, median (largest)': middleAndMost(loads, 1),
    measurements: String(results.length),
  };
  return `${Object.entries(facts)
    .map(([name, value]) => `- ${name}: ${value}`)
    .join('\n')}\n`;
}
