import { metricFacts, type Metric } from '../../src/domain/task.ts';

/** What one engine scored; null: it failed. */
export type Entry = { tool: string; score: number | null };

/** Places from 1; equal scores share the mean of their places; whoever failed shares the last ones. */
export function rankEntries(metric: Metric, entries: readonly Entry[]): Map<string, number> {
  const sign = metricFacts[metric].isHigherBetter ? -1 : 1;
  const cost = ({ score }: Entry) => (score === null ? Number.POSITIVE_INFINITY : sign * score);
  return new Map(
    entries.map((entry) => {
      const before = entries.filter((other) => cost(other) < cost(entry)).length;
      const equal = entries.filter((other) => cost(other) === cost(entry)).length;
      return [entry.tool, before + (equal + 1) / 2];
    }),
  );
}

/** One comparison: all engines on one set with one seed. */
export type Contest = { metric: Metric; entries: readonly Entry[] };

export type Standing = { tool: string; meanRank: number | null; winCount: number };

/**
 * Mean ranks over the contests in which every engine took part (one that was spared the hard sets has no better rank for it), with how many of
 * them each won; a shared first place is nobody's, and nobody wins
 * by failing alone.
 */
export function standingsOf(contests: readonly Contest[], tools: readonly string[]): { standings: Standing[]; contestCount: number } {
  const common = contests.filter(({ entries }) => tools.every((tool) => entries.some((entry) => entry.tool === tool)));
  const ranks = common.map(({ metric, entries }) => rankEntries(metric, entries));
  const standings = tools.map((tool) => {
    const own = ranks.map((of) => of.get(tool) ?? Number.NaN);
    const meanRank = own.length === 0 ? null : own.reduce((sum, rank) => sum + rank, 0) / own.length;
    const isAnswered = (at: number) => common[at].entries.some((entry) => entry.tool === tool && entry.score !== null);
    return { tool, meanRank, winCount: own.filter((rank, at) => rank === 1 && isAnswered(at)).length };
  });
  return { standings, contestCount: common.length };
}
