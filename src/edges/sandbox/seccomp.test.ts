import { describe, expect, it } from 'vitest';
import { evaluateFilter } from '../../../tests/support/seccomp-programs.ts';
import { allowedCalls, syscallNumbers, type Architecture } from './syscall-numbers.ts';
import { ALLOW, KILL, assembleFilter, failWith, filterPolicy, killedCalls, type FilterLevel } from './seccomp.ts';

const architectures: Architecture[] = ['x86_64', 'aarch64'];
const ask = (architecture: Architecture, level: FilterLevel) => {
  const program = assembleFilter(architecture, level);
  return (name: string, ...callArguments: number[]) => {
    const number = syscallNumbers[architecture][name];
    return number === undefined ? undefined : evaluateFilter(program, architecture, number, callArguments);
  };
};

describe.each(architectures)('the seccomp programs for %s', (architecture) => {
  it.each(['worker', 'job'] as const)('kills at every call of an attack (%s)', (level) => {
    const answer = ask(architecture, level);
    const survivors = killedCalls.filter((call) => ![KILL, undefined].includes(answer(call)));
    expect(survivors).toEqual([]);
  });

  it.each(['worker', 'job'] as const)('lets every allowed call without a rule pass, and no call that is on no list (%s)', (level) => {
    const answer = ask(architecture, level);
    const policy = filterPolicy(level);
    const failing = policy.failing.flatMap(({ calls }) => calls);
    const allowed = allowedCalls.filter((call) => !(call in policy.rules) && !failing.includes(call));
    expect(allowed.filter((call) => ![ALLOW, undefined].includes(answer(call)))).toEqual([]);
    const listed = new Set([...allowedCalls, ...killedCalls, ...failing, ...Object.keys(policy.rules)]);
    const others = Object.keys(syscallNumbers[architecture]).filter((call) => !listed.has(call));
    expect(others.filter((call) => answer(call) !== failWith(1))).toEqual([]);
  });

  it('kills a call of another architecture, whose numbers mean other things', () => {
    const program = assembleFilter(architecture, 'worker');
    expect(evaluateFilter(program, 'i386', 1)).toBe(KILL);
  });

  it('refuses an unknown call', () => {
    expect(evaluateFilter(assembleFilter(architecture, 'job'), architecture, 9999)).toBe(failWith(1));
  });

  it('lets the worker fork but makes no new namespace', () => {
    const answer = ask(architecture, 'worker');
    expect(answer('clone', 0x1200011)).toBe(ALLOW);
    expect(answer('clone', 0x10000000)).toBe(KILL);
    expect(answer('clone3')).toBe(failWith(38));
  });

  it('lets a job make threads and nothing else', () => {
    const answer = ask(architecture, 'job');
    expect(answer('clone', 0x3d0f00)).toBe(ALLOW);
    expect(answer('clone', 0x1200011)).toBe(failWith(1));
    expect(answer('clone', 0x10000000 | 0x10000)).toBe(KILL);
    expect(answer('execve')).toBe(failWith(1));
    expect(answer('execveat')).toBe(failWith(1));
  });

  it('has no socket of any family but a pair inside the process', () => {
    const answer = ask(architecture, 'worker');
    for (const family of [1, 2, 10, 16, 17, 40]) expect(answer('socket', family)).toBe(failWith(97));
    expect(answer('socketpair', 1)).toBe(ALLOW);
    expect(answer('socketpair', 40)).toBe(failWith(97));
  });

  it('lets a job touch the limits, the processor and the locks of itself only', () => {
    const answer = ask(architecture, 'job');
    expect(answer('prlimit64', 0)).toBe(ALLOW);
    expect(answer('prlimit64', 1)).toBe(failWith(1));
    expect(answer('sched_setaffinity', 1)).toBe(failWith(1));
    expect(answer('setpriority', 0)).toBe(failWith(1));
    expect(answer('flock', 3)).toBe(failWith(1));
    expect(answer('fcntl', 3, 3)).toBe(ALLOW);
    expect(answer('fcntl', 3, 6)).toBe(failWith(1));
    expect(answer('prctl', 4)).toBe(failWith(1));
  });

  it.each(['guest-start', 'guest'] as const)('tells a guest that there is no ring of calls, and kills it at any other call of an attack (%s)', (level) => {
    const answer = ask(architecture, level);
    const isRing = (call: string) => call.startsWith('io_uring_');
    expect(killedCalls.filter(isRing).map((call) => answer(call))).toEqual([failWith(38), failWith(38), failWith(38)]);
    expect(killedCalls.filter((call) => !isRing(call) && ![KILL, undefined].includes(answer(call)))).toEqual([]);
  });

  it('lets a guest become Node, make threads, and learn no name of a file', () => {
    const answer = ask(architecture, 'guest');
    expect(answer('clone', 0x3d0f00)).toBe(ALLOW);
    expect([answer('clone', 0x1200011), answer('socket', 1), answer('flock', 3), answer('fcntl', 3, 5)]).toEqual([1, 97, 1, 1].map(failWith));
    for (const call of ['execve', 'getsockname', 'getsockopt']) expect(answer(call)).toBe(ALLOW);
    // Whether a file is locked can be set and not asked.
    expect(answer('fcntl', 3, 6)).toBe(ALLOW);
    for (const call of ['readlink', 'readlinkat']) expect([failWith(22), undefined]).toContain(answer(call));
  });

  it('types nothing into a terminal', () => {
    const answer = ask(architecture, 'worker');
    expect(answer('ioctl', 0, 0x5412)).toBe(failWith(25));
    expect(answer('ioctl', 0, 0x5401)).toBe(ALLOW);
  });
});

it('kills the second set of numbers that x86_64 has', () => {
  expect(evaluateFilter(assembleFilter('x86_64', 'worker'), 'x86_64', 0x40000001)).toBe(KILL);
});
