/**
 * Builds the seccomp programs of the cage, without a dependency: `worker`, which bubblewrap installs before the worker starts, and on top of it
 * `job`, which every forked job puts up before a learner runs. Of a guest they are `guest-start` and `guest`. Order of a program: architecture, x32 numbers, rules on
 * arguments, calls that kill, calls that fail, calls that pass, everything else EPERM.
 */
import { allowedCalls, syscallNumbers, type Architecture } from './syscall-numbers.ts';

export type { Architecture };
export type FilterLevel = 'worker' | 'job' | 'guest-start' | 'guest';

type Instruction = { code: number; jumpTrue: number; jumpFalse: number; value: number };

// Classic BPF opcodes, from linux/bpf_common.h.
const LOAD = 0x20;
const EQUAL = 0x15;
const AT_LEAST = 0x35;
const ANY_BIT = 0x45;
const RETURN = 0x06;

const auditArchitecture: Record<Architecture, number> = { x86_64: 0xc000003e, aarch64: 0xc00000b7 };

export const ALLOW = 0x7fff0000;
/** Ends the whole process, not only the thread: the status says signal 31. */
export const KILL = 0x80000000;
export const failWith = (errorNumber: number) => (0x00050000 | errorNumber) >>> 0;

const EPERM = 1;
const EINVAL = 22;
const ENOTTY = 25;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
const X32_BIT = 0x40000000;
const MAX_INSTRUCTIONS = 4096;

const words = (text: string) => text.trim().split(/\s+/);

/** Never called by a learner: an attempt is an attack, so the process ends. */
export const killedCalls: readonly string[] = words(`
  ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
  keyctl add_key request_key mount umount2 pivot_root move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr chroot unshare setns
  init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff quotactl quotactl_fd acct settimeofday clock_settime
  adjtimex clock_adjtime open_by_handle_at name_to_handle_at lookup_dcookie nfsservctl syslog vhangup memfd_secret fanotify_init iopl ioperm modify_ldt`);

/** Node asks for a ring at its start, whatever it is told, and goes on without. */
const ringCalls = words('io_uring_setup io_uring_enter io_uring_register');

const step = (code: number, value: number, jumpTrue = 0, jumpFalse = 0): Instruction => ({ code, jumpTrue, jumpFalse, value: value >>> 0 });

// The low half of a 64-bit argument; both machines are little endian.
const loadArgument = (index: number) => step(LOAD, 16 + 8 * index);
const always = (answer: number) => [step(RETURN, answer)];

/** The argument must be one of `values`; anything else is answered with `otherwise`. */
const oneOf = (argument: number, values: readonly number[], otherwise: number) => [
  loadArgument(argument),
  ...values.map((value, index) => step(EQUAL, value, values.length - index, 0)),
  step(RETURN, otherwise),
  step(RETURN, ALLOW),
];

const noneOfBits = (argument: number, bits: number, otherwise: number) => [
  loadArgument(argument),
  step(ANY_BIT, bits, 0, 1),
  step(RETURN, otherwise),
  step(RETURN, ALLOW),
];

const NEW_NAMESPACES = 0x7e020080;
const CLONE_THREAD = 0x10000;
// TCGETS TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX: what Python asks of a descriptor. Not TIOCSTI, which types into a terminal.
const harmlessIoctls = [0x5401, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451];
// F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
const plainFcntls = [0, 1, 2, 3, 4, 1030];
/** DuckDB locks what it writes. A file that others read too takes no lock that another could notice: that needs the right to write, or to ask. */
const SET_LOCK = 6;
const NAME_A_MAPPING = 0x53564d41;

type Policy = {
  rules: Record<string, Instruction[]>;
  killed: readonly string[];
  failing: { errorNumber: number; calls: readonly string[] }[];
  allowed: readonly string[];
};

export function filterPolicy(level: FilterLevel): Policy {
  const rules: Record<string, Instruction[]> = {
    clone: noneOfBits(0, NEW_NAMESPACES, KILL),
    socket: always(failWith(EAFNOSUPPORT)),
    socketpair: oneOf(0, [1], failWith(EAFNOSUPPORT)),
    ioctl: oneOf(1, harmlessIoctls, failWith(ENOTTY)),
    personality: oneOf(0, [0, 0xffffffff], failWith(EPERM)),
    // PDEATHSIG get/set, DUMPABLE get/set, NAME get/set, SECCOMP get/set, CAPBSET_READ, NO_NEW_PRIVS get/set, SET_VMA
    prctl: oneOf(0, [1, 2, 3, 4, 15, 16, 21, 22, 23, 38, 39, NAME_A_MAPPING], failWith(EPERM)),
  };
  const isInner = level === 'job' || level === 'guest';
  const isGuest = level === 'guest-start' || level === 'guest';
  if (isInner) {
    Object.assign(rules, {
      // Threads only: a job that cannot fork leaves nothing behind and ends with one signal.
      clone: [
        loadArgument(0),
        step(ANY_BIT, NEW_NAMESPACES, 0, 1),
        step(RETURN, KILL),
        step(ANY_BIT, CLONE_THREAD, 1, 0),
        step(RETURN, failWith(EPERM)),
        step(RETURN, ALLOW),
      ],
      fork: always(failWith(EPERM)),
      vfork: always(failWith(EPERM)),
      // These reach other processes of the same user past Landlock, so only "myself" (0) passes.
      prlimit64: oneOf(0, [0], failWith(EPERM)),
      sched_setaffinity: always(failWith(EPERM)),
      setpriority: always(failWith(EPERM)),
      // Locks on shared read-only files are a channel between jobs: no locks, leases or owners.
      flock: always(failWith(EPERM)),
      fcntl: oneOf(1, isGuest ? [...plainFcntls, SET_LOCK] : plainFcntls, failWith(EPERM)),
      prctl: oneOf(0, [3, 15, 16, 39, NAME_A_MAPPING], failWith(EPERM)),
    });
  }
  if (level === 'guest') {
    // What a descriptor is called on this machine is nobody's business in there: no path is a link.
    rules['readlink'] = always(failWith(EINVAL));
    rules['readlinkat'] = always(failWith(EINVAL));
  }
  return {
    rules,
    killed: isGuest ? killedCalls.filter((call) => !ringCalls.includes(call)) : killedCalls,
    failing: [
      // Its flags lie in memory, where a filter cannot see them; the C library falls back to clone.
      { errorNumber: ENOSYS, calls: ['clone3', ...(isGuest ? ringCalls : [])] },
      { errorNumber: EPERM, calls: ['mlock', 'mlock2', 'mbind', 'set_mempolicy', 'get_mempolicy', ...(level === 'job' ? ['execve', 'execveat'] : [])] },
    ],
    // What kind of descriptor its standard input is; it can make no socket.
    allowed: isGuest ? [...allowedCalls, 'getsockname', 'getsockopt'] : allowedCalls,
  };
}

/** The program as the kernel takes it: an array of struct sock_filter, 8 bytes each. */
export function assembleFilter(architecture: Architecture, level: FilterLevel): Uint8Array {
  const policy = filterPolicy(level);
  const numberOf = (call: string) => syscallNumbers[architecture][call];
  const program: Instruction[] = [step(LOAD, 4), step(EQUAL, auditArchitecture[architecture], 1, 0), step(RETURN, KILL), step(LOAD, 0)];
  if (architecture === 'x86_64') program.push(step(AT_LEAST, X32_BIT, 0, 1), step(RETURN, KILL));

  for (const [call, body] of Object.entries(policy.rules)) {
    const number = numberOf(call);
    if (number !== undefined) program.push(step(EQUAL, number, 0, body.length), ...body);
  }

  const answer = (calls: readonly string[], value: number) => {
    const numbers = calls.filter((call) => !(call in policy.rules)).flatMap((call) => numberOf(call) ?? []);
    // A jump reaches 255 instructions, so a long list is cut into blocks that each end in their own answer.
    for (let start = 0; start < numbers.length; start += 200) {
      const block = numbers.slice(start, start + 200);
      const last = block.length - 1;
      block.forEach((number, index) => program.push(step(EQUAL, number, last - index, index === last ? 1 : 0)));
      program.push(step(RETURN, value));
    }
  };
  answer(policy.killed, KILL);
  for (const { errorNumber, calls } of policy.failing) answer(calls, failWith(errorNumber));
  answer(policy.allowed, ALLOW);
  program.push(step(RETURN, failWith(EPERM)));

  if (program.length > MAX_INSTRUCTIONS) throw new RangeError(`a seccomp program of ${program.length} instructions is too long for the kernel`);
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  program.forEach((instruction, index) => {
    view.setUint16(index * 8, instruction.code, true);
    view.setUint8(index * 8 + 2, instruction.jumpTrue);
    view.setUint8(index * 8 + 3, instruction.jumpFalse);
    view.setUint32(index * 8 + 4, instruction.value, true);
  });
  return bytes;
}

/** The architecture of this process, undefined where no filter was written for it. */
export function architectureOf(nodeArchitecture: string): Architecture | undefined {
  return nodeArchitecture === 'x64' ? 'x86_64' : nodeArchitecture === 'arm64' ? 'aarch64' : undefined;
}
