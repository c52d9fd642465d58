import { coverageWarning } from '../domain/coverage-words.ts';
import type { DecisionRule, ScoreRecord } from '../domain/event.ts';
import type { ColumnImportance } from '../domain/package.ts';
import type { Plan } from '../domain/plan.ts';
import { warningText, type Profile } from '../domain/profile.ts';
import type { Labels, Predictions } from '../domain/task.ts';
import { unjudgedWords } from '../domain/unjudged-words.ts';
import { verdictSentences } from '../domain/verdict.ts';
import { confusionMatrix, measureDecisionCosts, measureReliability, measureTop } from '../stages/evaluation/index.ts';
import type { ReportFacts } from '../stages/packaging/index.ts';
import { openWarnings } from './plan.ts';
import type { SearchContext } from './search-loop.ts';

const MAX_POINTS = 400;
const MAX_SHOWN_CLASSES = 30;

export const verdictSentence = ({ verdict, verdictReason }: ScoreRecord): string =>
  verdictReason === null ? verdictSentences[verdict] : `${verdictSentences[verdict]} ${verdictReason}`;

/** Everything the report says, taken from the run's events and the measured rows. */
export function reportFacts(facts: {
  context: SearchContext;
  /** As it goes into the package. */
  plan: Plan;
  profile: Profile;
  name: string;
  version: number;
  createdAt: string;
  importance: ColumnImportance[];
  measured: { labels: Labels; predictions: Predictions };
  productVersion: string;
}): ReportFacts {
  const { context, profile, measured, importance, name, version, createdAt } = facts;
  const { run, data, clock } = context;
  const { state } = run;
  if (!state.score || !state.ensemble || !state.built) throw new Error('a report needs a built and measured model');
  const weightOf = new Map(state.ensemble.members.map(({ candidateId, weight }) => [candidateId, weight]));
  const { labels, predictions } = measured;
  return {
    name,
    version,
    createdAt,
    plan: facts.plan,
    record: state.score,
    verdictSentence: verdictSentence(state.score),
    measuredOn: data.split.reportedOn === 'locked-test' ? 'locked rows' : data.split.reportedOn === 'test-file' ? 'your test file' : 'cross-validation',
    isCaged: state.isCaged === true,
    contained: { containment: state.containment, summary: state.containmentSummary },
    notes: [...facts.plan.notes, ...openWarnings(profile, facts.plan).map(warningText), ...data.split.notes, ...scoreNotes(state.score)],
    importance,
    errors: errorsOf(labels, predictions, data.plan.classes),
    interval: state.ensemble.interval,
    reliability:
      labels.kind === 'classes' && predictions.kind === 'classes'
        ? measureReliability(labels, predictions).bins.map(({ meanPredicted, shareObserved, rowCount }) => ({
            predicted: meanPredicted,
            observed: shareObserved,
            rowCount,
          }))
        : [],
    decisionValue: decisionValueOf(facts.plan, state.ensemble.decision, labels, predictions),
    refit: state.refit,
    tries: [...state.candidates.values()].map(({ candidate, executions, evaluation }) => {
      const done = [...executions].flatMap(([fold, execution]) => (execution.kind === 'finished' && fold < data.folds.length ? [execution] : []));
      return {
        title: candidate.title,
        foldsDone: done.length,
        foldCount: data.folds.length,
        trainingMs: done.reduce((sum, { durationMs }) => sum + durationMs, 0),
        value: evaluation?.value ?? null,
        weight: weightOf.get(candidate.id) ?? 0,
      };
    }),
    ensembleNote: `Chosen: ${state.ensemble.note}.`,
    parity: state.refit?.kind === 'refitted' ? state.refit.parity : state.built.parity,
    clock: [...run.milestones, { step: 'report written', spentMs: clock.spentMs() }],
    rows: { learn: data.learn.table.rowCount, test: data.test?.table.rowCount ?? 0 },
    foldCount: data.folds.length,
    versions: { modelwright: facts.productVersion },
  };
}

/** What to mind when reading the score. */
function scoreNotes({ coverage, unjudgedClasses = [] }: ScoreRecord): string[] {
  return [coverage ? coverageWarning(coverage) : null, unjudgedWords(unjudgedClasses)].filter((note) => note !== null);
}

/** What the decisions are worth in the user's own terms; null where none were said. */
function decisionValueOf({ costs }: Plan, decision: DecisionRule, labels: Labels, predictions: Predictions): ReportFacts['decisionValue'] {
  if (costs === null || labels.kind !== 'classes' || predictions.kind !== 'classes' || predictions.classCount !== 2) return null;
  return {
    threshold: decision.kind === 'threshold' ? decision.threshold : null,
    costs: costs.falsePositive === costs.falseNegative ? null : measureDecisionCosts(labels, predictions, costs),
    top: costs.capacity === null ? null : measureTop(labels, predictions, costs.capacity),
    rowCount: labels.codes.length,
  };
}

function errorsOf(labels: Labels, predictions: Predictions, classes: string[]): ReportFacts['errors'] {
  if (labels.kind === 'classes' && predictions.kind === 'classes') {
    const counts = confusionMatrix(labels, predictions);
    const rowsOf = counts.map((row, k) => row.reduce((sum, rows) => sum + rows, 0) + counts.reduce((sum, other) => sum + other[k], 0));
    const met = [...classes.keys()].filter((k) => rowsOf[k] > 0);
    const frequent = new Set(met.toSorted((a, b) => rowsOf[b] - rowsOf[a]).slice(0, MAX_SHOWN_CLASSES));
    const kept = met.filter((k) => frequent.has(k));
    return {
      kind: 'classes',
      names: kept.map((k) => classes[k]),
      counts: kept.map((k) => kept.map((other) => counts[k][other])),
      hiddenCount: met.length - kept.length,
    };
  }
  if (labels.kind !== 'values' || predictions.kind !== 'values') throw new Error('labels and predictions are of one kind');
  const errors = labels.values.map((value, row) => Math.abs(value - predictions.values[row])).toSorted();
  const step = Math.max(1, Math.ceil(labels.values.length / MAX_POINTS));
  const points = [...labels.values.keys()].filter((row) => row % step === 0).map((row) => ({ actual: labels.values[row], predicted: predictions.values[row] }));
  return {
    kind: 'values',
    quantiles: [0.5, 0.8, 0.9, 0.95].map((share) => ({ share, error: errors[Math.min(errors.length - 1, Math.floor(share * errors.length))] })),
    points,
  };
}
