/**
 * How long `predict` takes for a file of 100,000 rows and 30 columns, the whole command from its start to its end. The target is under 10 s.
 *
 *     node benchmarks/batch-predict.ts [BUDGET_OF_THE_MODEL]
 *
 * The table is made here (20 numbers, 8 categories, a date, a flag), a model is built on 5,000 of its rows, and every format is written once.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../src/domain/random.ts';

const ROWS = 100_000;
const LEARN_ROWS = 5_000;
const NUMBERS = 20;
const CATEGORIES = 8;
const LIMIT_S = 10;

const [budget = '30s'] = process.argv.slice(2);
const command = join(import.meta.dirname, '..', 'modelwright');
const folder = mkdtempSync(join(tmpdir(), 'batch-predict-'));

function run(...words: string[]): number {
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(command, [...words, '--home', join(folder, 'home')], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words[0]} ended with ${status}: ${stderr}`);
  return (performance.now() - startedMs) / 1000;
}

try {
  const { header, rows } = makeTable();
  const learn = join(folder, 'learn.csv');
  const all = join(folder, 'all.csv');
  writeFileSync(learn, [header, ...rows.slice(0, LEARN_ROWS)].join('\n'));
  writeFileSync(all, [header, ...rows].join('\n'));
  run('build', 'predict the outcome', '--data', learn, '--target', 'outcome', '--budget', budget, '--name', 'batch', '--yes');
  for (const ending of ['csv', 'jsonl', 'parquet']) {
    const out = join(folder, `answers.${ending}`);
    const seconds = run('predict', 'batch', '--data', all, '--out', out);
    console.log(
      `${ending.padEnd(8)} ${ROWS} rows × ${NUMBERS + CATEGORIES + 2} columns: ${seconds.toFixed(1)} s${seconds < LIMIT_S ? '' : ' TOO SLOW'}, ${(statSync(out).size / 1e6).toFixed(1)} MB written`,
    );
    if (seconds >= LIMIT_S) process.exitCode = 1;
  }
  console.log(`Node ${process.version}, ${process.arch}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function makeTable(): { header: string; rows: string[] } {
  const random = seededRandom(7);
  const names = [
    ...Array.from({ length: NUMBERS }, (_, index) => `number_${index + 1}`),
    ...Array.from({ length: CATEGORIES }, (_, index) => `category_${index + 1}`),
    'day',
    'flag',
    'outcome',
  ];
  const rows = Array.from({ length: ROWS }, () => {
    const numbers = Array.from({ length: NUMBERS }, () => random.next() * 100);
    // From 3 levels to some hundred.
    const categories = Array.from({ length: CATEGORIES }, (_, index) => random.below(3 + index * index * 4));
    const day = new Date(Date.UTC(2020, 0, 1 + random.below(1500))).toISOString().slice(0, 10);
    const flag = random.next() < 0.4;
    const signal = numbers[0] / 25 + Math.sin(numbers[1] / 10) + (categories[0] === 1 ? 1.5 : 0) + (flag ? 0.7 : 0) + (random.next() - 0.5) * 4;
    return [
      ...numbers.map((value) => (random.next() < 0.02 ? '' : value.toFixed(3))),
      ...categories.map((level) => `level ${level}`),
      day,
      flag ? 'yes' : 'no',
      signal > 3 ? 'won' : 'lost',
    ].join(',');
  });
  return { header: names.join(','), rows };
}
