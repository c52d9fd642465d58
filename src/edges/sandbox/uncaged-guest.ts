/** The twin without a cage, for machines that cannot have one: a process of this very Node, so that a crash there is an error here and not the end. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { fileURLToPath } from 'node:url';
import { guestVariables, nodeFlags } from './cage-arguments.ts';
import { FILE_DESCRIPTOR } from '../guest/index.ts';
import { guestCannotStart, type GuestPlace } from './caged-guest.ts';
import type { StartedGuest } from './guest-process.ts';
import { makeScratchFolder } from './guest-scratch.ts';

const LIMITER = '/usr/bin/prlimit';
const SLACK_BYTES = 1 << 30;

export function startUncagedGuest(codeRoot: URL, scratchParent: string, { entry, file, memoryBytes, heapBytes }: GuestPlace): StartedGuest {
  const scratch = makeScratchFolder(scratchParent, undefined, file?.descriptor);
  const node = [process.execPath, ...nodeFlags(heapBytes), fileURLToPath(new URL(entry, codeRoot))];
  // The data limit, not the address space: V8 reserves far more address space than it uses.
  const [program, ...words] = existsSync(LIMITER) ? [LIMITER, `--data=${Math.floor(memoryBytes + SLACK_BYTES)}`, '--core=0', '--', ...node] : node;
  const compiled = getCompileCacheDir();
  const child = spawn(program, words, {
    // It starts in half the time where we keep what was compiled.
    env: { ...guestVariables(scratch.path), ...(compiled && { NODE_COMPILE_CACHE: compiled }) },
    cwd: scratch.path,
    // Its own session: an interrupt typed into the terminal is ours to act on.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe', 'ignore', 'pipe', 'ignore', 'ignore', file?.descriptor ?? 'ignore'],
  });
  return {
    child,
    filePath: process.platform === 'linux' ? `/proc/self/fd/${FILE_DESCRIPTOR}` : (file?.path ?? ''),
    scratchPath: scratch.path,
    processId: () => child.pid,
    scratchUse: () => scratch.use(child.pid),
    kill: () => void child.kill('SIGKILL'),
    release: async () => scratch.remove(),
    explain: guestCannotStart,
  };
}
