import { describe, expect, it } from 'vitest';
import { madeCandidate } from '../../../tests/fixtures/made-data.ts';
import type { CandidateState } from '../../domain/run.ts';
import { likelyMembers } from './likely-members.ts';

const known = (values: Record<string, number | null>): Map<string, CandidateState> =>
  new Map(
    Object.entries(values).map(([id, value]) => [
      id,
      { candidate: madeCandidate(id), started: new Set<number>(), executions: new Map(), evaluation: value === null ? null : { value, lossValue: 0 } },
    ]),
  );

describe('likelyMembers', () => {
  it('names the best four that are complete, best first, by the direction of the metric', () => {
    const candidates = known({ c0: 0.7, c1: null, c2: 0.9, c3: 0.8, c4: 0.6, c5: 0.75 });
    expect(likelyMembers(candidates, 'roc_auc')).toEqual(['c2', 'c3', 'c5', 'c0']);
    expect(likelyMembers(candidates, 'rmse')).toEqual(['c4', 'c0', 'c5', 'c3']);
  });

  it('leaves out those that added nothing, but for the best', () => {
    const candidates = known({ c0: 0.7, c1: 0.9, c2: 0.8 });
    for (const [id, gain] of Object.entries({ c0: 0.01, c1: 0, c2: 0 })) {
      const { evaluation } = candidates.get(id) ?? {};
      if (evaluation) evaluation.gain = gain;
    }
    expect(likelyMembers(candidates, 'roc_auc')).toEqual(['c1', 'c0']);
  });

  it('names none while none is complete', () => {
    expect(likelyMembers(known({ c0: null }), 'rmse')).toEqual([]);
  });
});
