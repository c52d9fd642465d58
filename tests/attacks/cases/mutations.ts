/**
 * Each wall taken away, one at a time, and what then turns red. Probes are harmless where they get through, and the outer limits stay on. Behind two walls
 * an attack stays held back when one of them goes: that is what two walls are for, and it stands in `stillHeld`.
 */
import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cageParts, type CageParts, type MakeParts } from '../../../src/edges/sandbox/start-cage.ts';
import type { TrainingEnvironment } from '../../../src/edges/sandbox/cage-arguments.ts';
import { numberOf, passing } from '../../support/seccomp-programs.ts';
import type { ProbeHarness } from '../probe-harness.ts';
import { withoutWord, type Weakening } from './arena.ts';
import type { AttackCase, WallName } from './case.ts';

type CaseId = AttackCase['id'];

export type Mutation = {
  wall: WallName;
  without: Weakening;
  /** Programs run without the wall: these attacks get through. */
  red: readonly CaseId[];
  /** These name the wall and are held back by another one. */
  stillHeld: readonly CaseId[];
  /** The self-test sees that the wall is missing (SBX-87). */
  isSeenBySelfTest: boolean;
  /** Where it can be tried at all. */
  needsRoot?: true;
};

const changeWords =
  (change: (words: string[]) => string[]): NonNullable<Weakening['parts']> =>
  (parts) => ({ ...parts, cageWords: change(parts.cageWords) });

/** Descriptor 9 is open all the way down. */
const leakDescriptor = (parts: CageParts, canaryFolder: string): CageParts => ({
  ...parts,
  startWords: ['/bin/sh', '-c', `exec 9<'${canaryFolder}/canary'; exec "$@"`, 'sh', ...parts.startWords],
});

const limitLine = 'def limit(memory_bytes: int, wall_ms: int, level: Level) -> None:\n';
const lessRlimits = { file: 'harden.py', line: limitLine, instead: `${limitLine}    if level:\n        return\n\n` } as const;
const noLandlock = { file: 'harden.py', line: '    restrict_files((folder, *OUTPUT_FOLDERS[level]))\n', instead: '' } as const;

export const mutations: Mutation[] = [
  {
    wall: 'network',
    without: { parts: changeWords((words) => withoutWord(words, '--unshare-net')) },
    red: [],
    stillHeld: ['SBX-45', 'SBX-48', 'SBX-52'],
    isSeenBySelfTest: true,
  },
  { wall: 'ipc', without: { parts: changeWords((words) => withoutWord(words, '--unshare-ipc')) }, red: [], stillHeld: [], isSeenBySelfTest: true },
  {
    wall: 'host name',
    without: { parts: changeWords((words) => withoutWord(withoutWord(words, '--unshare-uts'), '--hostname', 1)) },
    red: [],
    stillHeld: [],
    isSeenBySelfTest: true,
  },
  {
    wall: 'control group name space',
    without: { parts: changeWords((words) => withoutWord(words, '--unshare-cgroup')) },
    red: [],
    stillHeld: [],
    isSeenBySelfTest: true,
  },
  {
    wall: 'processes',
    without: { parts: changeWords((words) => withoutWord(withoutWord(words, '--unshare-pid'), '--as-pid-1')) },
    red: [],
    stillHeld: ['SBX-33', 'SBX-34', 'SBX-60'],
    isSeenBySelfTest: true,
  },
  {
    wall: 'nested user name space',
    // The worker's filter would hold it back too.
    without: {
      parts: (parts) => ({
        ...parts,
        cageWords: withoutWord(parts.cageWords, '--disable-userns'),
        workerFilter: passing(parts.workerFilter, [numberOf('unshare')]),
      }),
    },
    red: [],
    stillHeld: ['SBX-81'],
    isSeenBySelfTest: true,
  },
  {
    wall: 'closed root',
    without: { parts: changeWords((words) => withoutWord(withoutWord(words, '--remount-ro', 1), '--remount-ro', 1)) },
    red: [],
    stillHeld: ['SBX-05', 'SBX-06', 'SBX-85'],
    isSeenBySelfTest: true,
  },
  {
    wall: 'few devices',
    without: {
      parts: changeWords((words) =>
        words.toSpliced(words.indexOf('--remount-ro'), 0, '--dev', '/dev', '--size', '16777216', '--perms', '1777', '--tmpfs', '/dev/shm'),
      ),
    },
    red: [],
    stillHeld: ['SBX-41', 'SBX-74'],
    isSeenBySelfTest: true,
  },
  {
    wall: 'kernel settings',
    without: { parts: changeWords((words) => words.toSpliced(words.lastIndexOf('/proc/sys') - 2, 3)) },
    red: [],
    stillHeld: ['SBX-42', 'SBX-43'],
    isSeenBySelfTest: true,
  },
  {
    wall: 'environment',
    without: { parts: changeWords((words) => words.toSpliced(words.indexOf('--chdir'), 0, '--setenv', 'MODELWRIGHT_CANARY', 'seen')) },
    red: ['SBX-32'],
    stillHeld: [],
    isSeenBySelfTest: true,
  },
  {
    wall: 'descriptors',
    without: {
      parts: leakDescriptor,
      harness: [
        { file: 'worker.py', line: 'os.closerange(JOB_FILTER + 1 if IS_CAGED else MATRIX_FILE + 1, 1 << 16)', instead: 'pass' },
        { file: 'worker.py', line: 'os.closerange(CLOCK + 1, 1 << 16)', instead: 'pass' },
      ],
    },
    red: ['SBX-37'],
    stillHeld: ['SBX-39'],
    isSeenBySelfTest: false,
  },
  {
    wall: 'worker filter',
    without: { parts: (parts) => ({ ...parts, workerFilter: passing(parts.workerFilter, 'all') }) },
    red: [],
    stillHeld: ['SBX-45', 'SBX-53', 'SBX-55', 'SBX-58', 'SBX-81'],
    isSeenBySelfTest: true,
  },
  {
    wall: 'job filter',
    without: { parts: (parts) => ({ ...parts, jobFilter: passing(parts.jobFilter, 'all') }) },
    red: ['SBX-60', 'SBX-63', 'SBX-68', 'SBX-84'],
    stillHeld: ['SBX-45', 'SBX-53', 'SBX-81'],
    isSeenBySelfTest: true,
  },
  {
    wall: 'landlock',
    without: { harness: [noLandlock] },
    red: ['SBX-05', 'SBX-09', 'SBX-34', 'SBX-35', 'SBX-59'],
    stillHeld: ['SBX-42', 'SBX-85', 'SBX-01', 'SBX-02', 'SBX-03', 'SBX-06', 'SBX-40'],
    isSeenBySelfTest: true,
  },
  { wall: 'rlimits', without: { harness: [lessRlimits] }, red: ['SBX-64', 'SBX-67', 'SBX-69', 'SBX-70'], stillHeld: ['SBX-43'], isSeenBySelfTest: true },
  {
    wall: 'folder sizes',
    without: { parts: changeWords((words) => words.map((word, at) => (words[at - 1] === '--size' && Number(word) > 20_000_000 ? String(160 << 20) : word))) },
    red: ['SBX-21'],
    stillHeld: [],
    isSeenBySelfTest: false,
  },
  { wall: 'memory limit', without: { limits: { memoryBytes: 2 ** 30 } }, red: ['SBX-65', 'SBX-66'], stillHeld: [], isSeenBySelfTest: false },
  { wall: 'wall clock', without: { limits: { wallMs: 8_000 } }, red: ['SBX-61'], stillHeld: [], isSeenBySelfTest: false },
  { wall: 'file watch', without: { watch: (started) => ({ ...started, writableFolders: [] }) }, red: ['SBX-20'], stillHeld: [], isSeenBySelfTest: false },
  {
    wall: 'another user',
    // The canary's owner, who is no root of the machine: the file that only they may read can be read then.
    without: { parts: (parts) => ({ ...parts, startWords: parts.startWords.map((word) => word.replace(/^(--re[ug]id)=\d+$/, '$1=61183')) }) },
    red: ['SBX-04'],
    stillHeld: ['SBX-42'],
    isSeenBySelfTest: false,
    needsRoot: true,
  },
];

/** Every mutation as the self-test meets it: another policy, or another harness. */
export function missingOnes(harness: ProbeHarness): { wall: WallName; parts: MakeParts; files: Partial<TrainingEnvironment> }[] {
  return mutations
    .filter(({ isSeenBySelfTest }) => isSeenBySelfTest)
    .map(({ wall, without }, at) => ({
      wall,
      parts: (request) => without.parts?.(cageParts(request), harness.scratchDirectory) ?? cageParts(request),
      files: without.harness ? { harness: changedHarness(harness, `changed-${at}`, without.harness) } : {},
    }));
}

function changedHarness({ environment }: ProbeHarness, name: string, changes: NonNullable<Weakening['harness']>): string {
  const folder = join(environment.harness, '..', name);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const file of readdirSync(environment.harness).filter((each) => statSync(join(environment.harness, each)).isFile()))
    copyFileSync(join(environment.harness, file), join(folder, file));
  for (const { file, line, instead } of changes) writeFileSync(join(folder, file), readFileSync(join(folder, file), 'utf8').replaceAll(line, instead));
  return folder;
}
