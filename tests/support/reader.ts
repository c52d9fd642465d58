import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { openTables, readerEntry, type ReaderProcess, type Tables, type TablesOptions } from '../../src/edges/tables/index.ts';

/** The real reader in a process of its own, whose memory can be looked at. For tests and benchmarks only. */
export function openReader(options: TablesOptions): { tables: Tables; peakBytes(): number; processId(): number | undefined } {
  let child: ReturnType<typeof fork> | undefined;
  const start = (): ReaderProcess => {
    const started = fork(readerEntry, { serialization: 'advanced', execArgv: [] });
    child = started;
    return {
      send: (message) => void started.send(message as Parameters<typeof started.send>[0]), // fork's own type names only JSON; this pipe takes any clonable value
      onMessage: (listener) => void started.on('message', listener),
      onExit: (listener) => void started.on('exit', listener),
      kill: () => void started.kill('SIGKILL'),
    };
  };
  return {
    tables: openTables(start, options),
    processId: () => child?.pid,
    /** The most memory that the reader has held, as the kernel counts it; Linux only. */
    peakBytes() {
      const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child?.pid}/status`, 'utf8'))?.[1];
      return Number(kilobytes ?? Number.NaN) * 1024;
    },
  };
}
