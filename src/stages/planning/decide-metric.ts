import { unreachable } from '../../domain/error.ts';
import type { ColumnProfile } from '../../domain/profile.ts';
import { metricFacts, type Metric, type TaskKind } from '../../domain/task.ts';
import type { Judgement, Wish } from './reading.ts';

/** Positives rarer than this are better judged by how pure the top of the ranking is. */
const RARE_SHARE = 0.1;

/** The metric by the option, by the words, or the usual one of the task. */
export function decideMetric(facts: {
  asked: Metric | null;
  task: TaskKind;
  positiveShare: number;
  target: ColumnProfile;
  judgement: Wish<Judgement> | null;
  capacity: number | null;
}): Wish<Metric> {
  const { asked, task, judgement, capacity } = facts;
  if (asked !== null) return { value: asked, certainty: 1, reason: 'you named it' };
  const wished = judgement && metricFor(judgement.value, facts);
  if (judgement && wished && metricFacts[wished].tasks.includes(task)) return { value: wished, certainty: judgement.certainty, reason: judgement.reason };
  if (task === 'binary' && capacity !== null) return { value: 'average_precision', certainty: 0.75, reason: 'only the top of the ranking can be acted on' };
  if (task === 'regression') return { value: 'rmse', certainty: 0.6, reason: 'usual for numbers' };
  if (task === 'multiclass') return { value: 'log_loss', certainty: 0.6, reason: 'usual for several classes: the probabilities are judged' };
  return facts.positiveShare < RARE_SHARE
    ? { value: 'average_precision', certainty: 0.7, reason: 'the class looked for is rare' }
    : { value: 'roc_auc', certainty: 0.7, reason: 'usual for two classes: the ranking is judged' };
}

function metricFor(judgement: Judgement, { task, positiveShare, target }: { task: TaskKind; positiveShare: number; target: ColumnProfile }): Metric {
  const isBinary = task === 'binary';
  switch (judgement) {
    case 'find-all':
    case 'be-sure':
      return isBinary ? 'average_precision' : 'macro_f1';
    case 'ranking':
      return positiveShare < RARE_SHARE ? 'average_precision' : 'roc_auc';
    case 'probabilities':
    case 'log_loss':
      return 'log_loss';
    case 'share-right':
      return 'accuracy';
    case 'every-class':
      return isBinary ? 'balanced_accuracy' : 'macro_f1';
    case 'f1':
      return isBinary ? 'f1' : 'macro_f1';
    case 'roc_auc':
      return 'roc_auc';
    case 'typical-error':
      return 'mae';
    case 'large-errors':
      return 'rmse';
    case 'relative-error':
      return target.numbers !== null && target.numbers.min > -1 ? 'rmsle' : 'mape';
    case 'percentage-error':
      return 'mape';
    case 'median-error':
      return 'median_absolute_error';
    case 'explained-share':
      return 'r2';
    default:
      return unreachable(judgement);
  }
}
