import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { openTables, readerEntry, type ReaderProcess, type Tables, type TablesOptions } from '../../src/edges/tables/index.ts';

/** The real reader in a process of its own, whose memory can be looked at. For tests and benchmarks only. */
export function openReader(options: TablesOptions): { tables: Tables; peakBytes(): number; processId(): number | undefined } {
  let child: ReturnType<typeof fork> | undefined;
  /** Of readers that are gone. */
  let peakBefore = 0;
  /** The most memory that the process has held, as the kernel counts it; Linux only. */
  const peakOf = (processId: number | undefined) => {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? Number.NaN) * 1024;
  };
  const start = (): ReaderProcess => {
    const started = fork(readerEntry, { serialization: 'advanced', execArgv: [] });
    child = started;
    return {
      send: (message) => void started.send(message as Parameters<typeof started.send>[0]), // fork's own type names only JSON; this pipe takes any clonable value
      onMessage: (listener) => void started.on('message', listener),
      onExit: (listener) => void started.on('exit', listener),
      kill: () => {
        if (started.exitCode === null && started.signalCode === null) peakBefore = Math.max(peakBefore, peakOf(started.pid));
        started.kill('SIGKILL');
      },
    };
  };
  return {
    tables: openTables(start, options),
    processId: () => child?.pid,
    /** The most memory that any of the readers has held, those that were killed included. */
    peakBytes: () => Math.max(peakBefore, peakOf(child?.pid)),
  };
}
