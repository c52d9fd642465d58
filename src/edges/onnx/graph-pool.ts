import { Worker } from 'node:worker_threads';
import type { EncodedRows } from '../../features/encoded.ts';
import type { PoolReply, PoolRequest } from './answer-worker.ts';
import type { GraphRuntime, OpenedGraph } from './graph-runtime.ts';
import { cannotAnswer, openNativeRuntime, refuseTelemetry } from './native.ts';

/** Fewer rows are answered sooner in this thread than a worker starts. */
const LEAST_ROWS_FOR_A_WORKER = 2000;

const workerEntry = new URL(import.meta.url.endsWith('.ts') ? './answer-worker.ts' : './answer-worker.js', import.meta.url);

/**
 * A graph in several threads of this process, for whole files. Each answers whole calls with one thread of ONNX Runtime: the answers are then
 * the same, bit by bit, as those of one thread, which those of ONNX Runtime's own threads are not.
 */
export function openGraphPool({ threads }: { threads: number }): GraphRuntime {
  return {
    async open(bytes) {
      const here = await openNativeRuntime().open(bytes);
      return threads > 1 ? poolOf(here, bytes, threads) : here;
    },
  };
}

type Waiting = { resolve: (answer: Float64Array) => void; reject: (cause: unknown) => void };
type PoolWorker = { worker: Worker; waiting: Map<number, Waiting> };

function poolOf(here: OpenedGraph, bytes: Uint8Array, threads: number): OpenedGraph {
  const workers: PoolWorker[] = [];
  let count = 0;

  function start(): PoolWorker {
    refuseTelemetry();
    const started: PoolWorker = { worker: new Worker(workerEntry, { workerData: bytes }), waiting: new Map() };
    started.worker.on('message', (reply: PoolReply) => {
      const caller = started.waiting.get(reply.id);
      started.waiting.delete(reply.id);
      if ('answer' in reply) caller?.resolve(reply.answer);
      else caller?.reject(cannotAnswer(new Error(reply.problem)));
    });
    const fail = (cause: unknown) => {
      for (const { reject } of started.waiting.values()) reject(cause);
      started.waiting.clear();
    };
    started.worker.on('error', fail);
    started.worker.on('exit', () => fail(new Error('a thread that answers rows ended')));
    workers.push(started);
    return started;
  }

  /** The least busy; a further one is started while all have work. */
  function pick(): PoolWorker {
    const least = workers.toSorted((a, b) => a.waiting.size - b.waiting.size).at(0);
    return least === undefined || (least.waiting.size > 0 && workers.length < threads) ? start() : least;
  }

  return {
    callsAtOnce: threads + 1, // one waits, so that no thread has to
    run(rows: EncodedRows) {
      if (rows.rowCount < LEAST_ROWS_FOR_A_WORKER) return here.run(rows);
      const { worker, waiting } = pick();
      return new Promise((resolve, reject) => {
        const id = ++count;
        waiting.set(id, { resolve, reject });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
        worker.postMessage({ id, rows } satisfies PoolRequest);
      });
    },
    async close() {
      await Promise.all(workers.map(({ worker }) => worker.terminate()));
      await here.close();
    },
  };
}
