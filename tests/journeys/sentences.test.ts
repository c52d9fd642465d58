import { describe, expect, it } from 'vitest';
import { outcomeOverProfile } from '../support/plan-from-profile.ts';
import { casesOf, judgeOverProfile, keptProfile, sentenceSets, type SentenceCase, type SentenceSet } from '../support/sentence-cases.ts';

const sets = Object.keys(sentenceSets) as SentenceSet[]; // keys of a literal
const cameOf = (one: SentenceCase) => judgeOverProfile(one, outcomeOverProfile(one.sentence, keptProfile(one.table)));

describe.each(sets)('a sentence of %s', (set) => {
  const judged = new Map(casesOf(set).map((one) => [one, cameOf(one)]));

  it.each([...judged.keys()])('$table: "$sentence"', (one) => {
    const { came, faults } = judged.get(one) ?? cameOf(one);
    expect({ came, faults: came === 'right' ? [] : faults }).toMatchObject({ came: one.came ?? 'right' });
  });

  it('comes out wrong and silent in at most one of twenty, and as a question in at most three of ten', () => {
    const share = (kind: string) => [...judged.values()].filter(({ came }) => came === kind).length / judged.size;
    expect(share('wrong')).toBeLessThanOrEqual(0.05);
    expect(share('asked') + share('refused')).toBeLessThanOrEqual(0.3);
  });
});
