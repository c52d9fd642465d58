import { closeSync, chmodSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILE_DESCRIPTOR, type Guest, type GuestFile } from '../../src/edges/guest/index.ts';
import type { Guests } from '../../src/edges/sandbox/index.ts';
import { cagedGuests, guestFiles, testEntry } from '../support/guests.ts';
import { startWeakGuest } from './weak-guest.ts';

const OWN = 'the one file of this guest';
const CANARY = 'what no guest may read';

describe('a guest that has gone over to its file', () => {
  let folder: string;
  let guests: Guests;
  let caged: Guest;
  let weak: Guest;
  let listener: Server;
  let port = 0;
  const visits: string[] = [];
  const opened: number[] = [];
  let canary: string;
  let own: string;

  const ask = (guest: Guest, attempt: object) => {
    const answer = new Promise<unknown>((resolve) => guest.onMessage(resolve));
    guest.send(attempt);
    return answer;
  };
  const shown = (path: string): GuestFile => {
    const descriptor = openSync(path, 'r');
    opened.push(descriptor);
    return { descriptor, use: 'read', path };
  };

  beforeAll(async () => {
    folder = mkdtempSync('/var/tmp/modelwright-guest-');
    canary = join(folder, 'canary');
    own = join(folder, 'own');
    writeFileSync(canary, CANARY);
    writeFileSync(own, OWN);
    // Everyone on this machine could read them, and write the one, so that a refusal proves a wall and not a permission.
    chmodSync(folder, 0o777);
    chmodSync(canary, 0o644);
    chmodSync(own, 0o666);
    listener = createServer((socket) => {
      visits.push('came');
      socket.destroy();
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const address = listener.address();
    port = typeof address === 'object' && address ? address.port : 0;
    guests = cagedGuests(folder);
    caged = await guests.start(testEntry(true), shown(own));
    weak = await startWeakGuest(guestFiles(), folder, shown(own));
  });
  afterAll(async () => {
    weak.kill();
    await guests.close();
    listener.close();
    for (const descriptor of opened) closeSync(descriptor);
    rmSync(folder, { recursive: true, force: true });
  });

  it('reads its file again and again, by a name that tells nothing', async () => {
    for (let time = 0; time < 2; time += 1) expect(await ask(caged, { attempt: 'read', path: caged.filePath })).toEqual({ did: OWN });
    expect(await ask(caged, { attempt: 'name', path: caged.filePath })).toEqual({ refused: 'EINVAL' });
    expect(await ask(weak, { attempt: 'name', path: weak.filePath })).toEqual({ did: own });
  });

  it('gets no socket, so nothing arrives', async () => {
    expect(await ask(caged, { attempt: 'connect', port })).toEqual({ refused: 'EAFNOSUPPORT' });
    expect(await ask(weak, { attempt: 'connect', port })).toEqual({ refused: expect.stringMatching(/^(ECONNREFUSED|ENETUNREACH)$/) });
    expect(visits).toEqual([]);
  });

  it('reads no other file, by its path, by another descriptor or by another process', async () => {
    expect(await ask(caged, { attempt: 'read', path: canary })).toEqual({ refused: expect.stringMatching(/^(ENOENT|EACCES)$/) });
    expect(await ask(weak, { attempt: 'read', path: canary })).toEqual({ did: CANARY });
    for (const path of ['/usr/bin/env', '/cage/app/guest.py', '/proc/1/environ', '/proc/self/mountinfo', '/proc/self/maps']) {
      expect(await ask(caged, { attempt: 'read', path })).toEqual({ refused: 'EACCES' });
    }
    expect(await ask(weak, { attempt: 'read', path: '/proc/self/mountinfo' })).toEqual({ did: expect.stringContaining(folder) });
    for (const path of ['/', '/proc', '/proc/self/fd']) expect(await ask(caged, { attempt: 'list', path })).toEqual({ refused: 'EACCES' });
    expect(await ask(weak, { attempt: 'list', path: '/' })).toMatchObject({ did: expect.arrayContaining(['usr']) });
  });

  it('does not see the file of a guest beside it', async () => {
    const beside = await guests.start(testEntry(true), shown(canary));
    expect(await ask(beside, { attempt: 'read', path: beside.filePath })).toEqual({ did: CANARY });
    expect(await ask(caged, { attempt: 'files that are open' })).toEqual([FILE_DESCRIPTOR]);
    expect(await ask(caged, { attempt: 'read', path: caged.filePath })).toEqual({ did: OWN });
    beside.kill();
  });

  it('writes nothing but in its folder, its own file least of all', async () => {
    expect(await ask(caged, { attempt: 'write', path: '/scratch/own' })).toEqual({ did: null });
    for (const path of ['/planted', '/tmp/planted', '/dev/shm/planted', '/dev/planted', '/usr/planted', '/cage/guest/planted', join(folder, 'planted')])
      expect(await ask(caged, { attempt: 'write', path })).toEqual({ refused: expect.stringMatching(/^(EACCES|EROFS|ENOENT)$/) });
    for (const attempt of ['open to write', 'truncate']) expect(await ask(caged, { attempt, path: caged.filePath })).toEqual({ refused: 'EACCES' });
    expect(readFileSync(own, 'utf8')).toBe(OWN);
    expect(await ask(weak, { attempt: 'write', path: '/tmp/planted' })).toEqual({ did: null });
    expect(await ask(weak, { attempt: 'open to write', path: weak.filePath })).toEqual({ did: null });
  });

  it('makes no folder, so that what it leaves is one listing', async () => {
    expect(await ask(caged, { attempt: 'make a folder', path: '/scratch/deep' })).toEqual({ refused: 'EACCES' });
    expect(await ask(weak, { attempt: 'make a folder', path: '/scratch/deep' })).toEqual({ did: null });
  });

  it('starts no program and no process', async () => {
    expect(await ask(caged, { attempt: 'start a program' })).toEqual({ refused: expect.stringMatching(/^(EPERM|EACCES|EAGAIN)$/) });
    expect(await ask(weak, { attempt: 'start a program' })).toEqual({ did: 0 });
  });

  it('knows a short list of variables', async () => {
    expect(await ask(caged, { attempt: 'variables' })).toEqual(['HOME', 'LANG', 'ORT_DISABLE_TELEMETRY', 'PATH', 'PWD', 'TMPDIR', 'TZ']);
  });
});
