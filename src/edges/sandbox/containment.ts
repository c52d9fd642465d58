/** What is in force round the code of a run, as its events keep it: the policy by its hash, and every line of ours that runs inside. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Containment } from '../../domain/containment.ts';
import type { TrainingEnvironment } from './cage-arguments.ts';
import { describeLimits, isInControlGroup } from './limits.ts';
import { cageParts, type CageParts, type MakeParts } from './start-cage.ts';
import type { WallTrial } from './walls.ts';

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

export type ContainmentFacts = {
  trial: WallTrial;
  isCaged: boolean;
  environment: TrainingEnvironment;
  python: Containment['python'];
  memoryBytes: number;
  threads: number;
  outerCage: string | null;
};

export function describeContainment({ trial, isCaged, environment, python, memoryBytes, threads, outerCage }: ContainmentFacts): Containment {
  const policy = isCaged ? policyHashes(environment) : { policySha256: null, workerFilterSha256: null, jobFilterSha256: null };
  return {
    backEnd: isCaged ? 'bubblewrap' : 'none',
    outerCage,
    walls: trial.walls,
    limits: describeLimits({ strength: 'curated', memoryBytes, threads, isCaged, isGrouped: isInControlGroup(trial.walls) }),
    ...policy,
    kernelRelease: release(),
    landlockAbi: trial.landlockAbi,
    harness: describeHarness(environment.harness),
    python,
  };
}

/** The same on every machine with the same policy: paths of this one stand in it under neutral names, and so does the user. */
export function policyHashes(environment: TrainingEnvironment, makeParts: MakeParts = cageParts) {
  const neutral: TrainingEnvironment = {
    basePrefix: environment.basePrefix === '/usr' ? '/usr' : '/base',
    python: '/environment/bin/python3',
    sitePackages: `/environment/lib/${basename(dirname(environment.sitePackages))}/site-packages`,
    harness: '/harness',
  };
  const parts = (['curated', 'program'] as const).map((strength) =>
    makeParts({ environment: neutral, strength, cgroupFolders: [], uid: 0, command: ['worker.py', strength] }),
  );
  const [{ workerFilter, jobFilter }] = parts;
  return { policySha256: sha256(JSON.stringify(parts.map(told))), workerFilterSha256: sha256(workerFilter), jobFilterSha256: sha256(jobFilter) };
}

const told = ({ startWords, cageWords, workerFilter, jobFilter }: CageParts) => [startWords, cageWords, sha256(workerFilter), sha256(jobFilter)];

/** Every source that can run inside, by name. */
function describeHarness(folder: string): Containment['harness'] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py'))
    .toSorted()
    .map((name) => {
      const bytes = readFileSync(join(folder, name));
      return { name, lineCount: bytes.toString('utf8').split('\n').length - 1, sha256: sha256(bytes) };
    });
}
