/** What comes out of the cage: the worker's frames, what a job says it learnt, and the bundle that both travel in. */
import { readFileSync } from 'node:fs';
import { decodeBundle, encodeBundle } from '../../src/domain/bundle.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { fixtureExpectation } from '../../src/edges/sandbox/wire-fixtures.ts';
import { judgeWalls } from '../../src/edges/sandbox/judge-walls.ts';
import { readProgramResult } from '../../src/edges/sandbox/program-wire.ts';
import { Findings, type SeenFromOutside } from '../../src/edges/sandbox/wall-findings.ts';
import { frameKind, FrameReader, readFitResult, WIRE } from '../../src/edges/sandbox/wire.ts';
import { checkGraph } from '../../src/edges/onnx/check-graph.ts';
import { writeGraph } from '../../src/stages/packaging/index.ts';
import { mutatedBundle, mutatedStream } from './mutate-binary.ts';
import { mutatedJson } from './mutate-json.ts';
import { packFolder, unpackFolder } from './pack-folder.ts';
import { jsonBytes, SchemaRefusal, textOf, type ReaderUnderTest } from './reader-under-test.ts';

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
    frame(done, 1, 256, 1000, 1, 5, 900),
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

const programJob = { task: 'binary', classCount: 2, score: { table: { rowCount: 3, columns: new Map() } } } as const;
const programFiles = new Map<string, Uint8Array>([
  ['predictions.mwb', encodeBundle({ meta: { wire: WIRE }, arrays: { predictions: Float64Array.of(0.5, 0.5, 1, 0, 0.25, 0.75) } })],
  ['claims.json', jsonBytes({ roc_auc: 0.9, rows: 3 })],
]);

/** The cage of `wall-findings.json` as its machine saw it. */
const outside: SeenFromOutside = {
  isHostRoot: true,
  userOutside: 61_185,
  namespaces: Object.fromEntries(['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'].map((name) => [name, `${name}:[1]`])),
  memoryKeeper: 'watch',
  processKeeper: 'rlimit',
};

export const wallReaders: ReaderUnderTest[] = [
  { name: 'worker-stream', refusals: [RangeError], open: () => ({ seeds: [goodStream()], mutate: mutatedStream, read: readInPieces }) },
  {
    name: 'bundle',
    refusals: [RangeError],
    open: () => ({
      seeds: ['matrix', 'job', 'result-trees', 'result-linear', 'result-network'].map(golden),
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
      seeds: ['result-trees', 'result-linear', 'result-network'].map(golden),
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
  {
    name: 'program-result',
    refusals: [RangeError],
    open: () => ({
      seeds: [packFolder(programFiles)],
      mutate(random, [seed]) {
        const files = unpackFolder(seed);
        if (random.next() < 0.6) files.set('predictions.mwb', mutatedBundle(random, [programFiles.get('predictions.mwb') ?? seed]));
        else files.set('claims.json', mutatedJson(random, [programFiles.get('claims.json') ?? seed]));
        return packFolder(files);
      },
      read(input) {
        const files = [...unpackFolder(input)].map(([name, bytes]) => [name, { bytes, sha256: '' }] as const);
        const { predictions, claims } = readProgramResult(new Map(files), programJob);
        if (predictions.length !== 6 || !predictions.every((value) => value >= 0)) throw new Error('a prediction is no probability');
        if (!Object.values(claims).every(Number.isFinite)) throw new Error('a claim is no number');
      },
    }),
  },
  {
    name: 'wall-findings',
    // Whoever asks takes any error for a wall that is down.
    refusals: [SchemaRefusal, SyntaxError],
    open: () => ({
      seeds: [readFileSync(new URL('wall-findings.json', import.meta.url))],
      mutate: mutatedJson,
      read(input) {
        const walls = judgeWalls(Findings.parse(JSON.parse(textOf(input))), outside);
        if (walls.some(({ detail }) => detail === '')) throw new Error('a wall is judged without a reason');
      },
    }),
  },
];
