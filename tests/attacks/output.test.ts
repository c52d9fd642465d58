import { expect, it } from 'vitest';
import { attackFamily } from './arena.ts';

attackFamily('a job that wants to drown or deceive the one who listens', (arena) => {
  it('is cut where it prints without end, and still told of', async () => {
    const outcome = await arena.attack({ do: 'flood-log', mebibytes: 16 });
    expect(outcome).toMatchObject({ kind: 'failed', exitCode: 1 });
    expect(outcome.kind === 'failed' && outcome.stderrTail.length).toBeLessThan(20_000);
  });

  it('is ended where its result has no end', async () => {
    expect(await arena.attack({ do: 'flood-result', mebibytes: 160 })).toMatchObject({ kind: 'stopped', limit: 'output' });
  });

  it('sends no control character to a terminal', async () => {
    const outcome = await arena.attack({ do: 'control-characters' });
    // eslint-disable-next-line no-control-regex
    expect(outcome.kind === 'failed' && outcome.stderrTail).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u200b]/);
    expect(outcome.kind === 'failed' && outcome.stderrTail).toContain('plain red');
  });

  it('cannot speak for the worker: a forged report on any of its channels is no report', async () => {
    expect(await arena.attack({ do: 'forge' })).toMatchObject({ kind: 'unreadable' });
  });

  it('is heard word for word when it says little', async () => {
    const outcome = await arena.attack({ do: 'raise' });
    expect(outcome.kind === 'failed' && outcome.stderrTail.split('\n').at(-1)).toBe('ValueError: the learner does not like the data');
  });
});
