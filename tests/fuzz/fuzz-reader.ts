import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** What a reader did with an input that was neither understanding nor refusing it; `file` is the input. */
export type Fault = { at: string; fault: string; file: string };
export type FuzzResult = { ran: number; understood: number; refused: number; heldBytes: number; peakBytes: number; faults: Fault[] };

const Line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fault'), at: z.string(), fault: z.string(), input: z.base64() }),
  z.object({ kind: z.literal('end'), understood: z.number(), refused: z.number(), heldBytes: z.number(), peakBytes: z.number() }),
]);

/** Twenty times what an input may take, for a machine that has other things to do. */
const MOST_MS = 40_000;
/** Native code that takes all memory must not take it from others. */
/** To load what the reader needs, on a busy machine. */
const MOST_START_MS = 60_000;
const MOST_DATA_BYTES = 3 * 2 ** 30;
const MOST_FAULTS = 20;

const child = fileURLToPath(new URL('fuzz-child.ts', import.meta.url));
const kept = (name: string) => fileURLToPath(new URL(`kept/${name}`, import.meta.url));

/** Gives a reader the inputs that were kept, then `count` made ones; a process that hangs or dies costs one of them, and is a fault. */
export async function fuzzReader(
  name: string,
  { folder, seed, count, mostMs = MOST_MS }: { folder: string; seed: number; count: number; mostMs?: number },
): Promise<FuzzResult> {
  const result: FuzzResult = { ran: 0, understood: 0, refused: 0, heldBytes: 0, peakBytes: 0, faults: [] };
  for (let first = 0; first < count && result.faults.length < MOST_FAULTS;) {
    const place = join(folder, `${name}-${first}`);
    mkdirSync(place, { recursive: true });
    const words = ['--expose-gc', '--max-old-space-size=512', child, name, place, kept(name), String(seed), String(first), String(count)];
    const died = await oneProcess(words, place, mostMs, result);
    if (died === undefined) return { ...result, ran: count };
    result.faults.push({ ...died, file: join(place, 'input') });
    result.ran = first = Number.isInteger(Number(died.at)) ? Number(died.at) + 1 : count;
  }
  return result;
}

/** Undefined when it went through all its inputs; else where it stood when it died. */
async function oneProcess(words: string[], place: string, mostMs: number, result: FuzzResult): Promise<{ at: string; fault: string } | undefined> {
  const [program, before] =
    process.platform === 'linux' ? ['prlimit', [`--data=${MOST_DATA_BYTES}`, '--core=0', '--', process.execPath]] : [process.execPath, []];
  const started = spawn(program, [...before, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<string>((resolve) => {
    started.once('error', (error) => resolve(error.message));
    started.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  let said = '';
  started.stderr.on('data', (piece: Buffer) => (said = `${said}${piece.toString('utf8')}`.slice(-2000)));
  let isDone = false;
  let isHung = false;
  const watchdog = setInterval(() => {
    const progressMs = statSync(join(place, 'at'), { throwIfNoEntry: false })?.mtimeMs;
    if (Date.now() - (progressMs ?? startedAt) < (progressMs === undefined ? Math.max(mostMs, MOST_START_MS) : mostMs)) return;
    isHung = true;
    started.kill('SIGKILL');
  }, 500);
  const startedAt = Date.now();
  for await (const text of createInterface(started.stdout)) {
    const line = Line.parse(JSON.parse(text));
    if (line.kind === 'end') {
      isDone = true;
      result.understood += line.understood;
      result.refused += line.refused;
      result.heldBytes = Math.max(result.heldBytes, line.heldBytes);
      result.peakBytes = Math.max(result.peakBytes, line.peakBytes);
    } else {
      const file = join(place, `fault-${line.at.replaceAll(/[^\w.-]/g, '_')}`);
      writeFileSync(file, Buffer.from(line.input, 'base64'));
      result.faults.push({ at: line.at, fault: line.fault, file });
      if (result.faults.length >= MOST_FAULTS) started.kill('SIGKILL');
    }
  }
  const how = await ended;
  clearInterval(watchdog);
  if (isDone) {
    if (result.faults.length === 0) rmSync(place, { recursive: true, force: true });
    return undefined;
  }
  if (result.faults.length >= MOST_FAULTS) return { at: 'the end', fault: 'too many faults to go on' };
  const at = statSync(join(place, 'at'), { throwIfNoEntry: false }) ? readFileSync(join(place, 'at'), 'utf8') : 'the start';
  return { at, fault: `${isHung ? 'hangs' : `died by ${how}`}: ${said.trim()}` };
}
