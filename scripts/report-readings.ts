/**
 * Makes docs/reading-the-sentence.md: what the reader makes of real tables and their sentences, with nothing else said, and of the sentences of
 * `tests/fixtures/sentences`.
 *
 *     node scripts/report-readings.ts FOLDER        FOLDER holds a folder for each data set, with its dataset.json
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect } from '../src/doors/connect.ts';
import { readDataset, readRealDatasets, type DatasetReading } from '../tests/support/real-datasets.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('node scripts/report-readings.ts FOLDER: the folder of the real data sets.');
  process.exit(2);
}
const datasets = readRealDatasets(resolve(folder));
const home = mkdtempSync(join(tmpdir(), 'readings-'));
const client = await connect({ home, environment: {}, version: '0.0.0' });
try {
  const readings: DatasetReading[] = [];
  for (const dataset of datasets) {
    const reading = await readDataset(client, dataset);
    console.log(`${dataset.name}: ${reading.faults.length === 0 ? 'right' : reading.faults.join('; ')}`);
    readings.push(reading);
  }
  writeFileSync(join(import.meta.dirname, '..', 'docs', 'reading-the-sentence.md'), pageOf(readings));
} finally {
  await client.close();
  rmSync(home, { recursive: true, force: true });
}

function pageOf(readings: DatasetReading[]): string {
  const wrong = readings.filter(({ faults, outcome }) => faults.length > 0 && outcome.kind === 'plan').length;
  const right = readings.filter(({ faults, outcome }) => faults.length === 0 && outcome.kind === 'plan').length;
  const refused = readings.filter(({ faults, outcome }) => faults.length === 0 && outcome.kind === 'error').length;
  return `<!-- Made by scripts/report-readings.ts. -->

# Reading the sentence

How sentences come out, with no language model and no hint: the command is given the words and the file as they are. [plans.md](plans.md) says by which rules.

## ${readings.length} real tables

${right} right plans, ${refused} forecasts refused with what works today, ${wrong} wrong. Right means: all rows and columns read, the target, the kind of task, the class that is looked for, a metric of that task, the split, and every
column left out that is known to name rows or to know the answer. Of a refused forecast the plan is shown that \`--target\` and \`--time\` of its refusal give.

| table | sentence | predicts | judged by | split | left out | came out |
| --- | --- | --- | --- | --- | --- | --- |
${readings.map(rowOf).join('\n')}
`;
}

function rowOf({ dataset, outcome, plan, faults }: DatasetReading): string {
  const cell = (text: string) =>
    text
      .replaceAll('|', String.raw`\|`)
      .replaceAll('\n', ' ')
      .replaceAll('<', '&lt;');
  const what =
    plan &&
    (plan.task === 'binary'
      ? `${plan.target} = ${plan.classes[1]}`
      : `${plan.target} (${plan.task === 'regression' ? 'number' : `${plan.classes.length} classes`})`);
  const split = plan && (plan.split.kind === 'random' ? 'random' : `${plan.split.kind}: ${plan.split.column}`);
  const leftOut = plan?.leftOut.map(({ name, reason }) => `${name.trim()} (${reason})`).join(', ');
  const cameOut = faults.length > 0 ? `**${faults.join('; ')}**` : outcome.kind === 'plan' ? 'right' : 'refused, with what works today';
  return `| ${[dataset.name, dataset.intent, what ?? '', plan?.metric ?? '', split ?? '', leftOut ?? '', cameOut].map(cell).join(' | ')} |`;
}
