import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { buildUndisturbed, leftovers, listRuns, makePlace, readMade, recordedBuildWords, resumeWords, type Made } from '../support/concrete.ts';

/** A private mount of a small disk needs root; elsewhere these tests are skipped. */
const canMount =
  process.platform === 'linux' && spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /mnt'], { stdio: 'ignore' }).status === 0;

/** The command with a disk of this size at `disk`; what stands on it at the end is copied to `kept`, as the disk goes with its process. */
const onSmallDisk = (disk: string, kept: string, kilobytes: number) => [
  'unshare',
  '-m',
  'sh',
  '-c',
  'disk=$1 kept=$2 size=$3; shift 3; mount -t tmpfs -o size=${size}k tmpfs "$disk" && "$@"; code=$?; cp -a "$disk/." "$kept"; exit $code',
  'sh',
  disk,
  kept,
  String(kilobytes),
];

let undisturbed: Made;

beforeAll(async () => {
  if (canMount) undisturbed = (await buildUndisturbed()).made;
}, 90_000);

/** From "no room for the first events" over "between two fits" to "not for the package". */
it.skipIf(!canMount).each([100, 700, 2000, 3500])(
  'ends on a full disk of %i KiB with what to do, and goes on once there is room (needs root to mount a small disk)',
  { timeout: 60_000 },
  async (kilobytes) => {
    const place = makePlace();
    const disk = join(place.home, '..', 'disk');
    const home = join(disk, 'home');
    for (const folder of [disk, place.home]) mkdirSync(folder);
    const full = await runCommand(recordedBuildWords(home), { ...place, prefix: onSmallDisk(disk, place.home, kilobytes) });
    expect(full.stderr).toBe('');
    expect(full.last).toMatchObject({ kind: 'error', code: 'MW3011' });
    expect(full.exitCode).toBe(3);
    // The larger disk.
    cpSync(join(place.home, 'home'), home, { recursive: true });
    const there = { ...place, home };
    expect(leftovers(there)).toEqual([]);
    const [run] = await listRuns(there);
    if (run === undefined) return;
    expect(run.state).toBe('interrupted');
    const resumed = await runCommand(resumeWords(home, run.run), place);
    expect(resumed.last).toMatchObject({ kind: 'result' });
    expect(readMade(home, 'strength@1')).toEqual(undisturbed);
    expect(leftovers(there)).toEqual([]);
  },
);
