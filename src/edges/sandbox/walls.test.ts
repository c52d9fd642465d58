import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeProbeHarness, openProbeWorker, probeJob, probeLimits, type ProbeHarness } from '../../../tests/attacks/probe-harness.ts';
import { numberOf, passing, refusing } from '../../../tests/support/seccomp-programs.ts';
import { listBackEnds } from './back-ends.ts';
import { judgeWalls, wallNames } from './judge-walls.ts';
import { openSandbox } from './open-sandbox.ts';
import type { Wall } from './sandbox.ts';
import { cageParts, type CageParts, type MakeParts } from './start-cage.ts';
import { Findings, type SeenFromOutside } from './wall-findings.ts';
import { probeWalls, requireEveryWall, tryWalls } from './walls.ts';

const isRoot = process.getuid?.() === 0;

const ENOSYS = 38;

const namesDown = (walls: Wall[]) => walls.filter(({ isUp }) => !isUp).map(({ name }) => name);

/** The cage's words with `found` (one option and its arguments) replaced. */
function without(parts: CageParts, found: string[], ...instead: string[]): CageParts {
  const { cageWords } = parts;
  const at = cageWords.findIndex((_, index) => found.every((word, offset) => cageWords[index + offset] === word));
  if (at === -1) throw new Error(`the cage has no ${found.join(' ')}`);
  return { ...parts, cageWords: cageWords.toSpliced(at, found.length, ...instead) };
}

/** Bubblewrap has no first process of its own then, and no right to a fresh /proc. */
const sharedProcesses = (parts: CageParts) =>
  without(without(without(parts, ['--unshare-pid']), ['--as-pid-1']), ['--proc', '/proc'], '--ro-bind', '/proc', '/proc');

const changed =
  (change: (parts: CageParts) => CageParts): MakeParts =>
  (request) =>
    change(cageParts(request));

/** `words` taken out of what is started on this machine, with all between them. */
const startedWithout = (from: string, to: string) =>
  changed((parts) => {
    const start = parts.startWords.indexOf(from);
    const end = parts.startWords.indexOf(to);
    if (start === -1 || end < start) throw new Error(`nothing is started by ${from}`);
    return { ...parts, startWords: parts.startWords.toSpliced(start, end - start) };
  });

/** As a cage once told them, and this machine beside it. */
const findings = Findings.parse(JSON.parse(readFileSync(new URL('../../../tests/fuzz/wall-findings.json', import.meta.url), 'utf8')));
const outside: SeenFromOutside = { isHostRoot: true, userOutside: 61_200, namespaces: {}, memoryKeeper: 'control group', processKeeper: 'control group' };

describe('the walls of this machine', () => {
  let harness: ProbeHarness;
  const originals = new Map<string, string>();
  beforeAll(() => {
    harness = makeProbeHarness();
  });
  afterEach(() => {
    for (const [path, text] of originals) writeFileSync(path, text);
    originals.clear();
  });
  afterAll(() => harness.remove());

  /** Changes the test's own copy of a source that runs inside. */
  function edit(file: string, line: string, instead: string): void {
    const path = join(harness.environment.harness, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(line).length !== 2) throw new Error(`${file} does not say "${line}" once`);
    originals.set(path, originals.get(path) ?? text);
    writeFileSync(path, text.replace(line, instead));
  }

  it('all stand, each with its name and what was seen', async () => {
    const walls = await probeWalls(harness);
    expect(walls.filter(({ isUp }) => !isUp)).toEqual([]);
    expect(walls.filter(({ kind }) => kind === 'wall').map(({ name }) => name)).toEqual(wallNames);
    expect(walls.filter(({ kind }) => kind === 'need').map(({ name }) => name)).toEqual(['libraries', 'openmp']);
    expect(walls.filter(({ detail }) => detail === '')).toEqual([]);
  });

  it('are opened as a cage', async () => {
    const sandbox = await openSandbox(harness);
    expect(sandbox.isCaged).toBe(true);
    expect(sandbox.walls.length).toBeGreaterThan(12);
  });

  describe('are found missing one by one', () => {
    const removals: [wall: string, what: string, makeParts: MakeParts][] = [
      ['process namespace', 'the process namespace of the machine', changed((parts) => sharedProcesses(parts))],
      ['files', 'a root that is left open', changed((parts) => without(parts, ['--remount-ro', '/']))],
      [
        'devices',
        'one more device',
        changed((parts) => without(parts, ['--perms', '0755', '--tmpfs', '/dev'], '--tmpfs', '/dev', '--dev-bind', '/dev/null', '/dev/kmsg')),
      ],
      [
        'folders in memory',
        'a folder without an end',
        changed((parts) => without(parts, ['--size', '16777216', '--perms', '1777', '--tmpfs', '/dev/shm'], '--perms', '1777', '--tmpfs', '/dev/shm')),
      ],
      ['network', 'the network namespace of the machine', changed((parts) => without(parts, ['--unshare-net']))],
      ['sockets', 'a worker that may open sockets', changed((parts) => ({ ...parts, workerFilter: passing(parts.workerFilter, [numberOf('socket')]) }))],
      ['other namespaces', 'the message queues of the machine', changed((parts) => without(parts, ['--unshare-ipc']))],
      ['other namespaces', 'the host name of the machine', changed((parts) => without(without(parts, ['--unshare-uts']), ['--hostname', 'cage']))],
      ['other namespaces', 'the control groups of the machine', changed((parts) => without(parts, ['--unshare-cgroup']))],
      [
        'nested namespaces',
        'user namespaces inside',
        changed((parts) => ({ ...without(parts, ['--disable-userns']), workerFilter: passing(parts.workerFilter, [numberOf('unshare')]) })),
      ],
      ['calls of the worker', 'calls of an attack', changed((parts) => ({ ...parts, workerFilter: passing(parts.workerFilter, [numberOf('ptrace')]) }))],
      ['calls of the worker', 'calls that nobody knows', changed((parts) => ({ ...parts, workerFilter: passing(parts.workerFilter, [9999]) }))],
      ['calls of a job', 'a filter that lets all pass', changed((parts) => ({ ...parts, jobFilter: passing(parts.jobFilter, 'all') }))],
      ['environment', 'a variable of a stranger', changed((parts) => without(parts, ['--clearenv'], '--clearenv', '--setenv', 'SECRET', 'x'))],
      ['kernel settings', 'a fresh /proc/sys', changed((parts) => without(parts, ['--ro-bind', '/proc/sys', '/proc/sys']))],
      ['privileges', 'a capability', changed((parts) => without(parts, ['--cap-drop', 'ALL'], '--cap-add', 'CAP_NET_RAW'))],
    ];

    it.each(removals)('finds "%s" missing: %s', async (wall, _, makeParts) => {
      const walls = await probeWalls(harness, makeParts);
      expect(namesDown(walls)).toEqual([wall]);
      expect(walls.find(({ name }) => name === wall)?.remedy).toBeTruthy();
      expect(() => requireEveryWall(walls)).toThrow(expect.objectContaining({ code: 'MW3023', message: expect.stringContaining(`"${wall}"`) }));
    });

    const edits: [wall: string, what: string, file: string, line: string, instead: string][] = [
      ['landlock', 'a job without Landlock', 'harden.py', 'check(LIBC.syscall(LANDLOCK_RESTRICT_SELF, rules, 0), "landlock restrict")', 'pass'],
      ['landlock', 'a job that may signal others', 'harden.py', 'abstract_sockets_and_signals = 3 if abi >= 6 else 0', 'abstract_sockets_and_signals = 1'],
      ['limits of a job', 'files without an end', 'harden.py', 'at_most(resource.RLIMIT_FSIZE, ROOMS[level].file_bytes)', 'pass'],
      [
        'limits of a job',
        'memory that can be dumped',
        'harden.py',
        '        offer_to_oom_killer(900)\n        set_dumpable(False)',
        '        offer_to_oom_killer(900)',
      ],
      ['memory limit', 'memory without an end', 'harden.py', 'at_most(resource.RLIMIT_DATA, pages[5] * page + memory_bytes + 128 * MEBIBYTE)', 'pass'],
      ['process limit', 'threads without an end', 'harden.py', 'at_most(resource.RLIMIT_NPROC, ROOMS[level].tasks)', 'pass'],
      ['libraries', 'no learners', 'check_walls.py', 'SITE_PACKAGES = "/cage/site"', 'SITE_PACKAGES = "/cage/nothing"'],
    ];

    it.each(edits)('finds "%s" missing: %s', async (wall, _, file, line, instead) => {
      edit(file, line, instead);
      expect(namesDown(await probeWalls(harness))).toEqual([wall]);
    });

    it('descriptors: one of a stranger, where the worker does not close it; closed where it does', async () => {
      const withOne = changed((parts) => ({ ...parts, startWords: ['/bin/sh', '-c', 'exec 9</dev/null; exec "$@"', 'sh', ...parts.startWords] }));
      expect(namesDown(await probeWalls(harness, withOne))).toEqual([]);
      edit('check_walls.py', 'os.closerange(JOB_FILTER + 1, 1 << 16)', 'pass');
      expect(namesDown(await probeWalls(harness, withOne))).toEqual(['descriptors']);
    });

    // No cage is started as root for this: what would be seen of one is judged.
    it('user: a cage that runs as root of this machine, or can open what is its own', () => {
      const judged = (change: Partial<SeenFromOutside>, reopened = findings.worker.reopened) =>
        namesDown(judgeWalls({ ...findings, worker: { ...findings.worker, reopened } }, { ...outside, ...change }));
      expect(judged({})).toEqual([]);
      expect(judged({ userOutside: 0 })).toEqual(['user']);
      expect(judged({ isHostRoot: true }, 'done')).toEqual(['user']);
    });

    it.runIf(isRoot)('memory and processes: a cage that is not in its control group', async () => {
      expect(namesDown(await probeWalls(harness, startedWithout('/bin/sh', 'setpriv')))).toEqual(['memory limit', 'process limit']);
    });

    it('all filters at once: every wall that rests on them', async () => {
      const bare = changed((parts) => ({ ...parts, workerFilter: passing(parts.workerFilter, 'all'), jobFilter: passing(parts.jobFilter, 'all') }));
      expect(namesDown(await probeWalls(harness, bare))).toEqual(['sockets', 'calls of the worker', 'calls of a job']);
    });
  });

  it.each([
    ['darwin', 'macOS'],
    ['win32', 'Windows'],
  ] as const)('are said to be missing on %s, where curated learners run alone', async (platform, name) => {
    const { walls } = await tryWalls(harness, cageParts, platform);
    expect(walls).toEqual([{ kind: 'wall', name: 'cage', isUp: false, detail: expect.stringContaining(name), remedy: expect.stringContaining('Linux') }]);
    expect(() => requireEveryWall(walls)).toThrow(expect.objectContaining({ code: 'MW3023' }));
    expect(listBackEnds({ walls, engine: { kind: 'no-client' }, outerCage: null })[0]).toMatchObject({ name: 'none', state: 'in-use' });
  });

  it('are said to be missing where the kernel has no Landlock', async () => {
    const withoutLandlock = refusing([{ call: 'landlock_create_ruleset', errorNumber: ENOSYS }]);
    const walls = await probeWalls(
      harness,
      changed((parts) => ({ ...parts, workerFilter: Uint8Array.from([...withoutLandlock.subarray(0, -8), ...parts.workerFilter]) })),
    );
    expect(walls.find(({ name }) => name === 'landlock')).toMatchObject({
      isUp: false,
      detail: 'the kernel has no Landlock',
      remedy: expect.stringContaining('5.13'),
    });
    expect(() => requireEveryWall(walls)).toThrow(expect.objectContaining({ code: 'MW3023' }));
  });

  it('stand for nothing where they were not tried: generated code is refused', async () => {
    const walls = await probeWalls(harness);
    expect(() => requireEveryWall(walls)).not.toThrow();
    expect(() => requireEveryWall([])).toThrow(expect.objectContaining({ code: 'MW3023', message: expect.stringContaining('it was not tried') }));
    expect(() => requireEveryWall(walls.filter(({ name }) => name !== 'landlock'))).toThrow(
      expect.objectContaining({ message: expect.stringContaining('"landlock"') }),
    );
  });

  it('are said to be missing where the learners cannot be read, with what to do', async () => {
    const walls = await probeWalls({ ...harness, environment: { ...harness.environment, sitePackages: harness.emptySitePackages } });
    expect(walls.filter(({ isUp }) => !isUp)).toEqual([
      { kind: 'need', name: 'libraries', isUp: false, detail: 'the learners cannot be read inside', remedy: expect.stringContaining('setup') },
    ]);
  });

  it('are said to be missing where a folder is not there at all', async () => {
    const walls = await probeWalls({ ...harness, environment: { ...harness.environment, harness: '/nowhere' } });
    expect(walls.find(({ name }) => name === 'cage')).toMatchObject({ isUp: false, remedy: expect.stringContaining('setup') });
  });

  it('are said to be missing where nothing has been set up, and where there is no place for a file', async () => {
    expect((await probeWalls({ ...harness, environment: null })).find(({ name }) => name === 'cage')).toMatchObject({ isUp: false });
    expect((await probeWalls({ ...harness, scratchDirectory: '/nowhere' })).find(({ name }) => name === 'cage')).toMatchObject({ isUp: false });
  });

  it('let curated learners run without a cage where one is missing, and say so', async () => {
    const broken = { ...harness, environment: { ...harness.environment, basePrefix: '/nowhere' } };
    const sandbox = await openSandbox(broken);
    expect(sandbox.isCaged).toBe(false);
    expect(sandbox.walls.some(({ isUp, remedy }) => !isUp && remedy !== undefined)).toBe(true);
    const worker = await openProbeWorker(sandbox);
    expect(await worker.execute(probeJob({ do: 'good' }), probeLimits).outcome).toMatchObject({ kind: 'finished' });
    await worker.close();
  });
});
