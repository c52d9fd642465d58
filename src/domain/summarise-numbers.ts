import type { NumberSummary } from './profile.ts';

/** Squares of numbers like 1e300 pass what a number can hold. */
const bounded = (value: number) => Math.min(value, Number.MAX_VALUE);

/** Numbers at a glance, those that are not finite left out; null where there is none. */
export function summariseNumbers(values: Float64Array): NumberSummary | null {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  if (sorted.length === 0) return null;
  const at = (share: number) => {
    const rank = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
    return low === high ? low : low + (high - low) * (rank - Math.floor(rank));
  };
  const mean = sorted.reduce((sum, value) => sum + value / sorted.length, 0);
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2 / sorted.length, 0);
  return {
    min: at(0),
    q01: at(0.01),
    q05: at(0.05),
    q25: at(0.25),
    q50: at(0.5),
    q75: at(0.75),
    q95: at(0.95),
    q99: at(0.99),
    max: at(1),
    mean,
    standardDeviation: Math.sqrt(bounded(variance)),
    isWhole: sorted.every(Number.isInteger),
  };
}
