import type { Table } from '../domain/column.ts';
import { ModelwrightError } from '../domain/error.ts';
import { packageFiles, type Contract, type Manifest } from '../domain/package.ts';
import type { Predictions } from '../domain/task.ts';
import type { GraphRuntime } from '../edges/onnx/graph-runtime.ts';
import type { Encoder } from '../features/encoded.ts';
import { rowReader, type Surprise } from './read-row.ts';
import { shapePredictions, shapeRowPrediction, type RowPrediction } from './shape-prediction.ts';
import { tableChunks } from './table-chunks.ts';
import { getFile, readContract, verifyPackage } from './verify-package.ts';

/** Rows encoded at a time: texts are padded to the longest among them, which for a whole table could not be held. */
const CHUNK_ROWS = 4000;

/** What answers, whether it is signed yet or not. */
export type Answers = {
  contract: Contract;
  /** Rows in order, one answer each. The table must hold the contract's inputs; other columns are not looked at. */
  answer(table: Table): Promise<Predictions>;
  /** One row as it comes in JSON. Surprises are values taken as missing or as rare. */
  answerRow(values: Record<string, unknown>): Promise<{ prediction: RowPrediction; surprises: Surprise[] }>;
  close(): Promise<void>;
};

/** A verified model that answers, in process. `id` is the hash of its manifest. */
export type OpenedModel = Answers & { id: string; manifest: Manifest };

export type AnswersOpener = {
  graphs: GraphRuntime;
  /** Parses and checks the feature file; throws when it is not one. */
  openEncoder(featureFile: unknown): Encoder;
};

/** `trustedKeys`: Ed25519, SPKI, base64. */
export type ModelOpener = AnswersOpener & { trustedKeys: readonly string[] };

/** Verifies every byte, then opens. Nothing of an unverified package is loaded. */
export async function openModel(files: ReadonlyMap<string, Uint8Array>, { trustedKeys, ...opener }: ModelOpener): Promise<OpenedModel> {
  const { id, manifest } = verifyPackage(files, trustedKeys);
  return { id, manifest, ...(await openAnswers(files, opener)) };
}

/**
 * Opens the graph, the features and the contract of a package that is still being made: what is measured is the very files that
 * will be signed. For files from anywhere else there is only `openModel`.
 */
export async function openAnswers(files: ReadonlyMap<string, Uint8Array>, { graphs, openEncoder }: AnswersOpener): Promise<Answers> {
  const contract = readContract(files);
  const encoder = openEncoder(parseFeatures(getFile(files, packageFiles.features)));
  checkAgreement(contract, encoder);
  checkOutputs(contract);
  const graph = await graphs.open(getFile(files, packageFiles.graph));
  const readRow = rowReader(contract);
  const width = contract.decision === null ? 1 : contract.classes.length;
  /** A graph of other classes than the contract's would be read as if it spoke of these. */
  const whole = (answers: Float64Array, rowCount: number): Float64Array => {
    if (answers.length === rowCount * width) return answers;
    throw disagree(packageFiles.graph, `The graph gives ${answers.length} numbers for ${rowCount} rows, the contract asks for ${width} a row.`);
  };
  return {
    contract,
    async answer(table) {
      const parts: Promise<Float64Array>[] = [];
      for (const chunk of tableChunks(table, CHUNK_ROWS)) {
        // Encoded rows are large: no more of them are in memory than the graph can work on.
        if (parts.length >= graph.callsAtOnce) await parts[parts.length - graph.callsAtOnce];
        const part = graph.run(encoder.encode(chunk));
        part.catch(() => undefined); // told below, with the others
        parts.push(part);
      }
      return shapePredictions(contract, whole(joined(await Promise.all(parts)), table.rowCount));
    },
    async answerRow(values) {
      const { row, surprises } = readRow(values);
      return { prediction: shapeRowPrediction(contract, whole(await graph.run(encoder.encodeRow(row)), 1)), surprises };
    },
    close: () => graph.close(),
  };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function parseFeatures(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw unreadable(`"${packageFiles.features}" is not JSON.`, cause);
  }
}

/** The contract promises what the features read; were they to differ, a column would silently be taken as something else. */
function checkAgreement(contract: Contract, encoder: Encoder): void {
  const promised = new Map(contract.inputs.map(({ name, reading }) => [name, reading.type]));
  for (const { name, type } of encoder.inputs) {
    if (promised.get(name) !== type)
      throw unreadable(`The features read the column "${name}" as ${type}, the contract says ${promised.get(name) ?? 'nothing of it'}.`);
  }
}

/** An answer without a name, or a name without an answer, would shift what is read of the others. */
function checkOutputs({ classes, decision, interval, outputs }: Contract): void {
  const answers = decision === null ? (interval === null ? 1 : 3) : 1 + classes.length;
  if (outputs.length !== answers) throw disagree(packageFiles.contract, `The contract names ${outputs.length} columns of answers and promises ${answers}.`);
}

const disagree = (file: string, message: string, cause?: unknown): ModelwrightError =>
  new ModelwrightError({ code: 'MW1410', message, hint: 'Build the model again with this version of Modelwright.', place: { file }, cause });

const unreadable = (message: string, cause?: unknown): ModelwrightError => disagree(packageFiles.features, message, cause);
