/** Decides from what was met inside a cage, and what this machine sees of it from outside, which walls stand. Pure: it touches nothing. */
import { strengths, workerVariables } from './cage-arguments.ts';
import { rooms } from './limits.ts';
import type { Wall } from './sandbox.ts';
import type { Findings, SeenByJob, SeenByWorker, SeenFromOutside } from './wall-findings.ts';

const SIGSYS = 31;
const ENOSPC = 28;
const EPERM = 1;
const MOST_CPU_SECONDS = 600;

const remedies = {
  user: 'Start Modelwright as an ordinary user, or as root with setpriv (package util-linux) installed.',
  kernel: 'Use a kernel with seccomp and Landlock (5.13 or newer), or a virtual machine that has one.',
  namespaces: 'Use bubblewrap 0.8 or newer, unchanged, on a kernel with all name spaces.',
  limits: 'Let the limits that Modelwright sets hold: look for a wrapper around bwrap, prlimit or Python on this machine.',
  setup: 'Run the setup again, with a cache folder that every user can read.',
};

/** What tells whether a wall stands: `problem` is undefined where it does, and then `detail` says what was seen. */
type Rule = { name: string; remedy: string; detail: string | ((seen: Seen) => string); problem: (seen: Seen) => string | undefined };
type Seen = { worker: SeenByWorker; job: Findings['job']; outside: SeenFromOutside };

/** Of a job's own walls nothing can be said where it could not put them up: they were not tried, so they do not stand. */
const ofJob =
  (judge: (job: SeenByJob) => string | undefined) =>
  ({ job }: Seen) =>
    'failed' in job ? `not tried, for a job could not put up its walls: ${job.failed}` : judge(job);

/** In the order in which they are told, what others rest on first. */
const rules: Rule[] = [
  { name: 'user', remedy: remedies.user, detail: userDetail, problem: userProblem },
  { name: 'privileges', remedy: remedies.namespaces, detail: 'none of the five sets of capabilities, no way to gain one', problem: privilegeProblem },
  { name: 'process namespace', remedy: remedies.namespaces, detail: 'sees itself and nobody else', problem: processProblem },
  { name: 'files', remedy: remedies.namespaces, detail: 'nothing can be made in the root, the libraries or the harness', problem: fileProblem },
  { name: 'devices', remedy: remedies.namespaces, detail: 'null, zero, full, random, urandom', problem: deviceProblem },
  { name: 'folders in memory', remedy: remedies.namespaces, detail: 'private and of bounded size', problem: folderProblem },
  { name: 'network', remedy: remedies.namespaces, detail: 'no interface but its own loopback', problem: networkProblem },
  { name: 'sockets', remedy: remedies.kernel, detail: 'none of any family', problem: socketProblem },
  { name: 'other namespaces', remedy: remedies.namespaces, detail: 'ipc, host name and control groups are its own', problem: shares('ipc', 'uts', 'cgroup') },
  { name: 'nested namespaces', remedy: remedies.namespaces, detail: 'no user namespace can be made inside', problem: nestedProblem },
  { name: 'calls of the worker', remedy: remedies.kernel, detail: 'an allow-list; a call of an attack ends the process', problem: workerCallProblem },
  { name: 'landlock', remedy: remedies.kernel, detail: ({ worker }) => `version ${worker.landlockAbi}, all of it in force in a job`, problem: landlockProblem },
  { name: 'calls of a job', remedy: remedies.kernel, detail: 'a stricter list on top: no fork, no program, no lock', problem: ofJob(jobCallProblem) },
  { name: 'environment', remedy: remedies.limits, detail: ({ worker }) => `${worker.variables.length} variables, all made by us`, problem: environmentProblem },
  { name: 'descriptors', remedy: remedies.limits, detail: 'none but our own', problem: descriptorProblem },
  { name: 'kernel settings', remedy: remedies.namespaces, detail: 'read-only', problem: settingsProblem },
  { name: 'limits of a job', remedy: remedies.limits, detail: 'files, descriptors, time, locked memory, no core dump', problem: ofJob(limitProblem) },
  { name: 'memory limit', remedy: remedies.limits, detail: memoryDetail, problem: memoryProblem },
  { name: 'process limit', remedy: remedies.limits, detail: processDetail, problem: processLimitProblem },
];

/** Every wall that has to stand, by name. */
export const wallNames: readonly string[] = ['bubblewrap', ...rules.map(({ name }) => name)];

export function judgeWalls({ worker, job }: Findings, outside: SeenFromOutside): Wall[] {
  const seen = { worker, job, outside };
  const walls = rules.map(({ name, remedy, detail, problem }): Wall => {
    const wrong = problem(seen);
    if (wrong !== undefined) return { kind: 'wall', name, isUp: false, detail: wrong, remedy };
    return { kind: 'wall', name, isUp: true, detail: typeof detail === 'string' ? detail : detail(seen) };
  });
  return [...walls, ...needsOf(worker)];
}

/** Not walls: without them nothing can be trained. */
function needsOf({ hasLibraries, hasOpenMp }: SeenByWorker): Wall[] {
  const need = (name: string, isUp: boolean, detail: string, problem: string, remedy: string): Wall =>
    isUp ? { kind: 'need', name, isUp, detail } : { kind: 'need', name, isUp, detail: problem, remedy };
  return [
    need('libraries', hasLibraries, 'the learners can be read inside', 'the learners cannot be read inside', remedies.setup),
    need('openmp', hasOpenMp, 'libgomp can be loaded inside', 'libgomp, which LightGBM needs, cannot be loaded', 'Install it: apt-get install libgomp1'),
  ];
}

function some<T>(found: readonly T[], problem: (list: string) => string): string | undefined {
  return found.length === 0 ? undefined : problem(found.slice(0, 8).join(', '));
}

function refused(answer: string): boolean {
  return answer.startsWith('refused');
}

function refusedWith(answer: string, number: number): boolean {
  return answer === `refused ${number}`;
}

/** Namespaces are compared by their links: the same link is the same namespace. */
function shares(...names: string[]) {
  return ({ worker, outside }: Seen): string | undefined => {
    const shared = names.filter((name) => worker.namespaces[name] === undefined || worker.namespaces[name] === outside.namespaces[name]);
    return some(shared, (list) => `shared with this machine: ${list}`);
  };
}

function userDetail({ outside: { isHostRoot, userOutside } }: Seen): string {
  return isHostRoot
    ? `user ${userOutside}, who has no account here and cannot open what is root's`
    : `user ${userOutside}, who started Modelwright; no root of this machine`;
}

function userProblem(seen: Seen): string | undefined {
  const { worker, outside } = seen;
  if (outside.userOutside === 0) return 'it runs as root of this machine';
  if (outside.isHostRoot && !refused(worker.reopened)) return "it can open root's files";
  return shares('user')(seen);
}

function privilegeProblem({ worker: { capabilities, noNewPrivileges } }: Seen): string | undefined {
  if (capabilities.length !== 5 || capabilities.some((set) => !/^0+$/.test(set))) return 'it keeps capabilities';
  return noNewPrivileges === '1' ? undefined : 'it can gain privileges';
}

function processProblem(seen: Seen): string | undefined {
  const { processes } = seen.worker;
  return processes.length === 1 && processes[0] === 1 ? shares('pid')(seen) : 'it sees other processes';
}

function fileProblem(seen: Seen): string | undefined {
  return some(seen.worker.writable, (list) => `files can be made in ${list}`) ?? shares('mnt')(seen);
}

function deviceProblem({ worker: { devices } }: Seen): string | undefined {
  const wanted = ['full', 'null', 'random', 'shm', 'urandom', 'zero'];
  const others = devices.filter((name) => !wanted.includes(name));
  return some(others, (list) => `it finds ${list} in /dev`) ?? (devices.length === wanted.length ? undefined : 'devices are missing');
}

function folderProblem({ worker: { folderBytes } }: Seen): string | undefined {
  const large = Object.entries(folderBytes).filter(([, sizeBytes]) => !(sizeBytes > 0 && sizeBytes <= strengths.program.scratchBytes));
  return some(
    large.map(([folder]) => folder),
    (list) => `${list} may grow without end`,
  );
}

function networkProblem(seen: Seen): string | undefined {
  const { interfaces } = seen.worker;
  return interfaces.length === 1 && interfaces[0] === 'lo' ? shares('net')(seen) : 'it sees the interfaces of this machine';
}

function socketProblem({ worker }: Seen): string | undefined {
  return some(worker.socketFamilies, (list) => `sockets of family ${list} can be opened`);
}

/** With the filter the attempt ends the process; without it bubblewrap has left room for none. */
function nestedProblem({ worker: { nestedNamespace } }: Seen): string | undefined {
  return nestedNamespace === `signal ${SIGSYS}` || refusedWith(nestedNamespace, ENOSPC) ? undefined : 'it can make a user namespace of its own';
}

function workerCallProblem({ worker: { filterMode, attackCall, unknownCall } }: Seen): string | undefined {
  if (filterMode !== '2') return 'no filter of system calls is in force';
  if (attackCall !== `signal ${SIGSYS}`) return 'a call of an attack does not end the process';
  return refusedWith(unknownCall, EPERM) ? undefined : 'a call that is on no list reaches the kernel';
}

function jobCallProblem({ filterMode, filterCount, fork, exec, lock, endedBySignal }: SeenByJob): string | undefined {
  // Kernels before 5.9 do not count the filters; what they refuse is tried all the same.
  if (filterMode !== '2' || (filterCount !== null && filterCount !== '2')) return 'its own filter is not in force';
  if (!refusedWith(fork, EPERM)) return 'a job can fork';
  if (!refusedWith(exec, EPERM)) return 'a job can start a program';
  if (!refusedWith(lock, EPERM)) return 'a job can take locks';
  return endedBySignal === SIGSYS ? undefined : 'a call of an attack does not end a job';
}

function landlockProblem(seen: Seen): string | undefined {
  const abi = seen.worker.landlockAbi;
  return abi > 0 ? ofJob((job) => confinementProblem(job, abi))(seen) : 'the kernel has no Landlock';
}

/** Signals can be held back from version 6 on; before, the process namespace alone bounds them. */
function confinementProblem({ listProcesses, readProcess, signal, writable, link, ownFile }: SeenByJob, abi: number): string | undefined {
  if (!refused(listProcesses) || !refused(readProcess)) return 'a job can look into other processes';
  if (writable.length > 0) return `a job can write outside its own folder: ${writable.join(', ')}`;
  if (!refused(link)) return 'a job can make symbolic links';
  if (ownFile !== 'done') return 'a job cannot write into its own folder';
  return abi >= 6 && !refused(signal) ? 'a job can signal other processes' : undefined;
}

function environmentProblem({ worker }: Seen): string | undefined {
  // PWD is bubblewrap's, which changes into the scratch folder.
  const ours = ['PWD', ...Object.keys(workerVariables('/scratch'))];
  return some(
    worker.variables.filter((name) => !ours.includes(name)),
    (list) => `it holds variables of a stranger: ${list}`,
  );
}

function descriptorProblem({ worker }: Seen): string | undefined {
  const ours = [0, 1, 2, 3, 4, 7];
  return some(
    worker.descriptors.filter((number) => !ours.includes(number)),
    (list) => `it holds descriptors of a stranger: ${list}`,
  );
}

function settingsProblem({ worker: { areSettingsReadOnly, writableSettings } }: Seen): string | undefined {
  return some(writableSettings, (list) => `it can change ${list}`) ?? (areSettingsReadOnly ? undefined : '/proc/sys is not read-only');
}

function notInForce({ limits }: SeenByJob, most: Record<string, number>): string | undefined {
  const open = Object.entries(most).filter(([name, value]) => !(name in limits && limits[name].every((held) => held >= 0 && held <= value)));
  return some(
    open.map(([name]) => name),
    (list) => `not in force: ${list}`,
  );
}

/** The harness sets them; this side looks again at what is in force. */
function limitProblem(job: SeenByJob): string | undefined {
  const { fileBytes: FSIZE, openFiles: NOFILE } = rooms.program;
  return (
    notInForce(job, { CORE: 0, FSIZE, NOFILE, MEMLOCK: 0, MSGQUEUE: 0, CPU: MOST_CPU_SECONDS }) ?? (job.isDumpable ? 'its memory can be dumped' : undefined)
  );
}

function memoryDetail({ outside }: Seen): string {
  return outside.memoryKeeper === 'control group'
    ? 'of the cage by a control group, of a job by rlimits'
    : 'of the cage watched from outside, of a job by rlimits';
}

function memoryProblem(seen: Seen): string | undefined {
  if (seen.outside.memoryKeeper === undefined) return 'the cage is in no control group, and its memory cannot be seen from outside';
  const anyBound = Number.MAX_SAFE_INTEGER;
  return ofJob((job) => (refused(job.memory) ? notInForce(job, { DATA: anyBound, AS: anyBound }) : 'a job can take more memory than its limit'))(seen);
}

function processDetail({ outside }: Seen): string {
  return outside.processKeeper === 'control group' ? 'of the cage by a control group, of its user by an rlimit' : 'of the user of the cage by an rlimit';
}

function processLimitProblem(seen: Seen): string | undefined {
  if (seen.outside.processKeeper === undefined) return 'the cage is not in its control group';
  const { tasks } = rooms.program;
  return ofJob((job) => (job.threads < tasks ? notInForce(job, { NPROC: tasks }) : 'threads can be made without end'))(seen);
}
