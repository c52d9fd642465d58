import type { RunEvent } from './event.ts';
import type { Plan } from './plan.ts';

/** What a person is shown before anything is trained. */
export type PlanCard = { plan: Plan; warnings: string[]; classShares: { name: string; share: number }[]; isCaged: boolean };

/** One column that the sentence may mean. */
export type TargetChoice = { target: string; certainty: number; reason: string };

/** Who watches a build. The questions are asked only where a person can answer; without one the build refuses with the choices. */
export type BuildWatcher = {
  /** @param run id of the run, by which it can be resumed */
  onEvent(event: RunEvent, run: string): void;
  /** The plan, before it is approved by a person or by `--yes`. */
  showCard?(card: PlanCard): void;
  askTarget?(choices: TargetChoice[]): Promise<string | null>;
  askApproval?(card: PlanCard): Promise<boolean>;
  /** Ends the search and packages the best so far. */
  stopSignal: AbortSignal;
};
