/** The limits of a cage in words, for `doctor` and the events of a run. What is kept inside is set by `harness/harden.py`, whose numbers a test holds to these. */
import type { LimitRecord } from '../../domain/containment.ts';
import { strengths, type Strength } from './cage-arguments.ts';
import type { Wall } from './sandbox.ts';

/** What one job may use of each, and how many tasks a cage may have. */
export const rooms: Record<Strength, { fileBytes: number; openFiles: number; tasks: number }> = {
  curated: { fileBytes: 32 << 20, openFiles: 256, tasks: 64 },
  program: { fileBytes: 16 << 20, openFiles: 64, tasks: 24 },
};

/** Whether the walls that were tried found the whole cage in a control group. */
export const isInControlGroup = (walls: readonly Wall[]) =>
  walls.some(({ name, isUp, detail }) => name === 'memory limit' && isUp && detail.includes('control group'));

const size = (bytes: number) => (bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`);

/** `isCaged` is false for the twin, in which the rlimits and the clock hold and little else. `isGrouped`: a control group counts the whole cage. */
export function describeLimits(facts: { strength: Strength; memoryBytes: number; threads: number; isCaged: boolean; isGrouped: boolean }): LimitRecord[] {
  const { strength, memoryBytes, threads, isCaged, isGrouped } = facts;
  const room = rooms[strength];
  const { scratchBytes, processes } = strengths[strength];
  const inCage: LimitRecord[] = [
    { name: 'memory of the cage', value: size(memoryBytes), keptBy: isGrouped ? 'control group' : 'watched from outside every 50 ms' },
    {
      name: 'processes and threads',
      value: isGrouped ? `${room.tasks}, with bubblewrap ${processes}` : String(room.tasks),
      keptBy: isGrouped ? 'rlimit, control group' : 'rlimit',
    },
    { name: 'scratch folder', value: `${size(scratchBytes)}, 4,096 files`, keptBy: 'its size, watched from outside' },
  ];
  return [
    { name: 'wall clock of a job', value: "the fit's time × 1.25 + 2 s", keptBy: 'worker; one second later the host' },
    { name: 'memory of a job', value: size(memoryBytes / threads), keptBy: 'rlimits, watched from outside every 50 ms' },
    ...(isCaged ? inCage : []),
    { name: 'one file', value: size(room.fileBytes), keptBy: 'rlimit' },
    { name: 'open files', value: String(room.openFiles), keptBy: 'rlimit' },
    { name: 'printed text', value: '1 MiB passed on', keptBy: 'worker, host' },
    { name: 'core dumps', value: 'none', keptBy: 'rlimit' },
  ];
}
