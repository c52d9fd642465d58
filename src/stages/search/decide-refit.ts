/** Which fits make up the model that learns from all rows: as many of each member as its measured twin has, as far as the time goes. */
import type { Member } from '../../domain/event.ts';
import type { AnswerLimits } from '../../domain/plan.ts';
import type { MemberCost } from './decide-forms.ts';

/**
 * One member of the model to be trained again: with fewer than `least` of its `wanted` models it is not worth it. `fitMs`: what one of its fits is expected
 * to take.
 */
export type RefitMember = { candidateId: string; wanted: number; least: number; started: number; fitMs: number };

/** Where a fifth is locked there are a quarter more rows, and those of the holdout; some more rounds, and a margin. */
const ALL_TIMES_FOLD = 1.8;
/** Of a candidate whose first folds learn twice the quickest one has learnt once, from its holdout too. */
const ALL_TIMES_ONCE_LEARNT = 1.5;
/** The most of a budget that is kept free of the search for it; of later rows to be predicted the latest to learn from say most. */
const MOST_RESERVED_SHARE = 0.25;
const MOST_RESERVED_SHARE_IN_ORDER = 0.4;

/** What a fit of the last model takes, by the longest and the shortest fold of the same candidate. */
export const refitMsOf = ({ fitMs, leastFitMs }: Pick<MemberCost, 'fitMs' | 'leastFitMs'>, learnsTwice: boolean): number =>
  learnsTwice ? Math.min(fitMs, leastFitMs * ALL_TIMES_ONCE_LEARNT) : fitMs * ALL_TIMES_FOLD;

/**
 * With fewer models than this part of its twin's a member would lose more by what averaging gives than it wins by the rows, unless these are the latest
 * and later ones are to be predicted.
 */
export const leastModels = (wanted: number, isTimeOrdered: boolean): number => (isTimeOrdered ? 1 : Math.ceil(wanted / 3));

/** How many models a member that learns from all rows wants: as many as its twin has; in the order of time, where that is one of the latest rows, as many as folds. */
export const wantedModels = (twinCount: number, foldCount: number, isTimeOrdered: boolean): number => (isTimeOrdered ? foldCount : twinCount);

/** How long the fits take that are still to be begun: all that are wanted, or the fewest that would do. */
export function refitNeedsMs(members: readonly RefitMember[], threads: number, extent: 'wanted' | 'least'): number {
  const open = members.map((member) => Math.max(0, member[extent] - member.started) * member.fitMs);
  const longest = Math.max(0, ...members.map(({ fitMs }, at) => (open[at] > 0 ? fitMs : 0)));
  // The last fit of all may run alone.
  return open.reduce((sum, ms) => sum + ms, 0) / threads + (threads > 1 ? longest / 2 : 0);
}

/** Time that the search leaves: for all fits, for the fewest, or none where even these would take too much of the budget. */
export function reserveRefitMs(members: readonly RefitMember[], threads: number, budgetMs: number, isTimeOrdered: boolean): number {
  const most = budgetMs * (isTimeOrdered ? MOST_RESERVED_SHARE_IN_ORDER : MOST_RESERVED_SHARE);
  const wantedMs = refitNeedsMs(members, threads, 'wanted');
  if (wantedMs <= most) return wantedMs;
  const leastMs = refitNeedsMs(members, threads, 'least');
  return leastMs <= most ? most : 0;
}

/** The next fit, or null when all are begun or another would not end in time. All members' first models come before any second one. */
export function nextRefit(members: readonly RefitMember[], leftMs: number): string | null {
  const open = members.filter(({ wanted, started }) => started < wanted);
  const next = open.toSorted((a, b) => a.started - b.started)[0];
  return next && next.fitMs <= leftMs ? next.candidateId : null;
}

/**
 * The models that ship, as many as the limits on answering allow: the member that costs most gives up models first, as in the choice of forms.
 * Null where even one of each would be too much. `costs`: of one model of each.
 */
export function keepWithinLimits(members: readonly Member[], costs: ReadonlyMap<string, MemberCost>, limits: AnswerLimits): Member[] | null {
  let kept = [...members];
  const shareOf = ({ candidateId, folds }: Member, limit: keyof AnswerLimits) => {
    const cost = costs.get(candidateId);
    if (!cost) throw new Error(`what ${candidateId} costs is not known`);
    const { rowMs, batchMsPerRow, packageBytes } = cost;
    return (folds.length * { maxRowMs: rowMs, maxBatchMsPerRow: batchMsPerRow, maxPackageBytes: packageBytes }[limit]) / limits[limit];
  };
  const all = ['maxRowMs', 'maxBatchMsPerRow', 'maxPackageBytes'] as const;
  const isOver = (limit: keyof AnswerLimits) => kept.reduce((sum, member) => sum + shareOf(member, limit), 0) > 1;
  const most = (member: Member) => Math.max(...all.map((limit) => shareOf(member, limit)));
  while (all.some(isOver)) {
    const [costliest] = kept.filter(({ folds }) => folds.length > 1).toSorted((a, b) => most(b) - most(a));
    if (!costliest) return null;
    kept = kept.map((member) => (member === costliest ? { ...member, folds: member.folds.slice(0, -1) } : member));
  }
  return kept;
}
