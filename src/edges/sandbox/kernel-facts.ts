/** What this machine's kernel says of itself, as far as it makes a cage possible, stronger or weaker. The walls decide; these explain. */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { KernelFact } from '../../domain/containment.ts';
import { describeControlGroup, makeControlGroup, type ControlGroupFacts } from './cgroup.ts';

export type KernelView = {
  /** The text of a file, undefined where there is none. */
  read(path: string): string | undefined;
  release: string;
  /** As a cage saw it; null where none could be asked, 0 where the kernel has none. */
  landlockAbi: number | null;
  /** What can be limited by a control group of ours. */
  controlGroup: ControlGroupFacts;
};

export function readKernelFacts(landlockAbi: number | null): KernelFact[] {
  if (process.platform !== 'linux') return [];
  const group = makeControlGroup({ memoryBytes: 2 ** 30, processes: 16, processors: 1 });
  const controlGroup = describeControlGroup(group);
  void group?.remove();
  return kernelFacts({ read: readOrNothing, release: release(), landlockAbi, controlGroup });
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined; // not of this kernel, or not for us to see
  }
}

type State = KernelFact['state'];

/** A setting of `/proc/sys`: what its values stand for, and the line that sets the best one. */
type Setting = { name: string; stateOf: (value: string | undefined) => State; meaning: string; best: string };

/** A switch that is absent where the kernel knows no such restriction. */
const offOrAbsent = (value: string | undefined): State => (value === undefined || value === '0' ? 'good' : 'matters');
const atLeast =
  (least: number, otherwise: State = 'could-be-better') =>
  (value: string | undefined): State =>
    value !== undefined && Number(value) >= least ? 'good' : otherwise;
const exactly =
  (wanted: string) =>
  (value: string | undefined): State =>
    value === wanted ? 'good' : 'could-be-better';

const settings: Setting[] = [
  { name: 'user.max_user_namespaces', stateOf: atLeast(1, 'matters'), meaning: 'how many user namespaces may be made; a cage needs two', best: '65536' },
  {
    name: 'kernel.unprivileged_userns_clone',
    stateOf: (value) => (value === '0' ? 'matters' : 'good'),
    meaning: 'whether ordinary users may make user namespaces; every cage is made by one',
    best: '1',
  },
  {
    name: 'kernel.apparmor_restrict_unprivileged_userns',
    stateOf: offOrAbsent,
    meaning: 'AppArmor takes the rights away in user namespaces of ordinary users (Ubuntu from 24.04 on)',
    best: '0',
  },
  { name: 'kernel.io_uring_disabled', stateOf: exactly('2'), meaning: 'io_uring has had many faults; inside it is closed by seccomp already', best: '2' },
  {
    name: 'vm.unprivileged_userfaultfd',
    stateOf: exactly('0'),
    meaning: 'fault handlers help to use faults of the kernel; closed by seccomp inside',
    best: '0',
  },
  {
    name: 'dev.tty.legacy_tiocsti',
    stateOf: exactly('0'),
    meaning: 'a program may type into its terminal; inside there is none, and seccomp refuses',
    best: '0',
  },
  { name: 'kernel.dmesg_restrict', stateOf: atLeast(1), meaning: 'who may read the log of the kernel; closed by seccomp inside', best: '1' },
  { name: 'kernel.kptr_restrict', stateOf: atLeast(1), meaning: 'addresses of the kernel stand in /proc/kallsyms; closed by Landlock in a job', best: '1' },
  { name: 'kernel.unprivileged_bpf_disabled', stateOf: atLeast(1), meaning: 'who may load programs into the kernel; closed by seccomp inside', best: '1' },
  {
    name: 'kernel.yama.ptrace_scope',
    stateOf: atLeast(1),
    meaning: 'whether processes of one user may look into each other; jobs are not dumpable, so they cannot',
    best: '1',
  },
];

const links = ['hardlinks', 'symlinks', 'fifos', 'regular'];

/** Pure, so that tests can hold up the machines that they do not have. */
export function kernelFacts(view: KernelView): KernelFact[] {
  return [
    releaseFact(view),
    landlockFact(view),
    seccompFact(view),
    controlGroupFact(view),
    ...settings.map((setting) => settingFact(view, setting)),
    linkFact(view),
    corePatternFact(view),
  ];
}

const inProcSys = (name: string) => `/proc/sys/${name.replaceAll('.', '/')}`;
const fact = (name: string, value: string, state: State, meaning: string, remedy: string): KernelFact =>
  state === 'good' ? { name, value, state, meaning } : { name, value, state, meaning, remedy };

function settingFact({ read }: KernelView, { name, stateOf, meaning, best }: Setting): KernelFact {
  const value = read(inProcSys(name));
  const remedy = value === undefined ? 'This kernel does not have the setting: a newer one, or one built with it, does.' : `sysctl -w ${name}=${best}`;
  return fact(name, value ?? 'absent', stateOf(value), meaning, remedy);
}

function releaseFact({ release: version }: KernelView): KernelFact {
  const [major, minor] = version.split('.').map(Number);
  const state = major > 5 || (major === 5 && minor >= 13) ? 'good' : 'matters';
  return fact('kernel release', version, state, 'a cage shares the kernel: keep it up to date', 'Use Linux 5.13 or newer.');
}

function landlockFact({ landlockAbi }: KernelView): KernelFact {
  const state = landlockAbi === null || landlockAbi < 1 ? 'matters' : landlockAbi < 6 ? 'could-be-better' : 'good';
  const value = landlockAbi === null ? 'not known: no cage could be started to ask' : landlockAbi < 1 ? 'absent' : `version ${landlockAbi}`;
  const remedy =
    state === 'matters'
      ? 'Use Linux 5.13 or newer with landlock among its security modules (lsm=… on its command line).'
      : 'Linux 6.12 also holds signals back.';
  return fact('Landlock', value, state, 'files a job may open, whatever is mounted; from version 4 TCP, from 6 signals', remedy);
}

function seccompFact({ read }: KernelView): KernelFact {
  const found = read('/proc/sys/kernel/seccomp/actions_avail')?.split(' ');
  const missing = ['kill_process', 'errno', 'allow'].filter((action) => !found?.includes(action));
  const value = found === undefined ? 'absent' : missing.length === 0 ? 'kill, refuse, allow' : `without ${missing.join(', ')}`;
  return fact(
    'seccomp',
    value,
    missing.length === 0 ? 'good' : 'matters',
    'how a call can be answered that is on no list',
    'Use a kernel with CONFIG_SECCOMP_FILTER.',
  );
}

function controlGroupFact({ read, controlGroup }: KernelView): KernelFact {
  const kinds = new Set((read('/proc/self/mountinfo') ?? '').split('\n').flatMap((line) => / - (cgroup2?) /.exec(line)?.[1] ?? []));
  const version = [kinds.has('cgroup') && 'version 1', kinds.has('cgroup2') && 'version 2'].filter(Boolean).join(' and ') || 'none';
  const { hasMemory, hasProcesses, hasKill } = controlGroup;
  const writable = [hasMemory && 'memory', hasProcesses && 'processes', hasKill && 'kill'].filter(Boolean).join(', ') || 'nothing';
  const meaning = 'memory and processes of a cage are counted together; elsewhere they are watched every 50 ms';
  const remedy = 'Run Modelwright in a control group that it may divide (systemd: Delegate=yes), or accept the watch.';
  return fact('control groups', `${version}; ours to limit: ${writable}`, hasMemory && hasProcesses ? 'good' : 'could-be-better', meaning, remedy);
}

function linkFact({ read }: KernelView): KernelFact {
  const values = links.map((name) => ({ name, value: read(inProcSys(`fs.protected_${name}`)) ?? 'absent' }));
  const open = values.filter(({ value }) => !(Number(value) >= 1));
  const told = values.map(({ name, value }) => `${name} ${value}`).join(', ');
  const meaning = 'whether a planted link or pipe in a shared folder is followed; nothing of a cage is looked for in one';
  return fact(
    'fs.protected_*',
    told,
    open.length === 0 ? 'good' : 'could-be-better',
    meaning,
    `sysctl -w ${open.map(({ name }) => `fs.protected_${name}=1`).join(' ')}`,
  );
}

function corePatternFact({ read }: KernelView): KernelFact {
  const value = read('/proc/sys/kernel/core_pattern');
  const state = value?.startsWith('|') ? 'could-be-better' : 'good';
  const meaning = 'where the memory of a crashed process goes; a program in this place is asked whatever the limit says, and jobs are not dumpable';
  return fact('kernel.core_pattern', value ?? 'absent', state, meaning, 'sysctl -w kernel.core_pattern=core');
}
