import { describe, expect, it } from 'vitest';
import type { Labels } from '../domain/task.ts';
import { openNativeRuntime } from '../edges/onnx/index.ts';
import { MADE_RUN, madeCandidate, madeContext, madeData, madeFit, madeRun, memoryFiles } from '../../tests/fixtures/made-data.ts';
import { profileOf } from '../../tests/fixtures/made-profile.ts';
import { keepFit } from './kept-fit.ts';
import { openRefitter } from './refit-on-all.ts';

const labels: Labels = { kind: 'values', values: Float64Array.from({ length: 100 }, (_, row) => row) };
const all = [0, 1, 2, 3, 4];

/** A run whose model of five folds, two seconds each, was measured; `spentMs` of its 60 s are gone. */
async function measuredRun({ spentMs = 10_000, hasLocked = true, isStopped = false }) {
  const data = madeData(labels, { final: 'refit' });
  const run = madeRun();
  const files = memoryFiles();
  for (const fold of all) {
    await run.append({ kind: 'search.decided', decision: { kind: 'try', candidate: madeCandidate('c0'), fold, rounds: null, stopAfterMs: 9_000 } });
    const result = await keepFit(files, MADE_RUN, madeFit(new Float64Array(20)));
    await run.append({
      kind: 'execution.finished',
      candidateId: 'c0',
      fold,
      durationMs: 2_000,
      end: { kind: 'finished', result, rounds: 10, peakMemoryBytes: 1 },
    });
  }
  const members = [{ candidateId: 'c0', weight: 1, folds: all }];
  await run.append({ kind: 'ensemble.chosen', members, calibration: { kind: 'none' }, decision: { kind: 'argmax' }, value: 1, note: '' });
  const interval = { value: 1, low: 1, high: 1 };
  const record = { score: interval, baseline: 2, gain: interval, verdict: 'promising' as const, verdictReason: null, rowCount: 20, onUnseenRows: null };
  await run.append({ kind: 'model.scored', record: { metric: 'rmse', ...record } });
  const context = madeContext(spentMs, isStopped, {
    run,
    files,
    data: hasLocked ? { ...data, whole: () => madeData(labels) } : data,
    finishOfMs: () => 0,
    costOf: () => ({ batchMsPerRow: 0.001, rowMs: 0.01, packageBytes: 10_000, fitMs: 2_000, leastFitMs: 2_000 }),
  });
  const refitter = openRefitter(context);
  return { run, refitter, carryOut: () => refitter.carryOut(profileOf([{ name: 'x', kind: 'number' }]), openNativeRuntime(), 1_000) };
}

describe('the measured model ships, and the run says why,', () => {
  it.each([
    // Two fits, 3.6 s each, side by side.
    ['where less time is left than a third of its fits take', 'no-time', { spentMs: 55_000 }],
    ['where no rows were locked away', 'nothing-locked', { hasLocked: false }],
    ['where the user stopped the run', 'stopped', { isStopped: true, spentMs: 59_000 }],
  ] as const)('%s', async (_, reason, part) => {
    const { run, refitter, carryOut } = await measuredRun(part);
    expect(refitter.needsMs(1_000)).toBe(0);
    expect(await carryOut()).toBeNull();
    expect(run.state.refit).toEqual({ kind: 'abandoned', reason });
  });
});
