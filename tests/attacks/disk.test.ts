import { statfsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { attackFamily } from './arena.ts';

attackFamily('a job that wants to fill the disk', (arena) => {
  it('meets the end of a file and of its folder, and this machine loses nothing', async () => {
    const freeBefore = statfsSync(arena.harness.scratchDirectory).ffree;
    expect(await arena.attempts({ do: 'disk' })).toEqual({
      'large-file': 'refused EFBIG',
      fill: 'refused ENOSPC',
      'small-file': expect.stringMatching(/^refused ENOSPC|done small/),
    });
    expect(Math.abs(statfsSync(arena.harness.scratchDirectory).ffree - freeBefore)).toBeLessThan(5_000);
  });

  it('has its folder emptied for the next job', async () => {
    const outcome = await arena.attempts({ do: 'look-for-left-overs', number: 1 });
    expect(outcome['own-folder']).toBe('done []');
  });

  it('is ended when it makes files without end', async () => {
    expect(await arena.attack({ do: 'inodes' })).toMatchObject({ kind: 'stopped', limit: 'output' });
  });
});
