import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { openFileStore, hashFile, sha256Of } from './file-store.ts';
import { openHome } from './home.ts';
import { canMountSmallDisk, onSmallDisk, testFolder } from './test-folder.ts';

const text = (words: string) => new TextEncoder().encode(words);

it('gives back exactly the bytes that were put, in however many parts', async () => {
  const files = openFileStore(openHome(testFolder()));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), async (parts) => {
      const whole = new Uint8Array(Buffer.concat(parts));
      const ref = await files.put('r1', ...parts);
      expect(ref).toEqual({ sha256: sha256Of(whole), sizeBytes: whole.length });
      expect(await files.get('r1', ref)).toEqual(whole);
    }),
    { numRuns: 30 },
  );
});

it('keeps a file under its hash, for its owner only, and leaves nothing unfinished', async () => {
  const home = openHome(testFolder());
  const { sha256 } = await openFileStore(home).put('r1', text('answers'));
  expect(readdirSync(join(home.runsFolder, 'r1'))).toEqual([sha256]);
  expect(statSync(join(home.runsFolder, 'r1', sha256)).mode & 0o777).toBe(0o600);
  expect(readdirSync(home.temporaryFolder)).toEqual([]);
});

it('refuses bytes that are missing, cut or changed, and is mended by putting them again', async () => {
  const home = openHome(testFolder());
  const files = openFileStore(home);
  const ref = await files.put('r1', text('answers'));
  const path = join(home.runsFolder, 'r1', ref.sha256);
  for (const damage of ['answerz', 'answ', '']) {
    writeFileSync(path, damage);
    await expect(files.get('r1', ref)).rejects.toMatchObject({ code: 'MW3015' });
  }
  await files.put('r1', text('answers'));
  expect(await files.get('r1', ref)).toEqual(text('answers'));
  await expect(files.get('r2', ref)).rejects.toMatchObject({ code: 'MW3015' });
  await expect(files.get('r1', { sha256: '../../home.json', sizeBytes: 1 })).rejects.toMatchObject({ code: 'MW3015' });
});

it('removes the files of one run and of no other', async () => {
  const files = openFileStore(openHome(testFolder()));
  const ref = await files.put('r1', text('answers'));
  await files.put('r2', text('answers'));
  await files.removeRun('r1');
  await files.removeRun('r1');
  await expect(files.get('r1', ref)).rejects.toMatchObject({ code: 'MW3015' });
  expect(await files.get('r2', ref)).toEqual(text('answers'));
  await expect(files.removeRun('..')).rejects.toMatchObject({ code: 'MW2011' });
});

it('hashes a file of the user as it would hash its bytes', async () => {
  const path = join(testFolder(), 'data.csv');
  writeFileSync(path, 'a,b\n'.repeat(600_000));
  expect(await hashFile(path)).toEqual({ sha256: sha256Of(readFileSync(path)), sizeBytes: 2_400_000 });
  await expect(hashFile(`${path}.gone`)).rejects.toMatchObject({ code: 'MW3019' });
});

it.skipIf(!canMountSmallDisk)(
  'leaves nothing half-written on a full disk and goes on once there is room (needs root to mount a small one)',
  { timeout: 60_000 },
  () => {
    const full = 'MW3011';
    expect(onSmallDisk(testFolder(), 'fillFiles')).toEqual({
      append: full,
      put: full,
      package: full,
      output: full,
      newHome: full,
      left: [],
      after: [1, 200_000],
    });
  },
);
