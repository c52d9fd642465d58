import { describe, expect, it } from 'vitest';
import { outcomeOverProfile } from '../support/plan-from-profile.ts';
import { casesOf, judgeOverProfile, keptProfile, sentenceSets, type SentenceCase, type SentenceSet } from '../support/sentence-cases.ts';

const sets = Object.keys(sentenceSets) as SentenceSet[]; // keys of a literal
const cameOf = (one: SentenceCase) => judgeOverProfile(one, outcomeOverProfile(one.sentence, keptProfile(one.table)));

describe.each(sets)('a sentence of %s', (set) => {
  it.each(casesOf(set))('$table: "$sentence"', (one) => {
    const { came, faults } = cameOf(one);
    expect({ came, faults: came === 'right' ? [] : faults }).toMatchObject({ came: one.came ?? 'right' });
  });

  it('comes out wrong and silent in at most one of twenty, and as a question in at most three of ten', () => {
    const cases = casesOf(set);
    const share = (came: string) => cases.filter((one) => cameOf(one).came === came).length / cases.length;
    expect(share('wrong')).toBeLessThanOrEqual(0.05);
    expect(share('asked') + share('refused')).toBeLessThanOrEqual(0.3);
  });
});
