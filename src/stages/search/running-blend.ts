import type { Labels } from '../../domain/task.ts';

/** What each complete candidate adds to all before it: a convex blend that takes as much of a newcomer as makes its loss least. */
export type RunningBlend = {
  /** By what share the blend's loss fell with this candidate in it; 0 where it takes none, and for the first. Values on the training scale, row-major. */
  add(values: Float64Array): number;
};

const WEIGHTS = [0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1];
/** More rows say the same. */
const MAX_ROWS = 20_000;

/** `labels` of the rows that candidates answer for: class codes, or numbers on the training scale. */
export function openRunningBlend(labels: Labels): RunningBlend {
  const rowCount = labels.kind === 'classes' ? labels.codes.length : labels.values.length;
  const width = labels.kind === 'classes' ? labels.classCount : 1;
  const step = Math.max(1, Math.ceil(rowCount / MAX_ROWS));
  const cells = Int32Array.from({ length: Math.ceil(rowCount / step) }, (_, i) => i * step * width + (labels.kind === 'classes' ? labels.codes[i * step] : 0));
  const truth = labels.kind === 'classes' ? null : Float64Array.from(cells, (cell) => labels.values[cell]);
  // Of a row only the answer for its own class counts in log loss; of a regression the number.
  let blend: Float64Array | null = null;
  const lossOf = (values: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += truth ? (values[i] - truth[i]) ** 2 : -Math.log(Math.max(values[i], 1e-15));
    return sum / values.length;
  };
  return {
    add(values) {
      const own = Float64Array.from(cells, (cell) => values[cell]);
      if (!blend) {
        blend = own;
        return 0;
      }
      const known = blend;
      const before = lossOf(known);
      const mixed = WEIGHTS.map((weight) => known.map((value, i) => (1 - weight) * value + weight * own[i]));
      const losses = mixed.map(lossOf);
      const least = Math.min(...losses);
      if (!(least < before)) return 0;
      blend = mixed[losses.indexOf(least)];
      return (before - least) / before;
    },
  };
}
