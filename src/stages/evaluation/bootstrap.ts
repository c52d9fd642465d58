/**
 * Intervals and standard errors of any weighted metric, by drawing rows, or whole groups of rows, again.
 *
 * Cost: a resample is one draw a unit and one pass over the rows. Above `MAX_UNITS` rows or groups the units are random blocks of
 * as many each: their resamples vary as those of single ones do, and the draws stay bounded. Above 10,000 rows there are
 * fewer resamples, above `MAX_BOOTSTRAP_ROWS` the interval is 1.96 jackknife standard errors: by then every metric is
 * close to normal, and a second of the user's budget is worth more.
 */
import type { Random } from '../../domain/random.ts';
import { onesFor, type WeightedMetric } from './metrics.ts';
import { normalQuantile, normalShareBelow } from './normal-distribution.ts';

const MAX_UNITS = 2_500;
const MAX_ROW_VISITS = 2e7;
const MIN_RESAMPLES = 400;
const MAX_BOOTSTRAP_ROWS = 50_000;
const JACKKNIFE_BLOCKS = 200;
/** Fewer groups than this say nothing about how groups vary; rows are drawn then. */
const MIN_GROUPS = 5;

/** What is drawn as one: `unitOf[row]` in 0 … count − 1. */
export type Units = { unitOf: Int32Array; count: number };

export function unitsFor(rowCount: number, groups: Int32Array | null, random: Random): Units {
  const alone = () => ({ unitOf: Int32Array.from({ length: rowCount }, (_, row) => row), count: rowCount });
  const grouped = groups && denseCodes(groups);
  const units = grouped && grouped.count >= MIN_GROUPS ? grouped : alone();
  return units.count <= MAX_UNITS ? units : { unitOf: mapped(units.unitOf, blocksOf(units.count, MAX_UNITS, random).unitOf), count: MAX_UNITS };
}

/** Group codes of any kind as 0, 1, 2 … in order of appearance. A code below 0 is a group of its own row. */
export function denseCodes(groups: Int32Array): Units {
  const known = new Map<number, number>();
  let count = 0;
  const unitOf = groups.map((group) => {
    const seen = group < 0 ? undefined : known.get(group);
    if (seen !== undefined) return seen;
    if (group >= 0) known.set(group, count);
    return count++;
  });
  return { unitOf, count };
}

/** Rows dealt at random into blocks whose sizes differ by at most one. */
function blocksOf(rowCount: number, count: number, random: Random): Units {
  const unitOf = random.shuffle(Int32Array.from({ length: rowCount }, (_, row) => row % count));
  return { unitOf, count };
}

export type ResampledInterval = { low: number; high: number; isDegenerate: boolean };

/**
 * 95 % interval by the bootstrap: BCa (Efron 1987) where the metric is smooth, so that skewed errors (rmse of a heavy tail,
 * an AUC near 1) do not push it to one side; the plain percentiles for a median, whose jackknife means nothing.
 */
export function bootstrapInterval(
  statistic: WeightedMetric,
  value: number,
  units: Units,
  random: Random,
  facts: { resamples: number; isSmooth: boolean },
): ResampledInterval {
  const rowCount = units.unitOf.length;
  if (rowCount > MAX_BOOTSTRAP_ROWS) {
    const reach = 1.96 * jackknifeStandardError(statistic, units, random, JACKKNIFE_BLOCKS);
    return { low: value - reach, high: value + reach, isDegenerate: reach === 0 };
  }
  const resamples = Math.min(facts.resamples, Math.max(MIN_RESAMPLES, Math.floor(MAX_ROW_VISITS / rowCount)));
  const drawn = resampledValues(statistic, units, random, resamples).sort();
  const isDegenerate = drawn[0] === drawn[resamples - 1];
  if (isDegenerate) return { low: Math.min(value, drawn[0]), high: Math.max(value, drawn[0]), isDegenerate };
  const { bias, acceleration } = facts.isSmooth ? correctionOf(statistic, value, drawn, units, random) : { bias: 0, acceleration: 0 };
  const shareAt = (share: number) => {
    const shifted = bias + normalQuantile(share);
    return normalShareBelow(bias + shifted / (1 - acceleration * shifted));
  };
  const low = quantileOfSorted(drawn, shareAt(0.025));
  const high = quantileOfSorted(drawn, shareAt(0.975));
  return { low: Math.min(low, value), high: Math.max(high, value), isDegenerate };
}

function resampledValues(statistic: WeightedMetric, { unitOf, count }: Units, random: Random, resamples: number): Float64Array {
  const rowCount = unitOf.length;
  const isRowWise = count === rowCount;
  const counts = new Int32Array(count);
  const weights = isRowWise ? counts : new Int32Array(rowCount);
  const values = new Float64Array(resamples);
  for (let at = 0; at < resamples; at++) {
    counts.fill(0);
    for (let draw = 0; draw < count; draw++) counts[random.below(count)]++;
    if (!isRowWise) for (let row = 0; row < rowCount; row++) weights[row] = counts[unitOf[row]];
    values[at] = statistic(weights);
  }
  return values;
}

function correctionOf(statistic: WeightedMetric, value: number, drawn: Float64Array, units: Units, random: Random): { bias: number; acceleration: number } {
  let below = 0;
  for (const other of drawn) below += other < value ? 1 : other === value ? 0.5 : 0;
  // A bias beyond one standard error is the resampling's own fault (a class that a resample lost): half of it must do.
  const bias = Math.min(Math.max(normalQuantile(below / drawn.length), -1), 1);
  const left = leaveOutValues(statistic, units, random);
  const mean = left.reduce((sum, other) => sum + other, 0) / left.length;
  let squares = 0;
  let cubes = 0;
  for (const other of left) {
    squares += (mean - other) ** 2;
    cubes += (mean - other) ** 3;
  }
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
  return { bias, acceleration: Math.min(Math.max(acceleration, -0.2), 0.2) };
}

/** The statistic without each block of units in turn. */
function leaveOutValues(statistic: WeightedMetric, { unitOf, count }: Units, random: Random): Float64Array {
  const rowCount = unitOf.length;
  const blockOfUnit = count > JACKKNIFE_BLOCKS ? blocksOf(count, JACKKNIFE_BLOCKS, random).unitOf : Int32Array.from({ length: count }, (_, unit) => unit);
  const blockCount = Math.min(count, JACKKNIFE_BLOCKS);
  const rowsOfBlock: number[][] = Array.from({ length: blockCount }, () => []);
  for (let row = 0; row < rowCount; row++) rowsOfBlock[blockOfUnit[unitOf[row]]].push(row);
  const weights = onesFor(rowCount);
  const values: number[] = [];
  for (const rows of rowsOfBlock) {
    if (rows.length === 0 || rows.length === rowCount) continue;
    for (const row of rows) weights[row] = 0;
    values.push(statistic(weights));
    for (const row of rows) weights[row] = 1;
  }
  return Float64Array.from(values);
}

/** The standard error of a statistic by leaving out blocks of units in turn: a few dozen passes over the rows. */
export function jackknifeStandardError(statistic: WeightedMetric, units: Units, random: Random, blocks = 40): number {
  const coarse = units.count > blocks ? { unitOf: mapped(units.unitOf, blocksOf(units.count, blocks, random).unitOf), count: blocks } : units;
  const left = leaveOutValues(statistic, coarse, random);
  if (left.length < 2) return Number.POSITIVE_INFINITY;
  const mean = left.reduce((sum, other) => sum + other, 0) / left.length;
  const squares = left.reduce((sum, other) => sum + (other - mean) ** 2, 0);
  return Math.sqrt(((left.length - 1) / left.length) * squares);
}

const mapped = (codes: Int32Array, to: Int32Array): Int32Array => codes.map((code) => to[code]);

/** Linear between the two nearest values. */
export function quantileOfSorted(sorted: Float64Array, share: number): number {
  const at = Math.min(Math.max(share, 0), 1) * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.ceil(at);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}
