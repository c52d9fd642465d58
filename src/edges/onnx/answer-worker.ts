/** A thread of a graph pool: one graph, opened by one thread of ONNX Runtime, answering what it is handed. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EncodedRows } from '../../features/encoded.ts';
import { openNativeRuntime } from './native.ts';

export type PoolRequest = { id: number; rows: EncodedRows };
export type PoolReply = { id: number; answer: Float64Array<ArrayBuffer> } | { id: number; problem: string };

const graph = await openNativeRuntime().open(workerData);
parentPort?.on('message', ({ id, rows }: PoolRequest) => {
  graph.run(rows).then(
    (answer) => {
      // Copied out of the runtime's own memory, so that it can be handed over.
      const own = new Float64Array(answer);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
      parentPort?.postMessage({ id, answer: own } satisfies PoolReply, [own.buffer]);
    },
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    (cause: unknown) => parentPort?.postMessage({ id, problem: String(cause) } satisfies PoolReply),
  );
});
