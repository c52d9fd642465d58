import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

/** An empty folder that is gone after the test. */
export function testFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'store-test-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const childScript = join(import.meta.dirname, 'store-child.ts');

/** Another process at work in the same home; see `store-child.ts` for what it can do. */
export function startChild(...words: string[]): ChildProcess {
  const child = spawn(process.execPath, [childScript, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

export const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once('close', resolve);
  });

/** Every line that the child has written so far, and all that come. */
export async function* linesOf(child: ChildProcess): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of child.stdout ?? []) {
    rest += String(chunk);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** A private mount of a small disk needs root; elsewhere the tests of a full disk are skipped. */
export const canMountSmallDisk: boolean = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /mnt'], { stdio: 'ignore' }).status === 0;

/** Runs the child with a disk of one megabyte at `folder`, which is gone with it; returns what it reports. */
export function onSmallDisk(folder: string, word: string): Record<string, unknown> {
  const script = 'mount -t tmpfs -o size=1m tmpfs "$1" && exec "$2" "$3" "$4" "$1"';
  const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', folder, process.execPath, childScript, word], { encoding: 'utf8' });
  const last = stdout.trim().split('\n').at(-1);
  if (!last) throw new Error(`the child said nothing: ${stderr}`);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(last));
}
