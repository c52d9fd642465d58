/** Variables, processes, descriptors and the kernel's own files: SBX-32 to SBX-44. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { hostileProgram } from '../programs.ts';
import { expectRefused, type AttackCase } from './case.ts';

const SHUT = /^refused (ENOENT|EACCES|EPERM|EROFS|ESRCH)$/;

export const surroundingCases: AttackCase[] = [
  {
    id: 'SBX-32',
    name: 'env-secrets',
    tries: 'prints the whole environment',
    walls: ['environment'],
    async attack({ answers }) {
      process.env['MODELWRIGHT_CANARY'] = 'a secret';
      try {
        const found = await answers(`
attempt("names", lambda: " ".join(sorted(os.environ)))
attempt("canary", lambda: os.environ.get("MODELWRIGHT_CANARY", "absent"))`);
        expect(found).toEqual({
          names:
            'done HOME JOBLIB_MULTIPROCESSING LANG OMP_NUM_THREADS OMP_WAIT_POLICY OPENBLAS_NUM_THREADS PATH PWD PYTHONDONTWRITEBYTECODE PYTHONHASHSEED TMPDIR TZ',
          canary: 'done absent',
        });
      } finally {
        delete process.env['MODELWRIGHT_CANARY'];
      }
    },
    control: {
      does: 'a variable that is handed in is seen',
      run: async (_, weak) => expect((await weak.answers('attempt("canary", lambda: os.environ["MODELWRIGHT_CANARY"])'))['canary']).toBe('done seen'),
    },
  },
  {
    id: 'SBX-33',
    name: 'parent-environ',
    tries: "reads the first process's environment and memory",
    walls: ['landlock', 'processes'],
    async attack({ answers }) {
      const files = ['environ', 'mem', 'maps', 'root/etc', 'fd', 'status', 'task'];
      const found = await answers(
        ['1', 'str(os.getppid())', 'str(os.getppid() - 1)']
          .flatMap((process_, at) => files.map((file) => `attempt("p${at}-${file.replace('/', '-')}", lambda: read("/proc/" + str(${process_}) + "/${file}"))`))
          .join('\n'),
      );
      expect(Object.keys(found)).toHaveLength(3 * files.length);
      expectRefused(found, Object.keys(found), SHUT);
    },
    control: {
      does: 'its own entry can be read where nothing shuts it',
      run: async (_, weak) => expect((await weak.answers('attempt("own", lambda: read("/proc/self/environ"))'))['own']).toContain('PATH='),
    },
  },
  {
    id: 'SBX-34',
    name: 'proc-cmdline',
    tries: 'reads the command lines of the processes of the machine',
    walls: ['landlock', 'processes'],
    async attack({ answers }) {
      const word = `canary-word-${process.pid}`;
      const child = spawn('sleep', ['20'], { argv0: word, stdio: 'ignore' });
      try {
        const found = await answers(`
attempt("list", lambda: os.listdir("/proc"))
attempt("host", lambda: read("/proc/${child.pid}/cmdline"))
seen = []
for number in range(1, 200):
    try:
        seen.append(read(f"/proc/{number}/cmdline"))
    except OSError:
        pass
attempt("guessed", lambda: seen)`);
        expectRefused(found, ['list', 'host'], SHUT);
        expect(found['guessed']).toBe('done []');
      } finally {
        child.kill('SIGKILL');
        await once(child, 'close');
      }
    },
    control: {
      does: 'finds its own where nothing shuts it',
      run: async (_, weak) => expect((await weak.answers('attempt("own", lambda: read("/proc/self/cmdline"))'))['own']).toContain('worker.py'),
    },
  },
  {
    id: 'SBX-35',
    name: 'proc-mounts-leak',
    tries: 'learns paths of the machine from the table of mounts',
    walls: ['landlock'],
    async attack({ answers }) {
      const found = await answers(`
for name in ("self/mountinfo", "self/mounts", "mounts", "self/mountstats", "1/mountinfo", "self/maps", "self/cgroup"):
    attempt(name, lambda: read("/proc/" + name))`);
      expectRefused(found, Object.keys(found), SHUT);
      expect(Object.keys(found)).toHaveLength(7);
    },
    control: {
      does: 'the table names the folders where nothing shuts it',
      run: async (_, weak) =>
        expect((await weak.answers('attempt("mounts", lambda: "/scratch" in read("/proc/self/mountinfo", 20000))'))['mounts']).toBe('done True'),
    },
  },
  {
    id: 'SBX-36',
    name: 'proc-self-exe',
    tries: 'opens its own program for writing',
    walls: ['landlock', 'closed root'],
    async attack({ answers }) {
      const found = await answers(`
attempt("write", lambda: os.open("/proc/self/exe", os.O_WRONLY))
attempt("append", lambda: os.open(sys.executable or "/usr/bin/python3", os.O_WRONLY | os.O_APPEND))`);
      expectRefused(found, ['write', 'append'], /^refused (EACCES|EROFS|ETXTBSY|EPERM)$/);
    },
    control: {
      does: 'it can be opened for reading',
      run: async (_, weak) => expect((await weak.answers('attempt("read", lambda: len(read("/proc/self/exe", 4)))'))['read']).toMatch(/^done [1-4]$/),
    },
  },
  {
    id: 'SBX-37',
    name: 'proc-fd-crawl',
    tries: 'uses a descriptor that it inherited',
    walls: ['descriptors'],
    async attack({ answers }) {
      const found = await answers(`
fcntl = __import__("fcntl")
def is_open(descriptor):
    try:
        fcntl.fcntl(descriptor, fcntl.F_GETFD)
        return True
    except OSError:
        return False
attempt("open", lambda: [descriptor for descriptor in range(4096) if is_open(descriptor)])
attempt("read", lambda: os.read(9, 100))`);
      // Standard streams, the channel that says stop, the channel for results.
      expect(found['open']).toBe('done [0, 1, 2, 3, 4]');
      expectRefused(found, ['read'], /^refused EBADF$/);
    },
    control: {
      does: 'a descriptor of its own is found by the same search',
      run: async (cage) => {
        const body = 'import_os = os\nhandle = os.open("/dev/null", os.O_RDONLY)\nattempt("open", lambda: handle == 5)';
        expect((await cage.answers(body))['open']).toBe('done True');
      },
    },
  },
  {
    id: 'SBX-38',
    name: 'cwd-descriptor',
    tries: 'reaches the machine through a working folder kept from outside',
    walls: ['closed root'],
    async attack({ answers, canary }) {
      const found = await answers(`
attempt("where", lambda: os.getcwd())
here = os.open(".", os.O_RDONLY)
attempt("climb", lambda: os.open("../../../../../../.." + ${JSON.stringify(canary.path)}, os.O_RDONLY, dir_fd=here))
attempt("link", lambda: os.readlink(f"/proc/self/fd/{here}"))`);
      expect(found['where']).toMatch(/^done \/scratch\/j\d+$/);
      expectRefused(found, ['climb']);
      expect(found['link']).toBe(found['where']); // a name that says nothing of the machine
    },
    control: {
      does: 'its own folder can be listed through a descriptor',
      run: async (cage) => expect((await cage.answers('attempt("list", lambda: os.listdir(os.open(".", os.O_RDONLY)))'))['list']).toBe('done []'),
    },
  },
  {
    id: 'SBX-39',
    name: 'fd-passing',
    tries: 'receives a descriptor over a socket that it inherited',
    walls: ['descriptors', 'job filter'],
    async attack({ answers }) {
      const found = await answers(`
socket, stat = __import__("socket"), __import__("stat")
attempt("sockets", lambda: [d for d in range(5) if stat.S_ISSOCK(os.fstat(d).st_mode)])
left, right = socket.socketpair()
attempt("receive", lambda: left.recvmsg(10, socket.CMSG_SPACE(4)))
attempt("send", lambda: left.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"\\0\\0\\0\\0")]))`);
      expect(found['sockets']).toBe('done []');
      expectRefused(found, ['receive', 'send']);
    },
    control: {
      does: 'a pair within one process carries bytes',
      run: async (cage) =>
        expect(
          (
            await cage.answers(
              'socket = __import__("socket")\na, b = socket.socketpair()\nos.write(a.fileno(), b"x")\nattempt("pair", lambda: os.read(b.fileno(), 1))',
            )
          )['pair'],
        ).toBe("done b'x'"),
    },
  },
  {
    id: 'SBX-40',
    name: 'sysfs',
    tries: 'reads /sys, control groups and firmware',
    walls: ['closed root', 'landlock'],
    async attack({ answers }) {
      const found = await answers(`
for place in ("/sys", "/sys/class/net", "/sys/fs/cgroup", "/sys/firmware", "/sys/kernel"):
    attempt(place, lambda: os.listdir(place))`);
      expect(Object.keys(found)).toHaveLength(5);
      expectRefused(found, Object.keys(found));
    },
    control: {
      does: 'it is told its own limits',
      run: async (cage) =>
        expect((await cage.answers('resource = __import__("resource")\nattempt("files", lambda: resource.getrlimit(resource.RLIMIT_NOFILE))'))['files']).toBe(
          'done (64, 64)',
        ),
    },
  },
  {
    id: 'SBX-41',
    name: 'kernel-log',
    tries: "reads the kernel's log and memory",
    walls: ['landlock', 'few devices'],
    async attack({ answers, run }) {
      const found = await answers(`
for place in ("/dev/kmsg", "/dev/mem", "/proc/kcore", "/proc/kmsg", "/proc/kallsyms", "/proc/modules", "/proc/iomem"):
    attempt(place, lambda: read(place))`);
      expect(Object.keys(found)).toHaveLength(7);
      expectRefused(found, Object.keys(found), SHUT);
      // The call itself ends the process.
      const outcome = await run(hostileProgram('ctypes = __import__("ctypes")\nsay("reached klogctl")\nctypes.CDLL(None).klogctl(10, None, 0)'));
      expect(outcome).toMatchObject({ kind: 'failed', exitCode: 159, stderrTail: expect.stringContaining('reached klogctl') });
    },
    control: {
      does: 'its own state can be read',
      run: async (cage) => expect((await cage.answers('attempt("own", lambda: read("/proc/self/status"))'))['own']).toContain('Name:'),
    },
  },
  {
    id: 'SBX-42',
    name: 'sysctl-write',
    tries: 'changes a setting of the kernel',
    walls: ['kernel settings', 'landlock', 'another user'],
    async attack({ answers }) {
      const path = '/proc/sys/vm/overcommit_memory';
      const before = readFileSync(path, 'utf8');
      const found = await answers(`
attempt("overcommit", lambda: os.open("${path}", os.O_WRONLY))
attempt("hostname", lambda: os.open("/proc/sys/kernel/hostname", os.O_WRONLY))
attempt("score", lambda: os.open("/proc/self/oom_score_adj", os.O_WRONLY))`);
      expectRefused(found, ['overcommit', 'hostname', 'score']);
      expect(readFileSync(path, 'utf8')).toBe(before);
    },
    control: {
      does: 'the one setting that learners read can be read',
      run: async (cage) => expect((await cage.answers('attempt("read", lambda: read("/proc/sys/vm/overcommit_memory"))'))['read']).toMatch(/^done \d/),
    },
  },
  {
    id: 'SBX-43',
    name: 'core-pattern',
    tries: 'redirects core dumps, then crashes on purpose',
    walls: ['kernel settings', 'rlimits', 'landlock'],
    async attack({ answers, run }) {
      const found = await answers(`
resource = __import__("resource")
attempt("pattern", lambda: os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY))
attempt("limit", lambda: resource.getrlimit(resource.RLIMIT_CORE))
attempt("raise", lambda: resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20)))`);
      expectRefused(found, ['pattern', 'raise'], /^refused (EACCES|EROFS|ENOENT|ValueError)$/);
      expect(found['limit']).toBe('done (0, 0)');
      const before = readdirSync('.');
      expect(await run(hostileProgram('say("reached crash")\nos.kill(os.getpid(), 11)'))).toMatchObject({ kind: 'failed', exitCode: 139 });
      expect(readdirSync('.')).toEqual(before);
    },
    control: {
      does: 'an abnormal end is reported with its signal',
      run: async ({ run }) => {
        const outcome = await run(hostileProgram('os.kill(os.getpid(), 11)'));
        expect(outcome.kind === 'failed' && outcome.stderrTail).toContain('ended by signal 11');
      },
    },
  },
  {
    id: 'SBX-44',
    name: 'crash-flood',
    tries: 'crashes again and again, to fill the logs',
    walls: [],
    async attack({ run }) {
      const noisy = hostileProgram('for _ in range(20000):\n    os.write(2, b"crash! " * 40 + b"\\n")\nos.kill(os.getpid(), 11)');
      let kept = 0;
      for (let at = 0; at < 4; at += 1) {
        const outcome = await run(noisy);
        expect(outcome).toMatchObject({ kind: 'failed', exitCode: 139 });
        kept += outcome.kind === 'failed' ? outcome.stderrTail.length : 0;
      }
      expect(kept).toBeLessThan(4 * 10_000);
    },
    control: {
      does: 'one crash is told of whole',
      run: async ({ run }) => {
        const outcome = await run(hostileProgram('say("about to crash")\nos.kill(os.getpid(), 11)'));
        expect(outcome.kind === 'failed' && outcome.stderrTail).toContain('about to crash');
      },
    },
  },
];
