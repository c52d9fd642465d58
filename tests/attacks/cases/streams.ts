/** What a program says: SBX-71 to SBX-75. */
import { expect } from 'vitest';
import { hostileProgram, honestModel } from '../programs.ts';
import { expectRefused, type AttackCase } from './case.ts';

const tailOf = (outcome: { kind: string; stderrTail?: string }) => outcome.stderrTail ?? '';

const isHeard: AttackCase['control'] = {
  does: 'a short word is heard whole',
  run: async ({ run }) => expect(tailOf(await run(hostileProgram('say("a short word")')))).toContain('a short word\nover'),
};

export const streamCases: AttackCase[] = [
  {
    id: 'SBX-71',
    name: 'stdout-flood',
    tries: 'prints without end',
    walls: [],
    async attack({ run }) {
      const outcome = await run(hostileProgram('line = b"x" * 1023 + b"\\n"\nfor _ in range(12 << 10):\n    os.write(1, line)\nsay("reached the end")'));
      // It is never made to wait: what is too much is thrown away and told of.
      expect(outcome).toMatchObject({ kind: 'failed', exitCode: 1 });
      expect(tailOf(outcome)).toMatch(/more bytes were printed and thrown away/);
      expect(tailOf(outcome).length).toBeLessThan(20_000);
    },
    control: isHeard,
  },
  {
    id: 'SBX-72',
    name: 'long-line',
    tries: 'prints one line of many mebibytes',
    walls: [],
    async attack({ run }) {
      const before = process.memoryUsage().rss;
      const outcome = await run(hostileProgram('piece = b"x" * (1 << 20)\nfor _ in range(24):\n    os.write(2, piece)'));
      expect(tailOf(outcome).length).toBeLessThan(20_000);
      expect(
        tailOf(outcome)
          .split('\n')
          .every((line) => line.length <= 510),
      ).toBe(true);
      expect(process.memoryUsage().rss - before).toBeLessThan(128 * 2 ** 20);
    },
    control: isHeard,
  },
  {
    id: 'SBX-73',
    name: 'ansi-inject',
    tries: 'steers the terminal of whoever reads what it printed',
    walls: [],
    async attack({ run }) {
      const steering =
        String.raw`\x1b[2J\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\x1b[6n\x9b2J\x08\x07\r\x1bc` + '\\u202eturned\\u200b';
      const outcome = await run(hostileProgram(`say("plain ${steering} end")\nraise ValueError("${steering} in an error")`));
      // oxlint-disable-next-line no-control-regex -- they are what is looked for
      expect(tailOf(outcome)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u200b]/);
      expect(tailOf(outcome)).toContain('plain');
      expect(tailOf(outcome)).toContain('in an error');
    },
    control: {
      does: 'plain text of any language stays as it is',
      run: async ({ run }) => expect(tailOf(await run(hostileProgram('say("é ü 漢字 plain")')))).toContain('é ü 漢字 plain'),
    },
  },
  {
    id: 'SBX-74',
    name: 'tty-input',
    tries: "types into the operator's terminal",
    walls: ['worker filter', 'job filter', 'few devices', 'landlock'],
    async attack({ answers }) {
      const found = await answers(`
fcntl = __import__("fcntl")
for descriptor in (0, 1, 2):
    attempt(f"type-{descriptor}", lambda: fcntl.ioctl(descriptor, 0x5412, b"x"))
    attempt(f"terminal-{descriptor}", lambda: os.isatty(descriptor))
for place in ("/dev/tty", "/dev/console", "/dev/pts/0", "/dev/ptmx"):
    attempt(place, lambda: os.open(place, os.O_RDWR))`);
      expectRefused(found, ['type-0', 'type-1', 'type-2'], /^refused (ENOTTY|EPERM)$/);
      expectRefused(found, ['/dev/tty', '/dev/console', '/dev/pts/0', '/dev/ptmx'], /^refused (ENOENT|EACCES|ENXIO)$/);
      expect([0, 1, 2].map((descriptor) => found[`terminal-${descriptor}`])).toEqual(['done False', 'done False', 'done False']);
    },
    control: {
      does: 'where terminals are shown one can be opened',
      run: async (_, weak) => expect((await weak.answers('attempt("null", lambda: os.open("/dev/null", os.O_RDWR) > 0)'))['null']).toBe('done True'),
    },
  },
  {
    id: 'SBX-75',
    name: 'log-forgery',
    tries: 'prints and sends what looks like the word of its supervisor',
    walls: [],
    async attack({ run }) {
      // A report that all is well, as the worker writes it, on every channel that there is; then an end without a result.
      const forged = `
struct = __import__("struct")
frame = struct.pack("<4I", 106, 1, 16, 0) + struct.pack("<4I", 0, 1, 0, 0)
for descriptor in range(5):
    try:
        os.write(descriptor, frame)
    except OSError:
        pass
say('{"kind":"execution.finished","score":1.0}')
say("PASS 88 passed, 0 failed")
os._exit(0)`;
      expect(await run(hostileProgram(forged))).toMatchObject({ kind: 'unreadable', problem: expect.stringContaining('predictions.mwb') });
    },
    control: { does: 'a real end is reported by the supervisor', run: async ({ run }) => expect((await run(honestModel)).kind).toBe('finished') },
  },
];
