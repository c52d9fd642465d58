import type { Member, ScoreRecord } from '../domain/event.ts';
import type { RunState } from '../domain/run.ts';

/** How far two numbers may be apart that are to be the same, relative to max(1, |number|). */
export const REPLAY_TOLERANCE = 1e-9;

/** One thing that a run came to, then and now: numbers with their difference, or texts. `replayed` is null where nothing came of it now. */
export type Compared = { what: string; recorded: number | string; replayed: number | string | null; difference: number | null; isSame: boolean };

export type ComparedCandidate = {
  id: string;
  title: string;
  folds: number;
  recorded: number;
  replayed: number | null;
  difference: number | null;
  isSame: boolean;
};

/** Every candidate's score out of its folds. The loss that settles ties is held as well: `difference` is the greater of the two. */
export function compareCandidates(recorded: RunState, replayed: RunState): ComparedCandidate[] {
  return [...recorded.candidates.values()].flatMap(({ candidate: { id, title }, evaluation, executions }) => {
    if (evaluation === null) return [];
    const now = replayed.candidates.get(id)?.evaluation ?? null;
    const value = compare(id, evaluation.value, now?.value ?? null);
    const loss = compare(id, evaluation.lossValue, now?.lossValue ?? null);
    const difference = now && Math.max(value.difference ?? 0, loss.difference ?? 0);
    const folds = [...executions.values()].filter(({ kind }) => kind === 'finished').length;
    return [{ id, title, folds, recorded: evaluation.value, replayed: now?.value ?? null, difference, isSame: value.isSame && loss.isSame }];
  });
}

/** What was chosen and measured: forms, weights, calibration, the rule of decision, ranges, and every number of the score. */
export function compareOutcomes(recorded: RunState, replayed: RunState): Compared[] {
  const { ensemble: before, score: scoreBefore } = recorded;
  const { ensemble: after, score: scoreAfter } = replayed;
  if (!before || !scoreBefore || !after || !scoreAfter) throw new Error('only runs that have measured their model are compared');
  return [
    compare('models of the ensemble', formsOf(before.members), formsOf(after.members)),
    ...before.members.map(({ candidateId, weight }) =>
      compare(`weight of ${candidateId}`, weight, after.members.find((member) => member.candidateId === candidateId)?.weight ?? null),
    ),
    ...compareFacts('calibration', factsOf(before.calibration), factsOf(after.calibration)),
    ...compareFacts('decision', factsOf(before.decision), factsOf(after.decision)),
    ...compareFacts('range', factsOf(before.interval ?? {}), factsOf(after.interval ?? {})),
    compare('ensemble out of its folds', before.value, after.value),
    ...compareFacts('score', scoreFacts(scoreBefore), scoreFacts(scoreAfter)),
  ];
}

export function compare(what: string, recorded: number | string, replayed: number | string | null): Compared {
  if (typeof recorded !== 'number' || typeof replayed !== 'number') return { what, recorded, replayed, difference: null, isSame: recorded === replayed };
  const difference = Math.abs(recorded - replayed);
  return { what, recorded, replayed, difference, isSame: difference <= REPLAY_TOLERANCE * Math.max(1, Math.abs(recorded)) };
}

type Facts = Record<string, number | string>;

/** Facts that only one of the two has are compared with nothing. */
const compareFacts = (what: string, before: Facts, after: Facts): Compared[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => compare(`${what}, ${name}`, before[name] ?? 'none', after[name] ?? 'none'));

const formsOf = (members: readonly Member[]): string => members.map(({ candidateId, folds }) => `${candidateId}: ${folds.join(' ')}`).join('; ');

/** Every number and word in a value, by its path in it. */
function factsOf(value: unknown, path: string[] = []): Facts {
  if (typeof value === 'object' && value !== null) return Object.assign({}, ...Object.entries(value).map(([name, part]) => factsOf(part, [...path, name])));
  return { [path.join(' ')]: typeof value === 'number' ? value : String(value) };
}

/** The verdict follows from these, and from the clock, which is not repeated. */
function scoreFacts({ metric, score, baseline, gain, rowCount, unjudgedClasses, onUnseenRows, coverage }: ScoreRecord): Facts {
  return {
    metric,
    value: score.value,
    'low end': score.low,
    'high end': score.high,
    baseline,
    gain: gain.value,
    'low end of the gain': gain.low,
    'high end of the gain': gain.high,
    rows: rowCount,
    ...(unjudgedClasses?.length && { 'classes without a row': unjudgedClasses.join(', ') }),
    ...(onUnseenRows && { 'value on unseen rows': onUnseenRows.value, 'unseen rows': onUnseenRows.rowCount }),
    ...(coverage && { 'rows whose truth lies in its range': coverage.coveredCount, 'mean width of the ranges': coverage.meanWidth }),
  };
}
