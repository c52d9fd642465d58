import { expect, it } from 'vitest';
import { architectureOf } from '../../src/edges/sandbox/seccomp.ts';
import { syscallNumbers } from '../../src/edges/sandbox/syscall-numbers.ts';
import { attackFamily } from './arena.ts';

const numbers = syscallNumbers[architectureOf(process.arch) ?? 'x86_64'];

attackFamily('a job that wants to be more than one process', (arena) => {
  it('cannot fork and cannot start a program; threads it may have, but not without end', async () => {
    expect(await arena.attempts({ do: 'processes' })).toMatchObject({
      fork: 'refused EPERM',
      run: 'refused EPERM',
      exec: 'refused EPERM',
      'few-threads': 'done [None, None, None, None]',
      'many-threads': 'refused RuntimeError',
    });
  });

  it.each([
    'ptrace',
    'unshare',
    'setns',
    'io_uring_setup',
    'bpf',
    'perf_event_open',
    'userfaultfd',
    'keyctl',
    'process_vm_readv',
    'pidfd_getfd',
    'open_by_handle_at',
  ])('ends at a call of the kernel that no learner makes (%s), which the report names', async (call) => {
    const outcome = await arena.attack({ do: 'killed-call', call, number: numbers[call] ?? -1 });
    expect(outcome).toMatchObject({ kind: 'failed', exitCode: 159 });
    expect(outcome.kind === 'failed' && outcome.stderrTail).toContain(`reached ${call}\nended for a system call`);
  });

  it('would fork, start programs and reach the kernel where only the name spaces hold it', async () => {
    const controls = await arena.controls({ do: 'processes', 'is-control': true });
    expect(controls).toMatchObject({ fork: 'done forked', run: expect.stringMatching(/^done/), 'few-threads': expect.stringMatching(/^done/) });
    expect((await arena.controls({ do: 'killed-call', call: 'unshare', number: numbers['unshare'] ?? -1 }))['unshare']).toBe('done 0');
    expect((await arena.controls({ do: 'killed-call', call: 'io_uring_setup', number: numbers['io_uring_setup'] ?? -1 }))['io_uring_setup']).toBe('done -1');
  });
});
