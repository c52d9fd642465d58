import { describe, expect, it } from 'vitest';
import { kernelFacts, readKernelFacts, type KernelView } from './kernel-facts.ts';

const all = { hasMemory: true, hasProcesses: true, hasKill: true };
const none = { hasMemory: false, hasProcesses: false, hasKill: false };

/** A machine as strict as it can be; a test loosens what it is about. */
const strict: Record<string, string> = {
  '/proc/sys/user/max_user_namespaces': '65536',
  '/proc/sys/kernel/unprivileged_userns_clone': '1',
  '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '0',
  '/proc/sys/kernel/io_uring_disabled': '2',
  '/proc/sys/vm/unprivileged_userfaultfd': '0',
  '/proc/sys/dev/tty/legacy_tiocsti': '0',
  '/proc/sys/kernel/dmesg_restrict': '1',
  '/proc/sys/kernel/kptr_restrict': '1',
  '/proc/sys/kernel/unprivileged_bpf_disabled': '2',
  '/proc/sys/kernel/yama/ptrace_scope': '1',
  '/proc/sys/fs/protected_hardlinks': '1',
  '/proc/sys/fs/protected_symlinks': '1',
  '/proc/sys/fs/protected_fifos': '2',
  '/proc/sys/fs/protected_regular': '2',
  '/proc/sys/kernel/core_pattern': 'core',
  '/proc/sys/kernel/seccomp/actions_avail': 'kill_process kill_thread trap errno user_notif trace log allow',
  '/proc/self/mountinfo': '30 24 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup rw',
};

function factsOf(changes: Record<string, string | undefined> = {}, view: Partial<KernelView> = {}) {
  const files = { ...strict, ...changes };
  return kernelFacts({ read: (path) => files[path], release: '6.12.1', landlockAbi: 6, controlGroup: all, ...view });
}
const factOf = (name: string, changes: Record<string, string | undefined> = {}, view: Partial<KernelView> = {}) =>
  factsOf(changes, view).find((fact) => fact.name === name);

describe('the kernel of a machine', () => {
  it('is all good where it is strict, and nothing is to be done', () => {
    const facts = factsOf();
    expect(facts.filter(({ state }) => state !== 'good')).toEqual([]);
    expect(facts.filter(({ remedy }) => remedy !== undefined)).toEqual([]);
  });

  it.each([
    ['user.max_user_namespaces', '/proc/sys/user/max_user_namespaces', '0', 'matters', 'sysctl -w user.max_user_namespaces=65536'],
    ['kernel.unprivileged_userns_clone', '/proc/sys/kernel/unprivileged_userns_clone', '0', 'matters', 'sysctl -w kernel.unprivileged_userns_clone=1'],
    [
      'kernel.apparmor_restrict_unprivileged_userns',
      '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
      '1',
      'matters',
      'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    ['kernel.io_uring_disabled', '/proc/sys/kernel/io_uring_disabled', '0', 'could-be-better', 'sysctl -w kernel.io_uring_disabled=2'],
    ['vm.unprivileged_userfaultfd', '/proc/sys/vm/unprivileged_userfaultfd', '1', 'could-be-better', 'sysctl -w vm.unprivileged_userfaultfd=0'],
    ['dev.tty.legacy_tiocsti', '/proc/sys/dev/tty/legacy_tiocsti', '1', 'could-be-better', 'sysctl -w dev.tty.legacy_tiocsti=0'],
    ['kernel.dmesg_restrict', '/proc/sys/kernel/dmesg_restrict', '0', 'could-be-better', 'sysctl -w kernel.dmesg_restrict=1'],
    ['kernel.kptr_restrict', '/proc/sys/kernel/kptr_restrict', '0', 'could-be-better', 'sysctl -w kernel.kptr_restrict=1'],
    ['kernel.unprivileged_bpf_disabled', '/proc/sys/kernel/unprivileged_bpf_disabled', '0', 'could-be-better', 'sysctl -w kernel.unprivileged_bpf_disabled=1'],
    ['kernel.yama.ptrace_scope', '/proc/sys/kernel/yama/ptrace_scope', '0', 'could-be-better', 'sysctl -w kernel.yama.ptrace_scope=1'],
    ['fs.protected_*', '/proc/sys/fs/protected_symlinks', '0', 'could-be-better', 'sysctl -w fs.protected_symlinks=1'],
    ['kernel.core_pattern', '/proc/sys/kernel/core_pattern', '|/usr/lib/systemd/systemd-coredump', 'could-be-better', 'sysctl -w kernel.core_pattern=core'],
  ])('%s is told with the line that sets it', (name, path, value, state, remedy) => {
    expect(factOf(name, { [path]: value })).toMatchObject({ state, remedy });
  });

  it('is not blamed for a restriction that it does not know', () => {
    const unknown = { '/proc/sys/kernel/unprivileged_userns_clone': undefined, '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': undefined };
    expect(factOf('kernel.unprivileged_userns_clone', unknown)).toMatchObject({ value: 'absent', state: 'good' });
    expect(factOf('kernel.apparmor_restrict_unprivileged_userns', unknown)).toMatchObject({ value: 'absent', state: 'good' });
  });

  it('is told to be missing a protection that it does not have', () => {
    expect(factOf('kernel.yama.ptrace_scope', { '/proc/sys/kernel/yama/ptrace_scope': undefined })).toMatchObject({
      value: 'absent',
      state: 'could-be-better',
    });
  });

  it('is too old, without Landlock or without seccomp where no cage can be had', () => {
    expect(factOf('kernel release', {}, { release: '5.10.0-8-amd64' })).toMatchObject({ state: 'matters' });
    expect(factOf('Landlock', {}, { landlockAbi: -1 })).toMatchObject({ value: 'absent', state: 'matters' });
    expect(factOf('Landlock', {}, { landlockAbi: null })?.value).toContain('not known');
    expect(factOf('Landlock', {}, { landlockAbi: 3 })).toMatchObject({ value: 'version 3', state: 'could-be-better' });
    expect(factOf('seccomp', { '/proc/sys/kernel/seccomp/actions_avail': undefined })).toMatchObject({ value: 'absent', state: 'matters' });
  });

  it('has control groups of either version, which are ours to limit or not', () => {
    const both = { '/proc/self/mountinfo': '29 25 0:23 / /x rw - cgroup cgroup rw,memory\n30 24 0:26 / /y rw - cgroup2 cgroup rw' };
    expect(factOf('control groups', both)?.value).toBe('version 1 and version 2; ours to limit: memory, processes, kill');
    expect(factOf('control groups', {}, { controlGroup: none })).toMatchObject({ value: 'version 2; ours to limit: nothing', state: 'could-be-better' });
  });

  it.runIf(process.platform === 'linux')('is asked about all of it on this machine', () => {
    expect(readKernelFacts(7).map(({ name }) => name)).toEqual(factsOf().map(({ name }) => name));
  });
});
