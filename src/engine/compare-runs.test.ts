import { describe, expect, it } from 'vitest';
import type { RunFacts } from '../domain/event.ts';
import { madeCandidate, madeRun } from '../../tests/fixtures/made-data.ts';
import { compare, compareCandidates, compareOutcomes } from './compare-runs.ts';

const around = (value: number) => ({ value, low: value - 1, high: value + 1 });
const interval = {
  kind: 'interval' as const,
  level: 0.9,
  scale: 'unit' as const,
  low: -1,
  high: 1,
  spread: [
    { at: 0, value: 1 },
    { at: 2, value: 1.25 },
  ],
  least: null,
};
const ensemble = {
  kind: 'ensemble.chosen' as const,
  members: [{ candidateId: 'c0', weight: 1, folds: [0, 1] }],
  calibration: { kind: 'temperature' as const, t: 1.25 },
  decision: { kind: 'multipliers' as const, values: [1, 0.5] },
  interval,
  value: 0.7,
  note: '',
};
const record = {
  metric: 'macro_f1' as const,
  score: around(0.6),
  baseline: 0.2,
  gain: around(0.4),
  verdict: 'promising' as const,
  verdictReason: null,
  rowCount: 50,
  onUnseenRows: { value: 0.55, rowCount: 40 },
};

async function runWith(change: { value?: number; lossValue?: number; ensemble?: Partial<typeof ensemble>; record?: Partial<typeof record> } = {}) {
  const { append, state } = madeRun();
  const facts: RunFacts[] = [
    { kind: 'search.decided', decision: { kind: 'try', candidate: madeCandidate('c0'), fold: 0, rounds: null, stopAfterMs: 1 } },
    { kind: 'candidate.evaluated', candidateId: 'c0', metric: 'macro_f1', value: change.value ?? 0.65, lossValue: change.lossValue ?? 0.9 },
    { ...ensemble, ...change.ensemble },
    { kind: 'model.scored', record: { ...record, ...change.record } },
  ];
  for (const one of facts) await append(one);
  return state;
}
const differing = async (change: Parameters<typeof runWith>[0]) => {
  const [before, after] = [await runWith(), await runWith(change)];
  return [...compareCandidates(before, after).map(({ id, isSame }) => ({ what: id, isSame })), ...compareOutcomes(before, after)]
    .filter(({ isSame }) => !isSame)
    .map(({ what }) => what);
};

describe('a run and its replay', () => {
  it('are the same where every number is, to a part in a thousand million', async () => {
    expect(await differing({})).toEqual([]);
    expect(await differing({ value: 0.65 + 1e-12, record: { baseline: 0.2 - 1e-12 } })).toEqual([]);
    expect(compare('large', 1e12, 1e12 + 1)).toMatchObject({ isSame: true, difference: 1 });
    expect(compare('small', 1e-3, 1e-3 + 2e-9).isSame).toBe(false);
    expect(compare('no number', 1, Number.NaN).isSame).toBe(false);
  });

  it.each<[string, Parameters<typeof runWith>[0], string[]]>([
    ['the score of a candidate', { value: 0.66 }, ['c0']],
    ['the loss of a candidate', { lossValue: 0.91 }, ['c0']],
    ['the models of the ensemble', { ensemble: { members: [{ candidateId: 'c1', weight: 1, folds: [0, 1] }] } }, ['models of the ensemble', 'weight of c0']],
    ['a weight', { ensemble: { members: [{ candidateId: 'c0', weight: 0.9, folds: [0, 1] }] } }, ['weight of c0']],
    ['the calibration', { ensemble: { calibration: { kind: 'temperature', t: 1.26 } } }, ['calibration, t']],
    ['a multiplier', { ensemble: { decision: { kind: 'multipliers', values: [1, 0.6] } } }, ['decision, values 1']],
    ['a range', { ensemble: { interval: { ...interval, spread: [interval.spread[0], { at: 2, value: 1.5 }] } } }, ['range, spread 1 value']],
    ['the count of classes', { ensemble: { decision: { kind: 'multipliers', values: [1] } } }, ['decision, values 1']],
    ['the ensemble', { ensemble: { value: 0.71 } }, ['ensemble out of its folds']],
    ['an end of the interval', { record: { score: { ...around(0.6), low: 0.1 } } }, ['score, low end']],
    ['the baseline', { record: { baseline: 0.3 } }, ['score, baseline']],
    ['the rows', { record: { rowCount: 51 } }, ['score, rows']],
  ])('differ in %s, by its name', async (_, change, names) => {
    expect(await differing(change)).toEqual(names);
  });
});
