import { fork } from 'node:child_process';
import type { ReaderProcess } from './reader-process.ts';
export function forkReader(entry: URL): ReaderProcess & {pid:number|undefined} {
  const child = fork(entry, { serialization: 'advanced' });
  return { pid: child.pid, send: (m) => { child.send(m as never); }, onMessage: (l) => { child.on('message', l); }, onExit: (l) => { child.on('exit', l); child.on('error', () => l(null,null)); }, kill: () => { child.kill('SIGKILL'); } };
}
