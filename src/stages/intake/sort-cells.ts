import type { Column } from '../../domain/column.ts';

/** The cells of some rows as numbers with NaN for missing; where they are not ordered the numbers are only names. */
export type Cells = { values: Float64Array; isOrdered: boolean };

/** Every type as numbers: the codes of a text are its names. */
export function cellNumbers(column: Column, rows: Int32Array): Cells {
  const values = new Float64Array(rows.length);
  if (column.type === 'text')
    for (let i = 0; i < rows.length; i++) {
      const code = column.codes[rows[i]];
      values[i] = code < 0 ? Number.NaN : code;
    }
  else if (column.type === 'boolean')
    for (let i = 0; i < rows.length; i++) {
      const value = column.values[rows[i]];
      values[i] = value === 255 ? Number.NaN : value;
    }
  else for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i]];
  return { values, isOrdered: column.type === 'number' || column.type === 'timestamp' };
}

/** Cells sorted once, from which everything else is counted. */
export type SortedCells = {
  isOrdered: boolean;
  distinctCount: number;
  missingCount: number;
  /** For each row the place of its value among the different ones, −1 for a missing one. */
  places: Int32Array;
  /** Rows that have a value, by their value; `starts[p]`: where those of place p begin. Rows of one value keep their order. */
  order: Int32Array;
  starts: Int32Array;
};

export function sortCells({ values, isOrdered }: Cells): SortedCells {
  const order = rowsByValue(values);
  const places = new Int32Array(values.length).fill(-1);
  const starts = new Int32Array(order.length + 1);
  let distinctCount = 0;
  for (let at = 0; at < order.length; at++) {
    if (at === 0 || values[order[at]] !== values[order[at - 1]]) starts[distinctCount++] = at;
    places[order[at]] = distinctCount - 1;
  }
  starts[distinctCount] = order.length;
  return { isOrdered, distinctCount, missingCount: values.length - order.length, places, order, starts: starts.subarray(0, distinctCount + 1) };
}

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
/** Two digits of eleven bits and one of ten in each half of a double. */
const SHIFTS = [0, DIGIT_BITS, 2 * DIGIT_BITS];

/**
 * Rows that have a value, in its order; ties keep theirs. Sorted by the bits of the doubles, a digit at a time: a sort that compares takes
 * ten times as long, and was most of what a search for leaks took.
 */
function rowsByValue(values: Float64Array): Int32Array {
  let order: Int32Array = new Int32Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row++) if (!Number.isNaN(values[row])) order[count++] = row;
  order = order.subarray(0, count);
  const [low, high] = sortableBits(values);
  let spare: Int32Array = new Int32Array(count);
  const next = new Int32Array(DIGITS);
  for (const half of [low, high]) {
    for (const shift of SHIFTS) {
      next.fill(0);
      for (let at = 0; at < count; at++) next[(half[order[at]] >>> shift) & (DIGITS - 1)]++;
      // A digit that all values share orders nothing.
      if (count > 0 && next[(half[order[0]] >>> shift) & (DIGITS - 1)] === count) continue;
      for (let digit = 0, sum = 0; digit < DIGITS; digit++) {
        const here = next[digit];
        next[digit] = sum;
        sum += here;
      }
      for (let at = 0; at < count; at++) spare[next[(half[order[at]] >>> shift) & (DIGITS - 1)]++] = order[at];
      [order, spare] = [spare, order];
    }
  }
  return order;
}

/** Both halves of each double as whole numbers that are ordered as the doubles are: the bits of one below zero are turned over. */
function sortableBits(values: Float64Array): [low: Uint32Array, high: Uint32Array] {
  const low = new Uint32Array(values.length);
  const high = new Uint32Array(values.length);
  const asDouble = new Float64Array(1);
  const bits = new Uint32Array(asDouble.buffer);
  for (let row = 0; row < values.length; row++) {
    asDouble[0] = values[row] + 0; // both zeros are one value
    const isNegative = bits[1] >>> 31 === 1;
    low[row] = isNegative ? ~bits[0] : bits[0];
    high[row] = isNegative ? ~bits[1] : bits[1] ^ 0x80000000;
  }
  return [low, high];
}

/** For each value of a row how many are below it, ties at their mean; NaN has none. */
export function ranksOf({ places, starts }: SortedCells): Float64Array {
  return Float64Array.from(places, (place) => (place < 0 ? Number.NaN : (starts[place] + starts[place + 1] - 1) / 2));
}
