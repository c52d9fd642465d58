import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { seededRandom } from '../../src/domain/random.ts';
import { FeatureFile } from '../../src/features/feature-file.ts';
import { runCommand, type Line } from '../support/command.ts';
import { openPlace, type Place } from '../support/concrete.ts';

const ROWS = 1_600;
const candidate = (id: string, columns: 'tree' | 'generated') => ({
  id,
  title: `LightGBM, ${columns}`,
  learner: 'lightgbm',
  settings: { learning_rate: 0.1, num_leaves: 15, min_data_in_leaf: 10 },
  maxRounds: 300,
  patience: 20,
  refitFactor: 0,
  usesText: false,
  columns,
  usesTargetStatistics: true,
});
const Evaluated = z.looseObject({ candidateId: z.string(), value: z.number() });

/** Whether a debt is paid back depends on the ratio of two columns; the others say nothing. */
function writeTable(path: string): void {
  const random = seededRandom(4);
  const amounts = () => Math.round(10 ** (2 + 2 * random.next()) * 100) / 100;
  const lines = Array.from({ length: ROWS }, () => {
    const [income, debt, age] = [amounts(), amounts(), 18 + random.below(60)];
    const isPaid = income / debt > 0.95 + 0.1 * random.next();
    return `${income},${debt},${age},${['north', 'south', 'west'][random.below(3)]},${isPaid ? 'yes' : 'no'}`;
  });
  writeFileSync(path, `income,debt,age,region,paid\n${lines.join('\n')}\n`);
}

describe('a target made of the ratio of two columns', () => {
  let place: Place;
  let lines: Line[];
  let folder: string;
  beforeAll(async () => {
    place = openPlace();
    const [data, list] = ['debts.csv', 'fits.json'].map((name) => join(place.temporary, name));
    writeTable(data);
    const folds = Array.from({ length: 10 }, (_, fold) => fold);
    const fits = [candidate('c0', 'tree'), candidate('c1', 'generated')].flatMap((of) => folds.map((fold) => ({ candidate: of, fold, rounds: null })));
    writeFileSync(list, JSON.stringify(fits));
    const words = ['build', 'who pays back', '--data', data, '--target', 'paid', '--metric', 'log_loss', '--fits', list, '--budget', '10m', '--final', 'refit'];
    const ran = await runCommand([...words, '--threads', '2', '--yes', '--json', '--home', place.home], place);
    lines = ran.lines;
    if (ran.last.kind !== 'result') throw new Error(`${JSON.stringify(ran.last)} ${ran.stderr}`);
    folder = join(place.home, 'models', String(ran.last['model']));
  }, 120_000);
  afterAll(() => place.remove());

  it('is learnt better from the generated features than without them', () => {
    const lossOf = (id: string) =>
      lines.flatMap((line) => (line.kind === 'candidate.evaluated' ? [Evaluated.parse(line)] : [])).find(({ candidateId }) => candidateId === id)?.value ?? NaN;
    expect(lossOf('c1')).toBeLessThan(lossOf('c0') * 0.95);
  });

  it('ships a feature file that holds the ratio, and nothing that no member reads', () => {
    const file = FeatureFile.parse(JSON.parse(readFileSync(join(folder, 'features.json'), 'utf8')));
    const read = file.columns.flatMap((column) => ('feature' in column ? [column.feature] : []));
    const named = file.dictionaries.flatMap((dictionary) => ('feature' in dictionary ? [dictionary.feature] : []));
    expect(file.features.map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringMatching(/^(income [-/] debt|debt [-/] income)$/)]));
    expect([...new Set([...read, ...named])].toSorted((a, b) => a - b)).toEqual([...file.features.keys()]);
    expect(file.columns.some(({ kind }) => kind === 'indicator')).toBe(false);
  });

  it('answers a row alone as in a file', async () => {
    const rows = [
      { income: 900, debt: 300, age: 40, region: 'north' },
      { income: 300, debt: 900, age: 40, region: 'elsewhere' },
      { income: 1, debt: null, age: 40, region: null },
    ];
    const path = join(place.temporary, 'rows.csv');
    writeFileSync(path, ['income,debt,age,region', ...rows.map((row) => Object.values(row).join(','))].join('\n'));
    const answer = (...words: string[]) => runCommand(['predict', 'paid', ...words, '--home', place.home], place);
    const inFile = (await answer('--data', path)).lines.map(({ text }) => String(text)).slice(1);
    for (const [at, row] of rows.entries()) {
      const { last } = await answer('--row', JSON.stringify(row), '--json');
      const { prediction, probabilities } = z.looseObject({ prediction: z.string(), probabilities: z.record(z.string(), z.number()) }).parse(last);
      const [told, ...shares] = inFile[at].split(',');
      expect(told).toBe(prediction);
      expect(shares.map(Number).toSorted()).toEqual(Object.values(probabilities).toSorted());
    }
  });
});
