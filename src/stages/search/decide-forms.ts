import type { Member } from '../../domain/event.ts';
import type { AnswerLimits } from '../../domain/plan.ts';

/** What one fold model of a candidate costs to answer with, and how long its longest and its shortest fold took to fit. */
export type MemberCost = { batchMsPerRow: number; rowMs: number; packageBytes: number; fitMs: number; leastFitMs: number };

export type FormsRequest = {
  /** Weights by candidate id. */
  weights: ReadonlyMap<string, number>;
  costOf(candidateId: string): MemberCost;
  /** Whether one model of all rows can stand for the folds: a learner that finds its settings by the holdout cannot. */
  canRefit(candidateId: string): boolean;
  foldCount: number;
  /** Later rows are to be predicted, and the first folds have learnt from the oldest rows alone. */
  isTimeOrdered: boolean;
  limits: AnswerLimits;
  /** Time for refits; infinite where there is no clock. */
  leftMs: number;
  threads: number;
  /** The refits that a run had time for, where it is repeated: no time is asked then. */
  refits?: ReadonlySet<string>;
};

/** A refit learns from all rows, a fold model from a part of them; and it waits for nobody to stop it early. */
const REFIT_TIMES_FOLD = 1.6;

/** The number that stands for "all rows" among the folds. */
export const refitFoldOf = (foldCount: number): number => foldCount;

/**
 * What a member is worth less as one model than as the mean of its folds' models, as a part of its weight; judged, not measured. Giving up one model after
 * the other harms as much in all, so that what is next is the same whether there is time for a refit or not.
 */
const HARM_OF_ONE_MODEL = 0.3;

/**
 * In which form the chosen candidates are shipped. Fold models are kept while the answer stays within the plan's limits. Over them, always the step comes
 * next that saves most for the weight it harms: a candidate becomes one model refitted on all rows, where time allows, else it gives up a fold, or
 * one of little weight goes. In the order of time each is the one model that knows the latest rows: a refit, or else the last fold. `withTime`: candidates
 * for whose refit there was time when it was looked for, those that went after all among them.
 */
export function decideForms(request: FormsRequest): { members: Member[]; refits: string[]; withTime: string[] } {
  const { weights, costOf, foldCount, isTimeOrdered, limits, threads } = request;
  const folds = Array.from({ length: foldCount }, (_, fold) => fold);
  let members: Member[] = [...weights].map(([candidateId, weight]) => ({ candidateId, weight, folds }));
  if (foldCount === 1) return { members, refits: [], withTime: [] };
  const withTime = new Set<string>();
  let leftMs = request.leftMs;
  const refitMs = (candidateId: string) => (costOf(candidateId).fitMs * REFIT_TIMES_FOLD) / Math.min(threads, 2);
  const hasTime = (candidateId: string) => request.canRefit(candidateId) && (request.refits ? request.refits.has(candidateId) : refitMs(candidateId) <= leftMs);
  const takeTime = (candidateId: string) => {
    withTime.add(candidateId);
    leftMs -= refitMs(candidateId);
  };
  if (isTimeOrdered) {
    const latest = ({ candidateId }: Member) => {
      if (!hasTime(candidateId)) return foldCount - 1;
      takeTime(candidateId);
      return refitFoldOf(foldCount);
    };
    members = members.toSorted((a, b) => b.weight - a.weight).map((member) => ({ ...member, folds: [latest(member)] }));
  }

  for (;;) {
    // Of the limit that is overrun most.
    const shares = answerParts.map(([part, limit]) => {
      const shareOfOne = ({ candidateId }: Member) => costOf(candidateId)[part] / limits[limit];
      return { shareOfOne, total: members.reduce((sum, member) => sum + member.folds.length * shareOfOne(member), 0) };
    });
    const { shareOfOne, total } = shares.reduce((most, one) => (one.total > most.total ? one : most));
    if (total <= 1) break;
    const steps = members.flatMap((member) => {
      const { candidateId, weight, folds: kept } = member;
      const one = shareOfOne(member);
      const going = members.length > 1 ? [{ member, becomes: null, worth: (one * kept.length) / weight }] : [];
      if (kept.length === 1) return going;
      if (kept.length === foldCount && hasTime(candidateId))
        return [...going, { member, becomes: [refitFoldOf(foldCount)], worth: (one * (kept.length - 1)) / (HARM_OF_ONE_MODEL * weight) }];
      return [...going, { member, becomes: kept.slice(0, -1), worth: (one * (foldCount - 1)) / (HARM_OF_ONE_MODEL * weight) }];
    });
    if (steps.length === 0) break;
    const { member, becomes } = steps.reduce((best, step) => (step.worth > best.worth ? step : best));
    if (becomes?.[0] === refitFoldOf(foldCount)) takeTime(member.candidateId);
    members = members.flatMap((one) => (one !== member ? [one] : becomes === null ? [] : [{ ...member, folds: becomes }]));
  }
  const sum = members.reduce((all, { weight }) => all + weight, 0);
  return {
    members: members.map((member) => ({ ...member, weight: member.weight / sum })),
    refits: members.flatMap(({ candidateId, folds: kept }) => (kept[0] === refitFoldOf(foldCount) ? [candidateId] : [])),
    withTime: [...withTime],
  };
}

/** Time to keep free for the refits that these candidates would need. */
export function refitTimeMs(request: Omit<FormsRequest, 'leftMs'>): number {
  const { refits } = decideForms({ ...request, leftMs: Number.POSITIVE_INFINITY });
  return refits.reduce((sum, candidateId) => sum + (request.costOf(candidateId).fitMs * REFIT_TIMES_FOLD) / Math.min(request.threads, 2), 0);
}

/** Each cost of an answer with its limit. */
const answerParts = [
  ['batchMsPerRow', 'maxBatchMsPerRow'],
  ['rowMs', 'maxRowMs'],
  ['packageBytes', 'maxPackageBytes'],
] as const;

/** Whether these candidates, as one model each, stay within the limits on answering. */
export function canAnswerTogether(costs: readonly MemberCost[], limits: AnswerLimits): boolean {
  return answerParts.every(([part, limit]) => costs.reduce((sum, cost) => sum + cost[part], 0) <= limits[limit]);
}
