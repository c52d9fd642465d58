/**
 * The graph compares float32 numbers by `x <= t` only; a learner holds float64 thresholds and may test `x < t`. These give the
 * float32 threshold by which every float32 x goes the same way. Rounding to nearest does not: it can step over a value of the data.
 */
const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The largest float32 not above `threshold`: x <= threshold exactly when x <= floor32(threshold). */
export function floor32(threshold: number): number {
  const nearest = Math.fround(threshold);
  return nearest > threshold ? predecessor32(nearest) : nearest;
}

/** The largest float32 below `threshold`: x < threshold exactly when x <= below32(threshold). Below −∞ there is none: NaN, which nothing is ≤. */
export function below32(threshold: number): number {
  const nearest = Math.fround(threshold);
  return nearest < threshold ? nearest : predecessor32(nearest);
}

function predecessor32(value: number): number {
  if (value === -Infinity || Number.isNaN(value)) return NaN;
  if (value === 0) return -1.401298464324817e-45;
  float[0] = value;
  bits[0] += value > 0 ? -1 : 1;
  return float[0];
}
