/** Memory and files of a worker and its jobs, seen from outside through /proc. Where there is no /proc nothing is seen, and limits inside hold alone. */
import { readFileSync, statfsSync } from 'node:fs';

/** `ownBytes` is memory that only exists because of this process: anonymous and shared pages, not mapped files. */
export type ProcessMemory = { processId: number; innerProcessId: number; ownBytes: number; threads: number };

export function memoryOf(processId: number): ProcessMemory | undefined {
  const status = readOrNothing(`/proc/${processId}/status`);
  if (status === undefined) return undefined;
  const field = (name: string) => status.match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))?.[1];
  const kib = (name: string) => Number.parseInt(field(name) ?? '0', 10);
  // The last number is the process id in the innermost namespace: the one the worker knows its job by.
  const innerProcessId = Number(field('NSpid')?.split(/\s+/).at(-1) ?? processId);
  return { processId, innerProcessId, ownBytes: (kib('RssAnon') + kib('RssShmem')) * 1024, threads: Number(field('Threads') ?? 1) };
}

export function childrenOf(processId: number): number[] {
  const text = readOrNothing(`/proc/${processId}/task/${processId}/children`);
  return text === undefined ? [] : text.trim().split(/\s+/).filter(Boolean).map(Number);
}

/** True when the process is gone, or is only waiting to be counted by its parent. */
export function hasEnded(processId: number): boolean {
  const status = readOrNothing(`/proc/${processId}/status`);
  return status === undefined || /^State:\s*[ZX]/m.test(status);
}

/** Waits, for half a second at most, until the kernel has taken a process away; ending a namespace takes it some milliseconds. */
export async function untilEnded(processId: number): Promise<void> {
  const deadlineMs = performance.now() + 500;
  while (performance.now() < deadlineMs && !hasEnded(processId)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** How many files the writable folders of a cage hold; 0 where they cannot be seen. */
export function writtenFileCount(workerProcessId: number, folders: readonly string[]): number {
  let count = 0;
  for (const folder of folders) {
    try {
      const { files, ffree } = statfsSync(`/proc/${workerProcessId}/root${folder}`);
      count += files - ffree;
    } catch {
      // it has just ended
    }
  }
  return count;
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // it has just ended
  }
}
