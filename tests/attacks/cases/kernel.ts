/** Calls by which kernels have been broken: SBX-53 to SBX-58 and SBX-81 to SBX-83. The calls are made with arguments that do nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { ALLOW, KILL, architectureOf, assembleFilter } from '../../../src/edges/sandbox/seccomp.ts';
import { syscallNumbers } from '../../../src/edges/sandbox/syscall-numbers.ts';
import { evaluateFilter } from '../../support/seccomp-programs.ts';
import { hostileProgram } from '../programs.ts';
import type { Arena } from './arena.ts';
import { expectRefused, type AttackCase } from './case.ts';

const architecture = architectureOf(process.arch) ?? 'x86_64';
const numbers = syscallNumbers[architecture];

/** The process ends at the call, which it reached. */
async function expectKilled({ run }: Arena, call: string, ...words: (number | string)[]): Promise<void> {
  const number = numbers[call];
  if (number === undefined) throw new Error(`no number is known of ${call}`);
  const outcome = await run(
    hostileProgram(`
ctypes = __import__("ctypes")
libc = ctypes.CDLL(None, use_errno=True)
say("reached ${call}")
libc.syscall(${[number, ...words, 0, 0, 0, 0, 0].slice(0, 7).join(', ')})
say("passed ${call}")`),
  );
  expect(outcome).toMatchObject({ kind: 'failed', exitCode: 159 });
  const said = outcome.kind === 'failed' ? outcome.stderrTail : '';
  expect(said).toContain(`reached ${call}`);
  expect(said).not.toContain(`passed ${call}`);
}

/** The same program of the filter lets the call pass that does no harm, so it is this call that it refuses. */
const twin = (refused: readonly [string, ...number[]], passes: readonly [string, ...number[]]): AttackCase['control'] => ({
  does: `of the same filter ${passes[0]} passes where ${refused[0]} is killed`,
  run: async () => {
    const filter = assembleFilter(architecture, 'job');
    const answer = ([name, ...words]: readonly [string, ...number[]]) => evaluateFilter(filter, architecture, numbers[name] ?? -1, words);
    expect([answer(refused), answer(passes)]).toEqual([KILL, ALLOW]);
  },
});

const killed = (id: AttackCase['id'], name: string, tries: string, calls: string[], passes: readonly [string, ...number[]]): AttackCase => ({
  id,
  name,
  tries,
  walls: ['worker filter', 'job filter'],
  attack: async (arena) => {
    for (const call of calls) await expectKilled(arena, call);
  },
  control: twin([calls[0]], passes),
});

export const kernelCases: AttackCase[] = [
  killed('SBX-53', 'io-uring', 'reads files and opens sockets through rings', ['io_uring_setup', 'io_uring_enter', 'io_uring_register'], ['epoll_create1']),
  killed('SBX-54', 'userfaultfd', 'makes a handler of page faults', ['userfaultfd'], ['eventfd2']),
  killed('SBX-55', 'bpf-perf', 'loads a program into the kernel, opens performance counters', ['bpf', 'perf_event_open'], ['getrusage']),
  killed('SBX-56', 'keyring', 'keeps a token in the keyring for the next run', ['add_key', 'request_key', 'keyctl'], ['getrandom']),
  {
    ...killed('SBX-57', 'ptrace-sibling', 'attaches to another process of its user', ['ptrace', 'pidfd_getfd', 'kcmp'], ['getpid']),
    control: {
      does: 'a child can be looked at by the one who started it, from outside',
      run: async () => {
        const child = spawn('sleep', ['20'], { stdio: 'ignore' });
        expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).toContain('sleep');
        child.kill('SIGKILL');
        await once(child, 'close');
      },
    },
  },
  killed('SBX-58', 'process-vm', "reads another process's memory", ['process_vm_readv', 'process_vm_writev'], ['readv']),
  {
    id: 'SBX-81',
    name: 'namespace-again',
    tries: 'makes a user name space of its own inside',
    walls: ['worker filter', 'job filter', 'nested user name space'],
    async attack(arena) {
      await expectKilled(arena, 'unshare', '0x10000000');
      await expectKilled(arena, 'setns', -1);
      await expectKilled(arena, 'clone', '0x10000000');
    },
    control: twin(['clone', 0x10000000], ['clone', 0x10000]),
  },
  {
    ...killed(
      'SBX-82',
      'mount-inside',
      'mounts something, by the old calls and the new',
      ['mount', 'umount2', 'fsopen', 'open_tree', 'move_mount', 'pivot_root', 'chroot'],
      ['statfs'],
    ),
    control: { none: 'nothing is ever mounted for a test; that the calls are reached is shown before each' },
  },
  {
    id: 'SBX-83',
    name: 'setuid-binary',
    tries: 'runs a program that would have another user’s rights',
    walls: ['job filter'],
    async attack({ answers }) {
      const found = await answers(`
attempt("status", lambda: " ".join(line.replace("\\t", " ") for line in read("/proc/self/status", 4000).split("\\n") if line.startswith(("NoNewPrivs", "Cap"))))
for name in ("su", "mount", "passwd", "bwrap"):
    attempt(name, lambda: os.execv("/usr/bin/" + name, [name, "--version"]))
attempt("become", lambda: os.setuid(0))`);
      expect(found['status']).toMatch(/CapInh: 0+ CapPrm: 0+ CapEff: 0+ CapBnd: 0+ CapAmb: 0+ NoNewPrivs: 1$/);
      expectRefused(found, ['su', 'mount', 'passwd', 'bwrap', 'become']);
    },
    control: {
      does: 'its own state can be read',
      run: async (cage) => expect((await cage.answers('attempt("own", lambda: read("/proc/self/status"))'))['own']).toContain('Name:'),
    },
  },
];
