export type TrainingEnvironment = {
  kind: 'ready';
  /** Such as `3.11.2`. */
  pythonVersion: string;
  /** `sys.base_prefix` of the Python it was made from; `/usr` for the system's. The standard library is under it, at `stdlib`. */
  basePrefix: string;
  stdlib: string;
  /** Name to version of what is installed. */
  versions: Record<string, string>;
  /** The virtual environment (made with `--copies`): bind it at any path of the cage and run `bin/python3` there. */
  environment: string;
  executable: string;
  sitePackages: string;
  /** The copy of `harness/` that matches these sources. */
  harness: string;
};

export type MissingEnvironment = { kind: 'missing'; lookedIn: string[]; remedy: string };

export type CacheOwner = { override?: string | undefined; userId: number; home: string; xdgCacheHome?: string | undefined };

export const harnessSources: string;
export const requirementsLock: string;
export const setupCommand: string;
export function cacheRoots(owner: CacheOwner): string[];
export function environmentFolders(root: string): { python: string; harness: string };
export function findTrainingEnvironment(roots: string[], userId: number): TrainingEnvironment | MissingEnvironment;
export function installHarness(root: string): string;
/** What the folder's own note says of the environment in it; undefined where there is none, or it cannot be believed. */
export function readPython(folder: string): Omit<TrainingEnvironment, 'kind' | 'harness'> | undefined;
export function harnessFiles(): string[];
