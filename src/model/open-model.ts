import type { Table } from '../domain/column.ts';
import { ModelwrightError } from '../domain/error.ts';
import { packageFiles, type Contract, type Manifest } from '../domain/package.ts';
import type { Predictions } from '../domain/task.ts';
import type { GraphRuntime } from '../edges/onnx/graph-runtime.ts';
import type { Encoder } from '../features/encoded.ts';
import { rowReader, type Surprise } from './read-row.ts';
import { shapePredictions, shapeRowPrediction, type RowPrediction } from './shape-prediction.ts';
import { verifyPackage } from './verify-package.ts';

/** A model that answers, in process. */
export type OpenedModel = {
  /** The hash of the manifest. */
  id: string;
  manifest: Manifest;
  contract: Contract;
  /** Rows in order, one answer each. The table must hold the contract's inputs; other columns are not looked at. */
  answer(table: Table): Promise<Predictions>;
  /** One row as it comes in JSON. Surprises are values taken as missing or as rare. */
  answerRow(values: Record<string, unknown>): Promise<{ prediction: RowPrediction; surprises: Surprise[] }>;
  close(): Promise<void>;
};

export type ModelOpener = {
  /** Ed25519, SPKI, base64. */
  trustedKeys: readonly string[];
  graphs: GraphRuntime;
  /** Parses and checks the feature file; throws when it is not one. */
  openEncoder(featureFile: unknown): Encoder;
};

/** Verifies every byte, then opens. Nothing of an unverified package is loaded. */
export async function openModel(files: ReadonlyMap<string, Uint8Array>, { trustedKeys, graphs, openEncoder }: ModelOpener): Promise<OpenedModel> {
  const { id, manifest, contract } = verifyPackage(files, trustedKeys);
  const encoder = openEncoder(parseFeatures(getSigned(files, packageFiles.features)));
  checkAgreement(contract, encoder);
  const graph = await graphs.open(getSigned(files, packageFiles.graph));
  const readRow = rowReader(contract);

  return {
    id,
    manifest,
    contract,
    async answer(table) {
      return shapePredictions(contract, await graph.run(encoder.encode(table)));
    },
    async answerRow(values) {
      const { row, surprises } = readRow(values);
      return { prediction: shapeRowPrediction(contract, await graph.run(encoder.encodeRow(row))), surprises };
    },
    close: () => graph.close(),
  };
}

function getSigned(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes) return bytes;
  throw new ModelwrightError({ code: 'MW1404', message: `The package lacks the file "${name}".`, hint: 'Build the model again.', place: { file: name } });
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
    if (promised.get(name) !== type) throw unreadable(`The features read the column "${name}" as ${type}, the contract says ${promised.get(name) ?? 'nothing of it'}.`);
  }
}

const unreadable = (message: string, cause?: unknown): ModelwrightError =>
  new ModelwrightError({ code: 'MW1410', message, hint: 'Build the model again with this version of Modelwright.', place: { file: packageFiles.features }, cause });
