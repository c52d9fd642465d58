import type { VerdictKind } from './event.ts';

/** The four sentences a build can end with, word for word. */
export const verdictSentences: Record<VerdictKind, string> = {
  'worth-using': 'Worth using: it is better than the baseline on rows it has never seen.',
  promising: 'Promising, but there is not enough data to be sure.',
  'no-better': 'No better than the baseline.',
  'do-not-use': 'Do not use.',
};

/** A verdict and what it rests on; `reason` is given where something other than the score decided. */
export type Verdict = { kind: VerdictKind; reason: string | null };

/** What besides the score speaks against a model. */
export type VerdictFacts = { keptLeaks: readonly string[]; isParityEqual: boolean; wallMs: number; budgetMs: number };
