/**
 * How long an opened model takes to answer one row, in this process.
 *
 *     node benchmarks/one-row.ts PACKAGE_FOLDER [ROWS.jsonl]
 *
 * Rows are JSON objects, one a line; without a file they are made from the contract. The package's own key is trusted here:
 * this measures time, not provenance.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { ContractInput } from '../src/domain/package.ts';
import { seededRandom, type Random } from '../src/domain/random.ts';
import { openNativeRuntime } from '../src/edges/onnx/index.ts';
import { openEncoder } from '../src/features/index.ts';
import { openModel } from '../src/model/index.ts';

const WARM_UP = 200;
const REPEATS = 2000;

const [folder, rowsFile] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node benchmarks/one-row.ts PACKAGE_FOLDER [ROWS.jsonl]');
  process.exit(2);
}

const files = new Map<string, Uint8Array>(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
const { publicKey } = z.looseObject({ publicKey: z.string() }).parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));

const openedMs = performance.now();
const model = await openModel(files, { trustedKeys: [publicKey], graphs: openNativeRuntime(), openEncoder });
const openMs = performance.now() - openedMs;

const random = seededRandom(1);
const rows = rowsFile
  ? readFileSync(rowsFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)))
  : Array.from({ length: 500 }, () => Object.fromEntries(model.contract.inputs.map((input) => [input.name, someValue(input, random)])));

const durationsMs: number[] = [];
for (let at = 0; at < WARM_UP + REPEATS; at++) {
  const startedMs = performance.now();
  await model.answerRow(rows[at % rows.length]);
  if (at >= WARM_UP) durationsMs.push(performance.now() - startedMs);
}
await model.close();

durationsMs.sort((a, b) => a - b);
const quantile = (share: number) => durationsMs[Math.floor(share * (durationsMs.length - 1))].toFixed(3);
console.log(
  `${model.manifest.name}: ${model.contract.inputs.length} columns, graph of ${((files.get('model.onnx')?.length ?? 0) / 1e6).toFixed(2)} MB, opened in ${openMs.toFixed(0)} ms`,
);
console.log(`one row: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, ${REPEATS} rows one after another`);
console.log(`Node ${process.version}, ${process.arch}, ${cpus()[0]?.model ?? 'unknown processor'}`);

function someValue({ reading, levels, range, missingShare }: ContractInput, chance: Random): unknown {
  if (chance.next() < missingShare) return null;
  switch (reading.type) {
    case 'number':
      return range ? range.low + (range.high - range.low) * chance.next() : chance.next();
    case 'boolean':
      return chance.next() < 0.5;
    case 'text':
      return levels && levels.length > 0 ? levels[chance.below(levels.length)] : 'some words that nobody wrote before';
    case 'timestamp':
      return '2024-05-17';
  }
}
