import { metricFacts } from '../../src/domain/task.ts';
import { meanOf } from './honesty-figures.ts';
import { figure, fixed, markdownTable, middleAndMost } from './markdown.ts';
import { standingsOf, type Contest } from './rank.ts';
import type { DevResult } from './results.ts';

/** The engines side by side at one budget. */
export function renderDev(results: readonly DevResult[]): string {
  const tools = toolsOf(results);
  const sets = [...new Set(results.map(({ set }) => set))].sort();
  const { standings, contestCount } = standingsOf(contestsOf(results), tools);
  const seeds = [...new Set(results.map(({ seed }) => seed))].sort((a, b) => a - b);
  const rows = sets.map((set) => scoreRow(set, tools, results));
  const scores = markdownTable(['set', 'metric', ...tools], [...rows, ['**mean rank**', '', ...standings.map(({ meanRank }) => fixed(meanRank, 2))]]);
  const engines = markdownTable(
    ['engine', 'mean rank', 'won', 'failed', 'wall / budget', 'memory, MB', 'first model, s', 'ms a row'],
    standings.map(({ tool, meanRank, winCount }) => {
      const own = results.filter((result) => result.tool === tool);
      const ran = own.filter(({ score }) => score !== null);
      const wall = own.map(({ wallToBudget }) => wallToBudget);
      const memory = ran.map(({ peakMemoryMb }) => peakMemoryMb);
      const firstModel = ran.flatMap(({ firstModelS }) => firstModelS ?? []);
      const row = ran.flatMap(({ msPerRow }) => msPerRow ?? []);
      const counts = [fixed(meanRank, 2), String(winCount), `${own.length - ran.length} of ${own.length}`];
      return [tool, ...counts, middleAndMost(wall, 2), middleAndMost(memory, 0), middleAndMost(firstModel, 1), middleAndMost(row, 3)];
    }),
  );
  const failures = results.filter(({ score }) => score === null);
  return [
    `## ${results[0].budgetS} s, ${seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(', ')}`}\n`,
    'Scores on the test rows, the mean over the seeds; the best of a set is bold.\n',
    scores,
    `Ranks and wins are over the ${contestCount} pairs of set and seed on which every engine ran; who failed is last, and a shared first place is no win. The other columns: median (largest). Ours is timed from outside: wall is the whole \`build\` command, a row's time the whole \`predict\` command over its rows, start-up included; a peer's times are those of its fit and its predict inside a running process.\n`,
    engines,
    ...(failures.length === 0
      ? []
      : [
          `Failures:\n\n${failures.map(({ set, seed, tool, error }) => `- ${tool} on ${set}, seed ${seed}: ${error?.replaceAll('\n', ' ').slice(0, 200)}`).join('\n')}\n`,
        ]),
  ].join('\n');
}

/** Ours first, the others by name. */
const toolsOf = (results: readonly DevResult[]): string[] =>
  [...new Set(results.map(({ tool }) => tool))].sort((a, b) => Number(b === 'modelwright') - Number(a === 'modelwright') || a.localeCompare(b));

function contestsOf(results: readonly DevResult[]): Contest[] {
  return Map.groupBy(results, ({ set, seed }) => `${set} ${seed}`)
    .values()
    .map((entries) => ({ metric: entries[0].metric, entries }))
    .toArray();
}

function scoreRow(set: string, tools: readonly string[], all: readonly DevResult[]): string[] {
  const results = all.filter((result) => result.set === set);
  const [{ metric }] = results;
  const means = tools.map((tool) => {
    const own = results.filter((result) => result.tool === tool);
    const scores = own.flatMap(({ score }) => score ?? []);
    return { runCount: own.length, failureCount: own.length - scores.length, mean: meanOf(scores)?.mean ?? null };
  });
  const faultless = means.flatMap(({ mean, failureCount }) => (mean !== null && failureCount === 0 ? [mean] : []));
  const best = metricFacts[metric].isHigherBetter ? Math.max(...faultless) : Math.min(...faultless);
  const cells = means.map(({ runCount, failureCount, mean }) => {
    if (runCount === 0) return '–';
    if (mean === null) return 'failed';
    if (failureCount > 0) return `${figure(mean)} (${failureCount} of ${runCount} failed)`;
    return mean === best ? `**${figure(mean)}**` : figure(mean);
  });
  return [set, metric, ...cells];
}
