/** The cage: a worker inside namespaces, two seccomp programs, Landlock and limits, started through bubblewrap. */
import { closeSync } from 'node:fs';
import { strengths, type Strength } from './cage-arguments.ts';
import { makeControlGroup } from './cgroup.ts';
import { childrenOf, untilEnded } from './process-memory.ts';
import { openProgramRunner } from './program-runner.ts';
import type { Sandbox, Wall } from './sandbox.ts';
import { cageParts, cannotStart, startInCage, type CageOptions, type CageRequest, type MakeParts } from './start-cage.ts';
import { superviseWorker, type WorkerProcess } from './training-worker.ts';
import { openUnlinkedFile } from './unlinked-file.ts';
import { probeWalls, requireEveryWall } from './walls.ts';

export function openBubblewrap(options: CageOptions, walls: Wall[], makeParts: MakeParts = cageParts): Sandbox {
  return {
    isCaged: true,
    walls,
    openWorker: (workerOptions) => superviseWorker(() => startCagedWorker(options, workerOptions.memoryBytes, makeParts), workerOptions),
    openPrograms: async () => {
      requireEveryWall(await probeWalls(options, makeParts));
      return openProgramRunner((memoryBytes) => startCagedProgram(options, memoryBytes, makeParts));
    },
  };
}

const startCagedWorker = (options: CageOptions, memoryBytes: number, makeParts: MakeParts) =>
  startWorker(options, { strength: 'curated', memoryBytes, command: ['worker.py', 'cage'] }, makeParts);

/** A cage of its own for one program and one fold. */
export const startCagedProgram = (options: CageOptions, memoryBytes: number, makeParts: MakeParts) =>
  startWorker(options, { strength: 'program', memoryBytes, command: ['worker.py', 'program'] }, makeParts);

function startWorker(
  options: CageOptions,
  { strength, memoryBytes, command }: { strength: Strength; memoryBytes: number; command: CageRequest['command'] },
  makeParts: MakeParts,
): WorkerProcess {
  const group = makeControlGroup({ memoryBytes, processes: strengths[strength].processes, processors: strengths[strength].processors });
  const { writing, reading } = openUnlinkedFile(options.scratchDirectory);
  const child = startInCage(options, { strength, group, matrixFile: reading, command }, makeParts);
  closeSync(reading);
  let processId: number | undefined;
  return {
    child,
    matrixFile: writing,
    // With --as-pid-1 the only child of bubblewrap is the worker itself.
    processId: () => (processId ??= child.pid === undefined ? undefined : childrenOf(child.pid)[0]),
    writableFolders: strengths[strength].outputBytes === null ? ['/scratch'] : ['/scratch', '/output'],
    kill: () => {
      child.kill('SIGKILL');
      group?.kill();
    },
    release: async () => {
      if (processId !== undefined) await untilEnded(processId);
      await group?.remove();
    },
    oomKills: () => group?.oomKills(),
    explain: cannotStart,
  };
}
