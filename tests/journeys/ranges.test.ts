import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Contract } from '../../src/domain/package.ts';
import { Coverage } from '../../src/domain/prediction-interval.ts';
import { runCommand, type Line } from '../support/command.ts';
import { concreteFile, openPlace, recordedBuildWords } from '../support/concrete.ts';

const LONG = { timeout: 90_000 };
const place = openPlace();
let built: Line;
let lines: Line[];

beforeAll(async () => {
  const ended = await runCommand(recordedBuildWords(place.home, '--final', 'refit', '--name', 'strength'), place);
  built = ended.last;
  lines = ended.lines;
}, 120_000);
afterAll(() => place.remove());

const run = (...words: string[]) => runCommand([...words, '--home', place.home], place);
const textOf = (printed: Line[]) => printed.map(({ text }) => text).join('\n');
const packaged = (name: string) => readFileSync(join(place.home, 'models', 'strength@1', name), 'utf8');

it('are learnt with the ensemble, measured on the locked rows, and told by the result, show and the report', LONG, async () => {
  const coverage = Coverage.parse(built['coverage']);
  expect(coverage.level).toBe(0.9);
  expect(coverage.rowCount).toBe(206);
  // Of 206 rows chance alone takes nine tenths to between 0.83 and 0.96.
  expect(coverage.coveredCount / coverage.rowCount).toBeGreaterThan(0.83);
  expect(lines.find(({ kind }) => kind === 'ensemble.chosen')).toMatchObject({ interval: { kind: 'interval', least: 0 } });
  expect(lines.find(({ kind }) => kind === 'model.scored')).toMatchObject({ record: { coverage } });
  const shown = await run('show', 'strength');
  expect(textOf(shown.lines)).toMatch(/ranges +the range beside each answer is made for 90 % of truths, and held [\d.]+ % of 206; [\d.]+ wide on average/);
  expect(packaged('report.html')).toMatch(
    /made for 90 % of truths, and held [\d.]+ % of 206 measured rows; it is [\d.]+ wide on average. Both were measured of its twin/,
  );
});

it('are kept by the model that learnt from all rows, as its twin had them', () => {
  expect(built['shipped']).toMatchObject({ kind: 'refit' });
  const chosen = lines.find(({ kind }) => kind === 'ensemble.chosen');
  const contract = Contract.parse(JSON.parse(packaged('contract.json')));
  expect(contract.interval).toEqual(chosen?.['interval']);
  expect(contract.outputs).toEqual(['prediction', 'low', 'high']);
});

it('stand beside each number alike in CSV, JSON lines, Parquet and the answer to one row', LONG, async () => {
  const [head, ...rows] = readFileSync(concreteFile, 'utf8').trimEnd().split('\n');
  const data = join(place.temporary, 'some.csv');
  writeFileSync(data, `${[head, ...rows.slice(0, 40)].join('\n')}\n`);
  const outOf = (ending: string) => join(place.temporary, `answers.${ending}`);
  for (const ending of ['csv', 'jsonl', 'parquet']) expect((await run('predict', 'strength', '--data', data, '--out', outOf(ending))).exitCode).toBe(0);
  const [names, ...answers] = readFileSync(outOf('csv'), 'utf8').trimEnd().split('\n');
  expect(names).toBe('prediction,low,high');
  const numbers = answers.map((line) => line.split(',').map(Number));
  for (const [prediction, low, high] of numbers) expect(low <= prediction && prediction <= high && low >= 0).toBe(true);
  const objects = readFileSync(outOf('jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(objects).toEqual(numbers.map(([prediction, low, high]) => ({ prediction, low, high })));
  // Parquet is read back by our own reader, which finds that the ends know the answer.
  const again = await run('plan', 'predict prediction', '--data', outOf('parquet'), '--target', 'prediction', '--json');
  expect(JSON.stringify(again.last)).toContain('low (leak), high (leak)');

  const row = JSON.stringify(Object.fromEntries(head.split(',').map((name, at) => [name, Number(rows[0].split(',')[at])])));
  const [[prediction, low, high]] = numbers;
  const one = await run('predict', 'strength', '--row', row, '--json');
  expect(one.last).toMatchObject({
    prediction: expect.closeTo(prediction, 9),
    probabilities: null,
    interval: { level: 0.9, low: expect.closeTo(low, 9), high: expect.closeTo(high, 9) },
  });
  expect(textOf((await run('predict', 'strength', '--row', row)).lines)).toMatch(/^[\d.]+ {2}\(90 %: [\d.]+ to [\d.]+\)$/m);
});

it('are counted by evaluate on the rows it is given', LONG, async () => {
  const measured = await run('evaluate', 'strength', '--data', concreteFile, '--json');
  expect(Coverage.parse(measured.last['coverage'])).toMatchObject({ level: 0.9, rowCount: 1030 });
});
