import type { Column, Table } from '../domain/column.ts';
import { ModelwrightError } from '../domain/error.ts';
import type { Contract } from '../domain/package.ts';
import { derivedReads } from '../domain/plan.ts';
import { seededRandom } from '../domain/random.ts';
import { takeRows } from '../domain/table.ts';
import type { Predictions } from '../domain/task.ts';
import { graphEntry, openGraphPool, openGuestRuntime, type GraphRuntime } from '../edges/onnx/index.ts';
import { openTextOutput, stageOutput } from '../edges/store/index.ts';
import type { OpenedFile } from '../edges/tables/index.ts';
import { openEncoder } from '../features/index.ts';
import { openModel, type OpenedModel } from '../model/index.ts';
import { fitBaseline, measureMetric, measurePaired, measureScore, predictBaseline } from '../stages/evaluation/index.ts';
import { answersAsCsv, answersAsJsonLines, checkColumns, checkRow, checkTable, numberColumns, type AnswerWarning } from '../stages/serving/index.ts';
import { readVerified } from './keep.ts';
import { coverageOf, intervalOf } from './measure-model.ts';
import type { Edges } from './open-engine.ts';
import { readLabelled, togetherOf } from './prepare-data.ts';
import { readerNotes } from './reader-notes.ts';

/** Rows answered and written at a time: bounds memory on long files. */
const CHUNK_ROWS = 40_000;
const MAX_ANSWER_THREADS = 4;

const manyGraphs = ({ processors }: Edges) => openGraphPool({ threads: Math.min(MAX_ANSWER_THREADS, processors) });

/** ONNX Runtime in this process is for graphs that this home wrote itself; whoever else is trusted, their graph runs in a cage of its own. */
const runtimeFor = (edges: Edges, isOwn: boolean, graphs: GraphRuntime): GraphRuntime =>
  isOwn ? graphs : openGuestRuntime(async () => (await edges.guests()).start(graphEntry));

/** @param graphs one thread for a row or two, a pool for whole files */
async function open(edges: Edges, reference: string, graphs: GraphRuntime): Promise<{ model: OpenedModel; reference: string }> {
  const store = await edges.store();
  const verified = await readVerified(edges, reference);
  const trusted = await store.keys.trustedKeys();
  const isOwn = verified.manifest.publicKey === store.keys.signer().publicKey;
  const opener = { trustedKeys: trusted.map(({ publicKey }) => publicKey), graphs: runtimeFor(edges, isOwn, graphs), openEncoder };
  const model = await openModel(verified.files, opener);
  return { model, reference: verified.reference };
}

async function readInputs(file: OpenedFile, contract: Contract, isStrict: boolean): Promise<{ table: Table; notes: string[]; warnings: AnswerWarning[] }> {
  // Names are matched as the reader matches them: spaces at their ends aside.
  const found = new Map(contract.inputs.map(({ name }) => [file.findColumn(name), name]));
  const { reads, note } = checkColumns(
    contract,
    file.columns.map((name) => found.get(name) ?? name),
  );
  const { table, unreadable } = await file.readColumns(
    contract.inputs.filter(({ name }) => reads.includes(name)).map(({ name, reading }) => ({ name, rule: reading })),
  );
  const whole: Table = { rowCount: table.rowCount, columns: new Map(table.columns) };
  for (const { name, reading } of contract.inputs) if (!reads.includes(name)) whole.columns.set(name, emptyColumn(reading.type, table.rowCount));
  return { table: whole, notes: [...file.notes, ...(note === null ? [] : [note])], warnings: checkTable(contract, table, unreadable, isStrict) };
}

function emptyColumn(type: Column['type'], rowCount: number): Column {
  if (type === 'text') return { type, codes: new Int32Array(rowCount).fill(-1), levels: [] };
  if (type === 'boolean') return { type, values: new Uint8Array(rowCount).fill(255) };
  return { type, values: new Float64Array(rowCount).fill(Number.NaN) };
}

const told = ({ column, kind, count }: AnswerWarning) => ({
  column,
  problem: kind === 'unreadable' ? 'unreadable, taken as missing' : 'never seen in training',
  count,
});

/** `textFormat`: of what `write` gets, where there is no `out` whose ending says it. */
type FileRequest = { model: string; data: string; out: string | null; isStrict: boolean; textFormat: 'csv' | 'jsonl'; write: (text: string) => void };

/** Answers the rows of a file in their order, one row out for each row in. */
export async function predictFile(edges: Edges, request: FileRequest) {
  const startMs = edges.nowMs();
  const format = request.out === null ? request.textFormat : formatOf(request.out);
  const { model } = await open(edges, request.model, manyGraphs(edges));
  const tables = await edges.tables();
  const file = await tables.openFile(request.data, model.manifest.plan.dataset.readAs);
  try {
    const { table, notes, warnings } = await readInputs(file, model.contract, request.isStrict);
    await file.close();
    if (format === 'parquet' && request.out !== null) await writeParquet(edges, model, table, request.out);
    else await writeText(model, table, format === 'jsonl' ? answersAsJsonLines : answersAsCsv, request);
    return {
      rowCount: table.rowCount,
      out: request.out,
      warnings: warnings.map(told),
      notes: [...notes, ...readerNotes(await edges.guests())],
      durationMs: Math.round(edges.nowMs() - startMs),
    };
  } finally {
    await model.close();
  }
}

function formatOf(out: string): 'csv' | 'jsonl' | 'parquet' {
  if (/\.(csv|txt)$/i.test(out) || out.startsWith('/dev/')) return 'csv';
  if (/\.(jsonl|ndjson)$/i.test(out)) return 'jsonl';
  if (/\.parquet$/i.test(out)) return 'parquet';
  throw new ModelwrightError({
    code: 'MW1002',
    message: `The format of "${out}" is not known by its ending.`,
    hint: 'End it with .csv, .jsonl or .parquet.',
    place: { file: out },
  });
}

async function* inChunks(model: OpenedModel, table: Table): AsyncGenerator<Predictions> {
  for (let start = 0; start < table.rowCount; start += CHUNK_ROWS) {
    const rows = Int32Array.from({ length: Math.min(CHUNK_ROWS, table.rowCount - start) }, (_, index) => start + index);
    yield await model.answer(takeRows(table, rows));
  }
}

type TextFormat = { header(contract: Contract): string; rows(contract: Contract, predictions: Predictions): string };

async function writeText(
  model: OpenedModel,
  table: Table,
  format: TextFormat,
  { out, write }: { out: string | null; write: (text: string) => void },
): Promise<void> {
  if (out === null) {
    write(format.header(model.contract));
    for await (const predictions of inChunks(model, table)) write(format.rows(model.contract, predictions));
    return;
  }
  const output = await openTextOutput(out);
  try {
    await output.write(format.header(model.contract));
    for await (const predictions of inChunks(model, table)) await output.write(format.rows(model.contract, predictions));
    await output.finish();
  } catch (error) {
    await output.discard();
    throw error;
  }
}

async function writeParquet(edges: Edges, model: OpenedModel, table: Table, out: string): Promise<void> {
  const all = await model.answer(table);
  const tables = await edges.tables();
  const staged = await stageOutput(out);
  try {
    await tables.writeParquet(staged.unfinishedPath, answerColumns(model.contract, all));
    await staged.finish();
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** The answers as columns: the number and the ends of its interval; or the decision, then a probability a class. */
function answerColumns({ classes, outputs, interval }: Contract, predictions: Predictions): { name: string; values: Float64Array | string[] }[] {
  if (predictions.kind === 'values') return numberColumns(interval, predictions.values).map((values, at) => ({ name: outputs[at], values }));
  const { decided, probabilities, classCount } = predictions;
  return [
    { name: outputs[0], values: Array.from(decided, (code) => classes[code]) },
    ...classes.map((_, k) => ({ name: outputs[k + 1], values: Float64Array.from(decided, (_code, row) => probabilities[row * classCount + k]) })),
  ];
}

/** Answers one row given as JSON values. */
export async function predictRow(edges: Edges, request: { model: string; row: Record<string, unknown>; isStrict: boolean }) {
  const { model, reference } = await open(edges, request.model, edges.graphs());
  try {
    const { warnings } = checkRow(model.contract, request.row, request.isStrict);
    const { prediction } = await model.answerRow(request.row);
    return {
      model: reference,
      prediction: prediction.prediction,
      probabilities: prediction.kind === 'class' ? Object.fromEntries(model.contract.classes.map((name, k) => [name, prediction.probabilities[k]])) : null,
      interval: prediction.kind === 'value' ? prediction.interval : null,
      warnings: warnings.map(told),
    };
  } finally {
    await model.close();
  }
}

/** Measures a model on a file with the target, by the plan's metric, beside the best constant of those rows. */
export async function evaluateModel(edges: Edges, request: { model: string; data: string }) {
  const { model, reference } = await open(edges, request.model, manyGraphs(edges));
  const tables = await edges.tables();
  const file = await tables.openFile(request.data, model.manifest.plan.dataset.readAs);
  try {
    const { plan } = model.manifest;
    const needed = plan.derived ? derivedReads(plan.derived).map(({ name }) => name) : [plan.target];
    const lacking = needed.find((name) => file.findColumn(name) === undefined);
    if (lacking !== undefined) {
      throw new ModelwrightError({
        code: 'MW1423',
        message: `The file has no column "${lacking}"${plan.derived ? `, from which the target "${plan.target}" is made` : ''}, so there is nothing to measure against.`,
        hint: 'Give rows whose answer is known, with that column.',
        place: { file: request.data, column: lacking },
      });
    }
    checkColumns(
      model.contract,
      file.columns.map((name) => model.contract.inputs.find((input) => file.findColumn(input.name) === name)?.name ?? name),
    );
    const { table, labels, ...ties } = await readLabelled(tables, file, plan);
    const groups = togetherOf(ties, null);
    if (table.rowCount < 2) {
      throw new ModelwrightError({
        code: 'MW1424',
        message: 'Fewer than two rows have a known answer.',
        hint: 'Give more labelled rows.',
        place: { file: request.data },
      });
    }
    const predictions = await model.answer(table);
    const random = () => seededRandom(plan.seed + 101);
    const { metric } = plan;
    const score = measureScore({ metric, labels, predictions, groups, random: random() });
    const baseline = predictBaseline(fitBaseline(metric, labels), table.rowCount);
    const gain = measurePaired({ metric, labels, a: predictions, b: baseline, groups, random: random() });
    return {
      model: reference,
      metric,
      score: intervalOf(score),
      baseline: measureMetric(metric, labels, baseline),
      gain: intervalOf(gain),
      rowCount: table.rowCount,
      coverage: coverageOf({ labels, predictions, interval: model.contract.interval }),
    };
  } finally {
    await file.close();
    await model.close();
  }
}
