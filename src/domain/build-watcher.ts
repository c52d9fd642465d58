import type { RunEvent } from './event.ts';
import type { Plan, PlanDecision } from './plan.ts';

/** What a person is shown before anything is trained. `readAs`: how the file was read; `isCaged`: null where nothing will be trained. */
export type PlanCard = {
  plan: Plan;
  readAs: Omit<PlanDecision, 'what'>;
  warnings: string[];
  classShares: { name: string; share: number }[];
  isCaged: boolean | null;
};

/** Something the reader could not settle. `value` is what the answer stands for; an answer that is no choice is taken as the user's own words. */
export type PlanQuestion = {
  what: 'target' | 'positive' | 'leak';
  text: string;
  choices: { value: string; label: string; detail: string }[];
  /** True where the answer may be something else than a choice (a column's name). */
  isOpen: boolean;
};

/** Who watches a build. The questions are asked only where a person can answer; without one the build refuses with the choices. */
export type BuildWatcher = {
  /** @param run id of the run, by which it can be resumed */
  onEvent(event: RunEvent, run: string): void;
  /** The plan, before it is approved by a person or by `--yes`. */
  showCard?(card: PlanCard): void;
  /** The `value` of the choice made, or the words typed; null when nobody answers. */
  ask?(question: PlanQuestion): Promise<string | null>;
  askApproval?(card: PlanCard): Promise<boolean>;
  /** Ends the search and packages the best so far. */
  stopSignal: AbortSignal;
};
