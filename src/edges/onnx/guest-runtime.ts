import { ModelwrightError } from '../../domain/error.ts';
import type { EncodedRows } from '../../features/encoded.ts';
import type { Guest } from '../guest/index.ts';
import { checkGraph } from './check-graph.ts';
import type { GraphRuntime, OpenedGraph } from './graph-runtime.ts';
import { GraphReply } from './graph-wire.ts';

/** The module that such a guest runs, below our code: in its own language (sources in a clone, JavaScript in the package). */
export const graphEntry = `edges/onnx/graph-guest${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;

const DEFAULT_LIMIT_MS = 600_000;

/**
 * For graphs of strangers: judged here by reading their bytes, then loaded and run by ONNX Runtime in a guest of their own, so that native code
 * never sees them in this process. `timeLimitMs`: for one answer; a guest that is silent for longer is ended.
 */
export function openGuestRuntime(startGuest: () => Promise<Guest>, { timeLimitMs = DEFAULT_LIMIT_MS }: { timeLimitMs?: number } = {}): GraphRuntime {
  return {
    async open(bytes) {
      checkGraph(bytes);
      const connection = new GraphConnection(await startGuest(), timeLimitMs);
      try {
        const reply = await connection.ask({ ask: 'open', bytes });
        if (reply.kind !== 'opened') throw graphEnded('it answered before it was asked');
      } catch (error) {
        connection.close();
        throw error;
      }
      return openedGraph(connection);
    },
  };
}

function openedGraph(connection: GraphConnection): OpenedGraph {
  return {
    callsAtOnce: 2, // one waits, so that the guest has not to
    async run(rows: EncodedRows) {
      const reply = await connection.ask({ ask: 'run', rows });
      const isWhole = reply.kind === 'answers' && (rows.rowCount === 0 ? reply.answers.length === 0 : reply.answers.length % rows.rowCount === 0);
      if (!isWhole) {
        connection.close();
        throw graphEnded('what it sent is no answer');
      }
      return reply.answers;
    },
    close: () => Promise.resolve(connection.close()),
  };
}

type Waiting = { resolve(reply: GraphReply): void; reject(cause: unknown): void; timer: NodeJS.Timeout };

class GraphConnection {
  readonly #guest: Guest;
  readonly #timeLimitMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #requestCount = 0;
  #over: ModelwrightError | undefined;

  constructor(guest: Guest, timeLimitMs: number) {
    this.#guest = guest;
    this.#timeLimitMs = timeLimitMs;
    guest.onMessage((message) => this.#receive(message));
    guest.onExit((ending) => this.#end(graphEnded(ending.kind === 'limit' ? `it took more ${ending.limit} than it may` : 'it ended by itself')));
  }

  ask(request: { ask: 'open'; bytes: Uint8Array } | { ask: 'run'; rows: EncodedRows }): Promise<GraphReply> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(this.#over);
      const id = ++this.#requestCount;
      const timer = setTimeout(() => this.#end(graphEnded('it was silent for too long')), this.#timeLimitMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#guest.send({ id, ...request });
    });
  }

  close(): void {
    this.#end(graphEnded('it was closed'));
  }

  #receive(message: unknown): void {
    if (this.#over) return;
    const parsed = GraphReply.safeParse(message);
    if (!parsed.success) return this.#end(graphEnded('what it sent is no answer'));
    const reply = parsed.data;
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return this.#end(graphEnded('it answered what it was not asked'));
    clearTimeout(waiting.timer);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'failed') waiting.reject(new ModelwrightError(reply.error));
    else waiting.resolve(reply);
  }

  #end(cause: ModelwrightError): void {
    if (this.#over) return;
    this.#over = cause;
    this.#guest.kill();
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(cause);
    }
    this.#waiting.clear();
  }
}

const graphEnded = (why: string) =>
  new ModelwrightError({
    code: 'MW1409',
    message: `The process that runs the graph of the model was ended: ${why}.`,
    hint: 'Do not use the package if you do not know where it comes from. This machine may also be short of memory.',
  });
