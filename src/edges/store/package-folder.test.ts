import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openHome } from './home.ts';
import { copyPackage, readPackage, removePackage, writePackage } from './package-folder.ts';
import { testFolder } from './test-folder.ts';

const files = new Map([
  ['manifest.json', new TextEncoder().encode('{}')],
  ['model.onnx', new Uint8Array([1, 2, 3])],
]);

it('reads a package as it was written, from files that only the owner reads', async () => {
  const destination = join(testFolder(), 'models', 'churn@1');
  await writePackage(files, destination);
  expect(await readPackage(destination)).toEqual(files);
  expect(statSync(destination).mode & 0o777).toBe(0o700);
  expect(statSync(join(destination, 'model.onnx')).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(destination, '..'))).toEqual(['churn@1']);
});

it('may write the same package twice, but never over something else', async () => {
  const destination = join(testFolder(), 'churn@1');
  await writePackage(files, destination);
  await writePackage(files, destination);
  await expect(writePackage(new Map([['model.onnx', new Uint8Array([9])]]), destination)).rejects.toMatchObject({ code: 'MW1453' });
  expect(await readPackage(destination)).toEqual(files);
  expect(readdirSync(join(destination, '..'))).toEqual(['churn@1']);
});

it('does not write through a link or over a file of the user', async () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'));
  writeFileSync(join(folder, 'file'), 'mine');
  for (const name of ['link', 'file', 'file/inside']) await expect(writePackage(files, join(folder, name))).rejects.toMatchObject({ code: 'MW1453' });
  expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
  expect(readdirSync(folder).toSorted()).toEqual(['elsewhere', 'file', 'link']);
});

it('shows other readers the whole package or none of it', async () => {
  const destination = join(testFolder(), 'churn@1');
  const many = new Map(Array.from({ length: 40 }, (_, index) => [`part-${index}`, new Uint8Array(1000)]));
  const writing = writePackage(many, destination);
  let seen: number | undefined;
  while (seen === undefined) seen = (await readPackage(destination).catch(() => undefined))?.size;
  await writing;
  expect(seen).toBe(40);
});

const strays: [string, (folder: string) => void][] = [
  ['a symbolic link', (folder) => symlinkSync('/etc/hostname', join(folder, 'model.onnx'))],
  ['a folder inside', (folder) => mkdirSync(join(folder, 'inside'))],
  ['a pipe', (folder) => void spawnSync('mkfifo', [join(folder, 'pipe')])],
  ['a hidden file', (folder) => writeFileSync(join(folder, '.hidden'), '')],
  ['a name with a line break', (folder) => writeFileSync(join(folder, 'a\nb'), '')],
  ['a file over the limit', (folder) => writeFileSync(join(folder, 'large'), new Uint8Array(1001))],
  ['too much in all', (folder) => ['a', 'b', 'c'].forEach((name) => writeFileSync(join(folder, name), new Uint8Array(900)))],
  ['too many files', (folder) => Array.from({ length: 6 }, (_, index) => writeFileSync(join(folder, `f${index}`), ''))],
];

it.each(strays)('refuses a folder with %s', async (_, put) => {
  const folder = testFolder();
  put(folder);
  await expect(readPackage(folder, { maxFiles: 5, maxFileBytes: 1000, maxTotalBytes: 2000 })).rejects.toMatchObject({ code: 'MW1452' });
});

it('refuses at once a file that claims to be enormous', async () => {
  const folder = testFolder();
  writeFileSync(join(folder, 'model.onnx'), '');
  truncateSync(join(folder, 'model.onnx'), 2 ** 40);
  await expect(readPackage(folder)).rejects.toMatchObject({ code: 'MW1452' });
});

it('refuses what is missing, a file, or a link to a package', async () => {
  const folder = testFolder();
  await writePackage(files, join(folder, 'real'));
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  writeFileSync(join(folder, 'file'), '');
  linkSync(join(folder, 'file'), join(folder, 'other'));
  for (const name of ['missing', 'link', 'file', 'file/inside']) await expect(readPackage(join(folder, name))).rejects.toMatchObject({ code: 'MW1452' });
});

it('exports a copy with the permissions a user expects of own files', async () => {
  const folder = testFolder();
  await writePackage(files, join(folder, 'churn@1'));
  await copyPackage(join(folder, 'churn@1'), join(folder, 'out', 'copy'));
  expect(await readPackage(join(folder, 'out', 'copy'))).toEqual(files);
  expect(statSync(join(folder, 'out', 'copy', 'model.onnx')).mode & 0o777).toBe(0o666 & ~process.umask());
});

it('removes a package of the home and nothing else', async () => {
  const home = openHome(testFolder());
  const package1 = join(home.modelsFolder, 'churn@1');
  await writePackage(files, package1);
  for (const other of [home.modelsFolder, home.folder, join(home.modelsFolder, '..', 'keys'), join(package1, 'model.onnx'), '/nowhere']) {
    await expect(removePackage(home, other)).rejects.toThrow('only packages of this home');
  }
  await removePackage(home, package1);
  await removePackage(home, package1);
  expect(readdirSync(home.modelsFolder)).toEqual([]);
});
