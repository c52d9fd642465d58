import { describe, expect, it } from 'vitest';
import { smallSpec, stump } from '../../../tests/fixtures/small-package.ts';
import { openNativeRuntime } from '../../edges/onnx/index.ts';
import { checkEquality, type ProbeRows } from './check-equality.ts';
import { writeGraph, type GraphSpec } from './write-graph.ts';

const graphs = openNativeRuntime();
const noText = { textStart: new Int32Array(1), textIds: new Int32Array(0), textWeights: new Float32Array(0) };
const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

/** What the trainers of the small model answer for rows (age, city, member, own fold's statistic). */
function probesOf(rows: [number, number, number, number][], answer: (row: number[]) => number): ProbeRows {
  const answers = rows.map((row) => answer(row.map(Math.fround)));
  return {
    matrix: Float32Array.from(rows.flat()),
    extraCount: 1,
    textRows: new Int32Array(rows.length).fill(-1),
    answers: Float64Array.from(answers.flatMap((p) => [1 - p, p])),
  };
}

const byAge = ([age]: number[]) => sigmoid(Number.isNaN(age) || age <= 30 ? 2 : -2);
const byCity = ([, , , statistic]: number[]) => sigmoid(Number.isNaN(statistic) || statistic <= 0.3 ? -1 : 1);
const rows: [number, number, number, number][] = [
  [30, 0, 1, 0.3],
  [30.000002, 1, NaN, 0.30000001],
  [NaN, 2, 0, NaN],
  [-1e30, NaN, 1, 0.1],
  [1e30, 0, 0, 0.9],
];
const probes = [probesOf(rows, byAge), probesOf(rows, byCity)];

describe('equality of the packaged graph and the trainers', () => {
  it.each<GraphSpec['calibration']>([{ kind: 'none' }, { kind: 'beta', a: 0.9, b: 1.2, c: 0.1 }, { kind: 'temperature', t: 1.4 }])(
    'holds for the graph that is written, calibration $kind',
    async (calibration) => {
      const spec = { ...smallSpec, calibration };
      const parity = await checkEquality({ spec, graph: writeGraph(spec), probes, text: noText }, graphs);
      expect(parity).toMatchObject({ isEqual: true, rows: 20 });
      expect(parity.largestDifference).toBeLessThan(1e-6);
    },
  );

  it('notices a threshold that is one step of float32 off', async () => {
    const [first, second] = smallSpec.members;
    const spec = { ...smallSpec, members: [{ ...first, fitted: stump(0, 29.999998, 2, -2) }, second] };
    expect(await checkEquality({ spec, graph: writeGraph(spec), probes, text: noText }, graphs)).toMatchObject({ isEqual: false });
  });

  it('notices other weights in the packaged graph than those that were chosen', async () => {
    const [first, second] = smallSpec.members;
    const graph = writeGraph({
      ...smallSpec,
      members: [
        { ...first, weight: 0.501 },
        { ...second, weight: 0.499 },
      ],
    });
    expect(await checkEquality({ spec: smallSpec, graph, probes, text: noText }, graphs)).toMatchObject({ isEqual: false });
  });

  it('notices another calibration in the packaged graph', async () => {
    const spec: GraphSpec = { ...smallSpec, calibration: { kind: 'temperature', t: 1.4 } };
    expect(await checkEquality({ spec, graph: writeGraph(smallSpec), probes, text: noText }, graphs)).toMatchObject({ isEqual: false });
  });

  it('judges a number on the standardised target, however large its unit', async () => {
    const fitted = { ...stump(0, 30, 0.25, -0.25), link: 'none' as const };
    const spec: GraphSpec = {
      ...smallSpec,
      task: 'regression',
      classCount: 1,
      members: [{ fitted, extraOffset: 3, weight: 1 }],
      target: { kind: 'standardised', mean: 5e8, scale: 10, isLog1p: false },
    };
    const answers = Float64Array.of(0.25, -0.25, 0.25, 0.25, -0.25);
    const check = (graph: Uint8Array) => checkEquality({ spec, graph, probes: [{ ...probes[0], answers }], text: noText }, graphs);
    expect(await check(writeGraph(spec))).toMatchObject({ isEqual: true });
    const slightlyOff = { ...spec, target: { kind: 'standardised' as const, mean: 5e8 + 0.001, scale: 10, isLog1p: false } };
    expect(await check(writeGraph(slightlyOff))).toMatchObject({ isEqual: false });
  });

  it('reads the text of a probe from the training rows', async () => {
    const nothing = new Float64Array(0);
    const spec: GraphSpec = {
      ...smallSpec,
      columnCount: 3,
      vocabularySize: 2,
      task: 'regression',
      classCount: 1,
      members: [
        {
          extraOffset: 3,
          weight: 1,
          fitted: {
            kind: 'linear',
            link: 'none',
            outputs: 1,
            columns: new Int32Array(0),
            fill: nothing,
            low: nothing,
            high: nothing,
            center: nothing,
            scale: nothing,
            coefficients: nothing,
            intercept: Float64Array.of(0.5),
            textCoefficients: Float64Array.of(2, 3),
          },
        },
      ],
    };
    const text = { textStart: Int32Array.of(0, 1, 3), textIds: Int32Array.of(0, 0, 1), textWeights: Float32Array.of(1, 0.25, 0.5) };
    const probe: ProbeRows = { matrix: new Float32Array(9), extraCount: 0, textRows: Int32Array.of(-1, 0, 1), answers: Float64Array.of(0.5, 2.5, 2.5) };
    expect(await checkEquality({ spec, graph: writeGraph(spec), probes: [probe], text }, graphs)).toMatchObject({ isEqual: true, largestDifference: 0 });
  });
});
