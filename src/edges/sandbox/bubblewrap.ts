/** The cage: a worker inside namespaces, two seccomp programs, Landlock and limits, started through bubblewrap. */
import { closeSync } from 'node:fs';
import { makeControlGroup } from './cgroup.ts';
import { childrenOf, untilEnded } from './process-memory.ts';
import type { Sandbox, Wall } from './sandbox.ts';
import { cannotStart, startInCage, type CageOptions } from './start-cage.ts';
import { superviseWorker, type WorkerProcess } from './training-worker.ts';
import { openUnlinkedFile } from './unlinked-file.ts';

const MAX_PROCESSES = 256;

export function openBubblewrap(options: CageOptions, walls: Wall[]): Sandbox {
  return {
    isCaged: true,
    walls,
    openWorker: (workerOptions) => superviseWorker(() => startCagedWorker(options, workerOptions.memoryBytes), workerOptions),
  };
}

function startCagedWorker(options: CageOptions, memoryBytes: number): WorkerProcess {
  const group = makeControlGroup({ memoryBytes, processes: MAX_PROCESSES, processors: null });
  const { writing, reading } = openUnlinkedFile(options.scratchDirectory);
  const child = startInCage(options, { strength: 'curated', group, matrixFile: reading, command: ['worker.py', 'cage'] });
  closeSync(reading);
  let processId: number | undefined;
  return {
    child,
    matrixFile: writing,
    // With --as-pid-1 the only child of bubblewrap is the worker itself.
    processId: () => (processId ??= child.pid === undefined ? undefined : childrenOf(child.pid)[0]),
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
