/**
 * The positive control: throw-away namespaces of an ordinary user with limits in force first, and none of the walls that the attacks are
 * about. There the same attempt must go through, or it proves nothing where it is refused.
 */
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ModelwrightError } from '../../src/domain/error.ts';
import type { Sandbox } from '../../src/edges/sandbox/sandbox.ts';
import { superviseWorker, type WorkerProcess } from '../../src/edges/sandbox/training-worker.ts';
import { openUnlinkedFile } from '../../src/edges/sandbox/unlinked-file.ts';
import type { ProbeHarness } from './probe-harness.ts';

const NOBODY = 61_183;

export function openWeakCage(harness: ProbeHarness, shownFolder: string): Sandbox {
  return {
    isCaged: false,
    walls: [],
    openWorker: (options) => superviseWorker(() => startWeakWorker(harness, shownFolder), options),
    openPrograms: () => Promise.reject(new Error('a weak cage is for controls')),
  };
}

function startWeakWorker({ environment, scratchDirectory }: ProbeHarness, shownFolder: string): WorkerProcess {
  const { writing, reading } = openUnlinkedFile(scratchDirectory);
  const asNobody =
    process.getuid?.() === 0
      ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all']
      : [];
  const limits = ['prlimit', '--core=0', '--nofile=512', '--nproc=200', '--data=2147483648', '--fsize=67108864', '--cpu=60', '--'];
  const words = [
    ['--unshare-all', '--uid', '65534', '--gid', '65534', '--as-pid-1', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv'],
    ['--ro-bind', '/usr', '/usr', '--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ['--ro-bind', environment.sitePackages, '/cage/site', '--ro-bind', environment.harness, '/cage/app', '--ro-bind', shownFolder, shownFolder],
    ['--tmpfs', '/scratch', '--setenv', 'MODELWRIGHT_CANARY', 'seen', '--chdir', '/scratch', '--'],
    [`/usr/bin/${basename(dirname(environment.sitePackages))}`, '-s', '-S', '-P', '-B', '/cage/app/worker.py', 'twin', '/cage/site', '/scratch'],
  ].flat();
  const [program, ...programWords] = [...asNobody, ...limits, 'bwrap', ...words];
  const child = spawn(program, programWords, {
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'ignore', 'ignore', reading],
  });
  closeSync(reading);
  return {
    child,
    matrixFile: writing,
    processId: () => undefined,
    writableFolders: [],
    kill: () => void child.kill('SIGKILL'),
    release: () => Promise.resolve(),
    oomKills: () => undefined,
    explain: (said) => new ModelwrightError({ code: 'MW3020', message: said, hint: '' }),
  };
}
