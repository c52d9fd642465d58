/** Talks to one guest, caged or not: waits until it is ready, carries messages, watches its limits from outside, clears away after it. */
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { Duplex, Writable } from 'node:stream';
import { encodeMessage, MessageReader, READY, type Guest, type GuestEnding } from '../guest/index.ts';
import { printableText, Tail } from './printable-text.ts';
import { memoryOf } from './process-memory.ts';

/** A started guest, and what differs between a cage and its twin. */
export type StartedGuest = {
  child: ChildProcess;
  filePath: string;
  scratchPath: string;
  /** The guest as this machine sees it; undefined until it can be told. */
  processId(): number | undefined;
  /** What it holds on the disk; undefined where nobody counts. */
  scratchUse(): { sizeBytes: number; fileCount: number } | undefined;
  kill(): void;
  /** After its end: removes what it leaves on this machine. */
  release(): Promise<void>;
  /** What went wrong when it ended before it was ready. */
  explain(said: string): Error;
};

export type GuestLimits = { memoryBytes: number; scratchBytes: number; messageBytes: number };

const START_MS = 30_000;
const POLL_MS = 200;
const SAID_BYTES = 8 << 10;
/** Files of a scratch folder; a few are enough for any table. */
const MAX_SCRATCH_FILES = 4096;
/** A shell and bubblewrap tell of a signal by an exit code above this. */
const SIGNAL_CODE = 128;

/** `ended` resolves when nothing of the guest is left on this machine. */
export type SupervisedGuest = { ready: Promise<Guest>; ended: Promise<void>; kill(): void };

export function superviseGuest(started: StartedGuest, limits: GuestLimits): SupervisedGuest {
  const { child } = started;
  const [toGuest, , stderr, , fromGuest] = child.stdio;
  if (!(toGuest instanceof Writable) || !(fromGuest instanceof Duplex)) throw new Error('the guest was started without its channels');
  const said = new Tail(SAID_BYTES);
  const messages = new MessageReader(limits.messageBytes);
  const ready = Promise.withResolvers<Guest>();
  const listeners = new Set<(message: unknown) => void>();
  const exits: ((ending: GuestEnding) => void)[] = [];
  let isReady = false;
  let isKilled = false;
  let cause: GuestEnding | undefined;
  let ending: GuestEnding | undefined;

  /** Ends it from outside. The first cause wins. */
  const end = (because?: GuestEnding) => {
    cause ??= because;
    isKilled = true;
    started.kill();
  };
  const guest: Guest = {
    filePath: started.filePath,
    scratchPath: started.scratchPath,
    get processId() {
      return started.processId();
    },
    send: (message) => {
      // What is sent to a guest that has just ended is lost; its exit tells.
      if (!ending && !toGuest.destroyed) for (const piece of encodeMessage(message)) toGuest.write(piece);
    },
    onMessage: (listener) => void listeners.add(listener),
    onExit: (listener) => {
      if (ending) listener(ending);
      else exits.push(listener);
    },
    kill: () => end(),
  };
  const take = (message: unknown) => {
    if (isReady) for (const listener of listeners) listener(message);
    else if (message === READY) {
      isReady = true;
      ready.resolve(guest);
    } else end({ kind: 'nonsense', problem: 'it spoke before it was ready' });
  };

  toGuest.on('error', () => {});
  fromGuest.on('error', () => {});
  fromGuest.on('data', (chunk: Uint8Array) => {
    // What it still says has nobody to hear it.
    if (isKilled) return;
    try {
      for (const message of messages.read(chunk)) take(message);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      end({ kind: 'nonsense', problem: error.message });
    }
  });
  if (stderr && 'on' in stderr) stderr.on('data', (chunk: Uint8Array) => said.add(chunk));

  const startTimer = setTimeout(() => end(), START_MS);
  const poll = setInterval(() => {
    const limit = overLimit(started, limits);
    if (limit) end({ kind: 'limit', limit });
  }, POLL_MS);
  // A guest that nobody closes is no reason for us to live on.
  poll.unref();
  const ended = new Promise<void>((resolve) => {
    const bury = (code: number | null, signal: string | null) => {
      if (ending) return;
      clearTimeout(startTimer);
      clearInterval(poll);
      ending = cause ?? exitOf(code, signal);
      if (!isReady) ready.reject(started.explain(printableText(said.bytes)));
      for (const listener of exits) listener(ending);
      resolve(started.release());
    };
    child.once('error', (error) => {
      said.add(new TextEncoder().encode(error.message));
      if (child.pid === undefined) bury(null, null);
    });
    child.once('close', bury);
  });
  void ready.promise.then(
    () => clearTimeout(startTimer),
    () => {},
  );
  return { ready: ready.promise, ended, kill: () => end() };
}

function overLimit(started: StartedGuest, { memoryBytes, scratchBytes }: GuestLimits): 'memory' | 'scratch' | undefined {
  const processId = started.processId();
  if (processId !== undefined && (memoryOf(processId)?.ownBytes ?? 0) > memoryBytes) return 'memory';
  const use = scratchUseOf(started);
  return use === 'hidden' || (use && (use.sizeBytes > scratchBytes || use.fileCount > MAX_SCRATCH_FILES)) ? 'scratch' : undefined;
}

/** What cannot be looked into counts as too much: a guest could hide what it holds. */
function scratchUseOf(started: StartedGuest): ReturnType<StartedGuest['scratchUse']> | 'hidden' {
  try {
    return started.scratchUse();
  } catch {
    return 'hidden';
  }
}

function exitOf(code: number | null, signal: string | null): GuestEnding {
  const number = code !== null && code > SIGNAL_CODE ? code - SIGNAL_CODE : undefined;
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name === undefined ? { kind: 'exit', code, signal } : { kind: 'exit', code: null, signal: name };
}
