/** Processes that will not end and resources without end: SBX-59 to SBX-70. Every attempt is bounded where no wall stands. */
import { expect } from 'vitest';
import { childrenOf } from '../../../src/edges/sandbox/process-memory.ts';
import { honestModel, programLimits } from '../programs.ts';
import { expectRefused, type AttackCase } from './case.ts';

const MEBIBYTE = 2 ** 20;
const short = { ...programLimits, wallMs: 700 };
const small = { ...programLimits, memoryBytes: 48 * MEBIBYTE };
const finishes: AttackCase['control'] = {
  does: 'a program that ends in time is not cut short',
  run: async ({ run }) => expect((await run(honestModel)).kind).toBe('finished'),
};
const timesOut =
  (body: string): AttackCase['attack'] =>
  async ({ run }) =>
    expect(await run(`time, os, signal = __import__("time"), __import__("os"), __import__("signal")\n${body}\n${honestModel}`, short)).toMatchObject({
      kind: 'stopped',
      limit: 'time',
    });

export const resourceCases: AttackCase[] = [
  {
    id: 'SBX-59',
    name: 'signal-parent',
    tries: 'signals the first process and its own parent',
    walls: ['landlock', 'processes'],
    async attack({ answers }) {
      const found = await answers(`
attempt("first", lambda: os.kill(1, 15))
attempt("kill", lambda: os.kill(1, 9))
attempt("parent", lambda: os.kill(os.getppid(), 19))`);
      expectRefused(found, ['first', 'kill', 'parent'], /^refused (EPERM|ESRCH)$/);
    },
    control: {
      does: 'a signal to itself arrives',
      run: async (cage) => {
        const body = `
signal = __import__("signal")
heard = []
signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
attempt("self", lambda: os.kill(os.getpid(), signal.SIGUSR1) or len(heard))`;
        expect((await cage.answers(body))['self']).toBe('done 1');
      },
    },
  },
  {
    id: 'SBX-60',
    name: 'orphan-daemon',
    tries: 'forks twice, to outlive its run',
    walls: ['job filter', 'processes'],
    async attack({ answers }) {
      const found = await answers(`
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            __import__("time").sleep(5)
        os._exit(0)
attempt("fork", daemon)
attempt("spawn", lambda: os.posix_spawn("/usr/bin/sleep", ["sleep", "5"], {}))`);
      expectRefused(found, ['fork', 'spawn']);
      expect(childrenOf(process.pid)).toEqual([]);
    },
    control: {
      does: 'where nothing holds it the fork is made, and dies with its cage',
      run: async (_, weak) => {
        const found = await weak.answers('attempt("fork", lambda: os.fork() == 0 and os._exit(0))');
        expect(found['fork']).toBe('done False');
        expect(childrenOf(process.pid)).toEqual([]);
      },
    },
  },
  {
    id: 'SBX-61',
    name: 'ignore-term',
    tries: 'ignores every polite signal',
    walls: ['wall clock'],
    attack: timesOut('for number in range(1, 32):\n    try:\n        signal.signal(number, signal.SIG_IGN)\n    except OSError:\n        pass\ntime.sleep(3)'),
    control: finishes,
  },
  {
    id: 'SBX-62',
    name: 'stop-self',
    tries: 'stops itself, so that its processor time stands still',
    walls: ['wall clock'],
    attack: timesOut('os.kill(os.getpid(), signal.SIGSTOP)'),
    control: {
      does: 'the report says that time was the limit',
      run: async ({ run }) => expect(await run(`while True:\n    pass\n${honestModel}`, short)).toMatchObject({ kind: 'stopped', limit: 'time' }),
    },
  },
  {
    id: 'SBX-63',
    name: 'process-flood',
    tries: 'makes many processes',
    walls: ['job filter'],
    async attack({ answers }) {
      const found = await answers(`
for number in range(8):
    attempt(f"fork-{number}", lambda: os.fork() == 0 and os._exit(0))
attempt("vfork", lambda: __import__("subprocess").run(["/usr/bin/true"]))`);
      expect(Object.keys(found)).toHaveLength(9);
      expectRefused(found, Object.keys(found));
    },
    control: {
      does: 'two processes can be made where nothing holds it',
      run: async (_, weak) => {
        const found = await weak.answers('for number in range(2):\n    attempt(f"fork-{number}", lambda: os.fork() == 0 and os._exit(0))');
        expect(found).toEqual({ 'fork-0': 'done False', 'fork-1': 'done False' });
      },
    },
  },
  {
    id: 'SBX-64',
    name: 'thread-flood',
    tries: 'makes many threads',
    walls: ['rlimits'],
    async attack({ answers }) {
      const found = await answers(`
threading = __import__("threading")
done = threading.Event()
started = []
def flood():
    for _ in range(40):
        thread = threading.Thread(target=done.wait, daemon=True)
        thread.start()
        started.append(thread)
attempt("flood", flood)
attempt("made", lambda: len(started))
done.set()`);
      expect(found['flood']).toBe('refused RuntimeError');
      expect(Number(found['made'].slice('done '.length))).toBeLessThan(24);
    },
    control: {
      does: 'four threads are fine',
      run: async (cage) => {
        const body =
          'threading = __import__("threading")\nattempt("few", lambda: [thread.start() for thread in [threading.Thread(target=int) for _ in range(4)]])';
        expect((await cage.answers(body))['few']).toBe('done [None, None, None, None]');
      },
    },
  },
  {
    id: 'SBX-65',
    name: 'memory-grab',
    tries: 'takes memory past its limit, at once and by and by',
    walls: ['memory limit'],
    async attack({ run }) {
      expect(await run(`import numpy\nkept = numpy.ones(${224 * MEBIBYTE} // 8)\n${honestModel}`, small)).toMatchObject({ kind: 'stopped', limit: 'memory' });
      expect(await run(`import numpy\nkept = [numpy.ones(1 << 19) for _ in range(56)]\n${honestModel}`, small)).toMatchObject({
        kind: 'stopped',
        limit: 'memory',
      });
    },
    control: {
      does: 'what it may have it gets',
      run: async ({ run }) => expect((await run(`import numpy\nkept = numpy.ones(${24 * MEBIBYTE} // 8)\n${honestModel}`, small)).kind).toBe('finished'),
    },
  },
  {
    id: 'SBX-66',
    name: 'shm-grab',
    tries: 'hides memory in shared pages and files in memory',
    walls: ['memory limit'],
    async attack({ run, answers }) {
      const hide = `
mmap, time = __import__("mmap"), __import__("time")
area = mmap.mmap(-1, ${160 * MEBIBYTE})
for start in range(0, len(area), 4 << 20):
    area[start:start + (4 << 20)] = b"x" * (4 << 20)
    time.sleep(0.02)
time.sleep(1)`;
      expect(await run(`${hide}\n${honestModel}`, small)).toMatchObject({ kind: 'stopped', limit: 'memory' });
      expectRefused(await answers('attempt("file", lambda: write("/dev/shm/hidden", b"x" * 1024))'), ['file']);
    },
    control: {
      does: 'a mebibyte of shared pages is fine',
      run: async (cage) =>
        expect(
          (await cage.answers('mmap = __import__("mmap")\narea = mmap.mmap(-1, 1 << 20)\nattempt("fill", lambda: area.write(b"x" * (1 << 20)))'))['fill'],
        ).toBe(`done ${MEBIBYTE}`),
    },
  },
  {
    id: 'SBX-67',
    name: 'mlock',
    tries: 'pins memory',
    walls: ['job filter', 'rlimits'],
    async attack({ answers }) {
      const found = await answers(`
ctypes, resource = __import__("ctypes"), __import__("resource")
libc = ctypes.CDLL(None, use_errno=True)
def pin():
    block = ctypes.create_string_buffer(1 << 16)
    if libc.mlock(block, 1 << 16) != 0:
        raise OSError(ctypes.get_errno(), "mlock")
attempt("pin", pin)
attempt("limit", lambda: resource.getrlimit(resource.RLIMIT_MEMLOCK))`);
      expectRefused(found, ['pin'], /^refused (EPERM|ENOMEM)$/);
      expect(found['limit']).toBe('done (0, 0)');
    },
    control: { none: 'only the refusal is looked for; that the call was reached is shown before it' },
  },
  {
    id: 'SBX-68',
    name: 'cpu-spin',
    tries: 'keeps every processor busy',
    walls: ['job filter'],
    async attack({ answers }) {
      const found = await answers(`
attempt("processors", lambda: len(os.sched_getaffinity(0)))
attempt("widen", lambda: os.sched_setaffinity(0, range(os.cpu_count())))
hashlib, threading, time = __import__("hashlib"), __import__("threading"), __import__("time")
block = b"x" * (8 << 20)
workers = [threading.Thread(target=lambda: [hashlib.sha256(block) for _ in range(10)]) for _ in range(4)]
began, used = time.monotonic(), time.process_time()
for worker in workers: worker.start()
for worker in workers: worker.join()
attempt("share", lambda: (time.process_time() - used) / (time.monotonic() - began) < 1.2)`);
      expectRefused(found, ['widen']);
      expect(found).toMatchObject({ processors: 'done 1', share: 'done True' });
    },
    control: {
      does: 'where nothing holds it the processors can be chosen',
      run: async (_, weak) =>
        expect((await weak.answers('attempt("widen", lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)))'))['widen']).toBe('done None'),
    },
  },
  {
    id: 'SBX-69',
    name: 'fd-flood',
    tries: 'opens files until there are none left',
    walls: ['rlimits'],
    async attack({ answers }) {
      const found = await answers(`
kept = []
attempt("flood", lambda: [kept.append(os.open("/dev/null", os.O_RDONLY)) for _ in range(100)])
count = len(kept)
for descriptor in kept: os.close(descriptor)
attempt("made", lambda: count < 64)`);
      expectRefused(found, ['flood'], /^refused EMFILE$/);
      expect(found['made']).toBe('done True');
    },
    control: {
      does: 'fifty are fine',
      run: async (cage) =>
        expect((await cage.answers('attempt("some", lambda: len([os.open("/dev/null", os.O_RDONLY) for _ in range(50)]))'))['some']).toBe('done 50'),
    },
  },
  {
    id: 'SBX-70',
    name: 'fsize',
    tries: 'writes one giant file',
    walls: ['rlimits'],
    async attack({ answers }) {
      expectRefused(await answers('attempt("giant", lambda: write("giant", b"x" * (17 << 20)))'), ['giant'], /^refused EFBIG$/);
    },
    control: {
      does: 'a small one is fine',
      run: async (cage) => expect((await cage.answers('attempt("small", lambda: write("small", b"x" * 4096))'))['small']).toBe('done small'),
    },
  },
];
