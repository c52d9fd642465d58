/** What every sandbox must do, caged or not. Its jobs come from the tests' own harness, in which a job's setting `do` names what it does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeProbeHarness, openProbeWorker, probeJob, probeLimits, probeMatrix, type ProbeHarness } from '../../../tests/attacks/probe-harness.ts';
import { childrenOf, hasEnded } from './process-memory.ts';
import type { Sandbox, TrainingWorker } from './sandbox.ts';

/** `isCaged` is what the implementation declares; where it declares no cage the suite checks that it claims no wall of one. */
export function sandboxContract(open: (harness: ProbeHarness) => Sandbox, declared: { isCaged: boolean }): void {
  let harness: ProbeHarness;
  let sandbox: Sandbox;
  let worker: TrainingWorker;
  beforeAll(async () => {
    harness = makeProbeHarness();
    sandbox = open(harness);
    worker = await openProbeWorker(sandbox);
  });
  afterAll(async () => {
    await worker.close();
    harness.remove();
  });
  const outcomeOf = (settings: Parameters<typeof probeJob>[0], limits = probeLimits) => worker.execute(probeJob(settings), limits).outcome;

  it('says whether it is a cage', () => {
    expect(sandbox.isCaged).toBe(declared.isCaged);
  });

  it('gives back what a fit learnt, the same in every sandbox', async () => {
    const outcome = await outcomeOf({ do: 'good' });
    expect(outcome).toMatchObject({
      kind: 'finished',
      result: { rounds: 1, predictions: Float64Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? 3 : 5)) },
    });
    if (outcome.kind !== 'finished') return;
    expect(outcome.durationMs).toBeGreaterThan(0);
    expect(outcome.peakMemoryBytes).toBeGreaterThan(2 ** 20);
    expect(outcome.hardenMs).toBeGreaterThan(0);
  });

  it('says how a job failed, with where and what and no folder of this machine', async () => {
    const outcome = await outcomeOf({ do: 'raise' });
    expect(outcome).toMatchObject({ kind: 'failed', exitCode: 1 });
    if (outcome.kind !== 'failed') return;
    expect(outcome.stderrTail).toContain('ValueError: the learner does not like the data');
    expect(outcome.stderrTail).not.toContain(harness.environment.harness);
  });

  it.each(['sleep', 'spin', 'stop-itself', 'close-and-stay'])('ends a job at its wall clock, whatever it does (%s)', async (what) => {
    const outcome = await outcomeOf({ do: what }, { ...probeLimits, wallMs: 300 });
    expect(outcome).toMatchObject({ kind: 'stopped', limit: 'time' });
    expect(outcome.durationMs).toBeLessThan(1_200);
  });

  it.each(['memory-at-once', 'memory-by-and-by', 'shared-memory'])('says that memory was the limit (%s)', async (what) => {
    const outcome = await outcomeOf({ do: what, mebibytes: 768 }, { ...probeLimits, memoryBytes: 32 * 2 ** 20 });
    expect(outcome).toMatchObject({ kind: 'stopped', limit: 'memory' });
  });

  it('lets a job use the memory that it may have', async () => {
    const outcome = await outcomeOf({ do: 'memory-at-once', mebibytes: 64 });
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect(outcome.kind === 'failed' && outcome.stderrTail).toContain('memory done');
  });

  it('ends a job whose result is larger than it can be', async () => {
    expect(await outcomeOf({ do: 'flood-result', mebibytes: 160 })).toMatchObject({ kind: 'stopped', limit: 'output' });
  });

  it('keeps the end of what a job prints and throws the rest away', async () => {
    const outcome = await outcomeOf({ do: 'flood-log', mebibytes: 8 });
    expect(outcome.kind === 'failed' && outcome.stderrTail).toContain('Probed');
    expect(outcome.kind === 'failed' && outcome.stderrTail).toMatch(/more bytes were printed and thrown away/);
    expect(outcome.kind === 'failed' && outcome.stderrTail.length).toBeLessThan(20_000);
  });

  it('takes control characters out of what a job prints', async () => {
    const outcome = await outcomeOf({ do: 'control-characters' });
    expect(outcome.kind === 'failed' && outcome.stderrTail).toContain('plain red bell link back csi2J turned end');
    expect(outcome.kind === 'failed' && outcome.stderrTail).toContain('é ü 漢字\ttab');
  });

  it.each(['nonsense', 'forge'])('calls a result unreadable that is none (%s)', async (what) => {
    expect(await outcomeOf({ do: what })).toMatchObject({ kind: 'unreadable' });
    expect(await outcomeOf({ do: 'good' })).toMatchObject({ kind: 'finished' });
  });

  it('lets a job end early with what it has when it is asked to', async () => {
    const execution = worker.execute(probeJob({ do: 'until-stopped' }), probeLimits);
    execution.stop();
    expect(await execution.outcome).toMatchObject({ kind: 'finished', result: { rounds: 7 } });
  });

  it('cancels a job at work and a job that waits', async () => {
    const executions = ['sleep', 'sleep', 'good'].map((what) => worker.execute(probeJob({ do: what }), probeLimits));
    for (const execution of executions) execution.cancel();
    expect((await Promise.all(executions.map(({ outcome }) => outcome))).map(({ kind }) => kind)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  it('runs as many jobs side by side as it has threads, the others after them', async () => {
    const [first, second, third] = [1, 2, 3].map(() => worker.execute(probeJob({ do: 'until-stopped' }), probeLimits));
    let isThirdOver = false;
    void third.outcome.then(() => (isThirdOver = true));
    third.stop(); // it ends as soon as it starts
    first.stop();
    await first.outcome;
    await third.outcome;
    expect(isThirdOver).toBe(true);
    second.stop();
    expect((await second.outcome).kind).toBe('finished');
  });

  it('refuses a job whose parts disagree before anything is sent', async () => {
    const job = probeJob({ do: 'good' });
    const withoutLabels = { ...job, train: { ...job.train, labels: new Float64Array(1) } };
    expect(() => worker.execute(withoutLabels, probeLimits)).toThrow('a label for every training row');
    const withScoreLabels = { ...job, score: { ...job.score, labels: new Float64Array(10) } };
    expect(() => worker.execute(withScoreLabels, probeLimits)).toThrow(/[Uu]nrecognized key/);
  });

  it('leaves no process, no file and no control group behind', async () => {
    const before = childrenOf(process.pid);
    const filesBefore = readdirSync(harness.scratchDirectory);
    const other = await openProbeWorker(sandbox);
    const pids = childrenOf(process.pid)
      .filter((pid) => !before.includes(pid))
      .flatMap((pid) => [pid, ...childrenOf(pid)]);
    expect(pids.length).toBeGreaterThan(0);
    const running = other.execute(probeJob({ do: 'sleep' }), probeLimits);
    await other.close();
    expect(await running.outcome).toMatchObject({ kind: 'cancelled' });
    expect(pids.filter((pid) => !hasEnded(pid))).toEqual([]);
    expect(readdirSync(harness.scratchDirectory)).toEqual(filesBefore);
  });

  it('notices that its worker was killed, tells who waits for it, and another can be opened', async () => {
    const before = childrenOf(process.pid);
    const other = await openProbeWorker(sandbox, 1);
    const [running, waiting] = [1, 2].map(() => other.execute(probeJob({ do: 'sleep' }), probeLimits));
    const [pid] = childrenOf(process.pid).filter((child) => !before.includes(child));
    process.kill(pid, 'SIGKILL');
    await expect(running.outcome).rejects.toMatchObject({ code: 'MW3022' });
    await expect(waiting.outcome).rejects.toMatchObject({ code: 'MW3022' });
    await expect(other.execute(probeJob({ do: 'good' }), probeLimits).outcome).rejects.toMatchObject({ code: 'MW3022' });
    await other.close();
    const next = await openProbeWorker(sandbox);
    expect(await next.execute(probeJob({ do: 'good' }), probeLimits).outcome).toMatchObject({ kind: 'finished' });
    await next.close();
  });

  it('ends with the process that opened it, also when that is killed at work', async () => {
    const host = spawn(process.execPath, [fileURLToPath(new URL('../../../tests/fixtures/worker-host.ts', import.meta.url))], {
      env: { ...process.env, SANDBOX: declared.isCaged ? 'cage' : 'twin', HARNESS: JSON.stringify(harness) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(host.stdout, 'data');
    const pids = String(said).trim().split(' ').map(Number);
    expect(pids.length).toBeGreaterThan(1);
    expect(pids.filter(hasEnded)).toEqual([]);
    host.kill('SIGKILL');
    await once(host, 'exit');
    await expect.poll(() => pids.filter((pid) => !hasEnded(pid)), { timeout: 3_000 }).toEqual([]);
  });

  it('says what is wrong when the learners cannot be imported', async () => {
    const broken = open({ ...harness, environment: { ...harness.environment, sitePackages: harness.emptySitePackages } });
    const other = broken.openWorker({ threads: 1, memoryBytes: 2 ** 30 });
    await expect(other.ready).rejects.toMatchObject({ code: 'MW3021', message: expect.stringContaining('numpy') });
    await expect(other.loadMatrix(probeMatrix)).rejects.toMatchObject({ code: 'MW3021' });
    await other.close();
  });
}
