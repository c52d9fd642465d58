/** The policy of the cage in the words of a container engine: what `docker run` or `podman run` is told, and the seccomp profile it is given. Pure. */
import { strengths, workerVariables, type Strength, type TrainingEnvironment } from './cage-arguments.ts';
import { filterPolicy } from './seccomp.ts';

export type ContainerPlan = {
  client: 'docker' | 'podman';
  /** One with glibc, libgomp and the interpreter that the environment was made from. */
  image: string;
  /** Where `containerProfile` has been written to. */
  profileFile: string;
  /** A user without an account on this machine. */
  uid: number;
  memoryBytes: number;
  strength: Strength;
  environment: TrainingEnvironment;
  command: readonly string[];
};

export function containerArguments({ client, image, profileFile, uid, memoryBytes, strength, environment, command }: ContainerPlan): string[] {
  const { scratchBytes, outputBytes, processes, processors } = strengths[strength];
  const readOnly = (from: string, to: string) => ['--volume', `${from}:${to}:ro`];
  const tmpfs = (place: string, sizeBytes: number, mode: string) => ['--tmpfs', `${place}:size=${sizeBytes},nr_inodes=4k,mode=${mode},uid=${uid},nosuid,nodev`];
  return [
    [client, 'run', '--rm', '--interactive', '--network', 'none', '--ipc', 'none', '--read-only'],
    ['--user', `${uid}:${uid}`, '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--security-opt', `seccomp=${profileFile}`],
    // As much swap as memory is none beside it.
    ['--memory', String(memoryBytes), '--memory-swap', String(memoryBytes), '--pids-limit', String(processes)],
    processors === null ? [] : ['--cpus', String(processors)],
    ['--ulimit', 'core=0', '--ulimit', 'nofile=1024', '--ulimit', 'memlock=0'],
    tmpfs('/scratch', scratchBytes, '0700'),
    outputBytes === null ? [] : tmpfs('/output', outputBytes, '0700'),
    tmpfs('/tmp', 16 << 20, '1777'),
    readOnly(environment.sitePackages, '/cage/site'),
    readOnly(environment.harness, '/cage/app'),
    ...Object.entries(workerVariables('/scratch')).map(([name, value]) => ['--env', `${name}=${value}`]),
    ['--workdir', '/scratch', '--entrypoint', '', image, ...command],
  ].flat();
}

type Comparison = { index: number; value: number; valueTwo?: number; op: 'SCMP_CMP_EQ' | 'SCMP_CMP_MASKED_EQ' };
type Rule = { names: string[]; action: string; errnoRet?: number; args?: Comparison[] };

/** An OCI seccomp profile: what the engine hands to the kernel. */
export type ContainerProfile = { defaultAction: string; defaultErrnoRet: number; architectures: string[]; syscalls: Rule[] };

const EPERM = 1;
// Opcodes that rules on arguments are made of.
const RETURN = 0x06;
const EQUAL = 0x15;
const LOAD = 0x20;
const ANY_BIT = 0x45;

/** The worker's policy, from the same lists as its seccomp program; jobs put theirs on top from inside. What is refused there is refused here, if by another number. */
export function containerProfile(): ContainerProfile {
  const { killed, failing, allowed, rules } = filterPolicy('worker');
  const isListed = (call: string) => call in rules || killed.includes(call) || failing.some(({ calls }) => calls.includes(call));
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],
    syscalls: [
      { names: killed.filter((call) => !(call in rules)), action: 'SCMP_ACT_KILL_PROCESS' },
      ...failing.map(({ errorNumber, calls }): Rule => ({ names: [...calls], action: 'SCMP_ACT_ERRNO', errnoRet: errorNumber })),
      { names: allowed.filter((call) => !isListed(call)), action: 'SCMP_ACT_ALLOW' },
      ...Object.entries(rules).flatMap(([call, body]) =>
        comparisonsOf(body).map((comparison): Rule => ({ names: [call], action: 'SCMP_ACT_ALLOW', args: [comparison] })),
      ),
    ],
  };
}

type RuleBody = ReturnType<typeof filterPolicy>['rules'][string];

/** When a call with a rule on its argument passes: one comparison each, for a profile has no "or" within a rule. Otherwise the default holds. */
function comparisonsOf([first, ...rest]: RuleBody): Comparison[] {
  if (first.code === RETURN) return [];
  if (first.code !== LOAD) throw new Error('a rule on an argument begins by loading it');
  const index = (first.value - 16) / 8;
  return rest.flatMap(({ code, value }): Comparison[] => {
    if (code === EQUAL) return [{ index, value, op: 'SCMP_CMP_EQ' }];
    if (code === ANY_BIT) return [{ index, value, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }];
    return [];
  });
}
