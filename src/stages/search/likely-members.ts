import type { CandidateState } from '../../domain/run.ts';
import { metricFacts, type Metric } from '../../domain/task.ts';

/** How many of the best candidates are expected to make up the ensemble. */
const LIKELY_MEMBERS = 4;

/** The best complete candidates so far, best first, without those that add nothing to the best: what the end of the run will have to build and answer with. */
export function likelyMembers(candidates: ReadonlyMap<string, CandidateState>, metric: Metric): string[] {
  const sign = metricFacts[metric].isHigherBetter ? 1 : -1;
  return [...candidates.values()]
    .flatMap(({ candidate, evaluation }) => (evaluation ? [{ id: candidate.id, value: sign * evaluation.value, gain: evaluation.gain }] : []))
    .toSorted((a, b) => b.value - a.value)
    .filter(({ gain }, place) => place === 0 || gain !== 0)
    .slice(0, LIKELY_MEMBERS)
    .map(({ id }) => id);
}
