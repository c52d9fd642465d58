import { encodeBundleParts, decodeBundle } from '../domain/bundle.ts';
import type { Candidate } from '../domain/candidate.ts';
import type { Calibration, DecisionRule, FileRef, Member } from '../domain/event.ts';
import { packageFiles, type Parity } from '../domain/package.ts';
import type { ChosenInterval } from '../domain/prediction-interval.ts';
import type { Profile } from '../domain/profile.ts';
import type { GraphRuntime } from '../edges/onnx/index.ts';
import type { FileStore } from '../edges/store/index.ts';
import type { FeatureFile } from '../features/index.ts';
import { checkEquality, makeContract, pruneColumns, rankInputs, writeGraph, type GraphSpec } from '../stages/packaging/index.ts';
import { extraColumnsOf } from './fold-data.ts';
import { readFit, type FitToKeep } from './kept-fit.ts';
import { readKept } from './read-kept.ts';
import type { SearchContext } from './search-loop.ts';

type Fit = { candidate: Candidate; fold: number; weight: number; result: FitToKeep };
export type ModelFiles = Map<string, Uint8Array>;

async function readMembers({ run, files }: SearchContext, members: Member[]): Promise<Fit[]> {
  const fits: Fit[] = [];
  for (const { candidateId, weight, folds } of members) {
    const state = run.state.candidates.get(candidateId);
    for (const fold of folds) {
      const execution = state?.executions.get(fold);
      if (!state || execution?.kind !== 'finished') throw new Error(`the chosen fit ${candidateId}-${fold} is not there`);
      fits.push({ candidate: state.candidate, fold, weight: weight / folds.length, result: await readFit(files, run.runId, execution.result) });
    }
  }
  return fits;
}

export type Ensemble = { members: Member[]; calibration: Calibration; decision: DecisionRule; interval: ChosenInterval | null };

/** The files that answer (graph, features, contract), and the proof that they answer as the trainers did. */
export async function buildFiles(
  context: SearchContext,
  ensemble: Ensemble,
  profile: Profile,
  graphs: GraphRuntime,
): Promise<{ files: ModelFiles; parity: Parity; inputsByUse: string[] }> {
  const { files, graph, spec, probes, inputsByUse } = await writeFiles(context, ensemble, profile);
  return { files, parity: await checkEquality({ spec, graph, probes, text: context.data.matrix }, graphs), inputsByUse };
}

/** The same files without the proof. */
export async function writeFiles(context: SearchContext, ensemble: Ensemble, profile: Profile) {
  const { data, foldOf } = context;
  const fits = await readMembers(context, ensemble.members);
  const usedFolds = [...new Set(fits.filter(({ candidate }) => candidate.usesTargetStatistics).map(({ fold }) => fold))].toSorted((a, b) => a - b);
  const reads = fits.map(({ candidate }) => extraColumnsOf(data, candidate));
  const places = [...new Set(reads.flat())].toSorted((a, b) => a - b);
  const whole: FeatureFile = { ...data.features, folds: usedFolds.map((fold) => foldOf(fold).columnsAt(places)) };
  const prunable = fits.map(({ fold, weight, result: { fitted, probes } }, at) => {
    const extra = reads[at].map((place) => places.indexOf(place));
    return { fitted, fold, weight, extra, probes: { ...probes, extraCount: extra.length } };
  });
  const { features, members } = pruneColumns(whole, prunable);
  const baseColumnCount = features.columns.length;
  const extraCount = features.folds.at(0)?.length ?? 0;
  const spec: GraphSpec = {
    columnCount: baseColumnCount + usedFolds.length * extraCount,
    baseColumnCount,
    vocabularySize: data.matrix.vocabularySize,
    task: data.plan.task,
    classCount: data.plan.task === 'regression' ? 1 : data.plan.classes.length,
    members: members.map(({ fitted, fold, weight }) => ({
      fitted,
      weight,
      extraOffset: baseColumnCount + Math.max(0, usedFolds.indexOf(fold)) * extraCount,
    })),
    calibration: ensemble.calibration,
    target: data.scale,
  };
  const graph = writeGraph(spec);
  const probes = members.map((member) => member.probes);
  const interval = ensemble.interval?.kind === 'interval' ? ensemble.interval : null;
  const contract = makeContract(data.plan, profile, new Set(features.inputs.map(({ name }) => name)), ensemble.decision, interval);
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const files: ModelFiles = new Map([
    [packageFiles.graph, graph],
    [packageFiles.features, bytes(features)],
    [packageFiles.contract, bytes(contract)],
  ]);
  return { files, graph, spec, probes, inputsByUse: rankInputs(features, spec.members) };
}

/** Keeps the files under one hash, so that the event that names it names all of them. */
export async function keepFiles(store: FileStore, runId: string, files: ModelFiles): Promise<FileRef> {
  const { head, parts } = encodeBundleParts({ meta: null, arrays: Object.fromEntries(files) });
  return store.put(runId, head, ...parts);
}

export async function readBuilt(context: SearchContext): Promise<ModelFiles> {
  if (!context.run.state.built) throw new Error('the model is not built');
  return readFiles(context, context.run.state.built.files);
}

/** The files of the model that learnt from all rows; null where there is none. */
export async function readRefitted(context: SearchContext): Promise<ModelFiles | null> {
  const { refit } = context.run.state;
  return refit?.kind === 'refitted' ? readFiles(context, refit.files) : null;
}

async function readFiles({ run, files }: SearchContext, ref: FileRef): Promise<ModelFiles> {
  const kept = await files.get(run.runId, ref);
  const { arrays } = readKept('a model', run.runId, ref, () => decodeBundle(kept));
  return new Map(Object.entries(arrays).map(([name, array]) => [name, new Uint8Array(array.buffer, array.byteOffset, array.byteLength)]));
}
