/** Decides from what was met inside a cage, and what this machine sees of it from outside, which walls stand. Pure: it touches nothing. */
import { z } from 'zod';
import { strengths, workerVariables } from './cage-arguments.ts';
import type { Wall } from './sandbox.ts';

const word = z.string().max(200);
const numbers = z.array(z.int()).max(1100);
const words = z.array(word).max(200);

const SeenByWorker = z.strictObject({
  descriptors: numbers,
  capabilities: words,
  noNewPrivileges: word,
  filterMode: word,
  namespaces: z.record(word, word),
  processes: numbers,
  writable: words,
  devices: words,
  folderBytes: z.record(word, z.number()),
  interfaces: words,
  socketFamilies: numbers,
  areSettingsReadOnly: z.boolean(),
  writableSettings: words,
  variables: words,
  reopened: word,
  nestedNamespace: word,
  attackCall: word,
  unknownCall: word,
  landlockAbi: z.int(),
  hasLibraries: z.boolean(),
  hasOpenMp: z.boolean(),
});

const SeenByJob = z.strictObject({
  filterMode: word,
  filterCount: word.nullable(),
  fork: word,
  exec: word,
  lock: word,
  listProcesses: word,
  readProcess: word,
  signal: word,
  writable: words,
  link: word,
  ownFile: word,
  isDumpable: z.boolean(),
  limits: z.record(word, z.tuple([z.int(), z.int()])),
  memory: word,
  threads: z.int(),
  endedBySignal: z.int(),
});

/** What `harness/check_walls.py` says: facts, not verdicts. */
export const Findings = z.strictObject({
  worker: SeenByWorker,
  job: z.union([SeenByJob, z.strictObject({ failed: z.string(), endedBySignal: z.int() })]),
});
export type Findings = z.infer<typeof Findings>;
type Worker = z.infer<typeof SeenByWorker>;
type Job = z.infer<typeof SeenByJob>;

/** The same cage as this machine sees it. */
export type SeenFromOutside = {
  /** Whether we are root, who must have been left; and who the worker is on this machine. */
  isHostRoot: boolean;
  userOutside: number;
  /** Links of `/proc/self/ns` of our own process. */
  namespaces: Record<string, string>;
  /** Who holds the memory and the processes of the whole cage together; undefined where nothing does. */
  memoryKeeper: 'control group' | 'watch' | undefined;
  processKeeper: 'control group' | 'rlimit' | undefined;
};

const SIGSYS = 31;
const ENOSPC = 28;
const EPERM = 1;
const refused = (answer: string) => answer.startsWith('refused');
const refusedWith = (answer: string, number: number) => answer === `refused ${number}`;

const remedies = {
  user: 'Start Modelwright as an ordinary user, or as root with setpriv (package util-linux) installed.',
  kernel: 'Use a kernel with seccomp and Landlock (5.13 or newer), or a virtual machine that has one.',
  namespaces: 'Use bubblewrap 0.8 or newer, unchanged, on a kernel with all name spaces.',
  limits: 'Let the limits that Modelwright sets hold: look for a wrapper around bwrap, prlimit or Python on this machine.',
  setup: 'Run the setup again, with a cache folder that every user can read.',
};

/** A wall, what tells that it stands, and what to say either way. `problem` is undefined where it stands. */
type Judgement = { name: string; detail: string; problem: string | undefined; remedy: string };

/** Every wall that has to stand, by name; in the order in which they are told. */
export const wallNames = [
  'bubblewrap',
  'user',
  'privileges',
  'process namespace',
  'files',
  'devices',
  'folders in memory',
  'network',
  'sockets',
  'other namespaces',
  'nested namespaces',
  'calls of the worker',
  'calls of a job',
  'landlock',
  'environment',
  'descriptors',
  'kernel settings',
  'limits of a job',
  'memory limit',
  'process limit',
] as const;

export function judgeWalls({ worker, job }: Findings, outside: SeenFromOutside): Wall[] {
  const failed = 'failed' in job ? `a job could not put up its walls: ${job.failed}` : undefined;
  const ofJob = (judge: (job: Job) => string | undefined) => ('failed' in job ? failed : judge(job));
  const walls: Judgement[] = [
    {
      name: 'user',
      detail: `user ${outside.userOutside} of this machine, who owns nothing of ours`,
      problem: userProblem(worker, outside),
      remedy: remedies.user,
    },
    { name: 'privileges', detail: 'none of the five sets of capabilities, no way to gain one', problem: privilegeProblem(worker), remedy: remedies.namespaces },
    { name: 'process namespace', detail: 'sees itself and nobody else', problem: processProblem(worker, outside), remedy: remedies.namespaces },
    {
      name: 'files',
      detail: 'nothing can be made in the root, the libraries or the harness',
      problem: fileProblem(worker, outside),
      remedy: remedies.namespaces,
    },
    { name: 'devices', detail: 'null, zero, full, random, urandom', problem: deviceProblem(worker), remedy: remedies.namespaces },
    { name: 'folders in memory', detail: 'private and of bounded size', problem: folderProblem(worker), remedy: remedies.namespaces },
    { name: 'network', detail: 'no interface but its own loopback', problem: networkProblem(worker, outside), remedy: remedies.namespaces },
    {
      name: 'sockets',
      detail: 'none of any family',
      problem: some(worker.socketFamilies, (list) => `sockets of family ${list} can be opened`),
      remedy: remedies.kernel,
    },
    {
      name: 'other namespaces',
      detail: 'ipc, host name and control groups are its own',
      problem: namespaceProblem(worker, outside, ['ipc', 'uts', 'cgroup']),
      remedy: remedies.namespaces,
    },
    { name: 'nested namespaces', detail: 'no user namespace can be made inside', problem: nestedProblem(worker), remedy: remedies.namespaces },
    { name: 'calls of the worker', detail: 'an allow-list; a call of an attack ends the process', problem: workerCallProblem(worker), remedy: remedies.kernel },
    { name: 'calls of a job', detail: 'a stricter one on top: no fork, no program, no lock', problem: ofJob(jobCallProblem), remedy: remedies.kernel },
    {
      name: 'landlock',
      detail: `version ${worker.landlockAbi}, all of it in force in a job`,
      problem: landlockProblem(worker) ?? ofJob((one) => confinementProblem(one, worker.landlockAbi)),
      remedy: remedies.kernel,
    },
    { name: 'environment', detail: `${worker.variables.length} variables, all made by us`, problem: environmentProblem(worker), remedy: remedies.limits },
    { name: 'descriptors', detail: 'none but our own', problem: descriptorProblem(worker), remedy: remedies.limits },
    { name: 'kernel settings', detail: 'read-only', problem: settingsProblem(worker), remedy: remedies.namespaces },
    { name: 'limits of a job', detail: 'files, descriptors, time, locked memory, no core dump', problem: ofJob(limitProblem), remedy: remedies.limits },
    { name: 'memory limit', detail: memoryDetail(outside), problem: memoryProblem(outside) ?? ofJob(jobMemoryProblem), remedy: remedies.limits },
    { name: 'process limit', detail: processLimitDetail(outside), problem: processKeeperProblem(outside) ?? ofJob(threadProblem), remedy: remedies.limits },
  ];
  return [...walls.map(wallOf), ...needsOf(worker)];
}

const wallOf = ({ name, detail, problem, remedy }: Judgement): Wall =>
  problem === undefined ? { kind: 'wall', name, isUp: true, detail } : { kind: 'wall', name, isUp: false, detail: problem, remedy };

/** Not walls: without them nothing can be trained. */
function needsOf({ hasLibraries, hasOpenMp }: Worker): Wall[] {
  const need = (name: string, isUp: boolean, detail: string, problem: string, remedy: string): Wall =>
    isUp ? { kind: 'need', name, isUp, detail } : { kind: 'need', name, isUp, detail: problem, remedy };
  return [
    need('libraries', hasLibraries, 'the learners can be read inside', 'the learners cannot be read inside', remedies.setup),
    need('openmp', hasOpenMp, 'libgomp can be loaded inside', 'libgomp, which LightGBM needs, cannot be loaded', 'Install it: apt-get install libgomp1'),
  ];
}

const some = <T>(found: readonly T[], problem: (list: string) => string) => (found.length === 0 ? undefined : problem(found.slice(0, 8).join(', ')));

function namespaceProblem({ namespaces }: Worker, outside: SeenFromOutside, names: readonly string[]): string | undefined {
  const shared = names.filter((name) => namespaces[name] === undefined || namespaces[name] === outside.namespaces[name]);
  return some(shared, (list) => `shared with this machine: ${list}`);
}

function userProblem(worker: Worker, outside: SeenFromOutside): string | undefined {
  if (outside.userOutside === 0) return 'it runs as root of this machine';
  if (outside.isHostRoot && !refused(worker.reopened)) return "it can open root's files";
  return namespaceProblem(worker, outside, ['user']);
}

function privilegeProblem({ capabilities, noNewPrivileges }: Worker): string | undefined {
  if (capabilities.length !== 5 || capabilities.some((set) => !/^0+$/.test(set))) return 'it keeps capabilities';
  return noNewPrivileges === '1' ? undefined : 'it can gain privileges';
}

function processProblem(worker: Worker, outside: SeenFromOutside): string | undefined {
  const isAlone = worker.processes.length === 1 && worker.processes[0] === 1;
  return isAlone ? namespaceProblem(worker, outside, ['pid']) : 'it sees other processes';
}

const fileProblem = (worker: Worker, outside: SeenFromOutside) =>
  some(worker.writable, (list) => `files can be made in ${list}`) ?? namespaceProblem(worker, outside, ['mnt']);

const ownDevices = ['full', 'null', 'random', 'shm', 'urandom', 'zero'];

function deviceProblem({ devices }: Worker): string | undefined {
  const others = devices.filter((name) => !ownDevices.includes(name));
  return some(others, (list) => `it finds ${list} in /dev`) ?? (devices.length === ownDevices.length ? undefined : 'devices are missing');
}

function folderProblem({ folderBytes }: Worker): string | undefined {
  const large = Object.entries(folderBytes).filter(([, sizeBytes]) => !(sizeBytes > 0 && sizeBytes <= strengths.program.scratchBytes));
  return some(
    large.map(([folder]) => folder),
    (list) => `${list} may grow without end`,
  );
}

const networkProblem = (worker: Worker, outside: SeenFromOutside) =>
  worker.interfaces.length === 1 && worker.interfaces[0] === 'lo' ? namespaceProblem(worker, outside, ['net']) : 'it sees the interfaces of this machine';

/** With the filter the attempt ends the process; without it bubblewrap has left room for none. */
const nestedProblem = ({ nestedNamespace }: Worker) =>
  nestedNamespace === `signal ${SIGSYS}` || refusedWith(nestedNamespace, ENOSPC) ? undefined : 'it can make a user namespace of its own';

function workerCallProblem({ filterMode, attackCall, unknownCall }: Worker): string | undefined {
  if (filterMode !== '2') return 'no filter of system calls is in force';
  if (attackCall !== `signal ${SIGSYS}`) return 'a call of an attack does not end the process';
  return refusedWith(unknownCall, EPERM) ? undefined : 'a call that is on no list reaches the kernel';
}

function jobCallProblem({ filterMode, filterCount, fork, exec, lock, endedBySignal }: Job): string | undefined {
  // Kernels before 5.9 do not count the filters; what they refuse is tried all the same.
  if (filterMode !== '2' || (filterCount !== null && filterCount !== '2')) return 'its own filter is not in force';
  if (!refusedWith(fork, EPERM)) return 'a job can fork';
  if (!refusedWith(exec, EPERM)) return 'a job can start a program';
  if (!refusedWith(lock, EPERM)) return 'a job can take locks';
  return endedBySignal === SIGSYS ? undefined : 'a call of an attack does not end a job';
}

const landlockProblem = ({ landlockAbi }: Worker) => (landlockAbi > 0 ? undefined : 'the kernel has no Landlock');

/** Signals can be held back from version 6 on; before, the process namespace alone bounds them. */
function confinementProblem({ listProcesses, readProcess, signal, writable, link, ownFile }: Job, abi: number): string | undefined {
  if (!refused(listProcesses) || !refused(readProcess)) return 'a job can look into other processes';
  if (writable.length > 0) return `a job can write outside its own folder: ${writable.join(', ')}`;
  if (!refused(link)) return 'a job can make symbolic links';
  if (ownFile !== 'done') return 'a job cannot write into its own folder';
  return abi >= 6 && !refused(signal) ? 'a job can signal other processes' : undefined;
}

function environmentProblem({ variables }: Worker): string | undefined {
  // PWD is bubblewrap's, which changes into the scratch folder.
  const ours = ['PWD', ...Object.keys(workerVariables('/scratch'))];
  return some(
    variables.filter((name) => !ours.includes(name)),
    (list) => `it holds variables of a stranger: ${list}`,
  );
}

const ownDescriptors = [0, 1, 2, 3, 4, 7];

const descriptorProblem = ({ descriptors }: Worker) =>
  some(
    descriptors.filter((number) => !ownDescriptors.includes(number)),
    (list) => `it holds descriptors of a stranger: ${list}`,
  );

const settingsProblem = ({ areSettingsReadOnly, writableSettings }: Worker) =>
  some(writableSettings, (list) => `it can change ${list}`) ?? (areSettingsReadOnly ? undefined : '/proc/sys is not read-only');

/** The most that a program may have of each; the harness sets them, and this side looks again. */
const mostOf = { CORE: 0, FSIZE: 16 << 20, NOFILE: 64, MEMLOCK: 0, MSGQUEUE: 0, CPU: 600 };
const mostTasks = 24;

function notInForce({ limits }: Job, most: Record<string, number>): string | undefined {
  const open = Object.entries(most).filter(([name, value]) => !(name in limits && limits[name].every((held) => held >= 0 && held <= value)));
  return some(
    open.map(([name]) => name),
    (list) => `not in force: ${list}`,
  );
}

const limitProblem = (job: Job) => notInForce(job, mostOf) ?? (job.isDumpable ? 'its memory can be dumped' : undefined);

const memoryDetail = ({ memoryKeeper }: SeenFromOutside) =>
  memoryKeeper === 'control group' ? 'of the cage by a control group, of a job by rlimits' : 'of the cage watched from outside, of a job by rlimits';

const memoryProblem = ({ memoryKeeper }: SeenFromOutside) =>
  memoryKeeper === undefined ? 'the cage is in no control group, and its memory cannot be seen from outside' : undefined;

const jobMemoryProblem = (job: Job) =>
  refused(job.memory) ? notInForce(job, { DATA: Number.MAX_SAFE_INTEGER, AS: Number.MAX_SAFE_INTEGER }) : 'a job can take more memory than its limit';

const processLimitDetail = ({ processKeeper }: SeenFromOutside) =>
  processKeeper === 'control group' ? 'of the cage by a control group, of its user by an rlimit' : 'of the user of the cage by an rlimit';

const processKeeperProblem = ({ processKeeper }: SeenFromOutside) => (processKeeper === undefined ? 'the cage is not in its control group' : undefined);

const threadProblem = (job: Job) => (job.threads < mostTasks ? notInForce(job, { NPROC: mostTasks }) : 'threads can be made without end');
