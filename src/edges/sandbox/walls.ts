/** Tries every wall of the cage on this machine, for `doctor` and before a sandbox is opened. Takes well under a second and never throws. */
import { execFile, type ChildProcess } from 'node:child_process';
import { closeSync, readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { z } from 'zod';
import { ModelwrightError } from '../../domain/error.ts';
import { cannotStart, startInCage, type CageOptions } from './start-cage.ts';
import type { TrainingEnvironment } from './cage-arguments.ts';
import { describeControlGroup, makeControlGroup } from './cgroup.ts';
import { printableText, Tail } from './printable-text.ts';
import { childrenOf } from './process-memory.ts';
import type { Wall } from './sandbox.ts';
import { openUnlinkedFile } from './unlinked-file.ts';

const BUBBLEWRAP = 'bwrap';
const CHECK_MS = 5_000;
const MAX_FINDINGS_BYTES = 16 << 10;

/** What `harness/check_walls.py` finds inside. */
const Findings = z.strictObject({
  hasNoPrivileges: z.boolean(),
  isFiltered: z.boolean(),
  hasNoNetwork: z.boolean(),
  isRootClosed: z.boolean(),
  landlockAbi: z.int(),
  hasLibraries: z.boolean(),
  hasOpenMp: z.boolean(),
  job: z.union([
    z.strictObject({ isFiltered: z.boolean(), seesNoOther: z.boolean(), writesOwnFolderOnly: z.boolean() }),
    z.strictObject({ failed: z.string() }),
  ]),
});
type Findings = z.infer<typeof Findings>;

type Inside = { kind: 'seen'; findings: Findings; userOutside: number; tookMs: number } | { kind: 'failed'; detail: string; remedy: string };

/** `environment` is null where none has been set up: then only what needs none can be tried. Every wall that is named is needed. */
export async function probeWalls({ environment, scratchDirectory }: { environment: TrainingEnvironment | null; scratchDirectory: string }): Promise<Wall[]> {
  const [version, inside] = await Promise.all([
    bubblewrapVersion(),
    environment === null ? notSetUp : lookInside({ environment, scratchDirectory }).catch(failedBecause),
  ]);
  return [bubblewrapWall(version), ...wallsInside(inside), limitsWall()];
}

/** Throws MW3023 for the first wall that is missing: code that nobody has read runs behind all of them or not at all. */
export function requireEveryWall(walls: readonly Wall[]): void {
  const missing = walls.find(({ isUp }) => !isUp);
  if (missing) throw wallMissing(missing);
}

export const wallMissing = ({ name, detail, remedy }: Wall) =>
  new ModelwrightError({
    code: 'MW3023',
    message: `Generated code is not run here: the wall "${name}" is missing (${detail}).`,
    hint: remedy ?? 'See `modelwright doctor`.',
  });

const notSetUp: Inside = { kind: 'failed', detail: 'cannot be tried: the training environment has not been set up', remedy: 'Run the setup.' };

function bubblewrapWall(version: string | undefined): Wall {
  const install = 'Install it: apt-get install bubblewrap';
  if (version === undefined) return { name: 'bubblewrap', isUp: false, detail: 'not installed', remedy: install };
  const [major, minor] = version.split('.').map(Number);
  const isNew = major > 0 || minor >= 8;
  return { name: 'bubblewrap', isUp: isNew, detail: version, ...(!isNew && { remedy: 'Version 0.8 or newer is needed.' }) };
}

function wallsInside(inside: Inside): Wall[] {
  if (inside.kind === 'failed') return [{ name: 'cage', isUp: false, detail: inside.detail, remedy: inside.remedy }];
  const { findings, userOutside, tookMs } = inside;
  const { job } = findings;
  const jobHas = (wall: 'isFiltered' | 'seesNoOther' | 'writesOwnFolderOnly') => !('failed' in job) && job[wall];
  const ofJob = (problem: string) => ('failed' in job ? `a job could not put up its walls: ${job.failed}` : problem);
  const wall = (name: string, isUp: boolean, detail: string, problem: string, remedy: string): Wall =>
    isUp ? { name, isUp, detail } : { name, isUp, detail: problem, remedy };
  const kernel = 'Use a newer kernel with seccomp and Landlock, or a virtual machine that has one.';
  const setup = 'Run the setup again, with a cache folder that every user can read.';
  return [
    { name: 'cage', isUp: true, detail: `user, mount, process, network, ipc and host name spaces of its own, started in ${Math.round(tookMs)} ms` },
    wall('user', userOutside > 0, `runs as user ${userOutside} of this machine`, 'runs as root of this machine', 'Start Modelwright as an ordinary user.'),
    wall('privileges', findings.hasNoPrivileges, 'no capability, and no way to gain one', 'it keeps capabilities, or can gain them', kernel),
    wall('network', findings.hasNoNetwork, 'no interface but its own loopback, no socket', 'it can open a socket or sees an interface', kernel),
    wall(
      'files',
      findings.isRootClosed && jobHas('writesOwnFolderOnly'),
      'a job writes into a folder of its own and nowhere else',
      ofJob('a job can write outside its own folder'),
      kernel,
    ),
    wall(
      'system calls',
      findings.isFiltered && jobHas('isFiltered'),
      'one allow-list for the worker and a stricter one for jobs',
      ofJob('no filter of system calls is in force'),
      kernel,
    ),
    wall(
      'landlock',
      findings.landlockAbi > 0 && jobHas('seesNoOther'),
      `version ${findings.landlockAbi}, a job sees no other process`,
      ofJob('a job can look into other processes'),
      kernel,
    ),
    wall('libraries', findings.hasLibraries, 'the learners can be read inside', 'the learners cannot be read inside', setup),
    wall(
      'openmp',
      findings.hasOpenMp,
      'libgomp can be loaded inside',
      'libgomp, which LightGBM needs, cannot be loaded',
      'Install it: apt-get install libgomp1',
    ),
  ];
}

function limitsWall(): Wall {
  const group = makeControlGroup({ memoryBytes: 2 ** 30, processes: 16, processors: null });
  const { hasMemory, hasProcesses } = describeControlGroup(group);
  void group?.remove();
  const kept = [hasMemory && 'memory', hasProcesses && 'processes'].filter(Boolean).join(' and ');
  return {
    name: 'limits',
    isUp: true,
    detail: kept === '' ? 'memory and files watched from outside, address space limited inside' : `${kept} by control group, address space limited inside`,
  };
}

function bubblewrapVersion(): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(BUBBLEWRAP, ['--version'], { env: { PATH: '/usr/bin:/bin' }, timeout: 2_000 }, (error, stdout) =>
      resolve(error ? undefined : stdout.trim().split(' ').at(-1)),
    );
  });
}

function failedBecause(cause: unknown): Inside {
  const { message, hint } = cannotStart(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause));
  return { kind: 'failed', detail: message, remedy: hint };
}

async function lookInside(options: CageOptions): Promise<Inside> {
  const startedMs = performance.now();
  const { writing, reading } = openUnlinkedFile(options.scratchDirectory);
  closeSync(writing);
  let child: ChildProcess;
  try {
    child = startInCage(options, { strength: 'program', group: undefined, matrixFile: reading, command: ['check_walls.py', 'cage'] });
  } finally {
    closeSync(reading);
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), CHECK_MS);
  try {
    const said = await firstLine(child);
    const tookMs = performance.now() - startedMs;
    const inner = child.pid === undefined ? undefined : childrenOf(child.pid)[0];
    const findings = Findings.parse(JSON.parse(said));
    return { kind: 'seen', findings, userOutside: inner === undefined ? 0 : realUserOf(inner), tookMs };
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

/** The findings, or an error with what bubblewrap said when it could not start. */
function firstLine(child: ChildProcess): Promise<string> {
  const [, , stderr, toChild, fromChild] = child.stdio;
  const complaints = new Tail(4 << 10);
  let said = '';
  return new Promise((resolve, reject) => {
    if (!(fromChild instanceof Duplex) || !(toChild instanceof Duplex)) throw new Error('the cage was started without its channels');
    toChild.on('error', () => {});
    fromChild.on('error', () => {});
    fromChild.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('\n')) resolve(said);
      else if (said.length > MAX_FINDINGS_BYTES) reject(new Error('the check of the walls said too much'));
    });
    if (stderr && 'on' in stderr) stderr.on('data', (chunk: Uint8Array) => complaints.add(chunk));
    child.once('error', reject);
    child.once('close', () => reject(new Error(printableText(complaints.bytes) || 'the cage ended without a word')));
  });
}

/** Who the worker is on this machine; inside the cage every user looks alike. */
function realUserOf(processId: number): number {
  return Number(readFileSync(`/proc/${processId}/status`, 'utf8').match(/^Uid:\s*(\d+)/m)?.[1] ?? 0);
}
