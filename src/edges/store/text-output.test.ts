import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testFolder } from './test-folder.ts';
import { openTextOutput, stageOutput } from './text-output.ts';

it('writes text of many chunks in order, with the permissions a user expects', async () => {
  const path = join(testFolder(), 'answers.csv');
  const output = await openTextOutput(path);
  const lines = Array.from({ length: 3000 }, (_, index) => `${index},${'ä'.repeat(500)}\n`);
  for (const line of lines) await output.write(line);
  await output.finish();
  expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
  expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
});

it('shows nothing under the name until it is finished', async () => {
  const folder = testFolder();
  const path = join(folder, 'answers.csv');
  writeFileSync(path, 'old');
  const output = await openTextOutput(path);
  await output.write('x'.repeat(3 << 20));
  expect(readFileSync(path, 'utf8')).toBe('old');
  await output.finish();
  expect(statSync(path).size).toBe(3 << 20);
  expect(readdirSync(folder)).toEqual(['answers.csv']);
});

it('leaves the old file and nothing else when it is discarded', async () => {
  const folder = testFolder();
  const path = join(folder, 'answers.csv');
  writeFileSync(path, 'old');
  const output = await openTextOutput(path);
  await output.write('x'.repeat(2 << 20));
  await output.discard();
  await output.discard();
  expect(readdirSync(folder)).toEqual(['answers.csv']);
  expect(readFileSync(path, 'utf8')).toBe('old');
});

it('keeps a finished file when it is discarded afterwards', async () => {
  const path = join(testFolder(), 'answers.csv');
  const output = await openTextOutput(path);
  await output.finish();
  await output.discard();
  expect(readFileSync(path, 'utf8')).toBe('');
});

it('keeps the permissions of the file it replaces', async () => {
  const path = join(testFolder(), 'answers.csv');
  writeFileSync(path, 'old');
  chmodSync(path, 0o600);
  const output = await openTextOutput(path);
  await output.finish();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('refuses a folder, a link and a place in a folder that does not exist', async () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'real'), 'mine');
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  symlinkSync(join(folder, 'gone'), join(folder, 'dangling'));
  for (const name of ['sub', 'link', 'dangling', 'missing/answers.csv', 'real/answers.csv']) {
    await expect(openTextOutput(join(folder, name))).rejects.toMatchObject({ code: 'MW1050' });
  }
  expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('mine');
  expect(readdirSync(folder).toSorted()).toEqual(['dangling', 'link', 'real', 'sub']);
});

it('writes straight to a device and leaves it a device', async () => {
  const output = await openTextOutput('/dev/null');
  await output.write('x');
  await output.finish();
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

it('lets a writer with a pen of its own finish or discard the file', async () => {
  const folder = testFolder();
  const kept = await stageOutput(join(folder, 'answers.parquet'));
  writeFileSync(kept.unfinishedPath, 'PAR1');
  await kept.finish();
  const dropped = await stageOutput(join(folder, 'answers.parquet'));
  writeFileSync(dropped.unfinishedPath, 'PAR2');
  await dropped.discard();
  expect(readdirSync(folder)).toEqual(['answers.parquet']);
  expect(readFileSync(join(folder, 'answers.parquet'), 'utf8')).toBe('PAR1');
});
