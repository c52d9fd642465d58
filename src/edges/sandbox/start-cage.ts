/** Starts a cage: namespaces, two seccomp programs and limits, through bubblewrap; says what was wrong when it cannot. */
import { spawn } from 'node:child_process';
import { lstatSync, readlinkSync } from 'node:fs';
import { ModelwrightError } from '../../domain/error.ts';
import { cageArguments, cagedCommand, startCommand, type RootFolder, type Strength, type TrainingEnvironment } from './cage-arguments.ts';
import type { ControlGroup } from './cgroup.ts';
import { architectureOf, assembleFilter } from './seccomp.ts';
import { handOver } from './unlinked-file.ts';

export type CageOptions = { environment: TrainingEnvironment; scratchDirectory: string };

// Users of this range have no account; it is the one that systemd gives to services for a while.
const FIRST_USER = 61_184;
const USER_COUNT = 4_336;

let started = 0;

/** Everything that a cage is made of, before it is started. */
export type CageParts = {
  /** What is started on this machine. */
  startWords: string[];
  /** What bubblewrap reads from its descriptor. */
  cageWords: string[];
  workerFilter: Uint8Array;
  jobFilter: Uint8Array;
};

export type CageRequest = {
  environment: TrainingEnvironment;
  strength: Strength;
  cgroupFolders: readonly string[];
  /** Set where the host is root, who must be left before the cage is made. */
  uid: number | undefined;
  /** The source of the harness that runs inside, and its words. */
  command: readonly [source: string, ...words: string[]];
};

/** The policy: the one place that turns a wish for a cage into what it is made of. Tests that take a wall away change its result, and nothing else can. */
export function cageParts({ environment, strength, cgroupFolders, uid, command }: CageRequest): CageParts {
  const architecture = architectureOf(process.arch);
  if (!architecture) throw cannotStart(`no seccomp program was written for ${process.arch}`);
  return {
    startWords: startCommand({ uid, cgroupFolders, command: cagedCommand(environment, ...command) }),
    cageWords: cageArguments({ environment, rootFolders: findRootFolders(), strength }),
    workerFilter: assembleFilter(architecture, 'worker'),
    jobFilter: assembleFilter(architecture, 'job'),
  };
}

export type MakeParts = typeof cageParts;

/** Words as bubblewrap reads them from a descriptor, so that no path of this machine stands in a command line. */
export const bubblewrapText = (words: readonly string[]): Uint8Array => new TextEncoder().encode(words.map((word) => `${word}\0`).join(''));

/** Starts a source of the harness in a cage; `matrixFile` is its descriptor 7. */
export function startInCage(
  { environment, scratchDirectory }: CageOptions,
  { strength, group, matrixFile, command }: { strength: Strength; group: ControlGroup | undefined; matrixFile: number; command: CageRequest['command'] },
  makeParts: MakeParts = cageParts,
) {
  const uid = process.getuid?.() === 0 ? nextUser() : undefined;
  const parts = makeParts({ environment, strength, cgroupFolders: group?.folders ?? [], uid, command });
  const [program, ...programWords] = parts.startWords;
  // Its own session, so that an interrupt typed into the terminal reaches us alone; an environment of one line, for bubblewrap's is readable inside.
  return handOver([bubblewrapText(parts.cageWords), parts.workerFilter, parts.jobFilter], scratchDirectory, ([argumentFile, workerFilter, jobFilter]) =>
    spawn(program, programWords, {
      env: { PATH: '/usr/bin:/bin' },
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', argumentFile, workerFilter, matrixFile, jobFilter],
    }),
  );
}

/** A user without an account, another for each cage. */
export function nextUser(): number {
  started += 1;
  return FIRST_USER + ((process.pid * 16 + started) % USER_COUNT);
}

export function findRootFolders(): RootFolder[] {
  return ['lib', 'lib64', 'bin'].flatMap((name) => {
    try {
      return [lstatSync(`/${name}`).isSymbolicLink() ? { name, linkTo: readlinkSync(`/${name}`) } : { name }];
    } catch {
      return []; // a machine without lib64
    }
  });
}

const failures: { sign: RegExp; meaning: string; remedy: string }[] = [
  {
    sign: /ENOENT.*|spawn bwrap|No such file or directory.*bwrap|failed to execute bwrap/,
    meaning: 'bubblewrap is not installed',
    remedy: 'Install it: apt-get install bubblewrap',
  },
  {
    sign: /No permissions to create (a )?new namespace|setting up uid map|Creating new namespace failed/,
    meaning: 'this machine refuses user namespaces',
    remedy:
      'Allow them: sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0, user.max_user_namespaces above 0; in Docker run with --security-opt seccomp=unconfined.',
  },
  {
    sign: /Can't mount proc/,
    meaning: 'this container does not let a fresh /proc be mounted',
    remedy: 'Run it with an unmasked /proc (Kubernetes: procMount Unmasked).',
  },
  {
    sign: /Can't find source path/,
    meaning: 'a folder that training needs cannot be read by other users',
    remedy: 'Run the setup again, with a cache folder that every user can read.',
  },
  { sign: /landlock/i, meaning: 'the kernel has no Landlock', remedy: 'Use a kernel from 5.13 on, with Landlock among its security modules.' },
  { sign: /seccomp/i, meaning: 'the kernel does not take a seccomp program', remedy: 'Use a kernel with CONFIG_SECCOMP_FILTER.' },
];

/** What bubblewrap or the worker said at its end, as an error with something to do about it. */
export function cannotStart(said: string): ModelwrightError {
  const lastLine = said.split('\n').at(-1) ?? '';
  const known = failures.find(({ sign }) => sign.test(said));
  if (known) return new ModelwrightError({ code: 'MW3020', message: `The cage cannot be started: ${known.meaning} (${lastLine}).`, hint: known.remedy });
  if (/Error/.test(said)) {
    return new ModelwrightError({
      code: 'MW3021',
      message: `The training process cannot be started: ${lastLine}`,
      hint: 'Run the setup again; `modelwright doctor` shows what cannot be loaded.',
    });
  }
  return new ModelwrightError({
    code: 'MW3020',
    message: `The cage cannot be started${lastLine && `: ${lastLine}`}.`,
    hint: 'See `modelwright doctor`, which names the wall that is missing.',
  });
}
