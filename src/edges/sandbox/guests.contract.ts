import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testEntry } from '../../../tests/support/guests.ts';
import { controlGroupsOf } from '../../../tests/support/processes.ts';
import type { Guest, GuestEnding } from '../guest/index.ts';
import type { GuestOptions, Guests } from './open-guests.ts';
import { hasEnded } from './process-memory.ts';

const parentScript = fileURLToPath(new URL('../../../tests/fixtures/guest/parent.ts', import.meta.url));

/** What guests must do, caged or not. `scratchParent`: where their folders are made. */
export function guestsContract(
  kind: 'caged' | 'uncaged',
  open: (folder: string, more?: Partial<GuestOptions>) => Guests,
  scratchParent: (folder: string) => string,
) {
  let folder: string;
  const opened: Guests[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'guests-'));
  });
  afterEach(async () => {
    for (const guests of opened.splice(0)) await guests.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(more?: Partial<GuestOptions>): Promise<Guest> {
    const guests = open(folder, more);
    opened.push(guests);
    const guest = await guests.start(testEntry(kind === 'caged'));
    expect(guests.state).toMatchObject({ isCaged: kind === 'caged' });
    return guest;
  }
  const nextMessage = (guest: Guest) => new Promise<unknown>((resolve) => guest.onMessage(resolve));
  const nextExit = (guest: Guest) => new Promise<GuestEnding>((resolve) => guest.onExit(resolve));
  const ask = (guest: Guest, message: unknown) => {
    const answer = nextMessage(guest);
    guest.send(message);
    return answer;
  };

  it('answers numbers with the same numbers, from an environment of its own', async () => {
    const guest = await start();
    const numbers = { columns: [Float64Array.of(1, NaN), Int32Array.of(-7)], texts: ['ä', '\0'], odd: [Infinity, -0] };
    expect(await ask(guest, numbers)).toEqual({ echo: numbers });
    expect(await ask(guest, { attempt: 'variables' })).toEqual(expect.arrayContaining(['HOME', 'LANG', 'PATH', 'TMPDIR', 'TZ']));
    expect(await ask(guest, { attempt: 'variables' })).not.toContain('USER');
  });

  it('tells of a guest that crashes, also afterwards', async () => {
    const guest = await start();
    guest.send({ attempt: 'crash' });
    expect(await nextExit(guest)).toMatchObject({ kind: 'exit', signal: expect.stringMatching(/^SIG/) });
    expect(await nextExit(guest)).toMatchObject({ kind: 'exit' });
    guest.send('nobody hears this');
  });

  it('tells of a guest that leaves', async () => {
    const guest = await start();
    guest.send({ attempt: 'leave' });
    expect(await nextExit(guest)).toEqual({ kind: 'exit', code: 7, signal: null });
  });

  it('tells of a guest that has no entry, by MW3041', async () => {
    const guests = open(folder);
    opened.push(guests);
    await expect(guests.start('edges/missing.ts')).rejects.toMatchObject({ code: 'MW3041' });
  });

  it.each<[string, number[]]>([
    ['wrong first bytes', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
    ['a length beyond all bounds', [0x4d, 0x57, 0x47, 0x31, 2, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 127]],
    ['a text that is none', [0x4d, 0x57, 0x47, 0x31, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe]],
  ])('ends a guest that speaks nonsense: %s', async (_, bytes) => {
    const guest = await start();
    guest.send({ attempt: 'speak raw', bytes });
    expect(await nextExit(guest)).toMatchObject({ kind: 'nonsense' });
  });

  it('is not held up by a guest that prints 64 MB', async () => {
    expect(await ask(await start(), { attempt: 'say much' })).toBe('said');
  });

  it('holds a guest to its memory', async () => {
    const guest = await start({ memoryBytes: 1 << 30 });
    guest.send({ attempt: 'hold memory' });
    const ending = await nextExit(guest);
    expect(ending.kind === 'limit' ? ending.limit : ending.kind === 'exit' && ending.code !== 0 && 'memory').toBe('memory');
  });

  it.each(['fill the folder', 'fill files without a name', 'make many files'])('ends a guest that takes more of the disk than it may: %s', async (attempt) => {
    const guest = await start({ scratchBytes: 64 << 20 });
    guest.send({ attempt, scratch: guest.scratchPath });
    expect(await nextExit(guest)).toEqual({ kind: 'limit', limit: 'scratch' });
  });

  it('counts and clears away the folder of a guest that has shut it', async () => {
    const guest = await start({ scratchBytes: 64 << 20 });
    await ask(guest, { attempt: 'write', path: `${guest.scratchPath}/left` });
    expect(await ask(guest, { attempt: 'shut a folder', path: guest.scratchPath })).toEqual({ did: null });
    guest.send({ attempt: 'fill files without a name', scratch: guest.scratchPath });
    expect(await nextExit(guest)).toMatchObject({ kind: expect.stringMatching(/^(limit|exit)$/) });
    await opened[0].close();
    expect(readdirSync(scratchParent(folder)).filter((name) => name.startsWith(`.scratch-${process.pid}-`))).toEqual([]);
  });

  it('ends with its parent, also when that is killed', async () => {
    const parent = spawn(process.execPath, [parentScript, kind, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = await once(parent.stdout, 'data');
    const guestId = Number(String(said));
    expect(hasEnded(guestId)).toBe(false);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await expect.poll(() => hasEnded(guestId), { timeout: 5_000 }).toBe(true);
    // The folder of a killed one goes when the next is made.
    await start();
    expect(readdirSync(scratchParent(folder)).filter((name) => name.startsWith(`.scratch-${parent.pid}-`))).toEqual([]);
  });

  it('leaves no process, folder or control group', async () => {
    const guest = await start();
    const { processId } = guest;
    guest.send({ attempt: 'write', path: `${guest.scratchPath}/left` });
    await nextMessage(guest);
    await opened[0].close();
    expect(processId !== undefined && hasEnded(processId)).toBe(true);
    expect(readdirSync(scratchParent(folder)).filter((name) => name.startsWith(`.scratch-${process.pid}-`))).toEqual([]);
    expect(controlGroupsOf([process.pid])).toEqual([]);
  });
}
