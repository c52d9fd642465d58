import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Ended } from './command.ts';

const root = join(import.meta.dirname, '..', '..');

/** The command line as a person at a terminal has it: what stands on the screen, and keys. */
export type TerminalSession = {
  /** All that was shown so far, without colours, in plain lines. */
  shown(): string;
  /** Waits until the text stands on the screen, after what earlier waits have met; throws with the screen where the command ends without it. */
  until(text: string): Promise<void>;
  type(keys: string): void;
  ended: Promise<Ended>;
};

export const ENTER = '\r';
export const CTRL_D = '\u0004';
export const CTRL_C = '\u0003';

/** Nothing runs longer: a command that waits for ever fails its test instead of holding it up. */
const LONGEST_MS = 60_000;

/** Node has no pseudo terminal of its own; Python, which training needs anyhow, has. Keys come in on its stdin, the screen goes out on its stdout. */
const BRIDGE = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

export function openTerminalSession(words: string[], environment: Record<string, string> = {}): TerminalSession {
  const child = spawn('python3', ['-c', BRIDGE, join(root, 'modelwright'), ...words], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', TERM: 'xterm', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  let raw = '';
  let met = 0;
  let isOver = false;
  const listeners = new Set<() => void>();
  const shown = () => stripVTControlCharacters(raw).replaceAll('\r', '');
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    raw += chunk;
    for (const listen of listeners) listen();
  });
  // Keys typed at a command that has just ended go nowhere.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer);
      isOver = true;
      for (const listen of listeners) listen();
      resolve({ exitCode, signal });
    });
  });
  return {
    shown,
    until(text) {
      return new Promise((resolve, reject) => {
        const listen = () => {
          const at = shown().indexOf(text, met);
          if (at < 0 && !isOver) return;
          listeners.delete(listen);
          if (at < 0) return reject(new Error(`"${text}" was never shown:\n${shown()}`));
          met = at + text.length;
          resolve();
        };
        listeners.add(listen);
        listen();
      });
    },
    type: (keys) => void child.stdin.write(keys),
    ended,
  };
}
