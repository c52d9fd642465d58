import { describe, expect, it } from 'vitest';
import type { Plan } from '../domain/plan.ts';
import { ModelwrightError } from '../domain/error.ts';
import type { Labels } from '../domain/task.ts';
import { toTrainingScale } from '../domain/target-scale.ts';
import { seededRandom } from '../domain/random.ts';
import type { MemberCost } from '../stages/search/index.ts';
import { MADE_FOLDS, MADE_RUN, madeCandidate, madeContext, madeData, madeFit, madeRun, memoryFiles } from '../../tests/fixtures/made-data.ts';
import { chooseMembers } from './choose-members.ts';
import { freshFigures } from './close-sandbox.ts';
import { keepFit } from './kept-fit.ts';
import { assembleOutOfFold, evaluateOutOfFold } from './out-of-fold.ts';
import type { PreparedData } from './prepare-data.ts';
import type { RecordedChoices, Trainers } from './search-loop.ts';

const ROWS = 200;
const labels: Labels = { kind: 'values', values: Float64Array.from({ length: ROWS }, (_, row) => Math.sin(row) * 10) };
const cheap: MemberCost = { batchMsPerRow: 0.001, rowMs: 0.01, packageBytes: 10_000, fitMs: 1_000, leastFitMs: 1_000 };

type Asked = {
  plan?: Partial<Plan>;
  costs?: Record<string, MemberCost>;
  spentMs?: number;
  finishOfMs?: Record<string, number>;
  isStopped?: boolean;
  refits?: 'finish' | 'fail';
  recorded?: RecordedChoices;
};

/** A run in which candidates have answered for their folds, each off by its own noise. */
async function runWith(
  candidates: Record<string, { noise: number; folds: number[] }>,
  { plan, costs = {}, spentMs = 10_000, finishOfMs = {}, isStopped = false, refits = 'finish', recorded }: Asked = {},
) {
  const data: PreparedData = madeData(labels, plan);
  const truth = toTrainingScale(labels, data.scale);
  const run = madeRun();
  const files = memoryFiles();
  const done: { candidateId: string; fold: number; rounds: number | null; stopAfterMs: number }[] = [];
  const record = async (candidateId: string, fold: number, predictions: Float64Array) => {
    const end = { kind: 'finished' as const, result: await keepFit(files, MADE_RUN, madeFit(predictions, 20 + fold)), rounds: 20 + fold, peakMemoryBytes: 1 };
    await run.append({ kind: 'execution.finished', candidateId, fold, durationMs: 1_000, end });
  };
  for (const [id, { noise, folds }] of Object.entries(candidates)) {
    const random = seededRandom(id.length + Number(id.slice(1)) * 97);
    for (const fold of folds) {
      await run.append({ kind: 'search.decided', decision: { kind: 'try', candidate: madeCandidate(id), fold, rounds: null, stopAfterMs: 1_000 } });
      await record(
        id,
        fold,
        Float64Array.from(data.folds[fold].validate, (row) => truth[row] + noise * (random.next() - 0.5)),
      );
    }
    const state = run.state.candidates.get(id);
    if (state && folds.length === MADE_FOLDS) {
      const evaluated = evaluateOutOfFold(await assembleOutOfFold(state, data, files, MADE_RUN), data);
      await run.append({ kind: 'candidate.evaluated', candidateId: id, metric: data.plan.metric, ...evaluated });
    }
  }
  const context = madeContext(spentMs, isStopped, {
    run,
    files,
    data,
    finishOfMs: ({ id }) => finishOfMs[id] ?? 0,
    costOf: (id) => costs[id] ?? cheap,
    ...(recorded && { recorded }),
  });
  const trainers: Trainers = {
    async execute(candidate, fold, rounds, stopAfterMs) {
      done.push({ candidateId: candidate.id, fold, rounds, stopAfterMs });
      if (refits === 'finish') await record(candidate.id, fold, new Float64Array(50));
      else await run.append({ kind: 'execution.finished', candidateId: candidate.id, fold, durationMs: 1, end: { kind: 'stopped', limit: 'memory' } });
    },
    evaluateIfComplete: async () => undefined,
    stopAll: async () => undefined,
    figures: freshFigures,
    close: async () => undefined,
  };
  return { choice: () => chooseMembers(context, trainers), run, done };
}

const all = [0, 1, 2, 3, 4];
const two = { c0: { noise: 1, folds: all }, c1: { noise: 1, folds: all } };
const weightsOf = ({ members }: { members: { weight: number }[] }) => members.reduce((sum, { weight }) => sum + weight, 0);
/** So costly that five fold models are over the limit for a batch (0.08 ms) and one is not. */
const costly: MemberCost = { ...cheap, batchMsPerRow: 0.03 };

describe('the members of a model', () => {
  it('are the fold models of candidates that are better together, with weights that add to 1', async () => {
    const { choice, done } = await runWith(two);
    const chosen = await choice();
    expect(chosen.members.map(({ candidateId, folds }) => [candidateId, folds])).toEqual([
      ['c0', all],
      ['c1', all],
    ]);
    expect(weightsOf(chosen)).toBeCloseTo(1, 12);
    expect(done).toEqual([]);
    expect(chosen.note).toMatch(/candidate c0 \d+ %, candidate c1 \d+ %/);
  });

  it('are the best candidate alone where others make it no better', async () => {
    const { choice } = await runWith({ c0: { noise: 20, folds: all }, c1: { noise: 0.01, folds: all } });
    const chosen = await choice();
    expect(chosen.members).toEqual([{ candidateId: 'c1', weight: 1, folds: all }]);
    expect(chosen.value).toBeLessThan(0.1);
  });

  it('are refitted on all rows, with the mean rounds of the folds and a few more, where fold models would answer too slowly', async () => {
    const { choice, done } = await runWith(two, { costs: { c0: costly, c1: costly } });
    const chosen = await choice();
    expect(chosen.members.map(({ folds }) => folds)).toEqual([[MADE_FOLDS], [MADE_FOLDS]]);
    expect(done.map(({ candidateId, fold, rounds }) => [candidateId, fold, rounds])).toEqual([
      ['c0', MADE_FOLDS, Math.round(22 * 1.05)],
      ['c1', MADE_FOLDS, Math.round(22 * 1.05)],
    ]);
    // 60 s, less what is spent and most of what the end will take.
    expect(done[0].stopAfterMs).toBe(60_000 - 10_000 - 1_400);
    expect(weightsOf(chosen)).toBeCloseTo(1, 12);
  });

  it('give up folds where there is no time to refit them', async () => {
    const { choice, done } = await runWith(two, { costs: { c0: costly, c1: cheap }, spentMs: 57_990 });
    const chosen = await choice();
    expect(done).toEqual([]);
    expect(chosen.members.map(({ folds }) => folds)).toEqual([[0, 1], all]);
    expect(weightsOf(chosen)).toBeCloseTo(1, 12);
  });

  it('are none but the best that would make the end longer than the time that is left, but for those that time was kept for', async () => {
    const both = { c0: { noise: 0.01, folds: all }, c1: { noise: 0.01, folds: all } };
    const chosenWith = async (candidates: typeof both, slow: Record<string, number>, spentMs: number) => {
      const { choice } = await runWith(candidates, { finishOfMs: slow, spentMs });
      return (await choice()).members.map(({ candidateId, folds }) => `${candidateId}: ${folds.join(' ')}`);
    };
    const isBestFirst = { ...both, c1: { noise: 0.02, folds: all } };
    expect(await chosenWith(isBestFirst, { c1: 5_000 }, 57_000)).toEqual(['c0: 0 1 2 3 4']);
    // The best one stays, with as many models as there is time for: its draft stood for fifteen.
    expect(await chosenWith({ ...both, c1: { noise: 20, folds: all } }, { c0: 12_500 }, 57_500)).toEqual(['c0: 0 1 2']);
    // 2 s were kept free for the end, and a moment of them is gone.
    expect(await chosenWith({ ...both, c1: { noise: 20, folds: all } }, { c0: 1_900 }, 58_200)).toEqual(['c0: 0 1 2 3 4']);
  });

  it('are the first fold model where a refit fails', async () => {
    const { choice } = await runWith({ c0: two.c0 }, { costs: { c0: costly }, refits: 'fail' });
    expect((await choice()).members).toEqual([{ candidateId: 'c0', weight: 1, folds: [0] }]);
  });

  it('are one model of the latest rows where later ones are predicted: a refit, and the last fold model where that fails', async () => {
    const plan: Partial<Plan> = { split: { kind: 'time', column: 'x', rule: { type: 'number', missing: [], style: 'plain' } } };
    const refitted = await runWith({ c0: two.c0 }, { plan });
    expect((await refitted.choice()).members).toEqual([{ candidateId: 'c0', weight: 1, folds: [MADE_FOLDS] }]);
    const failed = await runWith({ c0: two.c0 }, { plan, refits: 'fail' });
    expect((await failed.choice()).members).toEqual([{ candidateId: 'c0', weight: 1, folds: [MADE_FOLDS - 1] }]);
  });

  it('are fewer where even one model of each is too much', async () => {
    const { choice } = await runWith(two, { costs: { c0: { ...cheap, packageBytes: 40e6 }, c1: { ...cheap, packageBytes: 45e6 } } });
    const chosen = await choice();
    expect(chosen.members.length).toBe(1);
    expect(chosen.members[0].weight).toBe(1);
  });

  it('are not refitted again when a resumed run has done so', async () => {
    const { choice, done } = await runWith({ c0: two.c0 }, { costs: { c0: costly } });
    await choice();
    const again = await choice();
    expect(again.members).toEqual([{ candidateId: 'c0', weight: 1, folds: [MADE_FOLDS] }]);
    expect(done.length).toBe(1);
  });

  it('are, where a run is repeated, weighed and refitted as there was time for then, whatever time there is now', async () => {
    const costs = { c0: costly, c1: costly };
    const repeat = async (considered: string[], refits: string[], asked: Asked) => {
      const { choice, done } = await runWith(two, {
        ...asked,
        recorded: { considered: new Set(considered), refits: new Set(refits), limits: madeData(labels).plan.limits },
      });
      const { members, considered: weighed } = await choice();
      expect(done).toEqual([]);
      return [weighed, members.map(({ candidateId, folds }) => `${candidateId}: ${folds.join(' ')}`)];
    };
    expect(await repeat(['c1'], [], {})).toEqual([['c1'], ['c1: 0 1 2 3 4']]);
    expect(await repeat(['c0', 'c1'], [], { costs })).toEqual([
      ['c0', 'c1'],
      ['c0: 0', 'c1: 0'],
    ]);
    // The refit was begun then and is not among the fits that were repeated: it came to nothing.
    expect(await repeat(['c0', 'c1'], ['c0'], { costs, spentMs: 59_000, finishOfMs: { c0: 99_000 } })).toEqual([
      ['c0', 'c1'],
      ['c0: 0', 'c1: 0'],
    ]);
  });

  it('are the same when they are chosen again', async () => {
    const [first, second] = [await runWith(two), await runWith(two)];
    expect(await second.choice()).toEqual(await first.choice());
  });
});

describe('where no candidate has all its folds', () => {
  it('the best on the fold that most of them have is the model, with all its folds, and the note says so', async () => {
    const { choice } = await runWith({ c0: { noise: 5, folds: [0, 1] }, c1: { noise: 1, folds: [0] }, c2: { noise: 0.01, folds: [4] } });
    const chosen = await choice();
    // c2 answered for other rows: nothing can be said of it beside the others.
    expect(chosen.members).toEqual([{ candidateId: 'c1', weight: 1, folds: [0] }]);
    expect(chosen.note).toContain('1 of 5 folds');
  });

  it('and not even one fit ended, the budget is named as the reason, or the person who stopped', async () => {
    const codeOf = async (asked: Asked) => {
      const { choice } = await runWith({}, asked);
      return choice().catch((error: unknown) => (error instanceof ModelwrightError ? error.code : error));
    };
    expect(await codeOf({})).toBe('MW2001');
    expect(await codeOf({ isStopped: true })).toBe('MW2003');
  });
});
