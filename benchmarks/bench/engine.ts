import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from './run-command.ts';
import { answerFile, buildModel, limitOf, requestFor } from './run-ours.ts';
import { findPeerPython } from './peers.ts';
import type { Task } from './prepare-set.ts';

/** What an engine did on one set: it wrote answers, or it failed for a reason. */
export type EngineRun = { wallS: number; peakMemoryMb: number } & (
  | { kind: 'answered'; answersFile: string; firstModelS: number | null; answerS: number }
  | { kind: 'failed'; error: string }
);

export type EngineJob = { taskFolder: string; task: Task; budgetS: number; seed: number; workFolder: string };

/** Something that answers the test rows of a prepared set within a budget. */
export type Engine = { tool: string; version: string; run: (job: EngineJob) => Promise<EngineRun> };

/** Modelwright through its command line, as it lies in this clone. */
export const ours = (version: string): Engine => ({
  tool: 'modelwright',
  version,
  run: async ({ taskFolder, task, budgetS, seed, workFolder }) => {
    const home = join(workFolder, 'home');
    const answersFile = join(workFolder, 'answers.csv');
    const build = await buildModel(requestFor(task, { taskFolder, budgetS, seed, home }));
    if (build.kind === 'failed') return build;
    const { wallS, peakMemoryMb, firstModelS } = build;
    const answered = await answerFile(home, join(taskFolder, 'test.csv'), answersFile);
    return { kind: 'answered', answersFile, firstModelS, answerS: answered.wallS, wallS, peakMemoryMb };
  },
});

/** `times.json` of a runner. A peer's own clock starts after its interpreter did, which flatters it by some hundredths of a second. */
const PeerTimes = z.looseObject({ import_s: z.number(), fit_s: z.number(), predict_s: z.number() });

/** A peer in an environment of its own, through the runner. */
export const peer = (tool: string, version: string, { envs, runner }: { envs: string; runner: string }): Engine => ({
  tool,
  version,
  run: async ({ taskFolder, budgetS, seed, workFolder }) => {
    const words = ['-W', 'ignore', runner, tool, taskFolder, String(budgetS), workFolder, String(seed)];
    const run = await runCommand(findPeerPython(envs, tool), words, { limitS: limitOf(budgetS), cwd: workFolder });
    const { peakMemoryMb } = run;
    if (run.isOverrun) return { kind: 'failed', error: `ended after ${run.wallS.toFixed(0)} s`, wallS: run.wallS, peakMemoryMb };
    if (run.exitCode !== 0) {
      return { kind: 'failed', error: `exit ${run.exitCode}: ${lastLine(run.stderr || run.stdout)}`, wallS: run.wallS, peakMemoryMb };
    }
    const times = PeerTimes.parse(JSON.parse(readFileSync(join(workFolder, 'times.json'), 'utf8')));
    const answersFile = join(workFolder, 'predictions.csv');
    return { kind: 'answered', answersFile, firstModelS: null, answerS: times.predict_s, wallS: times.import_s + times.fit_s, peakMemoryMb };
  },
});

/** Where a traceback says what went wrong; the lines before it hold paths of the machine. */
const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';
