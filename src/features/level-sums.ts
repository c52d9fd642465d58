/** Numbers of the levels of several categories that belong together: a row's is their sum. */
import { z } from 'zod';

/** null stands for NaN, "missing", which every learner understands. */
const Cell = z.number().nullable();
/** A number for each entry of a dictionary. */
export const Lookup = z.strictObject({ dictionary: z.int().min(0), values: z.array(Cell) });
export type LookupColumn = z.infer<typeof Lookup>;

/** bias + what stands for the row's entry in each table. */
export const LevelSum = z.strictObject({ bias: z.number(), effects: z.array(Lookup).min(1) });
export type LevelSum = z.infer<typeof LevelSum>;

/** Training and answering add up with this alone, so that they cannot differ in a bit. */
export function addUpLevels({ bias, effects }: LevelSum, entryIn: (dictionary: number) => number): number {
  let sum = bias;
  for (const { dictionary, values } of effects) sum += values[entryIn(dictionary)] ?? Number.NaN;
  return sum;
}
