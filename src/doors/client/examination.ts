/** What `doctor` finds, as `doctor --json` prints it beside its `kind`. */
import { z } from 'zod';
import { BackEnd, KernelFact, LimitRecord, WallRecord } from '../../domain/containment.ts';

export const Examination = z.strictObject({
  /** Every wall of the cage, then what training needs inside it; where no cage can be started one entry says why. */
  walls: z.array(WallRecord),
  /** All of them are there: training runs in the cage. */
  isCaged: z.boolean(),
  /** Why generated code would be refused; null where every wall stands. */
  refusal: z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  /** In force in the cage, for a run that uses every processor; the shorter list of the twin where there is no cage. */
  limits: z.array(LimitRecord),
  /** Empty elsewhere than on Linux. */
  kernel: z.array(KernelFact),
  /** What could stand round code here; the one in use first. */
  backEnds: z.array(BackEnd),
  /** How long the walls took to try. */
  trialMs: z.number().min(0),
  home: z.string(),
});
export type Examination = z.infer<typeof Examination>;
