import { describe, expect, it } from 'vitest';
import type { Candidate, RecordedFit } from '../../domain/candidate.ts';
import type { CandidateState, ExecutionState } from '../../domain/run.ts';
import { decideNext, type SearchView } from './decide-next.ts';
import type { DataShape } from './shape.ts';

const FOLDS = 5;
const shape: DataShape = {
  fitRows: 2000,
  foldCount: FOLDS,
  task: 'binary',
  classCount: 2,
  metric: 'roc_auc',
  treeColumns: 10,
  linearColumns: 10,
  generatedColumns: 0,
  extraColumns: 0,
  textScoreColumns: 0,
  hasCategories: false,
  textTermsPerRow: 0,
  vocabularySize: 0,
  isTimeOrdered: false,
  budgetMs: 60_000,
};

const candidate = (id: string, learner: Candidate['learner'] = 'lightgbm', part: Partial<Candidate> = {}): Candidate => ({
  id,
  title: id,
  learner,
  settings: {},
  maxRounds: 100,
  patience: 10,
  refitFactor: 1,
  usesText: false,
  columns: 'tree',
  usesTargetStatistics: false,
  ...part,
});
const portfolio = [candidate('c0', 'linear'), candidate('c1'), candidate('c2', 'catboost'), candidate('c3')];

const finished = (durationMs: number): ExecutionState => ({
  kind: 'finished',
  durationMs,
  rounds: 10,
  result: { sha256: 'a'.repeat(64), sizeBytes: 1 },
});
const lost: ExecutionState = { kind: 'lost', durationMs: 10, why: 'failed' };
const state = (of: Candidate, executions: Record<number, ExecutionState | 'running'>): [string, CandidateState] => {
  const ended = Object.entries(executions).flatMap(([fold, execution]) => (execution === 'running' ? [] : [[Number(fold), execution] as const]));
  const isComplete = ended.filter(([, { kind }]) => kind === 'finished').length === FOLDS;
  return [
    of.id,
    {
      candidate: of,
      started: new Set(Object.keys(executions).map(Number)),
      executions: new Map(ended),
      evaluation: isComplete ? { value: 0.8, lossValue: 0.5 } : null,
    },
  ];
};
const allFolds = (durationMs: number) => Object.fromEntries(Array.from({ length: FOLDS }, (_, fold) => [fold, finished(durationMs)]));

const view = (part: Partial<SearchView> = {}): SearchView => ({
  portfolio,
  shape,
  mostCandidates: portfolio.length,
  candidates: new Map(),
  fits: null,
  nowMs: 2_000,
  searchStartMs: 2_000,
  searchEndMs: 50_000,
  threads: 2,
  isCancelled: false,
  ...part,
});
const tried = (decision: ReturnType<typeof decideNext>): string => (decision.kind === 'try' ? `${decision.candidate.id}-${decision.fold}` : decision.reason);
const timeOf = (decision: ReturnType<typeof decideNext>): number => (decision.kind === 'try' ? decision.stopAfterMs : Number.NaN);

describe('the next step of a search', () => {
  it('is first one fold of each of the first two candidates, so that something usable exists early', () => {
    expect(tried(decideNext(view()))).toBe('c0-0');
    expect(tried(decideNext(view({ candidates: new Map([state(portfolio[0], { 0: 'running' })]) })))).toBe('c1-0');
  });

  it('is then the rest of the first candidate, before another is begun', () => {
    const candidates = new Map([state(portfolio[0], { 0: finished(100) }), state(portfolio[1], { 0: 'running' })]);
    expect(tried(decideNext(view({ candidates })))).toBe('c0-1');
  });

  it('passes over a candidate that cannot be completed for a cheaper one behind it', () => {
    const slow = candidate('c2', 'linear', { title: 'slow' });
    const candidates = new Map([state(portfolio[0], allFolds(100)), state(portfolio[1], allFolds(100)), state(slow, { 0: finished(100_000) })]);
    expect(tried(decideNext(view({ portfolio: [portfolio[0], portfolio[1], slow, portfolio[3]], candidates })))).toBe('c3-0');
  });

  it('is the end when what is left would complete nothing', () => {
    const slow = candidate('c2', 'linear');
    const candidates = new Map([state(portfolio[0], allFolds(100)), state(portfolio[1], allFolds(100)), state(slow, { 0: finished(100_000) })]);
    expect(tried(decideNext(view({ portfolio: portfolio.slice(0, 2).concat(slow), mostCandidates: 3, candidates })))).toBe('budget-spent');
  });

  it('never returns to a candidate that lost a fold', () => {
    const candidates = new Map([state(portfolio[0], { 0: lost }), state(portfolio[1], { 0: finished(100) })]);
    expect(tried(decideNext(view({ candidates })))).toBe('c1-1');
  });

  it('is the end when every candidate is complete or hopeless', () => {
    const candidates = new Map([
      state(portfolio[0], allFolds(100)),
      state(portfolio[1], { 0: lost }),
      state(portfolio[2], allFolds(1)),
      state(portfolio[3], allFolds(1)),
    ]);
    expect(tried(decideNext(view({ candidates })))).toBe('portfolio-done');
  });

  it('is the end when the time is over, or someone wants it to be', () => {
    expect(tried(decideNext(view({ nowMs: 49_900 })))).toBe('budget-spent');
    expect(tried(decideNext(view({ nowMs: 60_000 })))).toBe('budget-spent');
    expect(tried(decideNext(view({ isCancelled: true })))).toBe('cancelled');
  });

  it('gives a fit no more than is left, and the first candidates no more than their share', () => {
    expect(timeOf(decideNext(view({ nowMs: 49_000 })))).toBeLessThanOrEqual(1_000);
    const shareMs = 0.4 * 48_000;
    expect(timeOf(decideNext(view()))).toBeLessThanOrEqual(shareMs / 3);
  });

  it('gives every fold of a candidate the same time, whenever in a wave it begins', () => {
    const done = [state(portfolio[0], allFolds(100)), state(portfolio[1], allFolds(100)), state(portfolio[2], allFolds(100))];
    // Nine seconds for five folds on two threads: three waves.
    const at = (nowMs: number, executions: Record<number, ExecutionState | 'running'>) =>
      timeOf(decideNext(view({ searchEndMs: 10_000, nowMs, candidates: new Map([...done, state(portfolio[3], executions)]) })));
    expect(at(1_000, {})).toBe(3_000);
    expect(at(1_000, { 0: 'running' })).toBe(3_000);
    expect(at(4_000, { 0: finished(3_000), 1: 'running' })).toBe(3_000);
    expect(at(4_000, { 0: finished(3_000), 1: finished(3_000), 2: 'running' })).toBe(3_000);
    expect(at(7_000, { 0: finished(3_000), 1: finished(3_000), 2: finished(3_000), 3: 'running' })).toBe(3_000);
  });

  it('lets the later folds of a candidate that would learn twice take the rounds that the first ones found', () => {
    const found = (rounds: number): ExecutionState => ({ ...finished(100), rounds }) as ExecutionState;
    const roundsOf = (executions: Record<number, ExecutionState | 'running'>, part: Partial<Candidate> = {}) => {
      const own = candidate('c1', 'lightgbm', part);
      const decision = decideNext(
        view({ portfolio: [portfolio[0], own], mostCandidates: 2, candidates: new Map([state(portfolio[0], allFolds(100)), state(own, executions)]) }),
      );
      return decision.kind === 'try' ? decision.rounds : undefined;
    };
    expect(roundsOf({ 0: 'running' })).toBeNull();
    expect(roundsOf({ 0: found(40), 1: 'running' })).toBe(40);
    expect(roundsOf({ 0: found(40), 1: found(61) })).toBe(51);
    expect(roundsOf({ 0: found(40), 1: found(61) }, { refitFactor: 0 })).toBeNull();
    const cutShort: ExecutionState = { ...finished(6_000), rounds: 3 } as ExecutionState;
    expect(roundsOf({ 0: cutShort })).toBeNull();
    expect(roundsOf({ 0: cutShort, 1: found(61) })).toBe(61);
  });

  it('draws candidates of its own after the portfolio, as many as the rows allow', () => {
    const done = new Map(portfolio.map((one) => state(one, allFolds(100))));
    const drawn = decideNext(view({ mostCandidates: 6, candidates: done }));
    expect(tried(drawn)).toBe('c4-0');
    if (drawn.kind !== 'try') throw new Error('nothing was drawn');
    const begun = new Map([...done, state(drawn.candidate, { 0: finished(100) })]);
    expect(tried(decideNext(view({ mostCandidates: 6, candidates: begun })))).toBe('c4-1');
    const two = new Map([...done, state(drawn.candidate, allFolds(100)), state(candidate('c5'), allFolds(100))]);
    expect(tried(decideNext(view({ mostCandidates: 6, candidates: two })))).toBe('portfolio-done');
  });

  it('follows a recorded list in its order, whatever the clock says', () => {
    const fits: RecordedFit[] = [
      { candidate: portfolio[1], fold: 3, rounds: 20 },
      { candidate: portfolio[0], fold: 0, rounds: null },
      { candidate: portfolio[1], fold: 5, rounds: 25 },
    ];
    const recorded = (candidates: Map<string, CandidateState>) => decideNext(view({ fits, nowMs: 1e9, candidates }));
    expect(recorded(new Map())).toMatchObject({ kind: 'try', candidate: portfolio[1], fold: 3, rounds: 20 });
    expect(tried(recorded(new Map([state(portfolio[1], { 3: 'running' })])))).toBe('c0-0');
    const both = [state(portfolio[1], { 3: lost }), state(portfolio[0], { 0: finished(1) })];
    expect(recorded(new Map(both))).toMatchObject({ fold: 5, rounds: 25 });
    expect(tried(recorded(new Map([state(portfolio[1], { 3: lost, 5: finished(1) }), both[1]])))).toBe('fits-done');
  });
});

/** A search on a clock of its own: every fit takes what `costMs` says, or ends when it is told to. */
function simulate(costMs: (of: Candidate) => number, part: Partial<SearchView>) {
  const candidates = new Map<string, CandidateState>();
  const { threads, searchEndMs, searchStartMs } = view(part);
  const running: { of: Candidate; fold: number; startMs: number; endMs: number }[] = [];
  const order: string[] = [];
  const endsMs: number[] = [];
  let nowMs = searchStartMs;
  for (let step = 0; step < 10_000; step++) {
    const decision = running.length < threads ? decideNext(view({ ...part, candidates, nowMs })) : null;
    if (decision?.kind === 'try') {
      const { candidate: of, fold, stopAfterMs } = decision;
      order.push(`${of.id}-${fold}`);
      const known = candidates.get(of.id) ?? { candidate: of, started: new Set(), executions: new Map(), evaluation: null };
      candidates.set(of.id, known);
      expect(known.started.has(fold)).toBe(false);
      known.started.add(fold);
      running.push({ of, fold, startMs: nowMs, endMs: nowMs + Math.min(stopAfterMs, costMs(of)) });
      continue;
    }
    if (running.length === 0) return { candidates, order, endsMs, reason: decision?.reason, nowMs, searchEndMs };
    const next = running.toSorted((a, b) => a.endMs - b.endMs)[0];
    running.splice(running.indexOf(next), 1);
    nowMs = next.endMs;
    endsMs.push(nowMs);
    const known = candidates.get(next.of.id);
    known?.executions.set(next.fold, finished(nowMs - next.startMs));
    if (known?.executions.size === FOLDS) known.evaluation = { value: 0.8, lossValue: 0.5 };
  }
  throw new Error('the search did not end');
}

describe('a whole search', () => {
  const costs: [string, (of: Candidate) => number][] = [
    ['quick fits', () => 50],
    ['fits of a second', () => 1_000],
    ['fits that never end by themselves', () => 1e9],
    ['a slow first candidate', (of) => (of.id === 'c0' ? 20_000 : 300)],
    ['a slow last candidate', (of) => (of.id === 'c3' ? 30_000 : 300)],
  ];
  for (const [name, cost] of costs) {
    for (const threads of [1, 2, 4]) {
      for (const searchEndMs of [5_000, 20_000, 60_000]) {
        it(`with ${name}, ${threads} threads and ${searchEndMs / 1000} s plans nothing past its end and leaves a complete candidate`, () => {
          const { endsMs, candidates, order } = simulate(cost, { threads, searchEndMs });
          // The shortest fit there is may begin when only so much is left.
          expect(Math.max(...endsMs)).toBeLessThanOrEqual(searchEndMs);
          expect([...candidates.values()].some(({ evaluation }) => evaluation !== null)).toBe(true);
          expect(order.slice(0, 2)).toEqual(['c0-0', 'c1-0']);
        });
      }
    }
  }

  it('completes every candidate where there is time for all', () => {
    const { candidates, reason } = simulate(() => 100, {});
    expect(reason).toBe('portfolio-done');
    expect([...candidates.values()].every(({ evaluation }) => evaluation !== null)).toBe(true);
  });

  it('leaves at most one candidate incomplete besides the second, which is begun early', () => {
    const { candidates } = simulate(() => 3_000, { searchEndMs: 25_000 });
    const incomplete = [...candidates.values()].filter(({ evaluation }) => evaluation === null);
    expect(incomplete.length).toBeLessThanOrEqual(1);
  });
});
