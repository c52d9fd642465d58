import { takeRows } from '../domain/table.ts';
import type { Column, Table } from '../domain/column.ts';
import type { ColumnImportance } from '../domain/package.ts';
import type { Random } from '../domain/random.ts';
import type { Predictions } from '../domain/task.ts';
import type { Answers } from './open-model.ts';

/** More rows make importance steadier, not different; this many keep it within the time reserved for packaging. */
const MOST_ROWS = 2000;
const REPEATS = 3;

export type ImportanceQuestion = {
  model: Pick<Answers, 'answer'>;
  /** Rows that the model did not learn from. */
  table: Table;
  /** The inputs to ask about, those that likely matter most first. */
  columns: readonly string[];
  /** The score of these predictions for these rows of the table, in the unit of the metric. */
  measure(predictions: Predictions, rows: Int32Array): number;
  isHigherBetter: boolean;
  random: Random;
  hasTime(): boolean;
};

/**
 * How much worse the packaged model answers when the values of one input are shuffled among the rows, the largest first. Every
 * column is measured once before any is measured again; columns that time did not reach are left out.
 */
export async function measureImportance({ model, table, columns, measure, isHigherBetter, random, hasTime }: ImportanceQuestion): Promise<ColumnImportance[]> {
  const rows = chooseRows(table.rowCount, random);
  const sample = takeRows(table, rows);
  const asItIs = measure(await model.answer(sample), rows);
  const losses = new Map<string, number[]>();
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const name of columns) {
      if (!hasTime()) return summarise(losses);
      const shuffled = { rowCount: sample.rowCount, columns: new Map(sample.columns).set(name, shuffleColumn(sample, name, random)) };
      const score = measure(await model.answer(shuffled), rows);
      losses.set(name, [...(losses.get(name) ?? []), isHigherBetter ? asItIs - score : score - asItIs]);
    }
  }
  return summarise(losses);
}

function chooseRows(rowCount: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: rowCount }, (_, row) => row);
  return rowCount <= MOST_ROWS ? all : random.shuffle(all).slice(0, MOST_ROWS).toSorted();
}

function shuffleColumn(table: Table, name: string, random: Random): Column {
  const column = table.columns.get(name);
  if (!column) throw new Error(`the table was read without its column "${name}"`);
  const order = random.shuffle(Int32Array.from({ length: table.rowCount }, (_, row) => row));
  const shuffled = takeRows({ rowCount: table.rowCount, columns: new Map([[name, column]]) }, order).columns.get(name);
  return shuffled ?? column;
}

function summarise(losses: ReadonlyMap<string, readonly number[]>): ColumnImportance[] {
  return [...losses]
    .map(([column, measured]) => {
      const loss = measured.reduce((sum, value) => sum + value, 0) / measured.length;
      const squares = measured.reduce((sum, value) => sum + (value - loss) ** 2, 0);
      return { column, loss, spread: measured.length > 1 ? Math.sqrt(squares / (measured.length - 1)) : 0, repeats: measured.length };
    })
    .toSorted((a, b) => b.loss - a.loss);
}
