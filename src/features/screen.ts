import type { Random } from '../domain/random.ts';

/** A feature of a sample as parts: a number by its quantiles, a category by its levels; the last part may be "missing". */
export type Parts = { partOf: Uint16Array; partCount: number };

/** What is left to explain: a number a row and label column, each row in one of two halves that judge each other. */
export type Residuals = { columns: Float64Array[]; half: Uint8Array };

const NUMBER_PARTS = 24;
/** So many values show where the parts of a number end. */
const MOST_SORTED = 1_200;
/** Rows of "nothing" mixed into the mean of a part. */
const SMOOTHING_ROWS = 5;
/** More parts than this are told apart by nothing. */
const MOST_PARTS = 65_000;

export function partsOfNumbers(values: Float64Array): Parts {
  const known = values.filter((value) => !Number.isNaN(value));
  const step = Math.ceil(known.length / MOST_SORTED);
  const sorted = Float64Array.from({ length: Math.ceil(known.length / Math.max(1, step)) }, (_, at) => known[at * step]).sort();
  const edges: number[] = [];
  for (let part = 1; part < NUMBER_PARTS; part++) {
    const edge = sorted[Math.floor((part * sorted.length) / NUMBER_PARTS)];
    if (edge !== undefined && edge > (edges.at(-1) ?? Number.NEGATIVE_INFINITY)) edges.push(edge);
  }
  const partOf = new Uint16Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (Number.isNaN(value)) {
      partOf[row] = edges.length + 1;
      continue;
    }
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle] <= value) low = middle + 1;
      else high = middle;
    }
    partOf[row] = low;
  }
  return { partOf, partCount: edges.length + 2 };
}

/** Codes of any size as parts, in the order in which they come; what comes after too many others shares the last. */
export function partsOfCodes(codes: Int32Array): Parts {
  const known = new Map<number, number>();
  const partOf = Uint16Array.from(codes, (code) => {
    const part = known.get(code) ?? Math.min(known.size, MOST_PARTS);
    known.set(code, part);
    return part;
  });
  return { partOf, partCount: Math.min(known.size, MOST_PARTS) + 1 };
}

/** Two features as one. */
export function partsOfBoth(first: Parts, second: Parts): Parts {
  return partsOfCodes(Int32Array.from(first.partOf, (part, row) => part * second.partCount + second.partOf[row]));
}

/** Rows that stand in for each other (`blocks`, −1: like no other) are in one half. */
export function dealHalves(blocks: Int32Array, random: Random): Uint8Array {
  const half = random.shuffle(Uint8Array.from(blocks, (_, row) => row % 2));
  const ofBlock = new Map<number, number>();
  for (let row = 0; row < blocks.length; row++) {
    if (blocks[row] < 0) continue;
    const known = ofBlock.get(blocks[row]);
    if (known === undefined) ofBlock.set(blocks[row], half[row]);
    else half[row] = known;
  }
  return half;
}

function sumsByPart({ partOf, partCount }: Parts, residual: Float64Array, half: Uint8Array) {
  const sums = [new Float64Array(partCount), new Float64Array(partCount)];
  const counts = [new Float64Array(partCount), new Float64Array(partCount)];
  for (let row = 0; row < residual.length; row++) {
    sums[half[row]][partOf[row]] += residual[row];
    counts[half[row]][partOf[row]]++;
  }
  return { sums, counts };
}

/** How much smaller the squares of a half become by the means that the other half has: below 0 for a feature that says nothing. */
export function gainOf(parts: Parts, { columns, half }: Residuals): number {
  let gain = 0;
  for (const residual of columns) {
    const { sums, counts } = sumsByPart(parts, residual, half);
    for (const [own, other] of [
      [0, 1],
      [1, 0],
    ]) {
      for (let part = 0; part < parts.partCount; part++) {
        const mean = sums[other][part] / (counts[other][part] + SMOOTHING_ROWS);
        gain += 2 * mean * sums[own][part] - mean * mean * counts[own][part];
      }
    }
  }
  return gain;
}

/** Takes a share of each part's mean out of what is left. */
export function explain(parts: Parts, { columns, half }: Residuals, share: number): void {
  for (const residual of columns) {
    const { sums, counts } = sumsByPart(parts, residual, half);
    const step = sums[0].map((sum, part) => (share * (sum + sums[1][part])) / (counts[0][part] + counts[1][part] + SMOOTHING_ROWS));
    for (let row = 0; row < residual.length; row++) residual[row] -= step[parts.partOf[row]];
  }
}

export const squaresOf = ({ columns }: Residuals): number => {
  let sum = 0;
  for (const residual of columns) for (const value of residual) sum += value * value;
  return sum;
};
