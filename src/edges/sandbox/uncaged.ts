/**
 * The twin without a cage, for machines that cannot have one: the same worker and the same limits inside, and no wall around them.
 * It is for curated learners alone, and says so: no wall of confinement is up.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ModelwrightError } from '../../domain/error.ts';
import { uncagedInterpreter, workerVariables } from './cage-arguments.ts';
import type { CageOptions } from './start-cage.ts';
import type { Sandbox, Wall } from './sandbox.ts';
import { superviseWorker, type WorkerProcess } from './training-worker.ts';
import { openUnlinkedFile } from './unlinked-file.ts';
import { wallMissing } from './walls.ts';

export function openUncaged(options: CageOptions, walls: Wall[]): Sandbox {
  return {
    isCaged: false,
    walls,
    openWorker: (workerOptions) => superviseWorker(() => startUncagedWorker(options), workerOptions),
    openPrograms: async () => {
      throw wallMissing(walls.find(({ isUp }) => !isUp) ?? noWall);
    },
  };
}

/** The twin has none, whatever this machine could have. */
const noWall: Wall = { kind: 'wall', name: 'cage', isUp: false, detail: 'this sandbox is the twin without one', remedy: 'See `modelwright doctor`.' };

function startUncagedWorker({ environment, scratchDirectory }: CageOptions): WorkerProcess {
  const folder = mkdtempSync(join(scratchDirectory, 'jobs-'));
  const { writing, reading } = openUnlinkedFile(scratchDirectory);
  const [interpreter, ...flags] = uncagedInterpreter(environment);
  const child = spawn(interpreter, [...flags, join(environment.harness, 'worker.py'), 'twin', environment.sitePackages, folder], {
    env: workerVariables(folder),
    cwd: folder,
    detached: true,
    // 5 and 6 are the cage's own descriptors.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'ignore', 'ignore', reading],
  });
  closeSync(reading);
  return {
    child,
    matrixFile: writing,
    processId: () => child.pid,
    writableFolders: [],
    // Started detached, so it leads a group: its jobs end with it.
    kill: () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // it has ended already
      }
    },
    release: async () => rmSync(folder, { recursive: true, force: true }),
    oomKills: () => undefined,
    explain: (said) =>
      new ModelwrightError({
        code: 'MW3021',
        message: `The training process cannot be started: ${said.split('\n').at(-1) || 'it said nothing'}`,
        hint: 'Run the setup again; `modelwright doctor` shows what cannot be loaded.',
      }),
  };
}
