import { expect, it } from 'vitest';
import { attackFamily } from './arena.ts';
import { probeJob, probeLimits } from './probe-harness.ts';

attackFamily('a job that wants to go on for ever', (arena) => {
  it.each(['sleep', 'spin', 'stop-itself', 'close-and-stay'])('is over at its wall clock (%s)', async (what) => {
    const outcome = await arena.attack({ do: what }, { ...probeLimits, wallMs: 400 });
    expect(outcome).toMatchObject({ kind: 'stopped', limit: 'time' });
    expect(outcome.durationMs).toBeGreaterThan(350);
    expect(outcome.durationMs).toBeLessThan(1_300);
  });

  it('does not hold up a job beside it', async () => {
    const stuck = arena.worker.execute(probeJob({ do: 'spin' }), { ...probeLimits, wallMs: 600 });
    expect(await arena.attack({ do: 'good' })).toMatchObject({ kind: 'finished' });
    expect(await stuck.outcome).toMatchObject({ kind: 'stopped', limit: 'time' });
  });

  it('is not cut short when it ends in time', async () => {
    expect(await arena.attack({ do: 'good' }, { ...probeLimits, wallMs: 2_000 })).toMatchObject({ kind: 'finished' });
  });
});
