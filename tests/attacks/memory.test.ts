import { expect, it } from 'vitest';
import { openBubblewrap } from '../../src/edges/sandbox/bubblewrap.ts';
import { attackFamily } from './arena.ts';
import { probeJob, probeLimits, probeMatrix } from './probe-harness.ts';

const small = { ...probeLimits, memoryBytes: 32 * 2 ** 20 };

attackFamily('a job that wants all memory', (arena) => {
  // Bounded at 384 MiB even if no wall held it.
  it.each(['memory-at-once', 'memory-by-and-by', 'shared-memory'])('is ended at its limit, and the report says so (%s)', async (what) => {
    expect(await arena.attack({ do: what, mebibytes: 384 }, small)).toMatchObject({ kind: 'stopped', limit: 'memory' });
  });

  it('is ended by the limit of its whole cage, where its own is larger', async () => {
    const worker = openBubblewrap(arena.harness, []).openWorker({ threads: 1, memoryBytes: 256 * 2 ** 20 });
    await worker.loadMatrix(probeMatrix);
    const { outcome } = worker.execute(probeJob({ do: 'shared-memory', mebibytes: 384 }), { ...probeLimits, memoryBytes: 2 ** 30 });
    expect(await outcome).toMatchObject({ kind: 'stopped', limit: 'memory' });
    await worker.close();
  });

  it.each(['memory-at-once', 'memory-by-and-by', 'shared-memory'])('gets what it may have (%s)', async (what) => {
    const outcome = await arena.attack({ do: what, mebibytes: 16 }, small);
    expect(outcome.kind === 'failed' && outcome.stderrTail).toContain('memory done');
  });
});
