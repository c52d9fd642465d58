/**
 * `npm run bench`: Modelwright and, where they are installed, its peers on public tables; and how honest our own numbers are.
 *
 *     npm run bench -- --suite dev --budget 60s [--names a,b] [--seeds 1,2,3] [--peers flaml,…] [--envs FOLDER --runner FILE] [--data FOLDER] [--out FILE.jsonl]
 *     npm run bench -- --suite honesty [--budget 60s] [--seeds 1..5] [--names a,b] [--coverage 500] [--noise 200] [--data FOLDER] [--out FILE.jsonl]
 *     npm run bench -- --table FILE…
 *
 * What it measures and how is in benchmarks/README.md.
 */
import { readFileSync } from 'node:fs';
import { runDevSuite } from './bench/dev-suite.ts';
import { runHonestySuite } from './bench/honesty-suite.ts';
import { parseOptions, UsageError, type BenchOptions } from './bench/options.ts';
import { renderResults } from './bench/render-results.ts';
import { parseResults } from './bench/results.ts';

async function runBench(options: BenchOptions): Promise<void> {
  switch (options.kind) {
    case 'dev':
      return runDevSuite(options);
    case 'honesty':
      return runHonestySuite(options);
    case 'table':
      process.stdout.write(renderResults(options.files.flatMap((file) => parseResults(readFileSync(file, 'utf8')))));
  }
}

const isUnknownOption = (error: unknown): error is Error => error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');

try {
  await runBench(parseOptions(process.argv.slice(2)));
} catch (error) {
  // What the person typed is answered in a sentence; anything else is a fault, with its stack.
  if (!(error instanceof UsageError || isUnknownOption(error))) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
