import { afterEach, expect, it } from 'vitest';
import { smallSpec, stump } from '../../../tests/fixtures/small-package.ts';
import type { EncodedRows } from '../../features/encoded.ts';
import { writeGraph, type GraphSpec } from '../../stages/packaging/index.ts';
import type { GraphRuntime, OpenedGraph } from './graph-runtime.ts';

/** What every runtime of graphs must do. */
export function graphRuntimeContract(runtime: GraphRuntime): void {
  const opened: OpenedGraph[] = [];
  const open = async (spec: GraphSpec) => {
    const graph = await runtime.open(writeGraph(spec));
    opened.push(graph);
    return graph;
  };
  afterEach(async () => {
    for (const graph of opened.splice(0)) await graph.close();
  });

  const columnCount = smallSpec.columnCount;
  const rowsOf = (ages: number[]): EncodedRows => ({
    rowCount: ages.length,
    columnCount,
    values: Float32Array.from(ages.flatMap((age) => [age, 0, 0, 0, 0])),
    textWidth: 0,
    textIds: new Int32Array(0),
    textWeights: new Float32Array(0),
  });
  const byAge: GraphSpec = { ...smallSpec, members: [{ fitted: stump(0, 30, -1, 1), extraOffset: 3, weight: 1 }] };
  const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

  it('answers row by row, in the order given, missing values included', async () => {
    const answers = await (await open(byAge)).run(rowsOf([20, 40, NaN]));
    [-1, 1, -1].forEach((raw, row) => expect(answers[2 * row + 1]).toBeCloseTo(sigmoid(raw), 7));
    expect(answers.length).toBe(6);
  });

  it('answers many rows as it answers each alone', async () => {
    const graph = await open(byAge);
    const ages = Array.from({ length: 2503 }, (_, row) => (row * 7) % 61);
    const together = await graph.run(rowsOf(ages));
    for (const row of [0, 999, 1000, 1001, 2000, 2502]) expect(await graph.run(rowsOf([ages[row]]))).toEqual(together.slice(2 * row, 2 * row + 2));
  });

  it('answers no rows with nothing', async () => {
    expect(await (await open(byAge)).run(rowsOf([]))).toEqual(new Float64Array(0));
  });

  it('answers several callers at once', async () => {
    const graph = await open(byAge);
    const answers = await Promise.all([20, 40, 20, 40].map((age) => graph.run(rowsOf([age]))));
    expect(answers.map(([, positive]) => positive > 0.5)).toEqual([false, true, false, true]);
  });

  it('reads text as padded terms, and a row without any', async () => {
    const nothing = new Float64Array(0);
    const graph = await open({
      ...smallSpec,
      vocabularySize: 2,
      members: [
        {
          extraOffset: 3,
          weight: 1,
          fitted: {
            kind: 'linear',
            link: 'sigmoid',
            outputs: 1,
            columns: new Int32Array(0),
            fill: nothing,
            low: nothing,
            high: nothing,
            center: nothing,
            scale: nothing,
            coefficients: nothing,
            intercept: Float64Array.of(0.5),
            textCoefficients: Float64Array.of(2, -3),
          },
        },
      ],
    });
    const rows = rowsOf([0, 0, 0]);
    const answers = await graph.run({ ...rows, textWidth: 2, textIds: Int32Array.of(0, 1, 1, 2, 2, 2), textWeights: Float32Array.of(0.5, 0.25, 1, 0, 0, 0) });
    [0.5 + 1 - 0.75, 0.5 - 3, 0.5].forEach((raw, row) => expect(answers[2 * row + 1]).toBeCloseTo(sigmoid(raw), 10));
    expect((await graph.run(rows))[1]).toBeCloseTo(sigmoid(0.5), 10);
  });

  it('refuses bytes that are no graph, by MW1408 or MW1409', async () => {
    const whole = writeGraph(byAge);
    const attempts = [new Uint8Array(0), new TextEncoder().encode('not a graph at all'), whole.slice(0, whole.length - 9), whole.slice(5)];
    for (const bytes of attempts) await expect(runtime.open(bytes)).rejects.toMatchObject({ code: expect.stringMatching(/^MW140[89]$/) });
  });
}
