import { readFileSync } from 'node:fs';

/**
 * A process, told apart from a later one with the same number. `startedAt` is the boot it belongs to and its start in clock
 * ticks since then (Linux); where the system does not show that, it is `unknown` and the number alone decides.
 * The number means something in one process namespace only: two containers that share a home do not see each other's.
 */
export type ProcessIdentity = { pid: number; startedAt: string };

let boot: string | undefined;

export const thisProcess = (): ProcessIdentity => ({ pid: process.pid, startedAt: startOf(process.pid) ?? 'unknown' });

export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  const start = startOf(pid);
  if (start === undefined) return false;
  return start === startedAt || start === 'unknown' || startedAt === 'unknown';
}

/** Nothing when there is no such process, or only its unreaped remains. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return answersSignals(pid) ? 'unknown' : undefined;
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    // Also where /proc is hidden: then the signal is the only witness.
    return answersSignals(pid) ? 'unknown' : undefined;
  }
  // The name in parentheses may hold spaces and parentheses; the fields after the last one are fixed: state is the first, start the twentieth.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  boot ??= bootId();
  return `${boot}_${fields[19]}`;
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
  } catch {
    return 'boot';
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'; // it lives and belongs to someone else; kill only throws system errors
  }
}
