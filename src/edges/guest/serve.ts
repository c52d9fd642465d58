/** The guest's side of its wire: its standard input brings requests, descriptor 4 takes answers. It ends with its owner. */
import { writeSync } from 'node:fs';
import { READY } from './guest.ts';
import { encodeMessage, MessageReader } from './message.ts';

const TO_OWNER = 4;
/** Requests come from ourselves: a graph, or answers to be written. */
const MAX_REQUEST_BYTES = 4 * 2 ** 30;

/** Hands each message to `take`, one after the other: each may use all memory and threads that the guest has. */
export function serveOwner(take: (message: unknown) => Promise<void>): void {
  const messages = new MessageReader(MAX_REQUEST_BYTES);
  let queue = Promise.resolve();
  // A stream of files would wait in a thread of its own, and a process that waits for a thread does not end.
  process.stdin.on('data', (chunk: Buffer) => {
    for (const message of messages.read(chunk)) queue = queue.then(() => take(message));
  });
  process.stdin.on('close', () => {
    // The owner is gone: nothing here is worth keeping. Where this is the first process of a cage it cannot kill itself.
    process.kill(process.pid, 'SIGKILL');
    process.exit(0);
  });
  tellOwner(READY);
}

/** Waits until the owner has taken it. */
export function tellOwner(message: unknown): void {
  for (const piece of encodeMessage(message)) for (let at = 0; at < piece.length;) at += writeSync(TO_OWNER, piece, at, piece.length - at);
}
