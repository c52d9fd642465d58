import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ours, peer, type Engine, type EngineRun } from './engine.ts';
import { describeCommit, describeMachine } from './machine.ts';
import type { DevOptions } from './options.ts';
import { findPeerVersion, packageOf, reasonAgainst } from './peers.ts';
import { openTask, type Task } from './prepare-set.ts';
import { openResults, type DevResult } from './results.ts';
import { versionOfOurs } from './run-ours.ts';
import { readJudged, scoreOf } from './score-answers.ts';
import { findTaskFolders } from './task-folders.ts';

/** Every engine on every set, one after the other, all engines of a set in one stretch; a line of results for each. */
export async function runDevSuite(options: DevOptions): Promise<void> {
  const { budgetS, seeds, out } = options;
  const folders = findTaskFolders(options, { areEqualTogether: false });
  const results = openResults(out);
  const engines = await openEngines(options);
  const provenance = { commit: describeCommit(), machine: describeMachine() };
  for (const set of folders.names) {
    for (const seed of seeds) {
      const open = engines.filter(({ tool }) => !results.has({ kind: 'engine', tool, set, seed, budgetS }));
      if (open.length === 0) continue;
      const workFolder = mkdtempSync(join(tmpdir(), 'modelwright-bench-'));
      try {
        const opened = folders.open(set, seed, workFolder);
        if (opened.kind === 'missing') {
          console.log(`${set}: left out; to have it, ${opened.remedy}`);
          break;
        }
        const task = openTask(opened.taskFolder);
        for (const engine of open) {
          const engineFolder = join(workFolder, engine.tool);
          mkdirSync(engineFolder);
          const [loadBefore] = loadavg();
          const run = await runSafely(engine, { taskFolder: opened.taskFolder, task, budgetS, seed, workFolder: engineFolder });
          const result: DevResult = {
            kind: 'engine',
            tool: engine.tool,
            set,
            seed,
            budgetS,
            metric: task.metric,
            ...judge(run, opened.taskFolder, task),
            wallS: run.wallS,
            wallToBudget: run.wallS / budgetS,
            peakMemoryMb: run.peakMemoryMb,
            version: engine.version,
            ...provenance,
            date: new Date().toISOString(),
            loadBefore,
          };
          results.append(result);
          console.log(lineOf(result));
          // A later engine does not find its disk full of what an earlier one left.
          rmSync(engineFolder, { recursive: true, force: true });
        }
      } finally {
        rmSync(workFolder, { recursive: true, force: true });
      }
    }
  }
}

async function openEngines({ peers, envs, runner }: DevOptions): Promise<Engine[]> {
  const engines = [ours(await versionOfOurs())];
  for (const tool of peers) {
    const reason = reasonAgainst(tool, { envs, runner });
    if (reason !== undefined || envs === undefined || runner === undefined) {
      console.log(`${tool} is left out: ${reason}`);
      continue;
    }
    const places = { envs: resolve(envs), runner: resolve(runner) };
    const version = await findPeerVersion(places.envs, tool);
    if (version === undefined) console.log(`${tool} is left out: its environment does not have ${packageOf(tool)}`);
    else engines.push(peer(tool, version, places));
  }
  return engines;
}

/** An engine that breaks is a result: last place, with its reason. */
async function runSafely(engine: Engine, job: Parameters<Engine['run']>[0]): Promise<EngineRun> {
  try {
    return await engine.run(job);
  } catch (error) {
    return { kind: 'failed', error: String(error), wallS: 0, peakMemoryMb: 0 };
  }
}

function judge(run: EngineRun, taskFolder: string, task: Task): Pick<DevResult, 'score' | 'error' | 'firstModelS' | 'msPerRow' | 'testRows'> {
  const failed = (error: string) => ({ score: null, error: error.slice(0, 500), firstModelS: null, msPerRow: null, testRows: 0 });
  if (run.kind === 'failed') return failed(run.error);
  try {
    const rows = readJudged(taskFolder, task, run.answersFile);
    const testRows = rows.labels.kind === 'values' ? rows.labels.values.length : rows.labels.codes.length;
    return { score: scoreOf(task.metric, rows), error: null, firstModelS: run.firstModelS, msPerRow: (1000 * run.answerS) / testRows, testRows };
  } catch (error) {
    return failed(`its answers cannot be scored: ${String(error)}`);
  }
}

const lineOf = ({ set, seed, tool, metric, score, error, wallS, budgetS, peakMemoryMb }: DevResult) =>
  `${set} seed ${seed} ${tool}: ${score === null ? `failed, ${error}` : `${metric} ${score.toPrecision(5)}`}; ${wallS.toFixed(1)} s of ${budgetS} s, ${peakMemoryMb.toFixed(0)} MB`;
