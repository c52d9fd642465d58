import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openHome } from './home.ts';
import { testFolder } from './test-folder.ts';

const codeOf = (work: () => unknown): unknown => {
  try {
    work();
    return 'done';
  } catch (cause) {
    return cause instanceof Error && 'code' in cause ? cause.code : cause;
  }
};

it('makes a home that only its owner can look into', () => {
  const folder = join(testFolder(), 'deep', 'home');
  const home = openHome(folder);
  expect(home.notices).toEqual([]);
  expect(readdirSync(folder).toSorted()).toEqual(['home.json', 'keys', 'models', 'runs', 'tmp']);
  for (const name of ['', 'keys', 'models', 'runs', 'tmp']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'home.json')).mode & 0o777).toBe(0o600);
});

it('opens a home again as it was', () => {
  const folder = testFolder();
  openHome(folder);
  writeFileSync(join(folder, 'models', 'kept'), '');
  expect(openHome(folder).notices).toEqual([]);
  expect(readdirSync(join(folder, 'models'))).toEqual(['kept']);
});

it('goes on with a home whose making was killed half-way', () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'runs'));
  writeFileSync(join(folder, '.format.mw-1-abc_2-0123456789ab.part'), '{');
  expect(codeOf(() => openHome(folder))).toBe('done');
});

it('closes a home that others could look into, and says so', () => {
  const folder = testFolder();
  openHome(folder);
  chmodSync(folder, 0o755);
  expect(openHome(folder).notices).toEqual([expect.stringContaining('755')]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it('refuses a home of a newer format, and one whose format is unreadable', () => {
  const folder = testFolder();
  openHome(folder);
  writeFileSync(join(folder, 'home.json'), '{"kind":"modelwright-home","format":2}');
  expect(codeOf(() => openHome(folder))).toBe('MW3012');
  writeFileSync(join(folder, 'home.json'), '{"kind":');
  expect(codeOf(() => openHome(folder))).toBe('MW3014');
});

it('does not turn a folder with other things into a home', () => {
  const folder = testFolder();
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'thesis.txt'), 'mine');
  expect(codeOf(() => openHome(folder))).toBe('MW3013');
  expect(statSync(folder).mode & 0o777).toBe(0o755);
  expect(readdirSync(folder)).toEqual(['thesis.txt']);
});

it('says so when a file stands where the home or a folder above it was to be', () => {
  const folder = testFolder();
  writeFileSync(join(folder, 'file'), '');
  expect(codeOf(() => openHome(join(folder, 'file')))).toBe('MW3013');
  expect(codeOf(() => openHome(join(folder, 'file', 'home')))).toBe('MW3013');
});

it('knows a home by its real path when it is named through a link', () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'real'));
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  expect(openHome(join(folder, 'link')).folder).toBe(join(folder, 'real'));
});

it.skipIf(process.platform !== 'linux')('says that the home cannot be written where the disk allows no writing', () => {
  expect(codeOf(() => openHome('/proc/1/home'))).toMatch(/^MW301[09]$/);
});
