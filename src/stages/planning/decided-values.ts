import type { Plan, PlanDecision } from '../../domain/plan.ts';

/** What a plan says of everything that was decided for it; undefined where there was nothing to decide. */
export const decidedValues = ({
  target,
  derived,
  task,
  classes,
  metric,
  split,
  costs,
  moment,
  final,
}: Omit<Plan, 'decisions'>): Record<PlanDecision['what'], string | undefined> => ({
  target: derived?.text ?? target,
  task,
  positive: task === 'binary' ? classes[1] : undefined,
  metric,
  split: split.kind === 'random' ? 'random' : `${split.kind} by ${split.column}`,
  costs: costs ? `missed ${costs.falseNegative}, false alarm ${costs.falsePositive}` : undefined,
  capacity: costs?.capacity?.toString(),
  moment: moment ?? undefined,
  final,
});
