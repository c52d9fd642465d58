/** The one place that says what a cage is made of. Pure, so that a test can hold the whole list. */
import { basename, dirname } from 'node:path';

/** Where the interpreter, its libraries and our Python sources lie on this machine; all must be readable by every user. */
export type TrainingEnvironment = { basePrefix: string; python: string; sitePackages: string; harness: string };

/** How `/lib`, `/lib64` and `/bin` are on this machine: links into `/usr` where it is merged, else folders of their own. */
export type RootFolder = { name: string; linkTo?: string };

/** `curated`: a worker that forks a job a fit, of our own learners. `program`: one run of code that nobody has read. */
export type Strength = 'curated' | 'program';

/**
 * What a cage may use, all of its jobs together. `outputBytes`: the folder from which the host takes a program's files; curated jobs have none.
 * `processors`: how many it may keep busy, where a control group can hold it; null leaves it to the host, which starts no more jobs than it wants.
 */
export const strengths: Record<Strength, { scratchBytes: number; outputBytes: number | null; processes: number; processors: number | null }> = {
  curated: { scratchBytes: 256 << 20, outputBytes: null, processes: 256, processors: null },
  program: { scratchBytes: 64 << 20, outputBytes: 32 << 20, processes: 48, processors: 1 },
};

export type CagePlan = { environment: TrainingEnvironment; rootFolders: readonly RootFolder[]; strength: Strength };

/** Descriptors that the cage is started with; `harness/worker.py` names the same. */
export const descriptor = { fromHost: 3, toHost: 4, arguments: 5, workerFilter: 6, matrix: 7, jobFilter: 8 } as const;

const SMALL_TMPFS_BYTES = 16 << 20;
const devices = ['null', 'zero', 'full', 'random', 'urandom'];

/** One thread a job: jobs run side by side instead, which is deterministic and cannot hang in a forked thread pool. */
const oneThread = {
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  OMP_WAIT_POLICY: 'passive',
  // Serial joblib: its locks would need semaphores in shared memory, which a job may not make.
  JOBLIB_MULTIPROCESSING: '0',
};

/** The whole environment of the worker and its jobs. */
export function workerVariables(folder: string): Record<string, string> {
  return {
    PATH: '/usr/bin',
    HOME: folder,
    TMPDIR: folder,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    ...oneThread,
    // Sets of strings in one order, so that a fit is the same twice.
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** No user site, no `site` at all, no working folder on the path. (`-I` would also ignore PYTHONHASHSEED.) */
const interpreterFlags = ['-s', '-S', '-P', '-B'];

export function uncagedInterpreter({ python }: TrainingEnvironment): string[] {
  return [python, ...interpreterFlags];
}

/** The interpreter that the environment was made from, by its full name (`python3.11`): its copy in the environment names a path of this machine. */
function cagedInterpreter({ basePrefix, sitePackages }: TrainingEnvironment): string {
  const name = basename(dirname(sitePackages));
  return `${basePrefix === '/usr' ? '/usr' : '/cage/py'}/bin/${name}`;
}

/** The command inside the cage: a Python source of the harness with its arguments. */
export function cagedCommand(environment: TrainingEnvironment, source: string, ...words: string[]): string[] {
  return [cagedInterpreter(environment), ...interpreterFlags, `/cage/app/${source}`, ...words];
}

/** What bubblewrap reads from descriptor 5, so that no path of this machine stands in a command line that a job could read. */
export function cageArguments({ environment, rootFolders, strength }: CagePlan): string[] {
  const { scratchBytes, outputBytes } = strengths[strength];
  return enclose({
    environment,
    rootFolders,
    shown: readOnly(environment.sitePackages, '/cage/site'),
    writable: [tmpfs('/scratch', scratchBytes, '0700'), outputBytes === null ? [] : tmpfs('/output', outputBytes, '0700')],
    variables: workerVariables('/scratch'),
  });
}

const readOnly = (from: string, to: string) => ['--ro-bind', from, to];
const tmpfs = (place: string, sizeBytes: number, mode: string) => ['--size', String(sizeBytes), '--perms', mode, '--tmpfs', place];

/** What one kind of cage has that another has not. */
type Contents = {
  environment: Pick<TrainingEnvironment, 'basePrefix' | 'harness'>;
  rootFolders: readonly RootFolder[];
  /** Mounted read-only beside the interpreter and the harness. */
  shown: readonly string[];
  /** The folders that may be written. */
  writable: readonly string[][];
  variables: Record<string, string>;
};

/** The walls that every cage has. */
export function enclose({ environment: { basePrefix, harness }, rootFolders, shown, writable, variables }: Contents): string[] {
  return [
    ['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup', '--disable-userns'],
    ['--uid', '65534', '--gid', '65534', '--hostname', 'cage'],
    // As pid 1 the worker cannot be ended by its jobs, and bubblewrap's own start environment is nowhere to be read.
    ['--as-pid-1', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv'],
    readOnly('/usr', '/usr'),
    ...rootFolders.map(({ name, linkTo }) => (linkTo === undefined ? readOnly(`/${name}`, `/${name}`) : ['--symlink', linkTo, `/${name}`])),
    basePrefix === '/usr' ? [] : readOnly(basePrefix, '/cage/py'),
    shown,
    readOnly(harness, '/cage/app'),
    // A fresh /proc leaves kernel settings writable for a cage that root started.
    ['--proc', '/proc'],
    readOnly('/proc/sys', '/proc/sys'),
    ['--perms', '0755', '--tmpfs', '/dev'],
    ...devices.map((device) => ['--dev-bind', `/dev/${device}`, `/dev/${device}`]),
    ...writable,
    tmpfs('/tmp', SMALL_TMPFS_BYTES, '1777'),
    tmpfs('/dev/shm', SMALL_TMPFS_BYTES, '1777'),
    ...Object.entries(variables).map(([name, value]) => ['--setenv', name, value]),
    // The root and /dev of a new cage are writable and unsized, so they are closed last.
    ['--chdir', '/scratch', '--remount-ro', '/dev', '--remount-ro', '/', '--seccomp', String(descriptor.workerFilter)],
  ].flat();
}

/** Of a guest: Node with its packages, our code that it runs, and a folder on the disk of its own. */
export type GuestPlan = {
  environment: TrainingEnvironment;
  rootFolders: readonly RootFolder[];
  runtime: string;
  code: string;
  scratchFolder: string;
};

/** What bubblewrap reads for a guest: no learners, and a scratch folder on the disk, for tables may be larger than memory. */
export function guestArguments({ environment, rootFolders, runtime, code, scratchFolder }: GuestPlan): string[] {
  return enclose({
    environment,
    rootFolders,
    shown: [readOnly(runtime, '/cage/runtime'), readOnly(code, '/cage/guest'), readOnly(`${runtime}/node_modules`, '/cage/guest/node_modules')].flat(),
    writable: [['--bind', scratchFolder, '/scratch']],
    variables: guestVariables('/scratch'),
  });
}

/** The whole environment of a guest. */
export const guestVariables = (folder: string): Record<string, string> => ({
  PATH: '/usr/bin',
  HOME: folder,
  TMPDIR: folder,
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  // ONNX Runtime would tell of each model that it opens.
  ORT_DISABLE_TELEMETRY: '1',
});

export type GuestStart = {
  /** The module below /cage/guest/src. */
  entry: string;
  /** What it may do with descriptor 7. */
  use: 'read' | 'write' | 'none';
  memoryBytes: number;
  heapBytes: number;
  fileBytes: number;
};

/** The command inside the cage of a guest: the harness puts up the inner walls and becomes Node. */
export function guestCommand(environment: TrainingEnvironment, { entry, use, memoryBytes, heapBytes, fileBytes }: GuestStart): string[] {
  const node = ['/cage/runtime/bin/node', ...nodeFlags(heapBytes), `/cage/guest/src/${entry}`];
  return cagedCommand(environment, 'guest.py', String(memoryBytes), String(fileBytes), use, ...node);
}

/** Its own limit on the heap, well below that of the process, so that a table too large for JavaScript ends with a word of V8. */
export const nodeFlags = (heapBytes: number) => ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${Math.floor(heapBytes / 2 ** 20)}`];

/** What is started on this machine; `uid` is set where the host is root, who must be left before the cage is made. */
export function startCommand({
  uid,
  cgroupFolders,
  command,
}: {
  uid: number | undefined;
  cgroupFolders: readonly string[];
  command: readonly string[];
}): string[] {
  const joinGroups = 'n=$1; shift; while [ $n -gt 0 ]; do echo $$ > "$1/cgroup.procs" || exit 97; shift; n=$((n-1)); done; exec "$@"';
  return [
    ...(cgroupFolders.length > 0 ? ['/bin/sh', '-c', joinGroups, 'sh', String(cgroupFolders.length), ...cgroupFolders] : []),
    ...(uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all']),
    'prlimit',
    '--core=0',
    '--nofile=1024',
    '--',
    'bwrap',
    '--args',
    String(descriptor.arguments),
    '--',
    ...command,
  ];
}
