import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { hasEnded } from './process-memory.ts';
import { startReaderProcess, type ReaderProcess } from './reader-process.ts';

const entry = new URL('../../../tests/fixtures/reader-process/entry.ts', import.meta.url);
const parentScript = new URL('../../../tests/fixtures/reader-process/parent.ts', import.meta.url);
const nextMessage = (reader: ReaderProcess) => new Promise<unknown>((resolve) => reader.onMessage(resolve));
const nextExit = (reader: ReaderProcess) => new Promise<unknown[]>((resolve) => reader.onExit((...ending) => resolve(ending)));

it('answers typed arrays with typed arrays, from an environment of its own', async () => {
  const reader = startReaderProcess(entry);
  reader.send({ columns: [Float64Array.of(1, NaN)] });
  expect(await nextMessage(reader)).toMatchObject({ echo: { columns: [Float64Array.of(1, NaN)] }, variables: ['LANG', 'PATH', 'TZ'] });
  reader.kill();
  expect(await nextExit(reader)).toEqual([null, 'SIGKILL']);
});

it.each([
  ['die', [null, 'SIGSEGV']],
  ['leave', [7, null]],
])('tells of the end of a reader, also afterwards (%s)', async (message, ending) => {
  const reader = startReaderProcess(entry);
  reader.send(message);
  expect(await nextExit(reader)).toEqual(ending);
  expect(await nextExit(reader)).toEqual(ending);
  reader.send('nobody hears this');
});

it('tells of a reader that has no entry', async () => {
  expect(await nextExit(startReaderProcess(new URL('missing.ts', entry)))).toEqual([1, null]);
});

it('holds a reader to its memory', async () => {
  const reader = startReaderProcess(entry, { memoryBytes: 512 * 2 ** 20 });
  reader.send('hold memory');
  const [code, signal] = await nextExit(reader);
  expect(code === 0 && signal === null).toBe(false);
});

it('ends with its parent, also when that is killed', async () => {
  const parent = spawn(process.execPath, [fileURLToPath(parentScript)], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [said] = await once(parent.stdout, 'data');
  const readerId = Number(String(said));
  expect(hasEnded(readerId)).toBe(false);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await expect.poll(() => hasEnded(readerId), { timeout: 3_000 }).toBe(true);
});
