import { ModelwrightError } from '../domain/error.ts';
import type { Plan } from '../domain/plan.ts';
import type { OpenedFile } from '../edges/tables/index.ts';

/** Refuses a file that lacks a column which the plan reads: one to measure on may be another than the plan was made for. */
export function checkReads(file: Pick<OpenedFile, 'findColumn'>, reads: { name: string }[], { target, inputs }: Plan): void {
  const absent = reads.map(({ name }) => name).filter((name) => file.findColumn(name) === undefined);
  if (absent.length === 0) return;
  const isInput = inputs.some(({ name }) => name === absent[0]);
  const what = absent.map((name) => `"${name}"`).join(', ');
  throw new ModelwrightError({
    code: isInput ? 'MW1420' : 'MW1423',
    message: `The rows to measure on lack the ${absent.length === 1 ? 'column' : 'columns'} ${what}${isInput ? '' : `, which the target "${target}" or the split is read from`}.`,
    hint: 'Add what is missing under the name it has in the table that is learnt from; leave cells empty where a value is unknown.',
    place: { column: absent[0] },
  });
}

const LEAST_TEST_ROWS = 2;

/** Refuses a test file that nothing can be measured on. */
export function checkTestRows(rowCount: number, { target, task, testDataset }: Plan): void {
  if (rowCount >= LEAST_TEST_ROWS) return;
  throw new ModelwrightError({
    code: 'MW1424',
    message: `Fewer than ${LEAST_TEST_ROWS} rows of the test file have ${task === 'regression' ? `a number as "${target}"` : `a class of "${target}" that the table has`}.`,
    hint: 'Give a test file with known answers, or leave out --test: rows of the table are then locked away.',
    place: testDataset ? { file: testDataset.path, column: target } : { column: target },
  });
}
