import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../domain/candidate.ts';
import type { CandidateState, ExecutionState } from '../../domain/run.ts';
import { drawCandidate } from './draw-candidate.ts';
import { mostCandidates, portfolioFor } from './portfolio.ts';
import type { DataShape } from './shape.ts';

const shape: DataShape = {
  fitRows: 8_000,
  foldCount: 5,
  task: 'binary',
  classCount: 2,
  metric: 'roc_auc',
  treeColumns: 12,
  linearColumns: 12,
  generatedColumns: 0,
  extraColumns: 0,
  textScoreColumns: 0,
  hasCategories: false,
  textTermsPerRow: 0,
  vocabularySize: 0,
  isTimeOrdered: false,
  budgetMs: 300_000,
};
const portfolio = portfolioFor(shape);
const first = portfolio.length;

/** The whole portfolio done, each candidate having brought what its learner brings. */
function known(gains: Partial<Record<Candidate['learner'], number>>, durationMs = 2_000): Map<string, CandidateState> {
  const execution: ExecutionState = { kind: 'finished', durationMs, rounds: 50, result: { sha256: 'a'.repeat(64), sizeBytes: 1 } };
  const folds = Array.from({ length: shape.foldCount }, (_, fold) => fold);
  return new Map(
    portfolio.map((candidate) => [
      candidate.id,
      {
        candidate,
        started: new Set(folds),
        executions: new Map(folds.map((fold) => [fold, execution])),
        evaluation: { value: 0.8, lossValue: 0.5, gain: gains[candidate.learner] ?? 0 },
      },
    ]),
  );
}
const seenOf = (states: Map<string, CandidateState>) => [...states.values()].map(({ candidate }) => ({ candidate, durationMs: 2_000 }));
function draw(states: Map<string, CandidateState>, number: number, leftMs = 200_000) {
  return drawCandidate(states, shape, { number, seen: seenOf(states), leftMs, threads: 2 });
}

describe('candidates beyond the portfolio', () => {
  it('are of the family that has added most to the ensemble a second', () => {
    const number = first % 6 === 0 ? first + 1 : first;
    expect(draw(known({ catboost: 0.02 }), number)?.learner).toBe('catboost');
    expect(draw(known({ lightgbm: 0.02 }), number)?.learner).toBe('lightgbm');
  });

  it('are now and then of the family that was tried least', () => {
    const turn = first + ((6 - (first % 6)) % 6);
    const counts = new Map<string, number>();
    for (const { learner } of portfolio) counts.set(learner, (counts.get(learner) ?? 0) + 1);
    const drawn = draw(known({ catboost: 0.02 }), turn);
    const least = Math.min(...[...counts].filter(([learner]) => learner !== 'linear').map(([, count]) => count));
    expect(counts.get(drawn?.learner ?? '') ?? 0).toBeLessThanOrEqual(least);
  });

  it('are the same for the same search and differ from one to the next', () => {
    const states = known({ lightgbm: 0.02 });
    const settings = [1, 2, 3, 4].map((step) => draw(states, first * 6 + step));
    expect(settings).toEqual([1, 2, 3, 4].map((step) => draw(known({ lightgbm: 0.02 }), first * 6 + step)));
    expect(new Set(settings.map((one) => JSON.stringify(one?.settings))).size).toBe(4);
  });

  it('are none when even the cheapest could not be completed', () => {
    expect(draw(known({}), first, 1)).toBeNull();
  });
});

describe('how many candidates are tried', () => {
  it('grows with the rows', () => {
    const counts = [50, 100, 500, 764, 2_500, 5_000, 10_000, 50_000, 1_000_000].map(mostCandidates);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts[0]).toBe(6);
    expect(counts.at(-1)).toBe(100);
  });
});
