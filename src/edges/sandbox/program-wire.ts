/** A program's job as it crosses the wall, and what may come back; `harness/program.py` reads the first and leaves the second. */
import { z } from 'zod';
import { decodeBundle, encodeBundleParts } from '../../domain/bundle.ts';
import type { Column, Table } from '../../domain/column.ts';
import { TaskKind } from '../../domain/task.ts';
import type { OutputManifest, OutputFile } from './collect-output.ts';
import type { ProgramJob, ProgramResult } from './sandbox.ts';
import { ArrayShelf, checkAnswers, WIRE } from './wire.ts';

const MAX_SOURCE_CHARACTERS = 200_000;
const MAX_CLAIMS = 64;

const columnsOf = (table: Table) => [...table.columns].map(([name, { type }]) => ({ name, type }));

const Table_ = z.strictObject({
  rowCount: z.int().min(1).max(100_000_000),
  columns: z.map(
    z.string(),
    z.custom<Column>((value) => typeof value === 'object' && value !== null),
  ),
});

const Job = z
  .strictObject({
    id: z.string().min(1).max(200),
    source: z.string().min(1).max(MAX_SOURCE_CHARACTERS),
    task: TaskKind,
    classCount: z.int().min(1).max(10_000),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1),
    train: z.strictObject({ table: Table_, target: z.instanceof(Float64Array) }),
    score: z.strictObject({ table: Table_ }),
  })
  .refine(({ train }) => train.target.length === train.table.rowCount, 'there must be a target for every row to learn from')
  .refine(({ train, score }) => JSON.stringify(columnsOf(train.table)) === JSON.stringify(columnsOf(score.table)), 'the tables must have the same columns');

/** Throws where the parts of a job disagree or it holds a field that the wire does not carry, labels of rows to be scored above all. */
export const checkProgramJob = (job: ProgramJob): void => void Job.parse(job);

/** Numbers, booleans and timestamps go as float64 with NaN for missing; texts as codes into the column's levels, −1 for missing. */
export function encodeProgramJob(job: ProgramJob): ReturnType<typeof encodeBundleParts> {
  const { id, source, task, classCount, seed, train, score } = Job.parse(job);
  const texts = [...train.table.columns].flatMap(([name, column]) => (column.type === 'text' ? [levelsOfBoth(column, score.table.columns.get(name))] : []));
  const spelled = texts.flatMap(({ levels }) => levels).map((level) => new TextEncoder().encode(level));
  const starts = new Int32Array(spelled.length + 1);
  spelled.forEach((bytes, index) => (starts[index + 1] = starts[index] + bytes.length));
  return encodeBundleParts({
    meta: {
      wire: WIRE,
      id,
      task,
      classCount,
      seed,
      columns: columnsOf(train.table),
      levelCounts: texts.map(({ levels }) => levels.length),
      trainRows: train.table.rowCount,
      scoreRows: score.table.rowCount,
    },
    arrays: {
      source: new TextEncoder().encode(source),
      levels: Buffer.concat(spelled),
      levelStarts: starts,
      trainNumbers: numbersOf(train.table),
      scoreNumbers: numbersOf(score.table),
      trainCodes: joined(
        Int32Array,
        texts.map(({ train: codes }) => codes),
        train.table.rowCount,
      ),
      scoreCodes: joined(
        Int32Array,
        texts.map(({ score: codes }) => codes),
        score.table.rowCount,
      ),
      target: train.target,
    },
  });
}

/** One list of levels for both tables: only texts that occur in them, so that none of another fold's rows is told. */
function levelsOfBoth(train: Extract<Column, { type: 'text' }>, score: Column | undefined) {
  if (score?.type !== 'text') throw new RangeError('the tables must have the same columns');
  const levels: string[] = [];
  const codeOf = new Map<string, number>();
  const recode = ({ codes, levels: own }: { codes: Int32Array; levels: string[] }) =>
    codes.map((code) => {
      if (code < 0) return -1;
      const known = codeOf.get(own[code]);
      if (known !== undefined) return known;
      codeOf.set(own[code], levels.length);
      return levels.push(own[code]) - 1;
    });
  return { train: recode(train), score: recode(score), levels };
}

function numbersOf(table: Table): Float64Array {
  const columns = [...table.columns.values()].flatMap((column) => {
    if (column.type === 'text') return [];
    return [column.type === 'boolean' ? Float64Array.from(column.values, (value) => (value > 1 ? Number.NaN : value)) : column.values];
  });
  return joined(Float64Array, columns, table.rowCount);
}

/** Columns one after the other. */
function joined<A extends Float64Array | Int32Array>(type: new (length: number) => A, columns: readonly A[], rowCount: number): A {
  const all = new type(columns.length * rowCount);
  columns.forEach((column, index) => all.set(column, index * rowCount));
  return all;
}

/** What a program may leave in its output folder. */
export function programOutput(job: ProgramJob): OutputManifest {
  return new Map([
    ['predictions.mwb', { maxBytes: job.score.table.rowCount * job.classCount * 8 + 4096, isNeeded: true }],
    ['claims.json', { maxBytes: 64 << 10, isNeeded: false }],
    ['model.onnx', { maxBytes: 16 << 20, isNeeded: false }],
  ]);
}

const Claims = z.record(z.string(), z.number()).refine((claims) => Object.keys(claims).length <= MAX_CLAIMS);
/** Some names mean something to JavaScript, and a record of zod passes over them. */
const isClaimName = (name: string) => /^[a-z][a-z0-9_]{0,63}$/.test(name);

/** Reads what was collected; throws `RangeError` with the first thing that cannot be right. */
export function readProgramResult(files: ReadonlyMap<string, OutputFile>, job: Pick<ProgramJob, 'task' | 'classCount' | 'score'>): ProgramResult {
  const predictions = files.get('predictions.mwb');
  if (!predictions) throw new RangeError('there are no predictions');
  const { meta, arrays } = decodeBundle(predictions.bytes);
  if (!z.strictObject({ wire: z.literal(WIRE) }).safeParse(meta).success) throw new RangeError('the header of the predictions is not as agreed');
  const shelf = new ArrayShelf(arrays);
  const values = shelf.take('predictions', Float64Array, job.score.table.rowCount * job.classCount);
  shelf.refuseTheRest();
  checkAnswers('predictions', values, job);
  return {
    predictions: values,
    claims: readClaims(files.get('claims.json')?.bytes),
    graph: files.get('model.onnx')?.bytes ?? null,
    files: [...files].map(([name, { bytes, sha256 }]) => ({ name, sizeBytes: bytes.length, sha256 })),
  };
}

function readClaims(bytes: Uint8Array | undefined): Record<string, number> {
  if (!bytes) return {};
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new RangeError('"claims.json" is no JSON');
  }
  const claims = Claims.safeParse(json);
  if (!claims.success || !Object.keys(json as object).every(isClaimName))
    throw new RangeError(`"claims.json" holds something other than at most ${MAX_CLAIMS} named finite numbers`);
  return claims.data;
}
