import { printableText } from './printable-text.ts';
import type { ExecutionOutcome } from './sandbox.ts';
import { exitCode, type WorkerFrame } from './wire.ts';

type Done = Extract<WorkerFrame, { kind: 'done' }>;

/** Why we ended a job from outside. It was first, so it wins over whatever the dying job says. */
export type OutsideCause = { kind: 'stopped'; limit: 'time' | 'memory' | 'output' } | { kind: 'cancelled' };

export type Ending<Result> = {
  done: Done;
  outside: OutsideCause | undefined;
  /** The kernel ended a process of this cage for its memory while the job ran. */
  wasOutOfMemory: boolean;
  durationMs: number;
  /** What the job printed last, and what came out on the result channel. */
  log: Uint8Array;
  result: () => Uint8Array;
  read: (said: Uint8Array) => Result;
};

const SIGABRT = 6;
const SIGKILL = 9;
const SIGXCPU = 24;
const SIGXFSZ = 25;
const SIGSYS = 31;

/** The outcome of a job whose process has ended; undefined where a wall of the job could not be put up, so that nothing of it was run. */
export function decideOutcome<Result>(ending: Ending<Result>): ExecutionOutcome<Result> | undefined {
  const { done, outside, durationMs } = ending;
  if (outside) return { ...outside, durationMs };
  if (done.cause === 'cancelled') return { kind: 'cancelled', durationMs };
  if (done.cause === 'time' || done.cause === 'output') return { kind: 'stopped', limit: done.cause, durationMs };

  const signal = done.waitStatus & 0x7f;
  const code = signal === 0 ? (done.waitStatus >> 8) & 0xff : 128 + signal;
  if (code === 0) return readResult(ending);
  if (code === exitCode.cage) return undefined;
  const limit = limitBehind(code, signal, ending.wasOutOfMemory);
  if (limit) return { kind: 'stopped', limit, durationMs };
  return { kind: 'failed', exitCode: code, stderrTail: tailOf(ending, signal), durationMs };
}

function limitBehind(code: number, signal: number, wasOutOfMemory: boolean): 'time' | 'memory' | 'processes' | 'output' | undefined {
  if (code === exitCode.memory) return 'memory';
  if (code === exitCode.processes) return 'processes';
  // The libraries abort where an allocation is refused.
  if (signal === SIGABRT || (signal === SIGKILL && wasOutOfMemory)) return 'memory';
  if (signal === SIGXCPU) return 'time';
  if (signal === SIGXFSZ) return 'output';
  return undefined;
}

function readResult<Result>({ done, durationMs, result, read }: Ending<Result>): ExecutionOutcome<Result> {
  try {
    return { kind: 'finished', result: read(result()), durationMs, peakMemoryBytes: done.peakKib * 1024, hardenMs: done.hardenUs / 1000 };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return { kind: 'unreadable', problem: printableText(new TextEncoder().encode(cause.message)).slice(0, 1000), durationMs };
  }
}

const TRACEBACK_BYTES = 8 << 10;

function tailOf({ done, log, result }: Ending<unknown>, signal: number): string {
  const printed = printableText(log);
  const traceback = signal === 0 ? printableText(result().subarray(-TRACEBACK_BYTES)) : '';
  const ended = signal === 0 ? '' : signal === SIGSYS ? 'ended for a system call that no learner needs (signal 31)' : `ended by signal ${signal}`;
  const lost = done.lostLogBytes > 0 ? `(${done.lostLogBytes} more bytes were printed and thrown away)` : '';
  return [printed, lost, traceback, ended].filter(Boolean).join('\n');
}
