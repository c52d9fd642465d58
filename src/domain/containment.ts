/** What stood round the code that was run, as it is shown by `doctor`, kept in a run's events and told in its report. */
import { z } from 'zod';

const text = z.string().max(2000);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A wall of the cage, or something that training needs inside it. `remedy`: what to do where it is not there. */
export const WallRecord = z.strictObject({ kind: z.enum(['wall', 'need']), name: text, isUp: z.boolean(), detail: text, remedy: text.optional() });
export type WallRecord = z.infer<typeof WallRecord>;

/** Something the kernel says of itself. `matters`: without it no cage, or a weaker one; `could-be-better`: the cage stands without it. */
export const KernelFact = z.strictObject({
  name: text,
  /** `absent` where this kernel does not have it. */
  value: text,
  state: z.enum(['good', 'could-be-better', 'matters']),
  meaning: text,
  remedy: text.optional(),
});
export type KernelFact = z.infer<typeof KernelFact>;

/**
 * What could stand round code here. `in-use`: it does. `usable`: it could. `claimed`: an operator says so, and nothing here proves it; it stands
 * for no wall.
 */
export const BackEnd = z.strictObject({
  name: z.enum(['bubblewrap', 'container', 'external', 'none']),
  state: z.enum(['in-use', 'usable', 'claimed', 'not-usable', 'not-used']),
  reason: text,
  remedy: text.optional(),
});
export type BackEnd = z.infer<typeof BackEnd>;

/** An outer cage that the operator says to have put round the whole product: a second kernel, which this side cannot prove. */
export const OuterCage = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/);

/** A limit that holds in the cage, and who holds it. */
export const LimitRecord = z.strictObject({ name: text, value: text, keptBy: text });
export type LimitRecord = z.infer<typeof LimitRecord>;

/** What was in force when the sandbox of a run was opened: every line of ours that runs inside, and every wall round it. */
export const Containment = z.strictObject({
  backEnd: z.enum(['bubblewrap', 'none']),
  outerCage: OuterCage.nullable(),
  walls: z.array(WallRecord).max(100),
  limits: z.array(LimitRecord).max(50),
  /** Of the cage's words, paths of this machine under neutral names, and both seccomp programs. Null where there is no cage. */
  policySha256: Sha256.nullable(),
  workerFilterSha256: Sha256.nullable(),
  jobFilterSha256: Sha256.nullable(),
  kernelRelease: text,
  landlockAbi: z.int().nullable(),
  harness: z.array(z.strictObject({ name: text, lineCount: z.int().min(0), sha256: Sha256 })).max(200),
  python: z.strictObject({ version: text, packages: z.record(text, text) }),
});
export type Containment = z.infer<typeof Containment>;

const Count = z.int().min(0);

/** What came of the executions of a run, told when its search is over. Sums over the whole run, a resumed one's earlier processes included. */
export const ContainmentSummary = z.strictObject({
  /** Executions by how they ended. */
  outcomes: z.strictObject({ finished: Count, failed: Count, stopped: Count, unreadable: Count, cancelled: Count }),
  stops: z.strictObject({ time: Count, memory: Count, processes: Count, output: Count }),
  /** Null where none was measured. */
  peakJobMemoryBytes: z.number().min(0).nullable(),
  peakCageMemoryBytes: z.number().min(0).nullable(),
  peakTasks: Count.nullable(),
  /** Executions that the kernel ended for a system call that no learner makes. */
  killedCalls: Count,
  /** Jobs that could not put up their walls, so that nothing of them ran, and workers that could not start. */
  notStarted: Count,
  lostWorkers: Count,
  executionMs: z.number().min(0),
  /** Of it, jobs putting up their own walls. Absent in logs of before it was told. */
  hardenMs: z.number().min(0).optional(),
});
export type ContainmentSummary = z.infer<typeof ContainmentSummary>;
