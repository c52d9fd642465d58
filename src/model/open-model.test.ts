import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallPackage, smallTable, testSigner } from '../../tests/fixtures/small-package.ts';
import { packageFiles } from '../domain/package.ts';
import { seededRandom } from '../domain/random.ts';
import { openNativeRuntime } from '../edges/onnx/index.ts';
import { openEncoder } from '../features/index.ts';
import { measureImportance } from './importance.ts';
import { openModel, type OpenedModel } from './open-model.ts';

const signer = testSigner();
const opener = { trustedKeys: [signer.publicKey], graphs: openNativeRuntime(), openEncoder };
const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

let model: OpenedModel;
beforeAll(async () => {
  model = await openModel(smallPackage(), opener);
});
afterAll(() => model.close());

describe('an opened model', () => {
  it('answers a table by its members, its weights and its decision rule', async () => {
    const predictions = await model.answer(smallTable);
    if (predictions.kind !== 'classes') throw new Error('a churn model answers in classes');
    const byAge = [2, 2, -2, 2, -2].map(sigmoid);
    const byCity = [-1, 1, -1, -1, 1].map(sigmoid);
    byAge.forEach((p, row) => expect(predictions.probabilities[2 * row + 1]).toBeCloseTo((p + byCity[row]) / 2, 6));
    expect([...predictions.decided]).toEqual([1, 1, 0, 1, 1]);
  });

  it('answers a row of JSON as it answers the same row of a table', async () => {
    const predictions = await model.answer(smallTable);
    if (predictions.kind !== 'classes') throw new Error('a churn model answers in classes');
    const rows = [
      { age: 20, city: 'Oslo', member: false },
      { age: '30', city: 'Bergen', member: 'yes' },
      { age: 30.5, city: 'Tromsø', member: null },
      { age: '?', city: null, member: 'no', left: 'yes' },
      { age: 60, city: ' Bergen ', member: true },
    ];
    for (const [at, row] of rows.entries()) {
      const { prediction } = await model.answerRow(row);
      expect(prediction).toEqual({
        kind: 'class',
        prediction: ['no', 'yes'][predictions.decided[at]],
        probabilities: [...predictions.probabilities.subarray(2 * at, 2 * at + 2)],
      });
    }
  });

  it('says which values it took as missing or as rare', async () => {
    const { surprises } = await model.answerRow({ age: 'old', city: 'Tromsø', member: true });
    expect(surprises).toEqual([
      { column: 'age', kind: 'unreadable', value: 'old' },
      { column: 'city', kind: 'unseen', value: 'Tromsø' },
    ]);
  });

  it('refuses a row that lacks a column, or holds a list in one', async () => {
    await expect(model.answerRow({ age: 1, member: true })).rejects.toMatchObject({ code: 'MW1420', place: { column: 'city' } });
    await expect(model.answerRow({ age: [1], city: null, member: true })).rejects.toMatchObject({ code: 'MW1422', place: { column: 'age' } });
  });

  it('answers no rows with no predictions', async () => {
    const empty = { rowCount: 0, columns: new Map(smallTable.columns) };
    empty.columns.set('age', { type: 'number', values: new Float64Array(0) });
    empty.columns.set('city', { type: 'text', codes: new Int32Array(0), levels: [] });
    empty.columns.set('member', { type: 'boolean', values: new Uint8Array(0) });
    expect(await model.answer(empty)).toMatchObject({ kind: 'classes', decided: new Int32Array(0) });
  });

  it('loads nothing of a package that is not as it was signed', async () => {
    const files = smallPackage();
    const graph = Uint8Array.from(files.get(packageFiles.graph) ?? []);
    graph[100] ^= 255;
    const untouched = { open: () => Promise.reject(new Error('the graph was loaded')) };
    await expect(openModel(files.set(packageFiles.graph, graph), { ...opener, graphs: untouched })).rejects.toMatchObject({ code: 'MW1403' });
  });

  it('refuses features that read a column otherwise than the contract promises', async () => {
    const files = smallPackage(signer, (unsigned) => {
      const features = new TextDecoder().decode(unsigned.get(packageFiles.features)).replaceAll('"age","type":"number"', '"age","type":"timestamp"');
      unsigned.set(packageFiles.features, new TextEncoder().encode(features.replace('"type":"number","name":"age"', '"type":"timestamp","name":"age"')));
    });
    await expect(openModel(files, opener)).rejects.toMatchObject({ code: 'MW1410' });
  });
});

describe('importance', () => {
  const table = {
    rowCount: 300,
    columns: new Map([
      ['age', { type: 'number' as const, values: Float64Array.from({ length: 300 }, (_, row) => (row % 2 === 0 ? 20 : 50)) }],
      ['city', { type: 'text' as const, codes: Int32Array.from({ length: 300 }, (_, row) => row % 3), levels: ['Oslo', 'Bergen', 'Vik'] }],
      ['member', { type: 'boolean' as const, values: new Uint8Array(300) }],
    ]),
  };
  const measureAccuracy = (predictions: Awaited<ReturnType<OpenedModel['answer']>>, rows: Int32Array) => {
    if (predictions.kind !== 'classes') return 0;
    return rows.reduce((right, row, at) => right + (predictions.decided[at] === (row % 2 === 0 ? 1 : 0) ? 1 : 0), 0) / rows.length;
  };
  const question = { table, columns: ['age', 'city', 'member'], measure: measureAccuracy, isHigherBetter: true, hasTime: () => true };

  it('puts the column first that the answers hang on, and gives none to one that is not read', async () => {
    const [first, ...others] = await measureImportance({ ...question, model, random: seededRandom(1) });
    expect(first).toMatchObject({ column: 'age', repeats: 3 });
    expect(first.loss).toBeGreaterThan(0.2);
    expect(others.find(({ column }) => column === 'member')).toEqual({ column: 'member', loss: 0, spread: 0, repeats: 3 });
  });

  it('is the same for the same seed', async () => {
    const once = await measureImportance({ ...question, model, random: seededRandom(7) });
    expect(await measureImportance({ ...question, model, random: seededRandom(7) })).toEqual(once);
  });

  it('stops when time is up and keeps what it measured', async () => {
    let left = 2;
    const measured = await measureImportance({ ...question, model, random: seededRandom(1), hasTime: () => left-- > 0 });
    expect(measured.map(({ column }) => column).toSorted()).toEqual(['age', 'city']);
  });
});
