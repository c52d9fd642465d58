/** What a package brings with it: its documents, its graph, its features, and the rows that are asked of it. */
import { isDeepStrictEqual } from 'node:util';
import { packageFiles } from '../../src/domain/package.ts';
import type { Random } from '../../src/domain/random.ts';
import { readRow } from '../../src/doors/cli/commands/predict.ts';
import { checkGraph } from '../../src/edges/onnx/check-graph.ts';
import { openNativeRuntime } from '../../src/edges/onnx/index.ts';
import { openEncoder } from '../../src/features/index.ts';
import { openModel, type OpenedModel } from '../../src/model/index.ts';
import { writeGraph } from '../../src/stages/packaging/index.ts';
import { smallPackage, smallSpec, smallTable, testSigner } from '../fixtures/small-package.ts';
import { mutatedBytes, mutatedProtobuf } from './mutate-binary.ts';
import { mutatedJson } from './mutate-json.ts';
import { packFolder, unpackFolder, type Files } from './pack-folder.ts';
import { jsonBytes, textOf, type ReaderUnderTest } from './reader-under-test.ts';

const signer = testSigner();
const opener = { trustedKeys: [signer.publicKey], graphs: openNativeRuntime(), openEncoder };

function mutatedPart(random: Random, name: string, bytes: Uint8Array): Uint8Array {
  if (name === packageFiles.graph) return mutatedProtobuf(random, [bytes]);
  return name.endsWith('.json') ? mutatedJson(random, [bytes]) : mutatedBytes(random, [bytes]);
}

/** One file with slips, another missing or too many, two that changed places; nobody signed it so. */
function mutatedFolder(random: Random, [seed]: readonly Uint8Array[]): Uint8Array {
  const files = unpackFolder(seed);
  const names = [...files.keys()];
  const name = names[random.below(names.length)];
  const other = names[random.below(names.length)];
  const bytes = files.get(name) ?? new Uint8Array(0);
  const kind = random.below(10);
  if (kind === 0) files.delete(name);
  else if (kind === 1) files.set(`${name}.bak`, bytes);
  else if (kind === 2) files.set(name, files.get(other) ?? bytes);
  else files.set(name, mutatedPart(random, name, bytes));
  return packFolder(files);
}

/** What the trusted signer would have signed in bad faith or by mistake: the same slips, with every hash and the signature made to fit. */
function mutatedAndSigned(random: Random): Uint8Array {
  const names = [packageFiles.graph, packageFiles.graph, packageFiles.features, packageFiles.contract, packageFiles.report, packageFiles.manifest];
  const name = names[random.below(names.length)];
  const files: Files = new Map(
    smallPackage(signer, (unsigned) => {
      const bytes = unsigned.get(name);
      if (bytes) unsigned.set(name, mutatedPart(random, name, bytes));
    }),
  );
  if (name === packageFiles.manifest) {
    const manifest = mutatedPart(random, name, files.get(name) ?? new Uint8Array(0));
    files.set(name, manifest);
    files.set(packageFiles.signature, signer.sign(manifest));
  }
  return packFolder(files);
}

const rows = [
  { age: 20, city: 'Oslo', member: false },
  { age: '?', city: null, member: 'no' },
];

async function answersOf(model: OpenedModel) {
  const table = await model.answer(smallTable);
  return { table, rows: await Promise.all(rows.map((row) => model.answerRow(row))) };
}

export const modelReaders: ReaderUnderTest[] = [
  {
    name: 'package',
    refusals: [],
    async open() {
      const good = packFolder(smallPackage(signer));
      const whole = await openModel(unpackFolder(good), opener);
      const expected = await answersOf(whole);
      await whole.close();
      return {
        seeds: [good],
        mutate: mutatedFolder,
        async read(input) {
          const model = await openModel(unpackFolder(input), opener);
          if (!isDeepStrictEqual(await answersOf(model), expected)) throw new Error('a changed package answers, and answers something else');
          await model.close();
        },
      };
    },
  },
  {
    name: 'signed-package',
    refusals: [],
    open: () => ({
      seeds: [packFolder(smallPackage(signer))],
      mutate: mutatedAndSigned,
      async read(input) {
        const model = await openModel(unpackFolder(input), opener);
        try {
          const { table, rows: single } = await answersOf(model);
          // Whatever was signed, what it says is one of the classes it names.
          if (table.kind === 'classes' && table.decided.some((code) => code < 0 || code >= model.contract.classes.length))
            throw new Error('a class that is none');
          for (const { prediction } of single) if (prediction.prediction === undefined) throw new Error('an answer that says nothing');
        } finally {
          await model.close();
        }
      },
    }),
  },
  {
    name: 'graph',
    refusals: [],
    open: () => ({
      seeds: [writeGraph(smallSpec), writeGraph({ ...smallSpec, calibration: { kind: 'beta', a: 1, b: 1, c: 0 } })],
      mutate: mutatedProtobuf,
      read: checkGraph,
    }),
  },
  {
    name: 'features',
    refusals: [],
    open: () => ({
      seeds: [smallPackage(signer).get(packageFiles.features) ?? new Uint8Array(0)],
      mutate: mutatedJson,
      read(input) {
        const encoder = openEncoder(parsed(input));
        const isFed = encoder.inputs.every(({ name, type }) => smallTable.columns.get(name)?.type === type);
        if (!isFed) return;
        const { rowCount, columnCount, values } = encoder.encode(smallTable);
        if (values.length !== rowCount * columnCount) throw new Error('a feature file encodes rows of another width than it says');
        for (const row of rows) encoder.encodeRow({ age: row.age === 20 ? 20 : null, city: row.city, member: row.member === false ? false : null });
      },
    }),
  },
  {
    name: 'row',
    refusals: [],
    async open() {
      const model = await openModel(smallPackage(signer), opener);
      return {
        seeds: [...rows, { ...rows[0], ' Age': 3 }, { age: '1,5', city: ' Bergen ', member: true, left: 'yes' }].map(jsonBytes),
        mutate: mutatedJson,
        async read(input) {
          const { prediction } = await model.answerRow(readRow(textOf(input)));
          if (prediction.kind !== 'class' || !['no', 'yes'].includes(prediction.prediction)) throw new Error('the answer is none of the classes');
        },
      };
    },
  },
];

/** Text that is no JSON is refused before the encoder: it then gets nothing. */
function parsed(input: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(input));
  } catch {
    return undefined;
  }
}
