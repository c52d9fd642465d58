import { describe, expect, it } from 'vitest';
import { rankEntries, standingsOf } from './rank.ts';

const entriesOf = (scores: Record<string, number | null>) => Object.entries(scores).map(([tool, score]) => ({ tool, score }));

describe('ranking engines', () => {
  it('follows the direction of the metric', () => {
    expect(rankEntries('roc_auc', entriesOf({ a: 0.8, b: 0.9 }))).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    );
    expect(rankEntries('rmse', entriesOf({ a: 0.8, b: 0.9 }))).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
  });

  it('shares places among equals and puts those that failed last, together', () => {
    const ranks = rankEntries('mae', entriesOf({ a: null, b: 2, c: 1, d: 2, e: null }));
    expect([...ranks.values()]).toEqual([4.5, 2.5, 1, 2.5, 4.5]);
  });

  it('takes the mean over contests in which all took part', () => {
    const contests = [
      { metric: 'accuracy' as const, entries: entriesOf({ a: 0.5, b: 0.6, c: null }) },
      { metric: 'rmse' as const, entries: entriesOf({ a: 1, b: 2, c: 3 }) },
      { metric: 'rmse' as const, entries: entriesOf({ a: 9, b: 1 }) },
    ];
    expect(standingsOf(contests, ['a', 'b', 'c'])).toEqual({
      contestCount: 2,
      standings: [
        { tool: 'a', meanRank: 1.5, winCount: 1 },
        { tool: 'b', meanRank: 1.5, winCount: 1 },
        { tool: 'c', meanRank: 3, winCount: 0 },
      ],
    });
  });

  it('gives no win for failing alone', () => {
    expect(standingsOf([{ metric: 'rmse', entries: entriesOf({ a: null }) }], ['a']).standings).toEqual([{ tool: 'a', meanRank: 1, winCount: 0 }]);
  });

  it('claims no rank where no contest had all of them', () => {
    const { standings, contestCount } = standingsOf([{ metric: 'rmse', entries: entriesOf({ a: 1 }) }], ['a', 'b']);
    expect(contestCount).toBe(0);
    expect(standings.map(({ meanRank }) => meanRank)).toEqual([null, null]);
  });
});
