import type { Calibration, DecisionRule } from '../../domain/event.ts';
import type { Labels, Metric, Predictions } from '../../domain/task.ts';
import { metricFacts } from '../../domain/task.ts';
import { measureMetric } from '../evaluation/index.ts';
export function chooseEnsemble(q: { metric: Metric; labels: Labels; candidates: { id: string; values: Float64Array }[]; asPredictions: (v: Float64Array) => Predictions; random: unknown }): Map<string, number> {
  const sign = metricFacts[q.metric].isHigherBetter ? 1 : -1;
  const scored = q.candidates.map((c) => ({ id: c.id, v: sign * measureMetric(q.metric, q.labels, q.asPredictions(c.values)) })).toSorted((a, b) => b.v - a.v);
  return new Map(scored.slice(0, 3).map(({ id }, _, all) => [id, 1 / all.length]));
}
export const chooseCalibration = (_: unknown): Calibration => ({ kind: 'none' });
export const chooseDecision = (_: unknown): DecisionRule => ({ kind: 'argmax' });
