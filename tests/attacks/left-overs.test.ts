import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openBubblewrap } from '../../src/edges/sandbox/bubblewrap.ts';
import { attackFamily } from './arena.ts';
import { attemptsOf, openProbeWorker, probeJob, probeLimits } from './probe-harness.ts';

attackFamily('a job that wants to leave something for the next', (arena) => {
  it('leaves nothing: its folder is emptied, however deep or shut it was', async () => {
    expect(await arena.attempts({ do: 'leave-behind' })).toEqual({
      'leave-deep': 'done 1500',
      'leave-file': 'done left',
      'leave-unreadable': 'done shut',
      'leave-tmp': 'refused EACCES',
      'leave-daemon': 'refused EPERM',
    });
    expect(await arena.attempts({ do: 'look-for-left-overs', number: 1 })).toEqual({
      'own-folder': 'done []',
      scratch: 'refused EACCES',
      tmp: 'refused EACCES',
      'left-number': expect.stringMatching(/^refused (ENOENT|EACCES)$/),
    });
  });

  it('finds nothing of another run either, which has a cage of its own', async () => {
    const other = await openProbeWorker(openBubblewrap(arena.harness, []));
    const outcome = await other.execute(probeJob({ do: 'look-for-left-overs', number: 1 }), probeLimits).outcome;
    await other.close();
    expect(attemptsOf(outcome)['own-folder']).toBe('done []');
  });

  it('leaves no control group when its cage is closed', async () => {
    const other = await openProbeWorker(openBubblewrap(arena.harness, []));
    const during = controlGroups();
    await other.close();
    const gone = during.filter((group) => !controlGroups().includes(group));
    // The family's own cage is still open; the other's groups were there, where this machine lets us make any, and are gone.
    expect(gone.length > 0).toBe(during.length > 0);
  });

  it('would leave it for the next where only the name spaces hold it', async () => {
    const controls = await arena.controls({ do: 'leave-control' });
    expect(controls).toMatchObject({ 'leave-file': 'done left', 'leave-tmp': 'done /tmp/left', 'see-tmp': expect.stringContaining('left') });
  });
});

/** Folders of this process's control groups in every hierarchy. */
function controlGroups(): string[] {
  return readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, names, path] = line.split(':');
      try {
        return readdirSync(`/sys/fs/cgroup/${names || 'unified'}${path}`)
          .filter((name) => name.startsWith(`modelwright-${process.pid}-`))
          .map((name) => `${names}/${name}`);
      } catch {
        return [];
      }
    });
}
