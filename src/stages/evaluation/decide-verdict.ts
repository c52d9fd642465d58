import type { Interval } from '../../domain/event.ts';
import type { Verdict, VerdictFacts } from '../../domain/verdict.ts';

/** A build may end this much after its budget before that is held against it: 2 %, or a second on short ones. */
const overrunLimitMs = (budgetMs: number) => Math.max(1.02 * budgetMs, budgetMs + 1000);

/** From the paired gain over the baseline, unless a fact forbids the use whatever the gain. */
export function decideVerdict(gain: Interval, facts: VerdictFacts): Verdict {
  const reason = reasonAgainst(facts);
  if (reason) return { kind: 'do-not-use', reason };
  if (gain.low > 0) return { kind: 'worth-using', reason: null };
  return { kind: gain.value > 0 ? 'promising' : 'no-better', reason: null };
}

function reasonAgainst({ keptLeaks, isParityEqual, wallMs, budgetMs }: VerdictFacts): string | null {
  if (!isParityEqual) return 'The packaged file does not answer as the trained models did.';
  if (keptLeaks.length > 0) {
    const names = keptLeaks.map((name) => `"${name}"`).join(', ');
    return `It reads ${names}, which ${keptLeaks.length === 1 ? 'looks' : 'look'} like the answer itself and may not be known when a prediction is needed.`;
  }
  if (wallMs > overrunLimitMs(budgetMs)) return 'The build ran past its budget.';
  return null;
}
