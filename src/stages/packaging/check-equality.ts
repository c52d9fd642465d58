/**
 * Is the packaged graph the model that was evaluated? Two questions, because the harness can answer only for single fits:
 * does each member's graph answer as its trainer did, on rows made to be hard to copy; and does the whole graph answer as the
 * members' answers combined in float64.
 */
import { calibrate } from '../../domain/calibration.ts';
import type { Parity } from '../../domain/package.ts';
import { fromTrainingScale } from '../../domain/target-scale.ts';
import type { GraphRuntime } from '../../edges/onnx/graph-runtime.ts';
import type { EncodedRows } from '../../features/encoded.ts';
import { writeGraph, type GraphSpec } from './write-graph.ts';

const TOLERANCE = 1e-5;
const MOST_ROWS = 2000;

/**
 * Rows that a trainer answered. `matrix`: row-major n × (F + extraCount); `textRows[i]`: the row of `text` whose terms row i
 * has, −1 for none; `answers`: n × classCount, for regression one number on the training scale.
 */
export type ProbeRows = { matrix: Float32Array; extraCount: number; textRows: Int32Array; answers: Float64Array };

/** TF-IDF terms of the training rows, as they lie in the training matrix. */
export type TextTerms = { textStart: Int32Array; textIds: Int32Array; textWeights: Float32Array };

/** `probes[m]` belongs to `spec.members[m]`. `graph` are the bytes that go into the package. */
export async function checkEquality(
  { spec, graph, probes, text }: { spec: GraphSpec; graph: Uint8Array; probes: readonly ProbeRows[]; text: TextTerms },
  graphs: GraphRuntime,
): Promise<Parity> {
  const found = new Differences();
  const eachMost = Math.max(1, Math.floor(MOST_ROWS / spec.members.length));
  const ownRows = probes.map((probe, at) => encodeProbes(probe, spec, spec.members[at].extraOffset, text));
  const sharedRows = joinRows(
    ownRows.map((rows) => firstRows(rows, eachMost)),
    spec,
  );

  const memberAnswers: Float64Array[] = [];
  for (const [at, member] of spec.members.entries()) {
    const alone = writeGraph({ ...spec, members: [{ ...member, weight: 1 }], calibration: { kind: 'none' }, target: { kind: 'identity' } });
    await withGraph(graphs, alone, async (run) => {
      found.addAll(await run(ownRows[at]), probes[at].answers);
      memberAnswers.push(await run(sharedRows));
    });
  }
  await withGraph(graphs, graph, async (run) => compareWhole(found, await run(sharedRows), blend(memberAnswers, spec), spec));
  return { rows: found.rows / spec.classCount, largestDifference: found.largest, isEqual: found.largest <= TOLERANCE };
}

/** Keeps the largest difference, relative where the answer is large. What is no number on one side only is as different as can be. */
class Differences {
  largest = 0;
  rows = 0;

  addAll(found: Float64Array, expected: Float64Array): void {
    if (found.length !== expected.length) throw new RangeError(`${found.length} answers were to be compared with ${expected.length}`);
    for (let i = 0; i < found.length; i++) this.add(found[i] - expected[i], expected[i]);
  }

  add(difference: number, expected: number): void {
    const relative = Math.abs(difference) / Math.max(1, Math.abs(expected));
    this.largest = Math.max(this.largest, Number.isFinite(relative) ? relative : Number.MAX_VALUE);
    this.rows += 1;
  }
}

async function withGraph(graphs: GraphRuntime, bytes: Uint8Array, use: (run: (rows: EncodedRows) => Promise<Float64Array>) => Promise<void>): Promise<void> {
  const graph = await graphs.open(bytes);
  try {
    await use((rows) => graph.run(rows));
  } finally {
    await graph.close();
  }
}

/** The weighted sum of members, on the training scale. */
function blend(memberAnswers: readonly Float64Array[], { members }: GraphSpec): Float64Array {
  const blended = new Float64Array(memberAnswers[0].length);
  for (const [at, answers] of memberAnswers.entries()) for (let i = 0; i < blended.length; i++) blended[i] += members[at].weight * answers[i];
  return blended;
}

function compareWhole(found: Differences, whole: Float64Array, blended: Float64Array, spec: GraphSpec): void {
  if (spec.task !== 'regression') {
    found.addAll(whole, calibrate(blended, spec.classCount, spec.calibration));
    return;
  }
  const { target } = spec;
  const expected = fromTrainingScale(blended, target);
  for (let i = 0; i < whole.length; i++) {
    // Judged on the standardised target: a step there is this large in the user's unit. An answer beyond every number is equal to another.
    const step = target.kind === 'identity' ? 1 : target.scale * (target.isLog1p ? expected[i] + 1 : 1);
    const leastStep = 1e-9 * Math.max(1, Math.abs(expected[i]));
    found.add(whole[i] === expected[i] ? 0 : (whole[i] - expected[i]) / Math.max(step, leastStep), blended[i]);
  }
}

/** Probe rows as rows of the whole matrix; the columns of other members' folds are missing. */
function encodeProbes({ matrix, extraCount, textRows }: ProbeRows, spec: GraphSpec, extraOffset: number, text: TextTerms): EncodedRows {
  const { columnCount, baseColumnCount, vocabularySize } = spec;
  const rowCount = textRows.length;
  const width = baseColumnCount + extraCount;
  const values = new Float32Array(rowCount * columnCount).fill(NaN);
  for (let row = 0; row < rowCount; row++) {
    values.set(matrix.subarray(row * width, row * width + baseColumnCount), row * columnCount);
    values.set(matrix.subarray(row * width + baseColumnCount, (row + 1) * width), row * columnCount + extraOffset);
  }
  const span = (row: number) => (textRows[row] < 0 ? [0, 0] : [text.textStart[textRows[row]], text.textStart[textRows[row] + 1]]);
  let textWidth = vocabularySize > 0 ? 1 : 0;
  for (let row = 0; row < rowCount; row++) textWidth = Math.max(textWidth, span(row)[1] - span(row)[0]);
  const textIds = new Int32Array(rowCount * textWidth).fill(vocabularySize);
  const textWeights = new Float32Array(rowCount * textWidth);
  for (let row = 0; row < rowCount; row++) {
    const [start, end] = span(row);
    textIds.set(text.textIds.subarray(start, end), row * textWidth);
    textWeights.set(text.textWeights.subarray(start, end), row * textWidth);
  }
  return { rowCount, columnCount, values, textWidth, textIds, textWeights };
}

function firstRows(rows: EncodedRows, most: number): EncodedRows {
  const rowCount = Math.min(rows.rowCount, most);
  return {
    ...rows,
    rowCount,
    values: rows.values.subarray(0, rowCount * rows.columnCount),
    textIds: rows.textIds.subarray(0, rowCount * rows.textWidth),
    textWeights: rows.textWeights.subarray(0, rowCount * rows.textWidth),
  };
}

function joinRows(parts: readonly EncodedRows[], { columnCount, vocabularySize }: GraphSpec): EncodedRows {
  const rowCount = parts.reduce((sum, part) => sum + part.rowCount, 0);
  const textWidth = parts.reduce((widest, part) => Math.max(widest, part.textWidth), 0);
  const joined: EncodedRows = {
    rowCount,
    columnCount,
    values: new Float32Array(rowCount * columnCount),
    textWidth,
    textIds: new Int32Array(rowCount * textWidth).fill(vocabularySize),
    textWeights: new Float32Array(rowCount * textWidth),
  };
  let at = 0;
  for (const part of parts) {
    joined.values.set(part.values, at * columnCount);
    for (let row = 0; row < part.rowCount; row++, at++) {
      joined.textIds.set(part.textIds.subarray(row * part.textWidth, (row + 1) * part.textWidth), at * textWidth);
      joined.textWeights.set(part.textWeights.subarray(row * part.textWidth, (row + 1) * part.textWidth), at * textWidth);
    }
  }
  return joined;
}
