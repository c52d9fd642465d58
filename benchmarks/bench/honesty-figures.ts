import { metricFacts } from '../../src/domain/task.ts';
import type { CoverageResult, HeldBackResult } from './results.ts';

/**
 * By how many standard errors of their difference a reported score flatters (above 0) or belittles the model, whatever the direction of the
 * metric. Null where both are without error, so that nothing can be said.
 */
export function flatteryOf({ metric, comparison }: Pick<HeldBackResult, 'metric' | 'comparison'>): number | null {
  if (comparison === null) return null;
  const { reported, test } = comparison;
  const spread = Math.hypot(reported.standardError, test.standardError);
  return spread === 0 ? null : (directionOf(metric) * (reported.value - test.value)) / spread;
}

/** On which side of the interval the truth lies; `better`: the model is better than the interval says. */
export type Position = 'inside' | 'better' | 'worse';

export function positionOf({ metric, comparison }: Pick<CoverageResult, 'metric' | 'comparison'>): Position | null {
  if (comparison === null) return null;
  const { reported, truth } = comparison;
  if (truth >= reported.low && truth <= reported.high) return 'inside';
  return directionOf(metric) * (truth - reported.value) > 0 ? 'better' : 'worse';
}

const directionOf = (metric: HeldBackResult['metric']) => (metricFacts[metric].isHigherBetter ? 1 : -1);

/** A mean with its standard error; no error can be told of fewer than two values. */
export function meanOf(values: readonly number[]): { mean: number; standardError: number | null } | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, standardError: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, standardError: Math.sqrt(variance / values.length) };
}

/** A share with its 95 % interval (Wilson), which holds for small counts and for shares near 0 and 1 too. */
export function shareOf(count: number, total: number): { share: number; low: number; high: number } | null {
  if (total === 0) return null;
  const z = 1.96;
  const share = count / total;
  const middle = (share + z ** 2 / (2 * total)) / (1 + z ** 2 / total);
  const reach = (z / (1 + z ** 2 / total)) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  return { share, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}
