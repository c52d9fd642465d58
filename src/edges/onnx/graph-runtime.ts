import type { EncodedRows } from '../../features/encoded.ts';

/** A graph that answers. */
export type OpenedGraph = {
  /** Row-major answers, one row of the graph's output for each row given: probabilities, or one number in the user's unit. */
  run(rows: EncodedRows): Promise<Float64Array>;
  /** Calls of `run` that may be under way together to some use. */
  callsAtOnce: number;
  close(): Promise<void>;
};

/** Opens graphs. The bytes are judged first: only operators we write, nothing outside the file, bounded in size. */
export interface GraphRuntime {
  open(bytes: Uint8Array): Promise<OpenedGraph>;
}
