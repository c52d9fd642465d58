import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProbeHarness, type ProbeHarness } from '../../../tests/attacks/probe-harness.ts';
import { honestModel, programJob, programLimits, runProgram } from '../../../tests/attacks/programs.ts';
import { openBubblewrap } from './bubblewrap.ts';
import { childrenOf } from './process-memory.ts';
import type { ProgramRunner } from './sandbox.ts';
import { openUncaged } from './uncaged.ts';

describe('a program', () => {
  let harness: ProbeHarness;
  let runner: ProgramRunner;
  beforeAll(async () => {
    harness = makeProbeHarness();
    runner = await openBubblewrap(harness, []).openPrograms();
  });
  afterAll(async () => {
    await runner.close();
    harness.remove();
  });

  it('learns and answers in a cage of its own, and its files are listed with their hashes', async () => {
    const outcome = await runProgram(runner, honestModel);
    expect(outcome).toMatchObject({
      kind: 'finished',
      result: {
        claims: {},
        graph: null,
        files: [{ name: 'predictions.mwb', sizeBytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      },
    });
    if (outcome.kind !== 'finished') return;
    const ones = [...outcome.result.predictions].filter((_, at) => at % 2 === 1);
    // 20 of the 21 rows above zero have the class, and none of the others.
    expect(ones.slice(1).map((share) => share.toFixed(3))).toEqual(['0.952', '0.000', '0.952', '0.000', '0.952', '0.000', '0.952', '0.000', '0.952']);
  });

  it('sees numbers, texts and yes/no as the table has them, with what is missing', async () => {
    const source = `
import numpy as np
class Model:
    def fit(self, table, target):
        self.seen = (sorted(table), table["kind"].tolist()[:3], np.isnan(table["flag"]).tolist()[:2], float(table["flag"][1]), len(target))
    def predict(self, table):
        raise ValueError(str(self.seen))
`;
    const outcome = await runProgram(runner, source);
    expect(outcome.kind === 'failed' && outcome.stderrTail).toContain("(['flag', 'kind', 'size'], [None, 'high', 'low'], [True, False], 1.0, 40)");
  });

  it('says of itself what it likes, which is kept apart', async () => {
    const outcome = await runProgram(runner, honestModel.replace('claims = {}', 'claims = {"auc": 1.0}'));
    expect(outcome).toMatchObject({ kind: 'finished', result: { claims: { auc: 1 } } });
  });

  it.each([
    ['import socket', /line 1: socket is not among what a program may import/],
    ['from os import path', /line 1: os is not among what a program may import/],
    ['import numpy as np, subprocess', /line 1: subprocess is not among/],
    ['def f(:', /SyntaxError/],
    ['x = 1', /KeyError: 'Model'/],
  ])('is told early what it may not do (%s)', async (line, problem) => {
    const outcome = await runProgram(runner, `${line}\n`);
    expect(outcome).toMatchObject({ kind: 'failed', exitCode: 1 });
    expect(outcome.kind === 'failed' && outcome.stderrTail).toMatch(problem);
  });

  it.each([
    ['no probabilities', 'np.full((len(table["size"]), 2), 0.9)', /adds up to/],
    ['too few answers', 'np.full((3, 2), 0.5)', /has 6 values, not 20/],
    ['no numbers', 'np.full((len(table["size"]), 2), np.nan)', /not a finite number/],
  ])('is unreadable when it answers with %s', async (_, answers, problem) => {
    const outcome = await runProgram(runner, honestModel.replace('np.column_stack([1 - share, share])', answers));
    expect(outcome).toMatchObject({ kind: 'unreadable', problem: expect.stringMatching(problem) });
  });

  it('is refused before anything is sent when it brings labels of the rows to be scored', () => {
    const job = programJob(honestModel);
    const withLabels = { ...job, score: { ...job.score, target: new Float64Array(10) } };
    expect(() => runner.run(withLabels, programLimits)).toThrow(/[Uu]nrecognized key/);
  });

  it('can be cancelled, and leaves no process and no file', async () => {
    const execution = runner.run(programJob(`while True: pass\n${honestModel}`), programLimits);
    execution.cancel();
    expect((await execution.outcome).kind).toBe('cancelled');
    expect(childrenOf(process.pid).length).toBe(0);
    expect(readdirSync(harness.scratchDirectory)).toEqual([]);
  });

  it('is refused where a wall is missing, with the wall and what to do', async () => {
    const broken = { ...harness, environment: { ...harness.environment, basePrefix: '/nowhere' } };
    await expect(openBubblewrap(broken, []).openPrograms()).rejects.toMatchObject({ code: 'MW3023', message: expect.stringContaining('"cage" is missing') });
    await expect(openUncaged(harness, []).openPrograms()).rejects.toMatchObject({ code: 'MW3023' });
  });
});
