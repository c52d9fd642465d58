/**
 * How long the search for columns that know the answer takes. It is part of every plan, out of the build's budget, so that the targets are
 * under 1 s for 20,000 rows × 40 columns (the most rows that are looked at) and under 3 s for 4,000 × 800.
 *
 *     node benchmarks/find-leaks.ts
 */
import { cpus } from 'node:os';
import type { Column } from '../src/domain/column.ts';
import type { Profile } from '../src/domain/profile.ts';
import { seededRandom } from '../src/domain/random.ts';
import type { Labels } from '../src/domain/task.ts';
import { findLeaks } from '../src/stages/intake/index.ts';

const profile: Profile = { rowCount: 0, duplicateRowCount: 0, columns: [], warnings: [] };

for (const [rowCount, columnCount, mostSeconds] of [
  [20_000, 40, 1],
  [4_000, 800, 3],
]) {
  const random = seededRandom(3);
  const answer = Float64Array.from({ length: rowCount }, () => random.next());
  const columns = Array.from({ length: columnCount }, (_, at): [string, Column] => [`c${at}`, at % 4 === 3 ? texts(rowCount, at) : numbers(answer, at)]);
  const tasks: [string, Labels][] = [
    ['a number', { kind: 'values', values: answer }],
    ['two classes', { kind: 'classes', codes: Int32Array.from(answer, (value) => (value > 0.6 ? 1 : 0)), classCount: 2 }],
  ];
  for (const [task, labels] of tasks) {
    const startedMs = performance.now();
    findLeaks({ columns, labels, rows: Int32Array.from({ length: rowCount }, (_, row) => row), profile, target: 'target', moment: null });
    const seconds = (performance.now() - startedMs) / 1000;
    const isTooMuch = seconds > mostSeconds;
    console.log(`${rowCount} rows × ${columnCount} columns, ${task.padEnd(12)} ${seconds.toFixed(2)} s${isTooMuch ? '  TOO MUCH' : ''}`);
    if (isTooMuch) process.exitCode = 1;
  }
}
console.log(`Node ${process.version}, ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);

/** Measurements that have a little to do with the answer. */
function numbers(answer: Float64Array, seed: number): Column {
  const random = seededRandom(seed);
  const weight = random.next() / 2;
  return { type: 'number', values: answer.map((value) => weight * value + random.next()) };
}

/** A few levels, or one for four rows. */
function texts(rowCount: number, seed: number): Column {
  const random = seededRandom(seed);
  const levelCount = seed % 8 === 3 ? 8 : rowCount / 4;
  return {
    type: 'text',
    codes: Int32Array.from({ length: rowCount }, () => random.below(levelCount)),
    levels: Array.from({ length: levelCount }, (_, at) => String(at)),
  };
}
