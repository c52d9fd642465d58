import { spawn } from 'node:child_process';
import { memoryOfTree, processTree } from './process-tree.ts';

/** How a command went. `peakMemoryMb` is of the whole process tree, by samples; 0 where the system does not tell. */
export type CommandRun = { exitCode: number | null; isOverrun: boolean; stdout: string; stderr: string; wallS: number; peakMemoryMb: number };

/** Reading what a tree holds costs it a few milliseconds a gigabyte, so it is not done more often. */
const SAMPLE_EVERY_MS = 400;
const PIPES_CLOSE_MS = 5000;

/** Runs a command to its end, or ends it with all that it started when it takes longer than the limit. */
export function runCommand(command: string, words: readonly string[], facts: { limitS: number; cwd?: string }): Promise<CommandRun> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const child = spawn(command, words, { cwd: facts.cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
    let isOverrun = false;
    let peakBytes = 0;
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (output.stdout += piece));
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (output.stderr += piece));
    const sampling = setInterval(() => {
      if (child.pid !== undefined) peakBytes = Math.max(peakBytes, memoryOfTree(child.pid));
    }, SAMPLE_EVERY_MS);
    const limit = setTimeout(() => {
      isOverrun = true;
      if (child.pid !== undefined) for (const pid of processTree(child.pid)) endProcess(pid);
    }, facts.limitS * 1000);
    const stopWatching = () => {
      clearInterval(sampling);
      clearTimeout(limit);
    };
    child.on('error', (error) => {
      stopWatching();
      reject(error);
    });
    let wallS = 0;
    child.on('exit', () => {
      stopWatching();
      wallS = (performance.now() - startMs) / 1000;
      // Something it left behind may hold the other end of a pipe open for ever.
      setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream.destroy()), PIPES_CLOSE_MS).unref();
    });
    child.on('close', (exitCode) => {
      resolve({ exitCode, isOverrun, ...output, wallS, peakMemoryMb: peakBytes / 1024 / 1024 });
    });
  });
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}
