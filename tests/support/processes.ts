import { readdirSync, readFileSync } from 'node:fs';

/** A process, told apart from a later one with the same number by its start. */
export type ProcessMark = { pid: number; startTicks: string };

type ProcessFacts = ProcessMark & { parent: number; isGone: boolean };

function factsOf(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; the fields after the last one are fixed.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(fields[1]), startTicks: fields[19], isGone: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return undefined;
  }
}

/** Every process below this one, however deep. */
export function descendantsOf(pid: number): ProcessMark[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (factsOf(Number(name)) ?? []) : []));
  const below = (parent: number): ProcessFacts[] => all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid).map((one) => ({ pid: one.pid, startTicks: one.startTicks }));
}

export function isRunning({ pid, startTicks }: ProcessMark): boolean {
  const now = factsOf(pid);
  return now !== undefined && !now.isGone && now.startTicks === startTicks;
}

/** Those that are still there after a while; a process that is being ended may take a moment. */
export async function leftRunning(marks: ProcessMark[], waitMs = 5_000): Promise<ProcessMark[]> {
  const untilMs = performance.now() + waitMs;
  for (;;) {
    const left = marks.filter(isRunning);
    if (left.length === 0 || performance.now() > untilMs) return left;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Control groups that were made by these processes and are still there. */
export function controlGroupsOf(pids: number[]): string[] {
  const found: string[] = [];
  const look = (folder: string, depth: number) => {
    for (const entry of listFolders(folder)) {
      const maker = /^modelwright-(\d+)-/.exec(entry)?.[1];
      if (maker !== undefined && pids.includes(Number(maker))) found.push(`${folder}/${entry}`);
      if (depth > 0) look(`${folder}/${entry}`, depth - 1);
    }
  };
  look('/sys/fs/cgroup', 6);
  return found;
}

function listFolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
