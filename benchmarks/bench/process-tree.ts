/** What a command and everything it started takes, read from /proc; on a system without one nothing is known. */
import { readdirSync, readFileSync } from 'node:fs';

/** A process and all that descend from it, the parent first. */
export function processTree(root: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const entry of listProcesses()) {
    const stat = readQuietly(`/proc/${entry}/stat`);
    // The name in brackets may hold anything; the parent is the second field behind it.
    const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), entry]);
  }
  const tree = [root];
  for (const process of tree) tree.push(...(childrenOf.get(process) ?? []));
  return tree;
}

/**
 * Memory of a process and all its descendants. Pages that several share are counted once, by their proportional share, where the kernel lets us
 * see it; a process that it does not counts with all its pages.
 */
export function memoryOfTree(root: number): number {
  return processTree(root).reduce((sum, pid) => sum + memoryOf(pid), 0);
}

function memoryOf(pid: number): number {
  const proportional = /^Pss:\s+(\d+) kB/m.exec(readQuietly(`/proc/${pid}/smaps_rollup`) ?? '');
  const resident = proportional ?? /^VmRSS:\s+(\d+) kB/m.exec(readQuietly(`/proc/${pid}/status`) ?? '');
  return resident ? Number(resident[1]) * 1024 : 0;
}

function listProcesses(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** A process may end between being listed and being read: that is no error, it just holds nothing any more. */
function readQuietly(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
