import { basename } from 'node:path';
import { packageFiles } from '../domain/package.ts';
import type { Profile } from '../domain/profile.ts';
import { seededRandom } from '../domain/random.ts';
import { metricFacts } from '../domain/task.ts';
import { removePackage, writePackage } from '../edges/store/index.ts';
import { openEncoder } from '../features/index.ts';
import { measureImportance, openAnswers, type Answers } from '../model/index.ts';
import { measureMetric } from '../stages/evaluation/index.ts';
import { renderReport, signModel } from '../stages/packaging/index.ts';
import { buildFiles, keepFiles, readBuilt, type ModelFiles } from './build-files.ts';
import { chooseMembers } from './choose-members.ts';
import { summariseContainment } from './close-sandbox.ts';
import { openMeasuredRows, scoreRows, type MeasuredRows } from './measure-model.ts';
import type { Edges } from './open-engine.ts';
import { labelsOf } from './out-of-fold.ts';
import { reportFacts } from './report-facts.ts';
import type { SearchContext, Trainers } from './search-loop.ts';

/** Room left at the end of the budget for signing and writing; importance is asked for as long as there is time before it. */
const CLOSING_MS = 300;

/** From the candidates to a signed package: choose, build, prove equal, open the locked rows once, sign. Each step is taken once in a run. */
export async function finishRun(edges: Edges, context: SearchContext, trainers: Trainers, profile: Profile): Promise<void> {
  const { run } = context;
  const graphs = edges.graphs();
  if (run.state.ensemble === null) await run.append({ kind: 'ensemble.chosen', ...(await chooseMembers(context, trainers)) });
  // Training is over: its processes end while the model is built.
  void trainers.close();
  const summary = summariseContainment(run.state, trainers.figures());
  if (summary !== null) await run.append({ kind: 'sandbox.closed', summary });
  const { ensemble } = run.state;
  if (!ensemble) throw new Error('the chosen ensemble is an event');
  let files: ModelFiles;
  if (run.state.built === null) {
    const built = await buildFiles(context, ensemble, profile, graphs);
    files = built.files;
    await run.append({ kind: 'model.built', files: await keepFiles(context.files, run.runId, files), parity: built.parity, inputsByUse: built.inputsByUse });
  } else files = await readBuilt(context);
  if (run.state.packaged !== null) return;
  const answers = await openAnswers(files, { graphs, openEncoder });
  try {
    const measured = await openMeasuredRows(context, files, answers);
    if (run.state.score === null) await run.append({ kind: 'model.scored', record: scoreRows(context, measured) });
    await packageModel(edges, context, files, answers, measured, profile);
  } finally {
    await answers.close();
  }
}

async function packageModel(
  edges: Edges,
  context: SearchContext,
  files: ModelFiles,
  answers: Answers,
  measured: MeasuredRows,
  profile: Profile,
): Promise<void> {
  const { run, data } = context;
  const store = await edges.store();
  const { ensemble, score: record, built, name } = run.state;
  if (!ensemble || !record || !built || name === null) throw new Error('a package needs a built and measured model');
  if (run.state.claimed === null)
    await run.append({ kind: 'version.claimed', name, version: await store.models.claimVersion(name), createdAt: edges.wallIso() });
  const { claimed } = run.state;
  if (!claimed) throw new Error('the claimed version is an event');
  const { version, createdAt } = claimed;
  const importance = await importanceOf(context, answers);
  // A package travels: it says which file it learnt from by name and hash, not where that file lies on this machine.
  const plan = { ...data.plan, dataset: atHome(data.plan.dataset), testDataset: data.plan.testDataset && atHome(data.plan.testDataset) };
  const html = renderReport(reportFacts({ context, plan, profile, name, version, createdAt, importance, measured, productVersion: edges.version }));
  const signed = signModel(
    new Map(files).set(packageFiles.report, new TextEncoder().encode(html)),
    {
      name,
      version,
      createdAt,
      plan,
      scores: [record],
      importance,
      members: ensemble.members.map(({ candidateId, weight, folds }) => {
        const candidate = run.state.candidates.get(candidateId)?.candidate;
        return { title: candidate?.title ?? candidateId, learner: candidate?.learner ?? '', weight, models: folds.length };
      }),
      seeds: { plan: plan.seed },
      versions: { modelwright: edges.version, node: process.versions.node },
      lineage: { runId: run.runId, datasetSha256: plan.dataset.sha256 },
      parity: built.parity,
    },
    store.keys.signer(),
  );
  const folder = store.models.folderOf(name, version);
  // A run that was killed between writing the folder and saying so finds it here; it is written anew.
  await removePackage(store.home, folder);
  await writePackage(signed.files, folder);
  await run.append({ kind: 'model.packaged', modelId: signed.modelId, name, version, path: folder });
}

const atHome = <T extends { path: string }>(dataset: T): T => ({ ...dataset, path: basename(dataset.path) });

/** Asked of the packaged file, on locked rows where there are some, for as long as the budget lasts. */
function importanceOf({ run, data, clock }: SearchContext, answers: Answers) {
  const { plan } = data;
  const rowsToAsk = data.test ?? data.learn;
  const isFree = run.state.request?.fits !== undefined;
  return measureImportance({
    model: answers,
    table: rowsToAsk.table,
    columns: run.state.built?.inputsByUse ?? [],
    measure: (predictions, rows) => measureMetric(plan.metric, labelsOf(rowsToAsk.labels, rows), predictions),
    isHigherBetter: metricFacts[plan.metric].isHigherBetter,
    random: seededRandom(plan.seed + 211),
    hasTime: () => isFree || clock.spentMs() < plan.budgetMs - CLOSING_MS,
  });
}
