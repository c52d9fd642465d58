import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { openScratch, openStore } from './index.ts';
import { isRunning, thisProcess } from './process-identity.ts';
import { ended, linesOf, startChild, testFolder } from './test-folder.ts';

async function openTestStore(folder: string) {
  const store = await openStore<unknown>(folder, (value) => value);
  onTestFinished(() => store.close());
  return store;
}

it('lets one holder at a time work on a run', async () => {
  const folder = testFolder();
  const { leases } = await openTestStore(folder);
  await leases.takeLease('r1');
  const again = await openTestStore(folder);
  await expect(again.leases.takeLease('r1')).rejects.toMatchObject({ code: 'MW2010', message: expect.stringContaining('this process') });
  await again.leases.takeLease('r2');
  await leases.releaseLease('r1');
  await again.leases.takeLease('r1');
  expect(await leases.findHolder('r1')).toBe(process.pid);
});

it('refuses a run that a living process holds, and takes it over when that process is gone', { timeout: 30_000 }, async () => {
  const folder = testFolder();
  const { leases } = await openTestStore(folder);
  const child = startChild('hold', folder, 'r1');
  for await (const line of linesOf(child)) if (line === 'held') break;
  await expect(leases.takeLease('r1')).rejects.toMatchObject({ code: 'MW2010', message: `The run r1 is being worked on by process ${child.pid}.` });
  await leases.releaseLease('r1');
  expect(await leases.findHolder('r1')).toBe(child.pid);
  child.kill('SIGKILL');
  await ended(child);
  expect(await leases.findHolder('r1')).toBeUndefined();
  await leases.takeLease('r1');
  expect(await leases.findHolder('r1')).toBe(process.pid);
});

it('sweeps what a killed process left unfinished, and nothing of a living one', { timeout: 30_000 }, async () => {
  const folder = testFolder();
  const first = await openTestStore(folder);
  const scratch = await openScratch(first.home, 'r2');
  const child = startChild('hold', folder, 'r1');
  for await (const line of linesOf(child)) if (line === 'held') break;
  await openTestStore(folder);
  expect(readdirSync(join(folder, 'tmp'))).toHaveLength(2);
  expect(readdirSync(join(folder, 'models'))).toHaveLength(1);
  child.kill('SIGKILL');
  await ended(child);
  await openTestStore(folder);
  expect(readdirSync(join(folder, 'tmp')).map((name) => join(folder, 'tmp', name))).toEqual([scratch.folder]);
  expect(readdirSync(join(folder, 'models'))).toEqual([]);
  await scratch.close();
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
});

it.skipIf(process.platform !== 'linux')('takes over from a process whose number now belongs to another one', async () => {
  const folder = testFolder();
  const { leases, home } = await openTestStore(folder);
  const { pid, startedAt } = thisProcess();
  expect(isRunning({ pid, startedAt })).toBe(true);
  expect(isRunning({ pid, startedAt: `${startedAt}0` })).toBe(false);
  await leases.takeLease('r1');
  const database = new DatabaseSync(home.databaseFile);
  database.exec(`UPDATE leases SET started_at = '00000000_1'`);
  database.close();
  await leases.takeLease('r1');
});
