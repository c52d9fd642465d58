/**
 * Does a build keep its budget? Small tables at 10 s and, where it is given, a large one at 60 s, through the command line; wall-clock of
 * the whole process from start to exit, as a user with a watch would measure it.
 *
 *     node benchmarks/clock.ts [--small-runs 30] [--large FILE --large-target COLUMN --large-metric NAME --large-runs 3] [--out FILE]
 *
 * Prints a line a run and, last, how many runs were within max(1.02 × budget, budget + 1 s).
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const clone = new URL('..', import.meta.url).pathname;
const { values: options } = parseArgs({
  options: {
    'small-runs': { type: 'string', default: '30' },
    large: { type: 'string' },
    'large-target': { type: 'string' },
    'large-metric': { type: 'string' },
    'large-runs': { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});

type Case = { name: string; data: string; target: string; metric: string; budgetS: number };
const small: Case[] = [
  { name: 'telco churn', data: join(clone, 'examples/telco_churn/customers.csv'), target: 'Churn', metric: 'roc_auc', budgetS: 10 },
  { name: 'concrete', data: join(clone, 'tests/fixtures/concrete.csv'), target: 'strength', metric: 'rmse', budgetS: 10 },
];

const home = mkdtempSync(join(tmpdir(), 'modelwright-clock-'));
let withinCount = 0;
let runCount = 0;
const ratios: number[] = [];

function measure({ name, data, target, metric, budgetS }: Case, seed: number): void {
  const words = ['build', `predict ${target}`, '--data', data, '--target', target, '--metric', metric, '--budget', `${budgetS}s`];
  const startMs = performance.now();
  const done = spawnSync(join(clone, 'modelwright'), [...words, '--yes', '--json', '--seed', String(seed), '--name', 'clock', '--home', home], {
    encoding: 'utf8',
  });
  const wallS = (performance.now() - startMs) / 1000;
  const isWithin = done.status === 0 && wallS <= Math.max(1.02 * budgetS, budgetS + 1);
  runCount++;
  if (isWithin) withinCount++;
  ratios.push(wallS / budgetS);
  const result: { score?: { value: number }; members?: number; message?: string } = JSON.parse(done.stdout.trim().split('\n').at(-1) ?? '{}');
  const says =
    done.status === 0
      ? `${metric} ${result.score?.value.toFixed(4)}, ${result.members} models`
      : `exit ${done.status}: ${result.message ?? done.stderr.slice(-200)}`;
  const line = `${name.padEnd(14)} seed ${String(seed).padEnd(3)} budget ${budgetS} s  wall ${wallS.toFixed(2)} s  ${isWithin ? 'within' : 'OVER'}  load ${loadavg()[0].toFixed(1)}  ${says}`;
  console.log(line);
  if (options.out !== undefined) appendFileSync(options.out, `${line}\n`);
}

try {
  for (let run = 0; run < Number(options['small-runs']); run++) measure(small[run % small.length], run);
  const { large, 'large-target': target, 'large-metric': metric } = options;
  if (large !== undefined && target !== undefined && metric !== undefined) {
    for (let run = 0; run < Number(options['large-runs']); run++) measure({ name: 'large', data: large, target, metric, budgetS: 60 }, run);
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
const sorted = ratios.toSorted((a, b) => a - b);
const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(3);
console.log(
  `${withinCount} of ${runCount} runs within max(1.02 × budget, budget + 1 s); wall / budget: median ${at(0.5)}, 95 % ${at(0.95)}, largest ${sorted.at(-1)?.toFixed(3)}`,
);
process.exitCode = withinCount === runCount ? 0 : 1;
