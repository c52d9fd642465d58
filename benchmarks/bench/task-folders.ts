import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from './options.ts';
import { bundledFolder, listDatasets } from './dataset.ts';
import { prepareSet } from './prepare-set.ts';

/** Sets to measure on. `open` gives the folder of one, prepared for a seed, or says why it is not there. */
export type TaskFolders = { names: string[]; open: (name: string, seed: number, workFolder: string) => OpenedTask };
export type OpenedTask = { kind: 'opened'; taskFolder: string } | { kind: 'missing'; remedy: string };

/**
 * Those of the repository, split anew with each seed (`areEqualTogether` as `prepareSet` has it); or folders that somebody prepared, whose split stays as it is whatever the seed.
 */
export function findTaskFolders(
  { data, names }: { data: string | undefined; names: string[] | undefined },
  { areEqualTogether }: { areEqualTogether: boolean },
): TaskFolders {
  const root = data === undefined ? bundledFolder : resolve(data);
  const there = data === undefined ? listDatasets(root) : readdirSync(root).filter((name) => existsSync(join(root, name, 'task.json')));
  const stranger = names?.find((name) => !there.includes(name));
  if (stranger !== undefined) throw new UsageError(`There is no set "${stranger}"; there are ${there.join(', ')}.`);
  return {
    names: names ?? there.sort(),
    open: (name, seed, workFolder) => {
      if (data !== undefined) return { kind: 'opened', taskFolder: join(root, name) };
      const taskFolder = join(workFolder, 'task');
      const prepared = prepareSet(join(root, name), taskFolder, { seed, areEqualTogether });
      return prepared.kind === 'missing' ? prepared : { kind: 'opened', taskFolder };
    },
  };
}
