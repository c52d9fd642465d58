import type { Member } from '../../domain/event.ts';
import type { AnswerLimits } from '../../domain/plan.ts';

/** What one fold model of a candidate costs to answer with, and how long its longest and its shortest fold took to fit. */
export type MemberCost = { batchMsPerRow: number; rowMs: number; packageBytes: number; fitMs: number; leastFitMs: number };

export type FormsRequest = {
  /** Weights by candidate id. */
  weights: ReadonlyMap<string, number>;
  costOf(candidateId: string): MemberCost;
  foldCount: number;
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
 * In which form the chosen candidates are shipped. Fold models are kept while the answer stays within the plan's limits. Over them, the
 * costliest candidate becomes one model refitted on all rows, where time allows, else it gives up folds; at last the lightest candidates go.
 */
export function decideForms(request: FormsRequest): { members: Member[]; refits: string[] } {
  const { weights, costOf, foldCount, limits, threads } = request;
  const folds = Array.from({ length: foldCount }, (_, fold) => fold);
  let members: Member[] = [...weights].map(([candidateId, weight]) => ({ candidateId, weight, folds }));
  if (foldCount === 1) return { members, refits: [] };
  const refits = new Set<string>();
  let leftMs = request.leftMs;
  const shareOf = ({ candidateId, folds: kept }: Member) => {
    const cost = costOf(candidateId);
    return kept.length * Math.max(cost.batchMsPerRow / limits.maxBatchMsPerRow, cost.rowMs / limits.maxRowMs, cost.packageBytes / limits.maxPackageBytes);
  };
  const total = (part: 'batchMsPerRow' | 'rowMs' | 'packageBytes') =>
    members.reduce((sum, { candidateId, folds: kept }) => sum + kept.length * costOf(candidateId)[part], 0);
  const isOver = () => total('batchMsPerRow') > limits.maxBatchMsPerRow || total('rowMs') > limits.maxRowMs || total('packageBytes') > limits.maxPackageBytes;
  const replace = (old: Member, folded: number[]) => (members = members.map((member) => (member === old ? { ...member, folds: folded } : member)));

  while (isOver()) {
    const [costliest] = members.filter(({ folds: kept }) => kept.length > 1).toSorted((a, b) => shareOf(b) - shareOf(a));
    if (!costliest) break;
    const needsMs = (costOf(costliest.candidateId).fitMs * REFIT_TIMES_FOLD) / Math.min(threads, 2);
    const hasTime = request.refits ? request.refits.has(costliest.candidateId) : needsMs <= leftMs;
    if (costliest.folds.length === foldCount && hasTime) {
      leftMs -= needsMs;
      refits.add(costliest.candidateId);
      replace(costliest, [refitFoldOf(foldCount)]);
    } else replace(costliest, costliest.folds.slice(0, -1));
  }
  while (isOver() && members.length > 1) {
    const lightest = members.reduce((a, b) => (b.weight < a.weight ? b : a));
    members = members.filter((member) => member !== lightest);
    refits.delete(lightest.candidateId);
  }
  const sum = members.reduce((all, { weight }) => all + weight, 0);
  return { members: members.map((member) => ({ ...member, weight: member.weight / sum })), refits: [...refits] };
}

/** Time to keep free for the refits that these candidates would need. */
export function refitTimeMs(request: Omit<FormsRequest, 'leftMs'>): number {
  const { refits } = decideForms({ ...request, leftMs: Number.POSITIVE_INFINITY });
  return refits.reduce((sum, candidateId) => sum + (request.costOf(candidateId).fitMs * REFIT_TIMES_FOLD) / Math.min(request.threads, 2), 0);
}

/** Whether these candidates, as one model each, stay within the limits on answering. */
export function canAnswerTogether(costs: readonly MemberCost[], limits: AnswerLimits): boolean {
  const total = (part: 'batchMsPerRow' | 'rowMs' | 'packageBytes') => costs.reduce((sum, cost) => sum + cost[part], 0);
  return total('batchMsPerRow') <= limits.maxBatchMsPerRow && total('rowMs') <= limits.maxRowMs && total('packageBytes') <= limits.maxPackageBytes;
}
