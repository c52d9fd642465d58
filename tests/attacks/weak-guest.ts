/** The positive control of guests: throw-away name spaces of an ordinary user with limits set first, and none of the walls that the attacks are about. */
import { spawn } from 'node:child_process';
import { FILE_DESCRIPTOR, type Guest, type GuestFile } from '../../src/edges/guest/index.ts';
import { superviseGuest } from '../../src/edges/sandbox/guest-process.ts';
import type { GuestFiles } from '../../scripts/guest-files.mjs';

const NOBODY = 61_183;
const LIMITS = { memoryBytes: 2 ** 30, scratchBytes: 64 << 20, messageBytes: 1 << 20 };

/** `shown`: a folder of the test that is seen as it is. */
export function startWeakGuest({ runtime, code }: GuestFiles, shown: string, file: GuestFile): Promise<Guest> {
  const asNobody =
    process.getuid?.() === 0
      ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all']
      : [];
  const limits = ['prlimit', '--core=0', '--nofile=512', '--nproc=200', '--data=2147483648', '--fsize=67108864', '--cpu=60', '--'];
  const words = [
    ['--unshare-all', '--uid', '65534', '--gid', '65534', '--as-pid-1', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv'],
    ['--ro-bind', '/usr', '/usr', '--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ['--ro-bind', runtime, '/cage/runtime', '--ro-bind', code, '/cage/guest', '--ro-bind', `${runtime}/node_modules`, '/cage/guest/node_modules'],
    ['--bind', shown, shown, '--tmpfs', '/scratch', '--chdir', '/scratch', '--', '/cage/runtime/bin/node', '/cage/guest/src/entry.js'],
  ].flat();
  const [program, ...programWords] = [...asNobody, ...limits, 'bwrap', ...words];
  const child = spawn(program, programWords, {
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe', 'ignore', 'pipe', 'ignore', 'ignore', file.descriptor],
  });
  const guest = {
    child,
    filePath: `/proc/self/fd/${FILE_DESCRIPTOR}`,
    scratchPath: '/scratch',
    processId: () => undefined,
    scratchUse: () => undefined,
    kill: () => void child.kill('SIGKILL'),
    release: () => Promise.resolve(),
    explain: (said: string) => new Error(said),
  };
  return superviseGuest(guest, LIMITS).ready;
}
