import type { Numbers } from './reader-wire.ts';

/** Squares of numbers like 1e300 pass what a number can hold. */
const bounded = (value: number) => (Number.isNaN(value) ? 0 : Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE));

/** `values` ascending with their counts; `inFileOrder`: the first distinct ones as they come. */
export function summarise(values: Float64Array, counts: Float64Array, inFileOrder: Float64Array): Numbers {
  let total = 0;
  let mean = 0;
  let squares = 0;
  let isWhole = true;
  const cumulated = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const before = mean;
    total += counts[i];
    cumulated[i] = total;
    mean += ((values[i] - before) * counts[i]) / total;
    squares += counts[i] * (values[i] - before) * (values[i] - mean);
    if (!Number.isInteger(values[i])) isWhole = false;
  }
  let at = 0;
  const valueAt = (rank: number) => {
    while (at < values.length - 1 && cumulated[at] <= rank) at++;
    return values[at];
  };
  const quantile = (share: number) => {
    const rank = share * (total - 1);
    at = 0;
    const low = valueAt(Math.floor(rank));
    const high = valueAt(Math.ceil(rank));
    return low === high ? low : bounded(low * (1 - rank + Math.floor(rank)) + high * (rank - Math.floor(rank)));
  };
  return {
    min: values[0],
    q01: quantile(0.01),
    q05: quantile(0.05),
    q25: quantile(0.25),
    q50: quantile(0.5),
    q75: quantile(0.75),
    q95: quantile(0.95),
    q99: quantile(0.99),
    max: values[values.length - 1],
    mean: bounded(mean),
    standardDeviation: bounded(Math.sqrt(Math.max(squares / total, 0))),
    isWhole,
    distinctCount: values.length,
    isSteadyCount: inFileOrder.length > 1 && inFileOrder.every((value, i) => i === 0 || value === inFileOrder[i - 1] + 1),
  };
}
