import { createConnection, createServer, type Server } from 'node:net';
import { rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attackFamily } from './arena.ts';

attackFamily('a job that wants to send data out', (arena) => {
  const visits: string[] = [];
  const path = join(tmpdir(), `door-${process.pid}`);
  const listeners: Server[] = [];
  let port = 0;
  beforeAll(async () => {
    for (const [kind, where] of [
      ['tcp', { port: 0, host: '127.0.0.1' }],
      ['unix', { path }],
    ] as const) {
      const listener = createServer((socket) => {
        visits.push(kind);
        socket.destroy();
      });
      listener.listen(where);
      await once(listener, 'listening');
      listeners.push(listener);
    }
    const address = listeners[0].address();
    port = typeof address === 'object' && address ? address.port : 0;
  });
  afterAll(() => {
    for (const listener of listeners) listener.close();
    rmSync(path, { force: true });
  });

  it('gets no socket of any kind, so nothing arrives', async () => {
    expect(await arena.attempts({ do: 'network', port, path })).toEqual({
      tcp: 'refused EAFNOSUPPORT',
      unix: 'refused EAFNOSUPPORT',
      udp: 'refused EAFNOSUPPORT',
      netlink: 'refused EAFNOSUPPORT',
      vsock: 'refused EAFNOSUPPORT',
      pair: 'done True',
    });
    expect(visits).toEqual([]);
  });

  it('has a listener that others do reach, and sockets where only the name spaces hold it', async () => {
    for (const where of [{ port, host: '127.0.0.1' }, { path }]) await once(createConnection(where).resume(), 'close');
    expect(visits).toEqual(['tcp', 'unix']);
    const controls = await arena.controls({ do: 'network', port, path });
    expect(controls).toMatchObject({
      tcp: expect.stringMatching(/^refused (ECONNREFUSED|ENETUNREACH)/),
      unix: 'refused ENOENT',
      netlink: expect.stringMatching(/^done/),
    });
    expect(visits).toEqual(['tcp', 'unix']);
  });
});
