import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from './index.ts';
import { ended, linesOf, startChild, testFolder } from './test-folder.ts';

async function openTestStore(folder: string) {
  const store = await openStore<unknown>(folder, (value) => value);
  onTestFinished(() => store.close());
  return store;
}

const facts = { runId: 'r1', createdAt: '2026-01-02T03:04:05.000Z' };

it('finds a model by its name, newest first, or by name and version', async () => {
  const { models } = await openTestStore(testFolder());
  for (const modelId of ['aaa', 'bbb']) {
    const version = await models.claimVersion('churn');
    await models.registerModel({ name: 'churn', version, modelId, folder: models.folderOf('churn', version), ...facts });
  }
  expect(await models.findModel('churn')).toMatchObject({ version: 2, modelId: 'bbb', folder: models.folderOf('churn', 2) });
  expect(await models.getModel('churn@1')).toEqual({ name: 'churn', version: 1, modelId: 'aaa', folder: models.folderOf('churn', 1), ...facts });
  for (const missing of ['churn@3', 'churn@0', 'churn@01', 'other', '', '@1', '../churn', 'churn@1@2']) expect(await models.findModel(missing)).toBeUndefined();
  await expect(models.getModel('chrn')).rejects.toMatchObject({ code: 'MW1451', hint: expect.stringContaining('churn') });
});

it('never gives a version twice, not even after a removal', async () => {
  const { models } = await openTestStore(testFolder());
  expect(await models.claimVersion('churn')).toBe(1);
  await models.registerModel({ name: 'churn', version: 1, modelId: 'aaa', folder: models.folderOf('churn', 1), ...facts });
  expect(await models.removeModel('churn', 1)).toBe(true);
  expect(await models.removeModel('churn', 1)).toBe(false);
  expect(await models.listModels()).toEqual([]);
  expect(await models.claimVersion('churn')).toBe(2);
});

it('gives two processes that claim at once different versions, without a gap', { timeout: 30_000 }, async () => {
  const folder = testFolder();
  const claims = async () => {
    const child = startChild('claim', folder, 'churn', '40');
    const versions: number[] = [];
    for await (const line of linesOf(child)) versions.push(Number(line));
    expect(await ended(child)).toBe(0);
    return versions;
  };
  const versions = (await Promise.all([claims(), claims()])).flat();
  expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, index) => index + 1));
});

it('may be told of the same model twice, but not of another one under its version', async () => {
  const { models } = await openTestStore(testFolder());
  const record = { name: 'churn', version: 1, modelId: 'aaa', folder: models.folderOf('churn', 1), ...facts };
  await models.registerModel(record);
  await models.registerModel({ ...record, createdAt: '2027-01-01T00:00:00.000Z' });
  expect(await models.listModels()).toEqual([record]);
  await expect(models.registerModel({ ...record, modelId: 'bbb' })).rejects.toThrow('already another model');
  await expect(models.registerModel({ ...record, version: 2, folder: join(testFolder(), 'churn@2') })).rejects.toThrow('lies in the home');
});

it('refuses names that would not do as file names', async () => {
  const { models } = await openTestStore(testFolder());
  for (const name of ['', 'Churn', '.churn', '-churn', 'a/b', 'a b', 'a@1', 'é', 'x'.repeat(65)]) {
    await expect(models.claimVersion(name)).rejects.toMatchObject({ code: 'MW1450' });
  }
  for (const name of ['a', '0', 'churn-2026.v_1', 'x'.repeat(64)]) expect(await models.claimVersion(name)).toBe(1);
});
