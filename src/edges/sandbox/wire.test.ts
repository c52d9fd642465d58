import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBundle, encodeBundle, type Bundle } from '../../domain/bundle.ts';
import { makeProbeHarness } from '../../../tests/attacks/probe-harness.ts';
import { fixtureExpectation, fixtureJob, fixtureLinear, fixtureMatrix, fixtureNetwork, fixtureTrees } from './wire-fixtures.ts';
import { encodeJob, encodeJobFrame, encodeMatrix, frameKind, FrameReader, readFitResult, type WorkerFrame } from './wire.ts';

const harness = fileURLToPath(new URL('../../../harness/', import.meta.url));
const golden = (name: string) => new Uint8Array(readFileSync(`${harness}wire-fixtures/${name}.bin`));
const whole = ({ head, parts }: { head: Uint8Array; parts: Uint8Array[] }) => new Uint8Array(Buffer.concat([head, ...parts]));

describe('the golden files', () => {
  it('are what this side writes for a matrix and a job', () => {
    expect(whole(encodeMatrix(fixtureMatrix))).toEqual(golden('matrix'));
    expect(whole(encodeJob(fixtureJob))).toEqual(golden('job'));
  });

  it('are read on this side as the results they stand for', () => {
    expect(readFitResult(golden('result-trees'), fixtureExpectation)).toEqual(fixtureTrees);
    expect(readFitResult(golden('result-linear'), fixtureExpectation)).toEqual(fixtureLinear);
    expect(readFitResult(golden('result-network'), fixtureExpectation)).toEqual(fixtureNetwork);
  });

  it('are read and written as the same bytes on the other side', () => {
    const { environment, remove } = makeProbeHarness();
    const said = execFileSync(environment.python, ['-B', `${harness}test_wire.py`], {
      encoding: 'utf8',
      cwd: harness,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/bin', PYTHONPATH: harness },
    });
    remove();
    expect(said).toBe('');
  });
});

it('has no place for the labels of rows to be scored', () => {
  const smuggled = { ...fixtureJob, score: { ...fixtureJob.score, labels: Float64Array.of(1) } };
  expect(() => encodeJob(smuggled)).toThrow(/[Uu]nrecognized key/);
  const elsewhere = { ...fixtureJob, scoreLabels: Float64Array.of(1) };
  expect(() => encodeJob(elsewhere)).toThrow(/[Uu]nrecognized key/);
  expect(Object.keys(decodeBundle(whole(encodeJob(fixtureJob))).arrays)).toEqual([
    'columns',
    'trainRows',
    'trainExtra',
    'trainLabels',
    'trainWeights',
    'holdoutRows',
    'holdoutExtra',
    'holdoutLabels',
    'scoreRows',
    'scoreExtra',
  ]);
});

it.each([
  ['a label too few', { train: { ...fixtureJob.train, labels: Float64Array.of(1) } }],
  ['a weight too many', { train: { ...fixtureJob.train, weights: Float64Array.of(1, 1, 1) } }],
  ['a holdout without labels', { holdout: { ...fixtureJob.holdout, labels: new Float64Array(0) } }],
  ['extra columns that do not fit the rows', { score: { ...fixtureJob.score, extra: new Float64Array(0) } }],
  ['three classes in a binary task', { classCount: 3 }],
])('refuses to send a job with %s', (_, change) => {
  expect(() => encodeJob({ ...fixtureJob, ...(change as Partial<typeof fixtureJob>) })).toThrow(/must|expected/);
});

it('refuses to send a matrix whose parts disagree', () => {
  expect(() => encodeMatrix({ ...fixtureMatrix, values: new Float32Array(11) })).toThrow('rowCount × columnCount');
  expect(() => encodeMatrix({ ...fixtureMatrix, textIds: new Int32Array(3) })).toThrow('textIds');
});

// --- what comes out ---

const treesBundle = () => decodeBundle(golden('result-trees'));
const linearBundle = () => decodeBundle(golden('result-linear'));
const networkBundle = () => decodeBundle(golden('result-network'));
const read = (bundle: Bundle) => () => readFitResult(encodeBundle(bundle), fixtureExpectation);
const withArrays = (bundle: Bundle, arrays: Bundle['arrays']) => ({ meta: bundle.meta, arrays: { ...bundle.arrays, ...arrays } });
type Meta = { fitted: Record<string, unknown> };
const withMeta = (bundle: Bundle, change: Record<string, unknown>) => ({ ...bundle, meta: { ...(bundle.meta as Meta), ...change } });
const withFitted = (bundle: Bundle, change: Record<string, unknown>) => withMeta(bundle, { fitted: { ...(bundle.meta as Meta).fitted, ...change } });

describe('a result is refused that', () => {
  it.each<[string, () => Bundle, string]>([
    ['speaks another wire', () => withMeta(treesBundle(), { wire: 2 }), 'header is not as agreed'],
    ['has a field of its own', () => withMeta(treesBundle(), { score: 0.99 }), 'header is not as agreed'],
    ['does not say whether it learnt from its holdout', () => withMeta(treesBundle(), { settled: { settings: {} } }), 'header is not as agreed'],
    ['settled a setting of no kind', () => withMeta(treesBundle(), { settled: { isWhole: true, settings: { path: [1] } } }), 'header is not as agreed'],
    [
      'settled an endless setting',
      () => withMeta(treesBundle(), { settled: { isWhole: true, settings: { path: '1'.repeat(1001) } } }),
      'header is not as agreed',
    ],
    ['took more rounds than it could', () => withMeta(treesBundle(), { rounds: 101 }), '101 rounds'],
    ['names an unknown link', () => withFitted(treesBundle(), { link: 'cauchit' }), 'not as agreed'],
    ['has a field of its own in what it learnt', () => withFitted(treesBundle(), { code: 'import os' }), 'not as agreed'],
    ['ends in a link that its task cannot have', () => withFitted(linearBundle(), { link: 'sigmoid' }), '2 outputs where 1 belong'],
    ['has outputs that do not fit its link', () => withFitted(treesBundle(), { outputs: 2 }), '2 outputs where 1 belong'],
    ['has leaves of a width that is none', () => withFitted(treesBundle(), { leafWidth: 3 }), 'a leaf of 3 values'],
    ['has an array too many', () => withArrays(treesBundle(), { pickle: Uint8Array.of(0x80) }), '"pickle" does not belong'],
    ['has an array of another type', () => withArrays(treesBundle(), { threshold: Float32Array.of(0, 0, 0, 0) }), '"threshold" is missing or of another type'],
    ['predicts for another number of rows', () => withArrays(treesBundle(), { predictions: Float64Array.of(1, 0, 0.5, 0.5) }), '"predictions" has 4 values'],
    ['predicts something that is no number', () => withArrays(treesBundle(), { predictions: Float64Array.of(NaN, 1) }), 'not a finite number'],
    ['predicts probabilities that do not add up', () => withArrays(treesBundle(), { predictions: Float64Array.of(0.5, 0.4) }), 'adds up to'],
    ['predicts a probability below zero', () => withArrays(treesBundle(), { predictions: Float64Array.of(-0.5, 1.5) }), 'no probability'],
    ['probes with a row that is not there', () => withArrays(treesBundle(), { probeTextRows: Int32Array.of(0, 4) }), 'not in the matrix'],
    ['probes too often', () => withArrays(treesBundle(), { probeTextRows: new Int32Array(1025) }), 'more than 1024'],
    ['reads a column that the job was not given', () => withArrays(treesBundle(), { feature: Int32Array.of(1, -1, -1, -1) }), 'reads column 1'],
    ['reads a column that is not there', () => withArrays(treesBundle(), { feature: Int32Array.of(4, -1, -1, -1) }), 'reads column 4'],
    ['has a feature below -1', () => withArrays(treesBundle(), { feature: Int32Array.of(-2, -1, -1, -1) }), 'reads column -2'],
    ['points back to where it came from', () => withArrays(treesBundle(), { left: Int32Array.of(0, 0, 0, 0) }), 'points outside what follows'],
    ['points outside its tree', () => withArrays(treesBundle(), { right: Int32Array.of(3, 0, 0, 0) }), 'points outside what follows'],
    ['has a node with two parents', () => withArrays(treesBundle(), { right: Int32Array.of(1, 0, 0, 0) }), 'two parents'],
    ['has a node that nothing reaches', () => withArrays(treesBundle(), { feature: Int32Array.of(-1, -1, -1, -1) }), 'cannot be reached'],
    ['has an endless threshold', () => withArrays(treesBundle(), { threshold: Float64Array.of(Infinity, 0, 0, 0) }), 'threshold'],
    ['has an endless leaf', () => withArrays(treesBundle(), { leafValues: Float64Array.of(0, NaN, 0, 0) }), 'leaf'],
    ['has an endless base', () => withArrays(treesBundle(), { base: Float64Array.of(-Infinity) }), 'base'],
    ['sends a missing value nowhere', () => withArrays(treesBundle(), { missingLeft: Uint8Array.of(2, 0, 0, 0) }), 'missing value'],
    ['adds to an output that is not there', () => withArrays(treesBundle(), { treeOutput: Int32Array.of(0, 1) }), 'output that is not there'],
    ['has a tree without a node', () => withArrays(treesBundle(), { treeStart: Int32Array.of(0, 4, 4) }), 'has no node'],
    ['has trees that run backwards', () => withArrays(treesBundle(), { treeStart: Int32Array.of(0, 5, 4) }), 'has no node'],
    ['begins after its first node', () => withArrays(treesBundle(), { treeStart: Int32Array.of(1, 3, 4) }), 'not a list of trees'],
    ['has no list of trees at all', () => withArrays(treesBundle(), { treeStart: new Int32Array(0) }), 'not a list of trees'],
    ['reads a column twice', () => withArrays(linearBundle(), { columns: Int32Array.of(3, 3) }), 'twice'],
    ['multiplies a column that the job was not given', () => withArrays(linearBundle(), { columns: Int32Array.of(1, 3) }), 'column 1'],
    ['has a lower limit above the upper one', () => withArrays(linearBundle(), { low: Float64Array.of(11, 0) }), 'lower limit'],
    ['has an endless coefficient', () => withArrays(linearBundle(), { coefficients: Float64Array.of(1, Infinity, 0, 0) }), 'not a finite number'],
    ['is a network of a column that the job was not given', () => withArrays(networkBundle(), { columns: Int32Array.of(2, 1, 3) }), 'column 1'],
    ['is a network of nothing', () => withArrays(networkBundle(), { columns: new Int32Array(0) }), '0 inputs'],
    ['is a network of no member', () => withFitted(networkBundle(), { members: 0 }), 'not as agreed'],
    ['is a network wider than any', () => withFitted(networkBundle(), { width: 1e9 }), 'not as agreed'],
    ['is a network of more layers than it has numbers for', () => withFitted(networkBundle(), { layers: 3 }), '"hidden" has 4 values, not 8'],
    ['is a network of more members than it has numbers for', () => withFitted(networkBundle(), { members: 3 }), '"factors" has 6 values, not 9'],
    ['is a network with a weight that is no number', () => withArrays(networkBundle(), { first: Float32Array.of(1, 2, 3, 4, NaN, 6) }), '"first" holds'],
    ['is a network with an endless bias', () => withArrays(networkBundle(), { headBiases: Float64Array.of(0, Infinity) }), '"headBiases" holds'],
    ['is a network with a lower limit above the upper one', () => withArrays(networkBundle(), { low: Float32Array.of(11, 0, 0) }), 'lower limit'],
    ['is a network with limits of another type', () => withArrays(networkBundle(), { high: Float64Array.of(10, 0, 0.5) }), '"high" is missing'],
    ['has coefficients for another vocabulary', () => withArrays(linearBundle(), { textCoefficients: new Float64Array(8) }), '8 values, not 10'],
  ])('%s', (_, bundle, message) => {
    expect(read(bundle())).toThrow(message);
    expect(read(bundle())).toThrow(RangeError);
  });

  it('has been changed anywhere: it is read whole or refused, and never breaks the reader', () => {
    const bytes = golden('result-trees');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat(bytes.length)),
        (changes, length) => {
          const changed = bytes.slice(0, length ?? bytes.length);
          for (const [at, value] of changes) if (at < changed.length) changed[at] = value;
          expect(['trees', 'refused']).toContain(kindOrRefusal(changed));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

function kindOrRefusal(bytes: Uint8Array): string {
  try {
    return readFitResult(bytes, fixtureExpectation).fitted.kind;
  } catch (error) {
    return error instanceof RangeError ? 'refused' : `broken: ${String(error)}`;
  }
}

// --- frames ---

function frameBytes(kind: number, job: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind, true);
  view.setUint32(4, job, true);
  view.setUint32(8, payload.length, true);
  bytes.set(payload, 16);
  return bytes;
}
const facts = (...numbers: number[]) => new Uint8Array(Uint32Array.from(numbers).buffer);

describe('the worker’s stream', () => {
  const stream = new Uint8Array(
    Buffer.concat([
      frameBytes(frameKind.ready, 0, facts(1)),
      frameBytes(frameKind.mapped, 0, facts()),
      frameBytes(frameKind.started, 1, facts(12)),
      frameBytes(frameKind.log, 1, Uint8Array.of(104, 105)),
      frameBytes(frameKind.result, 1, new Uint8Array(0)),
      frameBytes(frameKind.done, 1, facts(256, 1000, 1, 5, 900)),
    ]),
  );
  const frames: WorkerFrame[] = [
    { kind: 'ready' },
    { kind: 'mapped' },
    { kind: 'started', job: 1, innerProcessId: 12 },
    { kind: 'log', job: 1, bytes: Uint8Array.of(104, 105) },
    { kind: 'result', job: 1, bytes: new Uint8Array(0) },
    { kind: 'done', job: 1, waitStatus: 256, peakKib: 1000, cause: 'time', lostLogBytes: 5, hardenUs: 900 },
  ];

  it('is read the same, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        const reader = new FrameReader();
        const read: WorkerFrame[] = [];
        let at = 0;
        for (const size of [...sizes, stream.length]) {
          read.push(...reader.read(stream.subarray(at, at + size)));
          at += size;
        }
        expect(read).toEqual(frames);
      }),
    );
  });

  it.each([
    ['of another wire', frameBytes(frameKind.ready, 0, facts(2))],
    ['of an unknown kind', frameBytes(7, 0, facts())],
    ['of the wrong size', frameBytes(frameKind.done, 1, facts(0))],
    ['of an unknown cause', frameBytes(frameKind.done, 1, facts(0, 0, 9, 0, 0))],
    ['larger than a piece', frameBytes(frameKind.log, 1, new Uint8Array((256 << 10) + 1))],
  ])('is refused with a frame %s', (_, bytes) => {
    expect(() => new FrameReader().read(bytes)).toThrow(RangeError);
  });
});

it('sends the limits in front of a job', () => {
  const frame = Buffer.concat(encodeJobFrame(3, encodeJob(fixtureJob), { wallMs: 1500.2, logBytes: 10, memoryBytes: 2 ** 33, resultBytes: 99 }));
  expect([frame.readUInt32LE(0), frame.readUInt32LE(4), frame.readUInt32LE(8)]).toEqual([frameKind.job, 3, frame.length - 16]);
  expect([frame.readUInt32LE(16), frame.readUInt32LE(20), frame.readBigUInt64LE(24), frame.readBigUInt64LE(32)]).toEqual([1501, 10, 2n ** 33n, 99n]);
});
