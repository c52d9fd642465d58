import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelwrightError } from '../../domain/error.ts';
import type { EncodedRows } from '../../features/encoded.ts';
import type { GraphRuntime, OpenedGraph } from './graph-runtime.ts';
import { checkGraph } from './check-graph.ts';

/** Rows a call, and text terms a call: a graph holds terms × outputs in between. Smaller calls cost nothing in speed. */
const CHUNK_ROWS = 1000;
const CHUNK_TERMS = 200_000;

/**
 * ONNX Runtime, in process. One thread unless told: answers then cost the same beside other work and are the same everywhere.
 * The library is loaded by the first graph, since loading takes 50 ms that other commands need not pay.
 */
export function openNativeRuntime({ threads = 1 }: { threads?: number } = {}): GraphRuntime {
  return {
    async open(bytes) {
      checkGraph(bytes);
      const runtime = await loadRuntime();
      let session: InferenceSession;
      try {
        session = await runtime.InferenceSession.create(bytes, {
          intraOpNumThreads: threads,
          interOpNumThreads: 1,
          executionMode: 'sequential',
          graphOptimizationLevel: 'all',
          enableCpuMemArena: false,
          // What goes wrong is told by the error that comes of it, not beside it on the terminal.
          logSeverityLevel: 4,
        });
      } catch (cause) {
        throw new ModelwrightError({
          code: 'MW1409',
          message: 'The graph of the model cannot be loaded.',
          hint: 'The package may come from another version of Modelwright, or this machine may be short of memory.',
          cause,
        });
      }
      return openedGraph(session, runtime.Tensor);
    },
  };
}

/**
 * The official binaries tell Microsoft of every model that is opened (names, hashes, machine) and keep an id of the machine unless this is set
 * before they are loaded: nothing leaves a machine that its owner did not send. A thread's own variables do not count: the first thread sets it.
 */
export function refuseTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}

async function loadRuntime() {
  refuseTelemetry();
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new ModelwrightError({
      code: 'MW3040',
      message: 'ONNX Runtime cannot be loaded on this machine.',
      hint: 'Install again on a supported platform: Linux (x64, arm64) with glibc, macOS (arm64) or Windows.',
      cause,
    });
  }
}

/** A graph that loads can still be none of ours: its parts then do not fit each other or the rows. */
export function cannotAnswer(cause: unknown): ModelwrightError {
  return new ModelwrightError({
    code: 'MW1409',
    message: 'The graph of the model cannot answer rows of its own contract.',
    hint: 'Build the model again with this version of Modelwright. This machine may also be short of memory.',
    cause,
  });
}

function openedGraph(session: InferenceSession, TensorClass: typeof Tensor): OpenedGraph {
  const readsText = session.inputNames.includes('ids');

  async function answerChunk(rows: EncodedRows, from: number, count: number): Promise<Float64Array> {
    const { columnCount, textWidth } = rows;
    const feeds: Record<string, Tensor> = {
      x: new TensorClass('float32', rows.values.subarray(from * columnCount, (from + count) * columnCount), [count, columnCount]),
    };
    if (readsText) {
      const terms = (array: Int32Array | Float32Array) => array.subarray(from * textWidth, (from + count) * textWidth);
      feeds.ids = new TensorClass('int32', terms(rows.textIds), [count, textWidth]);
      feeds.weights = new TensorClass('float32', terms(rows.textWeights), [count, textWidth]);
    }
    const answers = await session.run(feeds, { logSeverityLevel: 4 }).catch((cause: unknown) => Promise.reject(cannotAnswer(cause)));
    const data = answers['answer']?.data;
    if (!(data instanceof Float64Array) || data.length % count !== 0) throw cannotAnswer(undefined);
    return data;
  }

  return {
    callsAtOnce: 1,
    async run(rows) {
      const most = readsText && rows.textWidth > 0 ? Math.max(1, Math.min(CHUNK_ROWS, Math.floor(CHUNK_TERMS / rows.textWidth))) : CHUNK_ROWS;
      if (rows.rowCount <= most && rows.rowCount > 0) return answerChunk(rows, 0, rows.rowCount);
      let answers = new Float64Array(0);
      for (let from = 0; from < rows.rowCount; from += most) {
        const count = Math.min(most, rows.rowCount - from);
        const part = await answerChunk(rows, from, count);
        const width = part.length / count;
        if (from === 0) answers = new Float64Array(rows.rowCount * width);
        answers.set(part, from * width);
      }
      return answers;
    },
    async close() {
      await session.release();
    },
  };
}
