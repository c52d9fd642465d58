import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { peer, type EngineJob } from './engine.ts';
import { reasonAgainst } from './peers.ts';

describe('a peer in an environment of its own', () => {
  let folder: string;
  let job: EngineJob;
  let runner: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-peer-'));
    runner = join(folder, 'runner');
    const bin = join(folder, 'envs', 'v_flaml', 'bin');
    mkdirSync(bin, { recursive: true });
    // Stands for an interpreter: carries out the script that it is given.
    writeFileSync(join(bin, 'python'), '#!/bin/sh\nshift 2\nexec sh "$@"\n', { mode: 0o755 });
    const workFolder = join(folder, 'work');
    mkdirSync(workFolder);
    const task = { name: 'tiny', task: 'regression', metric: 'rmse', target: 'y', positive_class: null, intent: null, time_order: null } as const;
    job = { taskFolder: join(folder, 'task'), task, budgetS: 10, seed: 7, workFolder };
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const lightgbm = () => peer('lightgbm', '4', { envs: join(folder, 'envs'), runner });

  it('is told tool, set, budget, place and seed, and leaves answers with its own times', async () => {
    writeFileSync(runner, 'echo "$1 $2 $3 $5" > "$4/predictions.csv"\necho \'{"import_s": 0.5, "fit_s": 9, "predict_s": 2}\' > "$4/times.json"\n');
    const run = await lightgbm().run(job);
    expect(run).toMatchObject({ kind: 'answered', wallS: 9.5, answerS: 2, firstModelS: null });
    expect(run.kind === 'answered' && readFileSync(run.answersFile, 'utf8')).toBe(`lightgbm ${job.taskFolder} 10 7\n`);
  });

  it('has failed, with the last line of what it said, when it ends badly', async () => {
    writeFileSync(runner, 'echo "Traceback" >&2\necho "out of memory" >&2\nexit 9\n');
    expect(await lightgbm().run(job)).toMatchObject({ kind: 'failed', error: 'exit 9: out of memory' });
  });

  it('is left out, with the reason, where something of it is missing', () => {
    writeFileSync(runner, '');
    const envs = join(folder, 'envs');
    expect(reasonAgainst('lightgbm', { envs, runner })).toBeUndefined();
    expect(reasonAgainst('lama', { envs, runner })).toContain('no v_lama/bin/python');
    expect(reasonAgainst('lightgbm', { envs, runner: undefined })).toContain('no --runner');
    expect(reasonAgainst('lightgbm', { envs: undefined, runner })).toContain('no --envs');
  });
});
