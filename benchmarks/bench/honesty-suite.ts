/**
 * Are the numbers that we report of a model true? Three questions, each answered through the command line alone:
 *
 * - held-back: is the reported score that of rows that we never had? Equal rows are held back together, as they are for the reported score, and
 *   where a set's own rule of time or groups parts them all the same those that also occur in training are not counted. Both are samples, so their
 *   difference is judged by the standard errors of both;
 * - coverage: does the 95 % interval hold the true score in 95 of 100 cases? On generated tables the true score of a model is known;
 * - noise: how often is a model called worth using where there is nothing to learn?
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../src/domain/random.ts';
import { timeBlocks } from '../../src/stages/evaluation/index.ts';
import { csvLine, csvRows } from './csv.ts';
import { drawNoise, openSource, TARGET, type GeneratedTable } from './generated-tables.ts';
import { describeCommit, describeMachine } from './machine.ts';
import type { HonestyOptions } from './options.ts';
import { openTask, type Task } from './prepare-set.ts';
import { openResults, type CoverageResult, type HeldBackResult, type NoiseResult, type Result } from './results.ts';
import { answerFile, buildModel, requestFor, versionOfOurs, type Build } from './run-ours.ts';
import { judgedRows, readJudged, scoreOf, scoreWithError, standardErrorOf, takeRows } from './score-answers.ts';
import { timeRanks } from './split.ts';
import { findTaskFolders } from './task-folders.ts';

/** Enough for a few cheap fits on a small table. */
const COVERAGE_BUDGET_S = 8;
const NOISE_BUDGET_S = 10;
/** Fresh rows for a true score: its own error is then small beside the interval of a few hundred test rows. */
const TRUTH_ROWS = 20_000;

export async function runHonestySuite(options: HonestyOptions): Promise<void> {
  const { budgetS, seeds, coverageCount, noiseCount, out } = options;
  const folders = findTaskFolders(options, { areEqualTogether: true });
  const results = openResults(out);
  const provenance = { version: await versionOfOurs(), commit: describeCommit(), machine: describeMachine() };
  const keep = async (measure: Promise<MeasuredResult>) => {
    const [loadBefore] = loadavg();
    const result = await measure;
    const whole: Result = { ...result, ...provenance, date: new Date().toISOString(), loadBefore };
    results.append(whole);
    console.log(JSON.stringify(result));
  };

  for (const set of folders.names) {
    for (const seed of seeds) {
      if (results.has({ kind: 'held-back', set, seed, budgetS })) continue;
      await inWorkFolder(async (workFolder) => {
        const opened = folders.open(set, seed, workFolder);
        if (opened.kind === 'missing') console.log(`${set}: left out; to have it, ${opened.remedy}`);
        else await keep(measureHeldBack({ set, seed, budgetS, workFolder, taskFolder: opened.taskFolder }));
      });
    }
  }
  for (let index = 0; index < coverageCount; index++) {
    if (results.has({ kind: 'coverage', set: nameOf('source', index), seed: index, budgetS: COVERAGE_BUDGET_S })) continue;
    await inWorkFolder(async (workFolder) => keep(measureCoverage(index, workFolder)));
  }
  for (let index = 0; index < noiseCount; index++) {
    if (results.has({ kind: 'noise', set: nameOf('noise', index), seed: index, budgetS: NOISE_BUDGET_S })) continue;
    await inWorkFolder(async (workFolder) => keep(measureNoise(index, workFolder)));
  }
}

type Provenance = 'version' | 'commit' | 'machine' | 'date' | 'loadBefore';
type MeasuredResult = Omit<HeldBackResult, Provenance> | Omit<CoverageResult, Provenance> | Omit<NoiseResult, Provenance>;

const nameOf = (kind: string, index: number) => `${kind}-${index}`;

async function inWorkFolder(act: (workFolder: string) => Promise<void>): Promise<void> {
  const workFolder = mkdtempSync(join(tmpdir(), 'modelwright-honesty-'));
  try {
    await act(workFolder);
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

type HeldBackJob = { set: string; seed: number; budgetS: number; workFolder: string; taskFolder: string };

async function measureHeldBack({ set, seed, budgetS, workFolder, taskFolder }: HeldBackJob): Promise<Omit<HeldBackResult, Provenance>> {
  const task = openTask(taskFolder);
  const home = join(workFolder, 'home');
  const common = { kind: 'held-back', set, seed, budgetS, metric: task.metric } as const;
  const build = await buildModel(requestFor(task, { taskFolder, budgetS, seed, home }));
  if (build.kind === 'failed') return { ...common, comparison: null, error: reasonOf(build) };
  try {
    const answersFile = join(workFolder, 'answers.csv');
    await answerFile(home, join(taskFolder, 'test.csv'), answersFile);
    const rows = readTestRows(taskFolder, task, build.unjudgedClasses);
    const isCounted = rows.map(({ isSeen, isUnjudged }) => !isSeen && !isUnjudged);
    const counted = rows.filter((_, row) => isCounted[row]);
    if (counted.length === 0) return { ...common, comparison: null, error: 'every test row occurs in training' };
    const judged = takeRows(readJudged(taskFolder, task, answersFile), isCounted);
    const test = scoreWithError(
      task.metric,
      judged,
      Int32Array.from(counted, ({ block }) => block),
    );
    const { score, verdict, shipped } = build;
    const comparison = {
      reported: { value: score.value, standardError: standardErrorOf(score) },
      test,
      testRows: counted.length,
      seenRows: rows.filter(({ isSeen }) => isSeen).length,
      unjudgedRows: rows.filter(({ isSeen, isUnjudged }) => isUnjudged && !isSeen).length,
      shipped,
      verdict,
    };
    return { ...common, comparison, error: null };
  } catch (error) {
    return { ...common, comparison: null, error: String(error) };
  }
}

/** `isSeen`: the row's inputs occur in training. `block`: the same where rows vary together: equal inputs, or one stretch of time. `isUnjudged`: nothing was reported of the row's class. */
type TestRow = { isSeen: boolean; block: number; isUnjudged: boolean };

function readTestRows(taskFolder: string, { target, time_order: timeOrder }: Task, unjudgedClasses: readonly string[]): TestRow[] {
  const rowsOf = (file: string) => csvRows(readFileSync(join(taskFolder, file), 'utf8'));
  const learnt = new Set<string>();
  let targetPlace: number | undefined;
  for (const row of rowsOf('train.csv')) {
    targetPlace ??= row.indexOf(target);
    learnt.add(csvLine(row.toSpliced(targetPlace, 1)));
  }
  const unjudged = new Set(unjudgedClasses);
  const [, ...truth] = rowsOf('truth.csv');
  const [names = [], ...test] = rowsOf('test.csv');
  const inputs = test.map(csvLine);
  const firstOf = new Map<string, number>();
  for (const [row, line] of inputs.entries()) if (!firstOf.has(line)) firstOf.set(line, row);
  const stretches = timeOrder && timeBlocks(timeRanks(timeOrder, names, test));
  return inputs.map((line, row) => ({
    isSeen: learnt.has(line),
    block: stretches?.[row] ?? firstOf.get(line) ?? -1,
    isUnjudged: unjudged.has(truth[row][0]),
  }));
}

async function measureCoverage(index: number, workFolder: string): Promise<Omit<CoverageResult, Provenance>> {
  const { metric, task, positive, rowCount, draw } = openSource(index);
  const set = nameOf('source', index);
  const common = { kind: 'coverage', set, seed: index, budgetS: COVERAGE_BUDGET_S, metric, rows: rowCount } as const;
  const home = join(workFolder, 'home');
  const dataFile = writeTable(join(workFolder, 'train.csv'), draw(rowCount, seededRandom(2 * index)));
  const build = await buildModel({ sentence: `predict ${TARGET}`, dataFile, target: TARGET, metric, positive, budgetS: COVERAGE_BUDGET_S, seed: index, home });
  if (build.kind === 'failed') return { ...common, comparison: null, error: reasonOf(build) };
  try {
    const fresh = draw(TRUTH_ROWS, seededRandom(2 * index + 1));
    const freshFile = writeTable(join(workFolder, 'fresh.csv'), { names: fresh.names.slice(0, -1), rows: fresh.rows.map((row) => row.slice(0, -1)) });
    const answersFile = join(workFolder, 'answers.csv');
    await answerFile(home, freshFile, answersFile);
    const [names = [], ...rows] = csvRows(readFileSync(answersFile, 'utf8'));
    const truth = { names: [TARGET], rows: fresh.rows.map((row) => row.slice(-1)) };
    const { value, low, high } = build.score;
    const rowsJudged = judgedRows({ task, positive_class: positive }, truth, { names, rows });
    return { ...common, comparison: { reported: { value, low, high }, truth: scoreOf(metric, rowsJudged) }, error: null };
  } catch (error) {
    return { ...common, comparison: null, error: String(error) };
  }
}

async function measureNoise(index: number, workFolder: string): Promise<Omit<NoiseResult, Provenance>> {
  const table = drawNoise(index);
  const dataFile = writeTable(join(workFolder, 'noise.csv'), table);
  const home = join(workFolder, 'home');
  const build = await buildModel({ sentence: `predict ${TARGET}`, dataFile, target: TARGET, budgetS: NOISE_BUDGET_S, seed: index, home });
  const common = { kind: 'noise', set: nameOf('noise', index), seed: index, budgetS: NOISE_BUDGET_S, rows: table.rows.length } as const;
  return build.kind === 'failed' ? { ...common, verdict: null, error: reasonOf(build) } : { ...common, verdict: build.verdict, error: null };
}

function writeTable(path: string, { names, rows }: GeneratedTable): string {
  writeFileSync(path, csvLine(names) + rows.map(csvLine).join(''));
  return path;
}

const reasonOf = ({ code, error }: Extract<Build, { kind: 'failed' }>) => `${code ?? 'no code'}: ${error}`.slice(0, 500);
