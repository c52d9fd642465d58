import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventLogContract, TestEvent } from './event-log.contract.ts';
import { openStore } from './index.ts';
import { canMountSmallDisk, ended, linesOf, onSmallDisk, startChild, testFolder } from './test-folder.ts';

async function openTestStore(folder: string) {
  const store = await openStore(folder, (value) => TestEvent.parse(value));
  onTestFinished(() => store.close());
  return store;
}

/** Opens the home without a schema, for the events of `store-child.ts`. */
async function openPlainStore(folder: string) {
  const store = await openStore<unknown>(folder, (value) => value);
  onTestFinished(() => store.close());
  return store;
}

describe('sqlite event log', () => {
  eventLogContract(async (parseEvent) => {
    const store = await openStore(testFolder(), parseEvent);
    onTestFinished(() => store.close());
    return store.log;
  });

  it('still has its events in a later process', async () => {
    const folder = testFolder();
    const first = await openTestStore(folder);
    await first.log.append('r1', { kind: 'run.finished' });
    first.close();
    expect(await (await openTestStore(folder)).log.read('r1')).toEqual([{ number: 1, event: { kind: 'run.finished' } }]);
  });

  it('writes through to the disk before it confirms, and lets nobody else read the files', async () => {
    const folder = testFolder();
    const store = await openTestStore(folder);
    await store.log.append('r1', { kind: 'run.finished' });
    for (const name of ['home.sqlite', 'home.sqlite-wal', 'home.sqlite-shm']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'home.sqlite-wal')).includes('run.finished')).toBe(true);
  });

  it('keeps every confirmed event when its process is killed at any moment', { timeout: 60_000 }, async () => {
    const folder = testFolder();
    let before = 0;
    for (const killAfterLines of [1, 7, 40]) {
      const child = startChild('append', folder, 'r1');
      let confirmed = 0;
      let lines = 0;
      for await (const line of linesOf(child)) {
        confirmed = Number(line);
        if (++lines === killAfterLines) child.kill('SIGKILL');
      }
      await ended(child);
      const store = await openPlainStore(folder);
      const events = await store.log.read('r1');
      expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
      expect(confirmed).toBeGreaterThan(before);
      expect(events.length).toBeGreaterThanOrEqual(confirmed);
      before = events.length;
      store.close();
    }
  });

  it('numbers without gap or double when two processes append to one run, and leaves other runs alone', { timeout: 60_000 }, async () => {
    const folder = testFolder();
    const children = [startChild('append', folder, 'r1', '60'), startChild('append', folder, 'r1', '60'), startChild('append', folder, 'r2', '60')];
    expect(await Promise.all(children.map(ended))).toEqual([0, 0, 0]);
    const { log } = await openPlainStore(folder);
    expect((await log.read('r1')).map(({ number }) => number)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    expect((await log.read('r2')).map(({ event }) => event)).toMatchObject(Array.from({ length: 60 }, (_, index) => ({ count: index + 1 })));
  });

  it('says which file is damaged when the database is not one', async () => {
    const folder = testFolder();
    (await openTestStore(folder)).close();
    writeFileSync(join(folder, 'home.sqlite'), 'this was never a database '.repeat(400));
    await expect(openTestStore(folder)).rejects.toMatchObject({ code: 'MW3014', place: { file: join(folder, 'home.sqlite') } });
  });

  it('says which file is damaged when pages inside the database were overwritten', async () => {
    const folder = testFolder();
    const first = await openTestStore(folder);
    for (let index = 0; index < 200; index++) await first.log.append('r1', { kind: 'run.requested', sentence: 'x'.repeat(200) });
    first.close();
    const file = join(folder, 'home.sqlite');
    writeFileSync(file, readFileSync(file).fill(0xa5, 4096));
    await expect(openTestStore(folder).then(({ log }) => log.read('r1'))).rejects.toMatchObject({ code: 'MW3014' });
  });

  it('names the run whose event it does not understand, still lists it beside the others, and can delete it', async () => {
    const folder = testFolder();
    const other = await openPlainStore(folder);
    await other.log.append('r1', { kind: 'run.teleported' });
    const { log } = await openTestStore(folder);
    await expect(log.read('r1')).rejects.toMatchObject({ code: 'MW3014', message: expect.stringContaining('r1') });
    expect(await log.listRuns()).toEqual([{ runId: 'r1', eventCount: 1, first: null, last: null }]);
    expect(await log.deleteRun('r1')).toBe(true);
    expect(await log.listRuns()).toEqual([]);
  });

  it('refuses a database of a newer format', async () => {
    const folder = testFolder();
    (await openTestStore(folder)).close();
    const database = new DatabaseSync(join(folder, 'home.sqlite'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(openTestStore(folder)).rejects.toMatchObject({ code: 'MW3012' });
  });

  it.skipIf(!canMountSmallDisk)(
    'keeps every confirmed event and nothing half when the disk fills up, and goes on once there is room (needs root to mount a small one)',
    { timeout: 60_000 },
    () => {
      const report = onSmallDisk(testFolder(), 'fillLog');
      const confirmed = Number(report['confirmed']);
      expect(confirmed).toBeGreaterThan(10);
      expect(report).toEqual({ code: 'MW3011', confirmed, kept: confirmed, next: confirmed + 1 });
    },
  );
});
