/** What comes out of the cage: the worker's frames, what a job says it learnt, and the bundle that both travel in. */
import { readFileSync } from 'node:fs';
import { decodeBundle } from '../../src/domain/bundle.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { fixtureExpectation } from '../../src/edges/sandbox/wire-fixtures.ts';
import { frameKind, FrameReader, readFitResult } from '../../src/edges/sandbox/wire.ts';
import { checkGraph } from '../../src/edges/onnx/check-graph.ts';
import { writeGraph } from '../../src/stages/packaging/index.ts';
import { mutatedBundle, mutatedStream } from './mutate-binary.ts';
import type { ReaderUnderTest } from './reader-under-test.ts';

const golden = (name: string) => new Uint8Array(readFileSync(new URL(`../../harness/wire-fixtures/${name}.bin`, import.meta.url)));

function goodStream(): Uint8Array {
  const frame = (kind: number, job: number, ...facts: number[]) => new Uint8Array(Uint32Array.of(kind, job, facts.length * 4, 0, ...facts).buffer);
  const { ready, mapped, started, log, result, done } = frameKind;
  return Buffer.concat([
    frame(ready, 0, 1),
    frame(mapped, 0),
    frame(started, 1, 12),
    frame(log, 1, 7, 8),
    frame(result, 1, 9),
    frame(done, 1, 256, 1000, 1, 5),
  ]);
}

/** Cut anew each time, by the bytes themselves: a stream knows no messages. */
function readInPieces(stream: Uint8Array): void {
  const random = seededRandom(stream.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, stream.length));
  const reader = new FrameReader();
  for (let at = 0; at < stream.length;) {
    const size = 1 + random.below(random.next() < 0.5 ? 8 : 70_000);
    for (const frame of reader.read(stream.subarray(at, at + size))) {
      if ('bytes' in frame && frame.bytes.length > 256 << 10) throw new Error('a piece is larger than a piece may be');
    }
    at += size;
  }
}

export const wallReaders: ReaderUnderTest[] = [
  { name: 'worker-stream', refusals: [RangeError], open: () => ({ seeds: [goodStream()], mutate: mutatedStream, read: readInPieces }) },
  {
    name: 'bundle',
    refusals: [RangeError],
    open: () => ({
      seeds: ['matrix', 'job', 'result-trees', 'result-linear'].map(golden),
      mutate: mutatedBundle,
      read(bytes) {
        const { arrays } = decodeBundle(bytes);
        // What it holds cannot be more than what was sent, so no header can ask for memory.
        const heldBytes = Object.values(arrays).reduce((sum, array) => sum + array.byteLength, 0);
        if (heldBytes > bytes.length) throw new Error(`${bytes.length} bytes became ${heldBytes}`);
      },
    }),
  },
  {
    name: 'fit-result',
    refusals: [RangeError],
    open: () => ({
      seeds: ['result-trees', 'result-linear'].map(golden),
      mutate: mutatedBundle,
      read(bytes) {
        const { fitted } = readFitResult(bytes, fixtureExpectation);
        // Whoever writes a graph of it does not check again.
        const graph = writeGraph({
          columnCount: 4,
          baseColumnCount: 3,
          vocabularySize: 5,
          task: 'binary',
          classCount: 2,
          members: [{ fitted, extraOffset: 3, weight: 1 }],
          calibration: { kind: 'none' },
          target: { kind: 'identity' },
        });
        checkGraph(graph);
      },
    }),
  },
];
