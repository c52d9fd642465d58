import { ModelwrightError } from '../../domain/error.ts';
import type { ColumnProfile } from '../../domain/profile.ts';

/** The interval of a squared error takes fourth powers, summed over all rows: beyond these, a double holds them no more, or nothing of them. */
const LARGEST_TARGET = 1e70;
const SMALLEST_SPREAD = 1e-70;

/** Refuses a target whose errors cannot be measured, before anything is learnt. */
export function checkMagnitude({ name, numbers }: ColumnProfile): void {
  if (!numbers) return;
  checkLargest(name, [numbers.min, numbers.max]);
  if (numbers.max > numbers.min && numbers.standardDeviation < SMALLEST_SPREAD)
    throw unmeasurable(name, `has values less than ${SMALLEST_SPREAD} apart`, 'smaller');
}

/** The same for true values that come later: of a test file, or of rows to measure a model on. */
export function checkLargest(target: string, values: Iterable<number>): void {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  if (largest > LARGEST_TARGET) throw unmeasurable(target, `holds numbers as large as ${largest.toExponential(0)}`, 'larger');
}

const unmeasurable = (target: string, what: string, units: string) =>
  new ModelwrightError({
    code: 'MW1219',
    message: `The target "${target}" ${what}; the squares that it is measured by are beyond what a number can hold.`,
    hint: `Give it in ${units} units, for instance as its logarithm, or take out values that are mistakes.`,
    place: { column: target },
  });
