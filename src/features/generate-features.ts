import type { Column, Table } from '../domain/column.ts';
import type { Random } from '../domain/random.ts';
import { takeRows } from '../domain/table.ts';
import { compileForTable } from './compile.ts';
import type { FeatureToEncode } from './fit-encoder.ts';
import { cleanNumber } from './functions.ts';
import { arithmetic, type Arithmetic, type GeneratedFeature } from './generated.ts';
import { dealHalves, explain, gainOf, partsOfBoth, partsOfCodes, partsOfNumbers, squaresOf, type Parts, type Residuals } from './screen.ts';
import type { StatisticLabels } from './target-statistics.ts';

/** How far the search goes: the strongest numbers and categories that are put together, and how many features may come of it. */
export type GenerationLimits = { numbers: number; categories: number; features: number };

/** More rows make the choice steadier, not different. */
const MOST_ROWS = 5_000;
/** The best must explain this share of what single features leave unexplained. The others need not: a sample does not show what many rows will. */
const MIN_GAIN = 0.002;
/** Of a feature that was chosen, this share is taken out before the next one is. */
const CHOSEN_SHARE = 0.3;
/** Sum and difference, ratio and product of the same two say much the same. */
const MOST_OF_A_PAIR = 2;
/** In each round so many of the best of the first look are looked at again. */
const MOST_OPEN = 300;
/** Of each feature of the table in turn, so many times, this share is taken out before pairs are looked at. */
const PASSES = 6;
const SHARE = 0.8;
/** Levels of fewer rows of a sample say nothing, nor does their mean. */
const MIN_MEAN_ROWS = 5;

type Number = { index: number; values: Float64Array; parts: Parts; strength: number };
type Category = { index: number; parts: Parts; strength: number };
type Proposal = GeneratedFeature & { parts: Parts; gain: number };

/**
 * Features made of two others that explain what those and all the others cannot explain one by one: found on a sample, each half of it judging by what
 * the other half shows, the strongest first, then again on what that one leaves over. A target of pure noise has none. Uses labels: only for rows
 * to learn from, and only where the reported score is of others (docs/decisions/generated-features.md).
 */
export function generateFeatures(
  features: readonly FeatureToEncode[],
  { table, blocks }: { table: Table; blocks: Int32Array },
  labels: StatisticLabels,
  limits: GenerationLimits,
  random: Random,
): GeneratedFeature[] {
  const all = Int32Array.from({ length: table.rowCount }, (_, row) => row);
  const rows = table.rowCount <= MOST_ROWS ? all : random.shuffle(all).slice(0, MOST_ROWS).sort();
  const sample = takeRows(table, rows);
  const residuals = residualsOf(
    labels,
    rows,
    dealHalves(
      rows.map((row) => blocks[row]),
      random,
    ),
  );

  const numbers: Number[] = [];
  const categories: Category[] = [];
  const single: { parts: Parts; strength: number }[] = [];
  features.forEach(({ as, expression }, index) => {
    if (as === 'text') return;
    const column = compileForTable(expression)(sample);
    const parts = partsOf(column, as);
    const strength = gainOf(parts, residuals);
    single.push({ parts, strength });
    if (as === 'category') categories.push({ index, parts, strength });
    // Parts of a date are put together by what they are, not by sums.
    if (column.type === 'number' && expression.kind === 'column') numbers.push({ index, values: column.values, parts, strength });
    if (column.type === 'number' && as === 'number and levels') {
      const levels = partsOfCodes(Int32Array.from(rankOf(column.values)));
      categories.push({ index, parts: levels, strength: gainOf(levels, residuals) });
    }
  });
  single.sort((a, b) => b.strength - a.strength);
  for (let pass = 0; pass < PASSES; pass++) for (const { parts } of single) explain(parts, residuals, SHARE);

  const strongest = <T extends { strength: number; index: number }>(of: T[], most: number) =>
    of.toSorted((a, b) => b.strength - a.strength || a.index - b.index).slice(0, most);
  const proposals = propose(strongest(numbers, limits.numbers), strongest(categories, limits.categories), residuals);
  return choose(proposals, residuals, limits.features);
}

function residualsOf(labels: StatisticLabels, rows: Int32Array, half: Uint8Array): Residuals {
  const columns = Array.from({ length: labels.columnCount }, (_, column) => {
    const values = Float64Array.from(rows, (row) => labels.valueOf(row, column));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  });
  return { columns, half };
}

function partsOf(column: Column, as: FeatureToEncode['as']): Parts {
  switch (column.type) {
    case 'text':
      return partsOfCodes(column.codes);
    case 'boolean':
      return partsOfCodes(Int32Array.from(column.values));
    default:
      if (as === 'category') throw new Error('a category is a text');
      return partsOfNumbers(column.values);
  }
}

/** Equal numbers have equal ranks. */
function rankOf(values: Float64Array): number[] {
  const known = new Map<number, number>();
  return Array.from(values, (value) => {
    const rank = known.get(value) ?? known.size;
    known.set(value, rank);
    return rank;
  });
}

function propose(numbers: readonly Number[], categories: readonly Category[], residuals: Residuals): Proposal[] {
  const proposals: Proposal[] = [];
  const add = (kind: GeneratedFeature['kind'], of: [number, number], parts: Parts) => proposals.push({ kind, of, parts, gain: gainOf(parts, residuals) });
  for (const [at, first] of numbers.entries()) {
    for (const second of numbers.slice(at + 1)) {
      // Where the divisor is 0 there is no ratio: the one that is 0 less often divides.
      const [over, under] = zerosIn(first.values) < zerosIn(second.values) ? [second, first] : [first, second];
      for (const kind of arithmetic) {
        const [a, b] = kind === '/' ? [over, under] : [first, second];
        add(kind, [a.index, b.index], partsOfNumbers(combined(kind, a.values, b.values)));
      }
    }
  }
  for (const [at, first] of categories.entries()) {
    for (const second of categories.slice(at + 1))
      if (second.index !== first.index) add('pair', [first.index, second.index], partsOfBoth(first.parts, second.parts));
    for (const number of numbers)
      if (number.index !== first.index) add('deviation', [number.index, first.index], partsOfNumbers(deviations(number.values, first.parts)));
  }
  return proposals;
}

const zerosIn = (values: Float64Array): number => values.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);

function combined(kind: Arithmetic, a: Float64Array, b: Float64Array): Float64Array {
  switch (kind) {
    case '-':
      return a.map((value, row) => cleanNumber(value - b[row]));
    case '/':
      return a.map((value, row) => cleanNumber(value / b[row]));
    case '*':
      return a.map((value, row) => cleanNumber(value * b[row]));
    case '+':
      return a.map((value, row) => cleanNumber(value + b[row]));
  }
}

function deviations(values: Float64Array, { partOf, partCount }: Parts): Float64Array {
  const sums = new Float64Array(partCount);
  const counts = new Float64Array(partCount);
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) continue;
    sums[partOf[row]] += values[row];
    counts[partOf[row]]++;
  }
  return values.map((value, row) => {
    const part = partOf[row];
    return counts[part] < MIN_MEAN_ROWS ? Number.NaN : cleanNumber(value - sums[part] / counts[part]);
  });
}

/** The one that explains most, then the one that explains most of the rest. */
function choose(proposals: Proposal[], residuals: Residuals, most: number): GeneratedFeature[] {
  let open = proposals.sort((a, b) => b.gain - a.gain).slice(0, MOST_OPEN);
  if (open.length === 0 || open[0].gain < MIN_GAIN * squaresOf(residuals)) return [];
  const chosen: GeneratedFeature[] = [];
  while (chosen.length < most && open.length > 0) {
    const best = open.reduce((a, b) => (b.gain > a.gain ? b : a));
    chosen.push({ kind: best.kind, of: best.of });
    explain(best.parts, residuals, CHOSEN_SHARE);
    const isSpent = chosen.filter(({ of }) => isSamePair(of, best.of)).length >= MOST_OF_A_PAIR;
    open = open.flatMap((proposal) =>
      proposal === best || (isSpent && isSamePair(proposal.of, best.of)) ? [] : [{ ...proposal, gain: gainOf(proposal.parts, residuals) }],
    );
  }
  return chosen;
}

const isSamePair = (one: GeneratedFeature['of'], other: GeneratedFeature['of']): boolean => one.every((feature) => other.includes(feature));
