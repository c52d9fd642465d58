/** Where the attacks take place: one cage for those of a family, a weak one for their controls, and a canary that lies outside both. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBubblewrap } from '../../src/edges/sandbox/bubblewrap.ts';
import { childrenOf, hasEnded } from '../../src/edges/sandbox/process-memory.ts';
import type { ExecutionOutcome, FitJob, JobLimits, TrainingWorker } from '../../src/edges/sandbox/sandbox.ts';
import { attemptsOf, makeProbeHarness, openProbeWorker, probeJob, probeLimits, type ProbeHarness } from './probe-harness.ts';
import { openWeakCage } from './weak-cage.ts';

export type Settings = FitJob['settings'];

export type Arena = {
  /** The cage's worker, for attacks of several jobs. */
  worker: TrainingWorker;
  harness: ProbeHarness;
  /** Readable by everyone on this machine: only the cage keeps it from a job. */
  canary: { path: string; text: string };
  attack(settings: Settings, limits?: JobLimits): Promise<ExecutionOutcome>;
  /** Attempt by attempt, what the cage answered. */
  attempts(settings: Settings): Promise<Record<string, string>>;
  /** The same in the weak cage. */
  controls(settings: Settings): Promise<Record<string, string>>;
};

export function attackFamily(title: string, body: (arena: Arena) => void): void {
  describe(`${title}`, () => {
    const arena = {} as Arena; // filled before the first attack
    let weak: TrainingWorker | undefined;
    let children: number[] = [];
    beforeAll(async () => {
      const before = childrenOf(process.pid);
      const harness = makeProbeHarness();
      const folder = mkdtempSync(join(tmpdir(), 'canary-'));
      chmodSync(folder, 0o755);
      const canary = { path: join(folder, 'canary'), text: `canary ${process.pid} ${title}` };
      writeFileSync(canary.path, canary.text, { mode: 0o644 });
      const worker = await openProbeWorker(openBubblewrap(harness, []));
      const attack: Arena['attack'] = (settings, limits = probeLimits) => worker.execute(probeJob(settings), limits).outcome;
      Object.assign(arena, {
        worker,
        harness,
        canary,
        attack,
        attempts: async (settings: Settings) => attemptsOf(await attack(settings)),
        controls: async (settings: Settings) => {
          weak ??= await openProbeWorker(openWeakCage(harness, folder));
          return attemptsOf(await weak.execute(probeJob(settings), probeLimits).outcome);
        },
      } satisfies Arena);
      children = childrenOf(process.pid)
        .filter((child) => !before.includes(child))
        .flatMap((child) => [child, ...childrenOf(child)]);
    });
    afterAll(() => {
      rmSync(join(arena.canary.path, '..'), { recursive: true });
      arena.harness.remove();
    });

    body(arena);

    it('leaves the canary untouched, no process and no file', async () => {
      // The cage still answers after every attack.
      expect(await arena.attack({ do: 'good' })).toMatchObject({ kind: 'finished' });
      await arena.worker.close();
      await weak?.close();
      expect(readFileSync(arena.canary.path, 'utf8')).toBe(arena.canary.text);
      expect(readdirSync(join(arena.canary.path, '..'))).toEqual(['canary']);
      expect(children.length).toBeGreaterThan(1);
      expect(children.filter((child) => !hasEnded(child))).toEqual([]);
      expect(readdirSync(arena.harness.scratchDirectory)).toEqual([]);
    });
  });
}
