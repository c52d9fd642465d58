/** A child process of this very Node that ends with us, for native code that reads strangers' files: a crash there is an error here, not the end. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type ReaderProcess = {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once; also when the process could not be started. */
  onExit(listener: (code: number | null, signal: string | null) => void): void;
  kill(): void;
};

/** Before anything of the entry runs: whoever loses its parent has nobody to answer and ends, also inside a long call of its own. */
const endWithParent = `data:text/javascript,${encodeURIComponent("process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));")}`;

const LIMITER = '/usr/bin/prlimit';

export function startReaderProcess(entry: URL, { memoryBytes }: { memoryBytes?: number } = {}): ReaderProcess {
  const node = [process.execPath, '--import', endWithParent, fileURLToPath(entry)];
  // The data limit, not the address space: V8 reserves far more address space than it uses.
  const limited = memoryBytes !== undefined && existsSync(LIMITER) ? [LIMITER, `--data=${Math.floor(memoryBytes)}`, '--core=0', '--', ...node] : node;
  const child = spawn(limited[0], limited.slice(1), {
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    // Its own session: an interrupt typed into the terminal is ours to act on.
    detached: true,
  });
  const listeners: ((code: number | null, signal: string | null) => void)[] = [];
  let ending: [code: number | null, signal: string | null] | undefined;
  const end = (code: number | null, signal: string | null) => {
    if (ending) return;
    ending = [code, signal];
    for (const listener of listeners) listener(code, signal);
  };
  child.once('exit', end);
  child.once('error', () => {
    if (child.pid === undefined) end(null, null);
  });
  return {
    send: (message) => {
      // A message to a process that has just ended is lost; its exit tells.
      if (child.connected) child.send(message as Parameters<typeof child.send>[0], () => {});
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      if (ending) listener(...ending);
      else listeners.push(listener);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
