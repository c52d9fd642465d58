import { expect, it } from 'vitest';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attackFamily } from './arena.ts';

attackFamily('a job that wants files of this machine', (arena) => {
  it('reads none and writes none but its own', async () => {
    const attempts = await arena.attempts({ do: 'files', canary: arena.canary.path });
    const { 'write-own': writesOwn, 'read-own': readsOwn, library, ...others } = attempts;
    expect([writesOwn, readsOwn, library]).toEqual(['done own', 'done x', 'done """']);
    expect(Object.keys(others)).toHaveLength(15);
    expect(Object.entries(others).filter(([, answer]) => !/^refused (ENOENT|EACCES|EROFS|EPERM|EXDEV)$/.test(answer))).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)('is not root outside: a file of root inside a folder that it sees stays shut', async () => {
    const closed = join(arena.harness.environment.harness, 'root-only');
    writeFileSync(closed, arena.canary.text);
    chmodSync(closed, 0o600);
    const attempts = await arena.attempts({ do: 'files', canary: '/cage/app/root-only' });
    expect(attempts['canary']).toBe('refused EACCES');
    chmodSync(closed, 0o644);
    expect((await arena.attempts({ do: 'files', canary: '/cage/app/root-only' }))['canary']).toBe(`done ${arena.canary.text}`);
  });

  it('would read and write where only the name spaces hold it', async () => {
    expect(await arena.controls({ do: 'files', canary: arena.canary.path })).toMatchObject({
      canary: `done ${arena.canary.text}`,
      climb: `done ${arena.canary.text}`,
      'host-folder': "done ['canary']",
      'write-root': 'done /planted',
      'write-tmp': 'done /tmp/planted',
      symlink: 'done None',
      fifo: 'done None',
    });
  });
});
