import { expect, it } from 'vitest';
import { evaluateFilter } from '../../../tests/support/seccomp-programs.ts';
import { containerArguments, containerProfile } from './container-profile.ts';
import { ALLOW, assembleFilter } from './seccomp.ts';
import { syscallNumbers } from './syscall-numbers.ts';

const environment = {
  basePrefix: '/usr',
  python: '/cache/env/bin/python3',
  sitePackages: '/cache/env/lib/python3.11/site-packages',
  harness: '/cache/harness',
};

it('asks for a container that is shut as the cage is', () => {
  const words = containerArguments({
    client: 'docker',
    image: 'debian:12',
    profileFile: '/run/seccomp.json',
    uid: 61_200,
    memoryBytes: 2 ** 30,
    strength: 'program',
    environment,
    command: ['/usr/bin/python3.11', '/cage/app/worker.py', 'program'],
  });
  expect(words.join(' ').replaceAll(' --', '\n--').split('\n')).toMatchInlineSnapshot(`
    [
      "docker run",
      "--rm",
      "--interactive",
      "--network none",
      "--ipc none",
      "--read-only",
      "--user 61200:61200",
      "--cap-drop ALL",
      "--security-opt no-new-privileges",
      "--security-opt seccomp=/run/seccomp.json",
      "--memory 1073741824",
      "--memory-swap 1073741824",
      "--pids-limit 48",
      "--cpus 1",
      "--ulimit core=0",
      "--ulimit nofile=1024",
      "--ulimit memlock=0",
      "--tmpfs /scratch:size=67108864,nr_inodes=4k,mode=0700,uid=61200,nosuid,nodev",
      "--tmpfs /output:size=33554432,nr_inodes=4k,mode=0700,uid=61200,nosuid,nodev",
      "--tmpfs /tmp:size=16777216,nr_inodes=4k,mode=1777,uid=61200,nosuid,nodev",
      "--volume /cache/env/lib/python3.11/site-packages:/cage/site:ro",
      "--volume /cache/harness:/cage/app:ro",
      "--env PATH=/usr/bin",
      "--env HOME=/scratch",
      "--env TMPDIR=/scratch",
      "--env LANG=C.UTF-8",
      "--env TZ=UTC",
      "--env OMP_NUM_THREADS=1",
      "--env OPENBLAS_NUM_THREADS=1",
      "--env OMP_WAIT_POLICY=passive",
      "--env JOBLIB_MULTIPROCESSING=0",
      "--env PYTHONHASHSEED=0",
      "--env PYTHONDONTWRITEBYTECODE=1",
      "--workdir /scratch",
      "--entrypoint  debian:12 /usr/bin/python3.11 /cage/app/worker.py program",
    ]
  `);
});

/** What the profile says of a call, as the engine reads it: every comparison of a rule must hold. */
function isAllowed(name: string, callArguments: number[]): boolean {
  const rules = containerProfile().syscalls.filter(({ names }) => names.includes(name));
  return rules.some(
    ({ action, args = [] }) =>
      action === 'SCMP_ACT_ALLOW' &&
      args.every(({ index, op, value, valueTwo }) => {
        const given = callArguments[index] ?? 0;
        return op === 'SCMP_CMP_EQ' ? given === value : (given & value) === valueTwo;
      }),
  );
}

it('lets the same calls pass as the seccomp program of the worker, with the same arguments', () => {
  const program = assembleFilter('x86_64', 'worker');
  const samples = [0, 1, 2, 3, 16, 21, 38, 40, 0x5401, 0x5412, 0x5421, 0x53564d41, 0x3d0f00, 0x1200011, 0x10000000, 0xffffffff];
  const differing = Object.entries(syscallNumbers.x86_64).flatMap(([name, number = -1]) =>
    samples.flatMap((sample) => {
      const callArguments = [sample, sample];
      const isPassed = evaluateFilter(program, 'x86_64', number, callArguments) === ALLOW;
      return isPassed === isAllowed(name, callArguments) ? [] : [`${name}(${sample})`];
    }),
  );
  expect(differing).toEqual([]);
  expect(isAllowed('read', [])).toBe(true);
  expect(isAllowed('ptrace', [])).toBe(false);
});

it('refuses what it does not name', () => {
  expect(containerProfile()).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1 });
});
