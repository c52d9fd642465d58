/**
 * Lays the data sets of `benchmarks/data` out as every engine gets them, OUT/NAME/{train.csv,test.csv,truth.csv,task.json}; `npm run bench` does
 * so by itself, and takes such folders by `--data`.
 *
 *     node benchmarks/prepare.ts OUT [NAME …] [--seed 1]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundledFolder, listDatasets } from './bench/dataset.ts';
import { prepareSet } from './bench/prepare-set.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string', default: '1' } } });
const [out, ...wanted] = positionals;
if (out === undefined) throw new Error('Say where the prepared sets go: node benchmarks/prepare.ts OUT');
for (const name of wanted.length > 0 ? wanted : listDatasets(bundledFolder)) {
  const prepared = prepareSet(join(bundledFolder, name), join(out, name), { seed: Number(values.seed) });
  console.log(
    prepared.kind === 'missing'
      ? `${name}: left out; to have it, ${prepared.remedy}`
      : `${name}: ${prepared.trainRows} training rows, ${prepared.testRows} test rows, ${prepared.columns} columns`,
  );
}
