import { isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';
import { didYouMean } from '../../domain/closest-names.ts';
import { ModelwrightError } from '../../domain/error.ts';
import type { StoreDatabase } from './database.ts';
import type { Home } from './home.ts';

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** `folder` is absolute here and kept relative to the home, so that a home can be moved. */
export type ModelRecord = { name: string; version: number; modelId: string; folder: string; runId: string; createdAt: string };

/** The models of a home by name and version. Versions of a name are 1, 2, 3 … and never used twice, not even after a removal. */
export interface ModelRegistry {
  /** The next version of the name, for this caller alone. */
  claimVersion(name: string): Promise<number>;
  /** The folder in which the package of this version belongs. */
  folderOf(name: string, version: number): string;
  /** Registering the same model again changes nothing, so that a resumed run may repeat it. */
  registerModel(record: ModelRecord): Promise<void>;
  /** `churn` is the newest registered version, `churn@2` that one. */
  findModel(reference: string): Promise<ModelRecord | undefined>;
  /** As `findModel`; throws MW1451 when there is none. */
  getModel(reference: string): Promise<ModelRecord>;
  /** By name, newest version first. */
  listModels(): Promise<ModelRecord[]>;
  /** Forgets the model; its folder is `removePackage`'s. False when there was none. */
  removeModel(name: string, version: number): Promise<boolean>;
}

export function checkModelName(name: string): string {
  if (NAME.test(name)) return name;
  throw new ModelwrightError({
    code: 'MW1450',
    message: `"${name}" cannot be the name of a model.`,
    hint: 'Use small letters, digits, dot, hyphen and underscore, at most 64, starting with a letter or digit: for instance `churn-2026`.',
  });
}

const ModelRow = z.object({ name: z.string(), version: z.int(), modelId: z.string(), folder: z.string(), runId: z.string(), createdAt: z.string() });
const ClaimRow = z.object({ newest: z.int() });
const SELECT = 'SELECT name, version, model_id AS modelId, folder, run_id AS runId, created_at AS createdAt FROM models';

export function openModelRegistry(database: StoreDatabase, home: Home): ModelRegistry {
  const recordOf = (row: unknown): ModelRecord => {
    const record = ModelRow.parse(row);
    return { ...record, folder: join(home.folder, record.folder) };
  };
  const find = (reference: string): ModelRecord | undefined => {
    const parsed = parseReference(reference);
    if (!parsed) return undefined;
    const { name, version } = parsed;
    return database.read((sqlite) => {
      const row =
        version === undefined
          ? sqlite.prepare(`${SELECT} WHERE name = ? ORDER BY version DESC LIMIT 1`).get(name)
          : sqlite.prepare(`${SELECT} WHERE name = ? AND version = ?`).get(name, version);
      return row === undefined ? undefined : recordOf(row);
    });
  };
  return {
    async claimVersion(name) {
      checkModelName(name);
      return database.write((sqlite) => {
        const claim = sqlite.prepare(
          'INSERT INTO claimed_versions (name, newest) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET newest = newest + 1 RETURNING newest',
        );
        return ClaimRow.parse(claim.get(name)).newest;
      });
    },
    folderOf: (name, version) => join(home.modelsFolder, `${checkModelName(name)}@${version}`),
    async registerModel({ name, version, modelId, folder, runId, createdAt }) {
      checkModelName(name);
      const kept = relative(home.folder, folder);
      if (kept.startsWith('..') || isAbsolute(kept)) throw new Error(`a registered model lies in the home; ${folder} does not`);
      const isKept = database.write((sqlite) => {
        const insert = sqlite.prepare(
          'INSERT INTO models (name, version, model_id, folder, run_id, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        );
        insert.run(name, version, modelId, kept, runId, createdAt);
        return recordOf(sqlite.prepare(`${SELECT} WHERE name = ? AND version = ?`).get(name, version)).modelId === modelId;
      });
      if (!isKept) throw new Error(`${name}@${version} is already another model; a version must be claimed first`);
    },
    findModel: async (reference) => find(reference),
    async getModel(reference) {
      const found = find(reference);
      if (found) return found;
      const names = database.read((sqlite) => sqlite.prepare('SELECT DISTINCT name FROM models ORDER BY name').all()).map((row) => String(row['name']));
      throw new ModelwrightError({
        code: 'MW1451',
        message: `There is no model "${reference}".`,
        hint: names.length
          ? `${didYouMean(reference.split('@')[0], names)}\`modelwright list\` shows all ${names.length}.`
          : 'This home holds no model yet: make one with `modelwright build`.',
      });
    },
    async listModels() {
      return database.read((sqlite) => sqlite.prepare(`${SELECT} ORDER BY name, version DESC`).all().map(recordOf));
    },
    async removeModel(name, version) {
      return database.write((sqlite) => Number(sqlite.prepare('DELETE FROM models WHERE name = ? AND version = ?').run(name, version).changes) > 0);
    },
  };
}

function parseReference(reference: string): { name: string; version: number | undefined } | undefined {
  const [, name, version] = /^([^@]*)(?:@([1-9][0-9]{0,8}))?$/.exec(reference) ?? [];
  if (name === undefined || !NAME.test(name)) return undefined;
  return { name, version: version === undefined ? undefined : Number(version) };
}
