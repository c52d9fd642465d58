/**
 * What each candidate and each family of the portfolio is worth: from runs that tried them all, what their ensemble loses without a family, and in which order the candidates
 * would have brought the most a second.
 *
 *     node benchmarks/portfolio.ts run HOMES --data PREPARED [--budget 120s] [NAME …]     builds each set in a home of its own, HOMES/NAME (benchmarks/prepare.ts makes PREPARED)
 *     node benchmarks/portfolio.ts table HOMES [NAME …]                                    two Markdown tables of what lies there
 *
 * Losses are log loss or squared error, out of the folds; weights are chosen on half of the rows and judged on the other half, both ways. The ensemble here is the plain greedy one.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { totalmem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseRunEvent } from '../src/domain/event.ts';
import { seededRandom } from '../src/domain/random.ts';
import { stateOf } from '../src/domain/run.ts';
import { openGuests } from '../src/edges/sandbox/index.ts';
import { openStore } from '../src/edges/store/index.ts';
import { openTables, readerEntry } from '../src/edges/tables/index.ts';
import { readConfig } from '../src/engine/index.ts';
import { guestOptions } from '../src/engine/guest-options.ts';
import { assembleOutOfFold } from '../src/engine/out-of-fold.ts';
import { prepareData } from '../src/engine/prepare-data.ts';
import { shapeGroupOf, type DataShape } from '../src/stages/search/index.ts';
import { fixed, markdownTable } from './bench/markdown.ts';
import { openTask } from './bench/prepare-set.ts';
import { buildModel, requestFor } from './bench/run-ours.ts';

const MAX_ROWS = 4_000;
const STEPS = 15;
/** Orders are told of so many. */
const MOST_IN_ORDER = 14;

type Tried = { title: string; learner: string; seconds: number; answers: Float64Array };
/** `truth`: of each row the cell of its class, or its number. */
type Looked = { name: string; shape: DataShape; width: number; truth: Float64Array; tried: Tried[] };

async function runAll(folder: string, data: string, budgetS: number, wanted: string[]): Promise<void> {
  for (const name of wanted.length > 0 ? wanted : readdirSync(data)) {
    const home = join(folder, name);
    if (existsSync(home)) continue;
    mkdirSync(home, { recursive: true });
    const taskFolder = join(data, name);
    const built = await buildModel(requestFor(openTask(taskFolder), { taskFolder, budgetS, seed: 1, home }));
    console.log(name, built.kind === 'built' ? built.score.value : built.error);
  }
}

async function look(name: string, home: string): Promise<Looked | null> {
  const config = readConfig({ ...process.env }, home);
  const store = await openStore(home, parseRunEvent);
  const scratch = await mkdtemp(join(tmpdir(), 'portfolio-'));
  const memoryBytes = totalmem() / 2;
  const guests = openGuests(guestOptions(config, scratch, memoryBytes));
  const tables = await openTables((file) => guests.start(readerEntry, file), { threads: 2, memoryBytes: memoryBytes / 2 });
  try {
    const [run] = await store.log.listRuns();
    if (!run) return null;
    const state = stateOf((await store.log.read(run.runId)).map(({ event }) => event));
    if (!state.plan) return null;
    const file = await tables.openFile(state.plan.dataset.path);
    const data = await prepareData(state.plan, tables, file, null, null);
    await file.close();
    const complete = [...state.candidates.values()].filter(({ evaluation }) => evaluation !== null);
    const width = data.plan.task === 'regression' ? 1 : data.plan.classes.length;
    const tried: Tried[] = [];
    let truth = new Float64Array(0);
    for (const one of complete) {
      const { rows, values: answers } = await assembleOutOfFold(one, data, store.files, run.runId);
      const picked = seededRandom(3).shuffle(Int32Array.from(rows.keys())).slice(0, MAX_ROWS);
      truth = Float64Array.from(picked, (place) => data.trainingLabels[rows[place]]);
      const seconds = [...one.executions].reduce((sum, [fold, { durationMs }]) => sum + (fold < data.folds.length ? durationMs / 1000 : 0), 0);
      const cells = Float64Array.from(picked, (place, i) => answers[place * width + (width > 1 ? truth[i] : 0)]);
      tried.push({ title: one.candidate.title, learner: one.candidate.learner, seconds, answers: cells });
    }
    return { name, shape: data.shape, width, truth, tried };
  } finally {
    await tables.close();
    await guests.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Of the rows at every second place from `first` on. */
function lossOf({ width, truth }: Looked, blend: Float64Array, first: number): number {
  let sum = 0;
  let count = 0;
  for (let i = first; i < blend.length; i += 2, count++) sum += width > 1 ? -Math.log(Math.max(blend[i], 1e-15)) : (blend[i] - truth[i]) ** 2;
  return width > 1 ? sum / count : Math.sqrt(sum / count);
}

/** The plain greedy ensemble of these: weights from one half of the rows, loss on the other, both ways. */
function ensembleLoss(set: Looked, tried: readonly Tried[]): number {
  if (tried.length === 0) return Number.POSITIVE_INFINITY;
  const judged = [0, 1].map((half) => {
    let sum = new Float64Array(set.truth.length);
    for (let step = 1; step <= STEPS; step++) {
      const mixed = tried.map(({ answers }) => sum.map((value, i) => (value * (step - 1) + answers[i]) / step));
      const losses = mixed.map((blend) => lossOf(set, blend, half));
      sum = mixed[losses.indexOf(Math.min(...losses))];
    }
    return lossOf(set, sum, 1 - half);
  });
  return (judged[0] + judged[1]) / 2;
}

/** Always the candidate next that lessens the ensemble's loss most a second, over the sets of a group together. */
function orderOf(sets: readonly Looked[]): { title: string; gain: number; seconds: number }[] {
  const titles = new Set(sets.flatMap(({ tried }) => tried.map(({ title }) => title)));
  const least = new Map(sets.map((set) => [set.name, ensembleLoss(set, set.tried)]));
  const total = new Map(sets.map((set) => [set.name, set.tried.reduce((sum, { seconds }) => sum + seconds, 0)]));
  const chosen = new Map<string, Tried[]>(sets.map(({ name }) => [name, []]));
  const order: { title: string; gain: number; seconds: number }[] = [];
  // Before the first candidate an ensemble is as bad as twice the best loss.
  const lossNow = (set: Looked) => Math.min(2 * (least.get(set.name) ?? 0), ensembleLoss(set, chosen.get(set.name) ?? []));
  while (order.length < MOST_IN_ORDER && titles.size > 0) {
    const before = new Map(sets.map((set) => [set.name, lossNow(set)]));
    const offers = [...titles].map((title) => {
      const gains: number[] = [];
      const shares: number[] = [];
      for (const set of sets) {
        const own = set.tried.find((one) => one.title === title);
        if (!own) continue;
        const after = ensembleLoss(set, [...(chosen.get(set.name) ?? []), own]);
        gains.push(((before.get(set.name) ?? 0) - after) / (least.get(set.name) ?? 1));
        shares.push(own.seconds / (total.get(set.name) ?? 1));
      }
      const mean = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
      return { title, gain: mean(gains), seconds: mean(shares) };
    });
    const next = offers.reduce((best, offer) => (offer.gain / offer.seconds > best.gain / best.seconds ? offer : best));
    order.push(next);
    titles.delete(next.title);
    for (const set of sets) chosen.get(set.name)?.push(...set.tried.filter(({ title }) => title === next.title));
  }
  return order;
}

const hundredths = (share: number) => `${fixed(100 * share, 2)} %`;

async function printTables(folder: string, wanted: string[]): Promise<void> {
  const sets: Looked[] = [];
  for (const name of wanted) {
    const looked = await look(name, join(folder, name));
    if (looked && looked.tried.length > 1) sets.push(looked);
  }
  const families = [...new Set(sets.flatMap(({ tried }) => tried.map(({ learner }) => learner)))];
  const rows = sets.map((set) => {
    const all = ensembleLoss(set, set.tried);
    const single = Math.min(...set.tried.map((one) => ensembleLoss(set, [one])));
    const without = families.map((family) => {
      const rest = set.tried.filter(({ learner }) => learner !== family);
      return rest.length === set.tried.length ? '' : hundredths(ensembleLoss(set, rest) / all - 1);
    });
    return [set.name, String(set.tried.length), all.toFixed(4), hundredths(single / all - 1), ...without];
  });
  console.log(markdownTable(['set', 'candidates', 'loss of all', 'best single one', ...families.map((family) => `without ${family}`)], rows));
  for (const group of new Set(sets.map(({ shape }) => shapeGroupOf(shape)))) {
    const own = sets.filter((set) => shapeGroupOf(set.shape) === group);
    console.log(`\n### ${group} (${own.map(({ name }) => name).join(', ')})\n`);
    console.log(
      markdownTable(
        ['next', 'loss falls by', 'share of the time'],
        orderOf(own).map(({ title, gain, seconds }) => [title, hundredths(gain), hundredths(seconds)]),
      ),
    );
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, budget: { type: 'string', default: '120s' } },
});
const [action, homes, ...names] = positionals;
if (homes === undefined) throw new Error('Say what to do and where: node benchmarks/portfolio.ts run HOMES --data PREPARED');
if (action === 'run') await runAll(homes, values.data ?? '', Number.parseInt(values.budget, 10), names);
else if (action === 'table') await printTables(homes, names.length > 0 ? names : readdirSync(homes).toSorted());
else throw new Error(`"${action}" is not known: run or table`);
