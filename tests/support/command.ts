import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { descendantsOf, type ProcessMark } from './processes.ts';

const root = join(import.meta.dirname, '..', '..');

/** One line of `--json`: an event, a result or an error. */
export type Line = { kind: string; [field: string]: unknown };

export type Ended = { exitCode: number | null; signal: string | null };

/** The command line at work as users start it: a process of its own, told by its words, heard by its lines. */
export type Command = {
  child: ChildProcess;
  processId: number;
  /** All lines so far, parsed. */
  lines: Line[];
  stderr(): string;
  /** The first line, past or future, that fits; undefined when the command ends without it. */
  untilLine(fits: (line: Line) => boolean): Promise<Line | undefined>;
  ended: Promise<Ended>;
  /** Ends it as a power cut would, between two instructions; returns every process that was below it at that moment. */
  kill(): Promise<ProcessMark[]>;
};

type Surroundings = { environment?: Record<string, string>; /** Words before the command's own, such as a limiter's. */ prefix?: string[] };

/** Nothing runs longer: a command that hangs fails its test instead of holding it up. */
const LONGEST_MS = 90_000;

export function startCommand(words: string[], { environment = {}, prefix = [] }: Surroundings = {}): Command {
  const [program, ...rest] = [...prefix, join(root, 'modelwright'), ...words];
  const child = spawn(program, rest, { cwd: root, env: { ...process.env, NO_COLOR: '1', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const processId = child.pid;
  if (processId === undefined) throw new Error(`${program} cannot be started`);
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  const lines: Line[] = [];
  const listeners = new Set<(line: Line | undefined) => void>();
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = readLine(text);
    lines.push(line);
    for (const listen of listeners) listen(line);
  });
  let isOver = false;
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer);
      isOver = true;
      for (const listen of listeners) listen(undefined);
      resolve({ exitCode, signal });
    });
  });
  return {
    child,
    processId,
    lines,
    stderr: () => stderr,
    untilLine(fits) {
      const known = lines.find(fits);
      if (known || isOver) return Promise.resolve(known);
      return new Promise((resolve) => {
        const listen = (line: Line | undefined) => {
          if (line && !fits(line)) return;
          listeners.delete(listen);
          resolve(line);
        };
        listeners.add(listen);
      });
    },
    ended,
    async kill() {
      // Held first: what it would start between our look and its end could not be known otherwise.
      child.kill('SIGSTOP');
      const below = isOver ? [] : descendantsOf(processId);
      child.kill('SIGKILL');
      await ended;
      return below;
    },
  };
}

/** What is no JSON at all (a stack trace, a warning) is a line of its own kind, which no test expects. */
function readLine(text: string): Line {
  try {
    return JSON.parse(text);
  } catch {
    return { kind: 'unreadable', text };
  }
}

/** Runs a command to its end. */
export async function runCommand(words: string[], surroundings: Surroundings = {}): Promise<Ended & { lines: Line[]; last: Line; stderr: string }> {
  const command = startCommand(words, surroundings);
  const end = await command.ended;
  return { ...end, lines: command.lines, last: command.lines.at(-1) ?? { kind: 'nothing' }, stderr: command.stderr() };
}
