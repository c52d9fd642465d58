import type { RecordedFit } from '../domain/candidate.ts';
import type { BuildRequest, RunEvent } from '../domain/event.ts';
import { ModelwrightError } from '../domain/error.ts';
import type { Plan } from '../domain/plan.ts';
import { stateOf, type CandidateState, type RunState } from '../domain/run.ts';
import { refitFoldOf } from '../stages/search/index.ts';
import type { RecordedChoices } from './search-loop.ts';

/** A finished run, taken apart into what its repetition needs. */
export type RecordedRun = {
  runId: string;
  /** Of Modelwright, as it was then. */
  version: string;
  state: RunState;
  request: BuildRequest;
  plan: Plan;
  /** What the search fitted and what the ensemble's refits did, in the order in which the candidates were begun. */
  fits: RecordedFit[];
  /** The fits of the model that learnt from all rows, locked ones included. */
  wholeFits: RecordedFit[];
  choices: RecordedChoices;
};

/** Reads a run's events as something to be done again; throws MW2011 where there are none and MW2012 where they do not say enough. */
export function readRecordedRun(runId: string, events: readonly RunEvent[]): RecordedRun {
  const [first] = events;
  if (first?.kind !== 'run.requested')
    throw new ModelwrightError({ code: 'MW2011', message: `There is no run "${runId}" in this home.`, hint: '`modelwright runs` lists them.' });
  const state = stateOf(events);
  const { request, plan, split, ensemble, built, score, end } = state;
  if (!request || !plan || !split || !ensemble || !built || !score || end.kind !== 'finished') {
    throw new ModelwrightError({
      code: 'MW2012',
      message: `Run ${runId} is not finished: there are no scores to come to again.`,
      hint: end.kind === 'failed' ? 'Start another with modelwright build.' : `Finish it first: modelwright resume ${runId}`,
    });
  }
  const considered = new Set(ensemble.considered ?? tooOld(runId, first.version));
  // Where whole candidates were weighed, fits of those that never became whole had no say.
  const hadSay = (one: CandidateState) => considered.size === 0 || one.evaluation !== null;
  const all = [...state.candidates.values()].filter(hadSay).flatMap(({ candidate, executions }) =>
    [...executions]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([fold, execution]) => {
        if (execution.kind !== 'finished') return [];
        const { rounds, settled } = execution;
        return [{ candidate, fold, rounds: Math.max(1, rounds), settled: settled ?? tooOld(runId, first.version) }];
      }),
  );
  const refitFold = refitFoldOf(split.foldCount);
  const refits = [...state.candidates.values()].filter(({ started }) => started.has(refitFold)).map(({ candidate }) => candidate.id);
  return {
    runId,
    version: first.version,
    state,
    request,
    plan,
    fits: all.filter(({ fold }) => fold <= refitFold),
    wholeFits: all.filter(({ fold, candidate }) => isShipped(state, candidate.id, fold)),
    choices: { considered, refits: new Set(refits), limits: ensemble.limits ?? plan.limits },
  };
}

/** Fits of all rows that did not become part of the last model were made in vain, and are not made again. */
const isShipped = ({ refit }: RunState, candidateId: string, fold: number): boolean =>
  refit?.kind === 'refitted' && refit.members.some((member) => member.candidateId === candidateId && member.folds.includes(fold));

function tooOld(runId: string, version: string): never {
  throw new ModelwrightError({
    code: 'MW2012',
    message: `Run ${runId} was made by a version of Modelwright (${version}) that did not keep all that a repetition needs.`,
    hint: 'Build again with this version: its runs can be replayed.',
  });
}
