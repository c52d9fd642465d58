import { basename } from 'node:path';
import { packageFiles, type ColumnImportance, type Manifest } from '../domain/package.ts';
import type { Profile } from '../domain/profile.ts';
import { seededRandom } from '../domain/random.ts';
import { metricFacts } from '../domain/task.ts';
import { removePackage, writePackage } from '../edges/store/index.ts';
import type { GraphRuntime } from '../edges/onnx/index.ts';
import { openEncoder } from '../features/index.ts';
import { measureImportance, openAnswers, type Answers } from '../model/index.ts';
import { measureMetric } from '../stages/evaluation/index.ts';
import { renderReport, signModel } from '../stages/packaging/index.ts';
import { buildFiles, keepFiles, readBuilt, readRefitted, type Ensemble, type ModelFiles } from './build-files.ts';
import { chooseMembers } from './choose-members.ts';
import { summariseContainment } from './close-sandbox.ts';
import { openMeasuredRows, scoreRows, type MeasuredRows } from './measure-model.ts';
import type { Edges } from './open-engine.ts';
import { labelsOf } from './out-of-fold.ts';
import { openRefitter, type Refitter } from './refit-on-all.ts';
import { reportFacts } from './report-facts.ts';
import type { SearchContext, Trainers } from './search-loop.ts';

/** Room left at the end of the budget for signing and writing; importance is asked for as long as there is time before it. */
const CLOSING_MS = 300;

/** Where a model is trained on all rows after it was measured, importance gets this share of the budget at least. */
const LEAST_IMPORTANCE_SHARE = 0.02;

/**
 * From the candidates to a signed package: choose, build, prove equal, open the locked rows once, learn from them too where the plan asks for
 * it, sign. Each step is taken once in a run.
 */
export async function finishRun(edges: Edges, context: SearchContext, trainers: Trainers, profile: Profile): Promise<void> {
  const { run, data, nowMs } = context;
  const graphs = edges.graphs();
  if (run.state.ensemble === null) await run.append({ kind: 'ensemble.chosen', ...(await chooseMembers(context, trainers)) });
  // The search is over: its processes end while the model is built.
  void trainers.close();
  const summary = summariseContainment(run.state, trainers.figures());
  if (summary !== null) await run.append({ kind: 'sandbox.closed', summary });
  const { ensemble } = run.state;
  if (!ensemble) throw new Error('the chosen ensemble is an event');
  const refitter = data.plan.final === 'refit' && run.state.refit === null ? openRefitter(context) : null;
  try {
    const buildStartMs = nowMs();
    const isBuiltHere = run.state.built === null;
    const files = isBuiltHere ? await buildTested(context, ensemble, profile, graphs) : await readBuilt(context);
    const buildMs = isBuiltHere ? nowMs() - buildStartMs : context.finishMs();
    if (run.state.packaged !== null) return;
    const answers = await openAnswers(files, { graphs, openEncoder });
    try {
      const measured = await openMeasuredRows(context, files, answers);
      if (run.state.score === null) await run.append({ kind: 'model.scored', record: scoreRows(context, measured) });
      const importance = await importanceOf(context, answers, importanceEndMs(context, refitter, buildMs));
      const refitted = refitter ? await refitter.carryOut(profile, graphs, buildMs) : await readRefitted(context);
      await packageModel(edges, context, { files: refitted ?? files, importance, measured }, profile);
    } finally {
      await answers.close();
    }
  } finally {
    await refitter?.close();
  }
}

/** The files of the model that is measured: built, proved equal, kept. */
async function buildTested(context: SearchContext, ensemble: Ensemble, profile: Profile, graphs: GraphRuntime): Promise<ModelFiles> {
  const { files, parity, inputsByUse } = await buildFiles(context, ensemble, profile, graphs);
  await context.run.append({ kind: 'model.built', files: await keepFiles(context.files, context.run.runId, files), parity, inputsByUse });
  return files;
}

type ToPackage = { files: ModelFiles; importance: ColumnImportance[]; measured: MeasuredRows };

async function packageModel(edges: Edges, context: SearchContext, { files, importance, measured }: ToPackage, profile: Profile): Promise<void> {
  const { run, data } = context;
  const store = await edges.store();
  const { ensemble, score: record, built, refit, name } = run.state;
  if (!ensemble || !record || !built || name === null) throw new Error('a package needs a built and measured model');
  if (run.state.claimed === null)
    await run.append({ kind: 'version.claimed', name, version: await store.models.claimVersion(name), createdAt: edges.wallIso() });
  const { claimed } = run.state;
  if (!claimed) throw new Error('the claimed version is an event');
  const { version, createdAt } = claimed;
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
      members: (refit?.kind === 'refitted' ? refit : ensemble).members.map(({ candidateId, weight, folds }) => {
        const candidate = run.state.candidates.get(candidateId)?.candidate;
        return { title: candidate?.title ?? candidateId, learner: candidate?.learner ?? '', weight, models: folds.length };
      }),
      seeds: { plan: plan.seed },
      versions: { modelwright: edges.version, node: process.versions.node },
      lineage: { runId: run.runId, datasetSha256: plan.dataset.sha256 },
      parity: refit?.kind === 'refitted' ? refit.parity : built.parity,
      refit: refitRecord(context),
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

/** What the manifest says of a model that learnt from all rows. */
function refitRecord({ run, data }: SearchContext): Manifest['refit'] {
  const { refit, testOpened } = run.state;
  if (refit?.kind !== 'refitted' || !testOpened) return null;
  return { rowCount: refit.rowCount, twinRowCount: data.learn.table.rowCount, twinGraphSha256: testOpened.graphSha256 };
}

/** Until when importance may be asked: where a model is still to be trained on all rows, the time for that is left. */
function importanceEndMs({ data, clock }: SearchContext, refitter: Refitter | null, buildMs: number): number {
  const { budgetMs } = data.plan;
  const endMs = budgetMs - CLOSING_MS;
  if (refitter === null) return endMs;
  return Math.min(endMs, Math.max(endMs - refitter.needsMs(buildMs), clock.spentMs() + budgetMs * LEAST_IMPORTANCE_SHARE));
}

/** Asked of the measured model, on locked rows where there are some, before anything learns from these. */
function importanceOf({ run, data, clock }: SearchContext, answers: Answers, endMs: number) {
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
    hasTime: () => isFree || clock.spentMs() < endMs,
  });
}
