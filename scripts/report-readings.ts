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
import { outcomeOverProfile } from '../tests/support/plan-from-profile.ts';
import { readDataset, readRealDatasets, type DatasetReading, type Outcome } from '../tests/support/real-datasets.ts';
import { casesOf, judgeOverProfile, keptProfile, sentenceSets, type Judged, type SentenceCase, type SentenceSet } from '../tests/support/sentence-cases.ts';

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
  const sets = (Object.keys(sentenceSets) as SentenceSet[]).map(readSet); // keys of a literal
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

## Sentences of other people

Written by people who had seen the tables and not the rules, half of them with traps: a target that the table does not have, two that fit alike, a column that knows the answer named as an input, a class named
instead of a column, slips of the pen, other languages than the table's, negations, metrics and costs in words, bars and ratios, no prediction at all. Each has the outcomes that a careful reader would accept.
They lie in [tests/fixtures/sentences](../tests/fixtures/sentences), and a test holds how each comes out. Wrong is a plan that is not among those, made without a question.

| sentences | number | right | a question or refusal too many | wrong |
| --- | --- | --- | --- | --- |
${sets.map(setRowOf).join('\n')}

Kept aside means: looked at when the rules were done, and counted here as it came out then. Those that did not come out right at that first look; some of them moved the rules once more, and the last column tells how they come out now:

| table | sentence | at the first look | now |
| --- | --- | --- | --- |
${sets
  .filter(({ set }) => set.endsWith('kept-aside'))
  .flatMap(({ results }) => results.filter(({ one, judged }) => one.first !== undefined || judged.came !== 'right').map(missRowOf))
  .join('\n')}
`;
}

type SetResult = { set: SentenceSet; results: { one: SentenceCase; outcome: Outcome; judged: Judged }[] };

function readSet(set: SentenceSet): SetResult {
  const results = casesOf(set).map((one) => {
    const outcome = outcomeOverProfile(one.sentence, keptProfile(one.table));
    return { one, outcome, judged: judgeOverProfile(one, outcome) };
  });
  return { set, results };
}

function setRowOf({ set, results }: SetResult): string {
  const isKeptAside = set.endsWith('kept-aside');
  const share = (...kinds: Judged['came'][]) => {
    const count = results.filter(({ one, judged }) => kinds.includes(isKeptAside ? (one.first ?? 'right') : judged.came)).length;
    return `${count} (${((100 * count) / results.length).toFixed(0)} %)`;
  };
  return `| ${sentenceSets[set]} | ${results.length} | ${share('right')} | ${share('asked', 'refused')} | ${share('wrong')} |`;
}

function missRowOf({ one, judged }: SetResult['results'][number]): string {
  const came: Record<Judged['came'], string> = { right: 'right', asked: 'asked', refused: 'refused', wrong: '**wrong**' };
  return `| ${[one.table, one.sentence, came[one.first ?? 'right'], came[judged.came]].map(cell).join(' | ')} |`;
}

function cell(text: string): string {
  return text
    .replaceAll('|', String.raw`\|`)
    .replaceAll('\n', ' ')
    .replaceAll('<', '&lt;');
}

function rowOf({ dataset, outcome, plan, faults }: DatasetReading): string {
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
