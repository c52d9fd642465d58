import { isAbsolute, join, resolve } from 'node:path';
import type { RunEvent, ScoreRecord } from '../domain/event.ts';
import { ModelwrightError } from '../domain/error.ts';
import { packageFiles, type Contract, type Manifest } from '../domain/package.ts';
import { stateOf, type RunState } from '../domain/run.ts';
import { copyPackage, openTextOutput, readPackage, removePackage, type PackageFiles, type Store } from '../edges/store/index.ts';
import { keyFingerprint, verifyPackage } from '../model/index.ts';
import type { Edges } from './open-engine.ts';

type ModelPlace = { folder: string; reference: string };

/** A model by `name`, `name@version` or the folder of a package. A path has a separator or leads with a dot; a name has neither. */
export async function findModelFolder(store: Store<RunEvent>, reference: string): Promise<ModelPlace> {
  const looksLikePath = isAbsolute(reference) || reference.startsWith('.') || reference.includes('/');
  if (looksLikePath) return { folder: resolve(reference), reference };
  const known = await store.models.getModel(reference);
  return { folder: known.folder, reference: `${known.name}@${known.version}` };
}

/** The files of a model, every byte of them verified. */
export async function readVerified(
  edges: Edges,
  reference: string,
): Promise<ModelPlace & { files: PackageFiles; id: string; manifest: Manifest; contract: Contract }> {
  const store = await edges.store();
  const place = await findModelFolder(store, reference);
  const files = await readPackage(place.folder);
  const trusted = await store.keys.trustedKeys();
  const { id, manifest, contract } = verifyPackage(
    files,
    trusted.map(({ publicKey }) => publicKey),
  );
  return { ...place, files, id, manifest, contract };
}

const headline = (manifest: Manifest): ScoreRecord | null => manifest.scores.find(({ metric }) => metric === manifest.plan.metric) ?? null;

const summaryOf = (place: ModelPlace, id: string, manifest: Manifest) => ({
  reference: place.reference,
  modelId: id,
  createdAt: manifest.createdAt,
  target: manifest.plan.target,
  task: manifest.plan.task,
  metric: manifest.plan.metric,
  score: headline(manifest),
  path: place.folder,
});

export async function listModels(edges: Edges) {
  const store = await edges.store();
  const summaries = [];
  for (const { name, version } of await store.models.listModels()) {
    const { id, manifest, ...place } = await readVerified(edges, `${name}@${version}`);
    summaries.push(summaryOf(place, id, manifest));
  }
  return summaries;
}

export async function showModel(edges: Edges, reference: string) {
  const { id, manifest, contract, ...place } = await readVerified(edges, reference);
  return { summary: summaryOf(place, id, manifest), manifest, contract };
}

/** Where the report lies, or the path of a verified copy of it. */
export async function writeReport(edges: Edges, reference: string, out: string | null) {
  const { files, folder } = await readVerified(edges, reference);
  if (out === null) return { path: join(folder, packageFiles.report) };
  const output = await openTextOutput(out);
  try {
    await output.write(new TextDecoder().decode(files.get(packageFiles.report)));
    await output.finish();
  } catch (error) {
    await output.discard();
    throw error;
  }
  return { path: resolve(out) };
}

export async function verifyModel(edges: Edges, reference: string) {
  const { id, files, manifest } = await readVerified(edges, reference);
  return { modelId: id, fileCount: files.size, fingerprint: keyFingerprint(manifest.publicKey) };
}

export async function trustKey(edges: Edges, key: string) {
  const store = await edges.store();
  return { fingerprint: (await store.keys.trustKey(key)).fingerprint };
}

export async function exportModel(edges: Edges, reference: string, folder: string) {
  const { folder: source } = await readVerified(edges, reference);
  const path = resolve(folder);
  await copyPackage(source, path);
  return { path };
}

export async function listRuns(edges: Edges) {
  const store = await edges.store();
  const summaries = [];
  for (const { runId, first } of await store.log.listRuns()) {
    const state = await readState(store, runId);
    if (first === null || state === null) {
      summaries.push({ run: runId, startedAt: first?.at ?? '', sentence: '', state: 'unreadable' as const, failure: null, model: null });
      continue;
    }
    const isHeld = (await store.leases.findHolder(runId)) !== undefined;
    const ended = state.end.kind === 'finished' || state.end.kind === 'failed' ? state.end.kind : null;
    summaries.push({
      run: runId,
      startedAt: first.at,
      sentence: state.request?.sentence ?? '',
      state: ended ?? (isHeld ? ('running' as const) : ('interrupted' as const)),
      failure: state.end.kind === 'failed' ? state.end.code : null,
      model: state.packaged ? `${state.packaged.name}@${state.packaged.version}` : null,
    });
  }
  return summaries;
}

/** What became of a run, or null where one of its events cannot be read or stands where it cannot. */
const readState = (store: Store<RunEvent>, runId: string): Promise<RunState | null> =>
  unlessDamaged(async () => stateOf((await store.log.read(runId)).map(({ event }) => event)));

async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ModelwrightError && error.code === 'MW3014') return null;
    throw error;
  }
}

/** Removes one version of a model, or a run with all it kept. A name alone is refused: it could mean several models. */
export async function remove(edges: Edges, reference: string) {
  const store = await edges.store();
  if (reference.startsWith('r_')) {
    if ((await unlessDamaged(() => store.log.read(reference)))?.length === 0) {
      throw new ModelwrightError({ code: 'MW2011', message: `There is no run "${reference}" in this home.`, hint: '`modelwright runs` lists them.' });
    }
    await store.leases.takeLease(reference);
    await store.files.removeRun(reference);
    await store.log.deleteRun(reference);
    await store.leases.releaseLease(reference);
    return { removed: `run ${reference}` };
  }
  const known = await store.models.getModel(reference);
  if (!reference.includes('@')) {
    throw new ModelwrightError({
      code: 'MW1001',
      message: `"${reference}" names a model without its version.`,
      hint: `Say which: modelwright rm ${known.name}@${known.version}`,
    });
  }
  await store.models.removeModel(known.name, known.version);
  await removePackage(store.home, known.folder);
  return { removed: `model ${known.name}@${known.version}` };
}
