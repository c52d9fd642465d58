/** Tries every wall of the cage on this machine, for `doctor`, before a sandbox is opened and before generated code runs. Takes well under a second and never throws. */
import { execFile, type ChildProcess } from 'node:child_process';
import { closeSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { setupCommand } from '../../../scripts/environment.mjs';
import { ModelwrightError } from '../../domain/error.ts';
import type { TrainingEnvironment } from './cage-arguments.ts';
import { describeControlGroup, makeControlGroup, type ControlGroup } from './cgroup.ts';
import { judgeWalls, wallNames } from './judge-walls.ts';
import { printableText, Tail } from './printable-text.ts';
import { childrenOf, memoryOf } from './process-memory.ts';
import type { Wall } from './sandbox.ts';
import { cageParts, cannotStart, startInCage, type CageOptions, type MakeParts } from './start-cage.ts';
import { openUnlinkedFile } from './unlinked-file.ts';
import { Findings, type SeenFromOutside } from './wall-findings.ts';

const BUBBLEWRAP = 'bwrap';
const CHECK_MS = 5_000;
const MAX_FINDINGS_BYTES = 64 << 10;
/** What bubblewrap says goes into events and pages. */
const MAX_DETAIL = 500;
const CAGE_BYTES = 2 ** 30;
const CAGE_PROCESSES = 256;

/** What was tried on this machine. `landlockAbi` is null where no cage could be started to ask. */
export type WallTrial = { walls: Wall[]; landlockAbi: number | null; durationMs: number };

/** `environment` is null where none has been set up: then only what needs none can be tried. */
type Place = { environment: TrainingEnvironment | null; scratchDirectory: string };

/** Every wall that is named is needed. `makeParts` and `platform` are for tests, which take a wall away or have another machine. */
export async function tryWalls({ environment, scratchDirectory }: Place, makeParts: MakeParts = cageParts, platform = process.platform): Promise<WallTrial> {
  const startedMs = performance.now();
  if (platform !== 'linux') return { walls: [elsewhere(platform)], landlockAbi: null, durationMs: 0 };
  const [version, inside] = await Promise.all([
    bubblewrapVersion(),
    environment === null ? notSetUp : lookInside({ environment, scratchDirectory }, makeParts).catch(failedBecause),
  ]);
  const walls = [bubblewrapWall(version), ...(inside.kind === 'failed' ? [inside.wall] : judgeWalls(inside.findings, inside.outside))];
  return { walls, landlockAbi: inside.kind === 'seen' ? inside.findings.worker.landlockAbi : null, durationMs: performance.now() - startedMs };
}

export const probeWalls = async (place: Place, makeParts?: MakeParts): Promise<Wall[]> => (await tryWalls(place, makeParts)).walls;

/**
 * The one gate before code that nobody has read: it passes where every wall was tried and stands, and there is no option or variable that
 * opens it otherwise. A wall that was not tried does not stand.
 */
export function requireEveryWall(walls: readonly Wall[]): void {
  const down = walls.find(({ isUp }) => !isUp);
  const untried = wallNames.find((wanted) => !walls.some(({ kind, name }) => kind === 'wall' && name === wanted));
  if (down) throw wallMissing(down);
  if (untried !== undefined) throw wallMissing({ name: untried, detail: 'it was not tried' });
}

export const wallMissing = ({ name, detail, remedy }: Pick<Wall, 'name' | 'detail' | 'remedy'>) =>
  new ModelwrightError({
    code: 'MW3023',
    message: `Generated code is not run here: the wall "${name}" is missing (${detail}).`,
    hint: remedy ?? 'See `modelwright doctor`, which tries every wall and says what to install.',
  });

type Inside = { kind: 'seen'; findings: Findings; outside: SeenFromOutside } | { kind: 'failed'; wall: Wall };

const missingCage = (detail: string, remedy: string): Wall => ({ kind: 'wall', name: 'cage', isUp: false, detail: detail.slice(0, MAX_DETAIL), remedy });
const noCage = (detail: string, remedy: string): Inside => ({ kind: 'failed', wall: missingCage(detail, remedy) });
const notSetUp = noCage('cannot be tried: the training environment has not been set up', `Type: ${setupCommand}`);

const platformNames: Partial<Record<NodeJS.Platform, string>> = { darwin: 'macOS', win32: 'Windows' };
const elsewhere = (platform: NodeJS.Platform) =>
  missingCage(
    `${platformNames[platform] ?? platform} has no cage that could be proved: curated learners only`,
    'Run Modelwright on Linux, in a virtual machine if need be.',
  );

function failedBecause(cause: unknown): Inside {
  const { message, hint } = cannotStart(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause));
  return noCage(message, hint);
}

function bubblewrapWall(version: string | undefined): Wall {
  const wall = { kind: 'wall', name: 'bubblewrap' } as const;
  if (version === undefined) return { ...wall, isUp: false, detail: 'not installed', remedy: 'Install it: apt-get install bubblewrap' };
  const [major, minor] = version.split('.').map(Number);
  const isNew = major > 0 || minor >= 8;
  return { ...wall, isUp: isNew, detail: version, ...(!isNew && { remedy: 'Version 0.8 or newer is needed.' }) };
}

function bubblewrapVersion(): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(BUBBLEWRAP, ['--version'], { env: { PATH: '/usr/bin:/bin' }, timeout: 2_000 }, (error, stdout) =>
      resolve(error ? undefined : stdout.trim().split(' ').at(-1)),
    );
  });
}

async function lookInside(options: CageOptions, makeParts: MakeParts): Promise<Inside> {
  const group = makeControlGroup({ memoryBytes: CAGE_BYTES, processes: CAGE_PROCESSES, processors: null });
  const { writing, reading } = openUnlinkedFile(options.scratchDirectory);
  writeSync(writing, 'a file of the host');
  closeSync(writing);
  let child: ChildProcess | undefined;
  try {
    child = startInCage(options, { strength: 'program', group, matrixFile: reading, command: ['check_walls.py', 'program'] }, makeParts);
    const findings = Findings.parse(JSON.parse(await firstLine(child)));
    return { kind: 'seen', findings, outside: seenFromOutside(child, group) };
  } finally {
    closeSync(reading);
    if (child) await untilGone(child);
    await group?.remove();
  }
}

function untilGone(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

/** The findings, or an error with what bubblewrap said when it could not start. */
async function firstLine(child: ChildProcess): Promise<string> {
  const [, , stderr, toChild, fromChild] = child.stdio;
  const complaints = new Tail(4 << 10);
  let said = '';
  const timer = setTimeout(() => child.kill('SIGKILL'), CHECK_MS);
  try {
    return await new Promise((resolve, reject) => {
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
  } finally {
    clearTimeout(timer);
  }
}

function seenFromOutside(child: ChildProcess, group: ControlGroup | undefined): SeenFromOutside {
  const inner = child.pid === undefined ? undefined : childrenOf(child.pid)[0];
  if (inner === undefined) throw new Error('the cage cannot be seen from outside');
  const { hasMemory, hasProcesses } = describeControlGroup(group);
  const isInGroup = group?.folders.every((folder) => processesIn(folder).includes(inner)) ?? false;
  const isSeen = (memoryOf(inner)?.ownBytes ?? 0) > 0;
  return {
    isHostRoot: process.getuid?.() === 0,
    userOutside: realUserOf(inner),
    namespaces: Object.fromEntries(['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'].map((name) => [name, readlinkSync(`/proc/self/ns/${name}`)])),
    memoryKeeper: hasMemory ? (isInGroup ? 'control group' : undefined) : isSeen ? 'watch' : undefined,
    processKeeper: hasProcesses ? (isInGroup ? 'control group' : undefined) : 'rlimit',
  };
}

const processesIn = (folder: string): number[] => readFileSync(`${folder}/cgroup.procs`, 'utf8').trim().split('\n').map(Number);

/** Who the worker is on this machine; inside the cage every user looks alike. */
const realUserOf = (processId: number): number => Number(readFileSync(`/proc/${processId}/status`, 'utf8').match(/^Uid:\s*(\d+)/m)?.[1] ?? 0);
