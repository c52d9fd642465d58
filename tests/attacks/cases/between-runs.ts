/** From one run to another, before it or beside it: SBX-84 to SBX-86. */
import { expect } from 'vitest';
import { hostileProgram, programJob, programLimits, answersOf } from '../programs.ts';
import { expectRefused, type AttackCase } from './case.ts';

export const betweenCases: AttackCase[] = [
  {
    id: 'SBX-84',
    name: 'lock-channel',
    tries: 'signals another run by locks on a library that both see',
    walls: ['job filter'],
    async attack({ answers }) {
      const found = await answers(`
fcntl = __import__("fcntl")
shared = os.open("/cage/app/wire.py", os.O_RDONLY)
done = 0
for _ in range(50):
    for act in (lambda: fcntl.flock(shared, fcntl.LOCK_SH | fcntl.LOCK_NB), lambda: fcntl.lockf(shared, fcntl.LOCK_SH | fcntl.LOCK_NB), lambda: fcntl.fcntl(shared, 1024, 0)):
        try:
            act()
            done += 1
        except OSError:
            pass
attempt("locks", lambda: done)
attempt("flock", lambda: fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB))
attempt("lease", lambda: fcntl.fcntl(shared, 1024, 0))
attempt("owner", lambda: fcntl.fcntl(shared, 8, 1))`);
      expect(found['locks']).toBe('done 0');
      expectRefused(found, ['flock', 'lease', 'owner']);
    },
    control: {
      does: 'where nothing holds it the file can be locked',
      run: async (_, weak) => {
        const body =
          'fcntl = __import__("fcntl")\nshared = os.open("/cage/app/wire.py", os.O_RDONLY)\nattempt("flock", lambda: fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB))';
        expect((await weak.answers(body))['flock']).toBe('done None');
      },
    },
  },
  {
    id: 'SBX-85',
    name: 'run-to-run-residue',
    tries: 'leaves something for the next run',
    walls: ['closed root', 'landlock'],
    async attack({ answers }) {
      const left = await answers(`
attempt("own", lambda: write("left", b"residue"))
attempt("output", lambda: write("/output/left", b"residue"))
for place in ("/tmp/left", "/dev/shm/left", "/scratch/left", "/cage/left"):
    attempt(place, lambda: write(place, b"residue"))
attempt("same-run", lambda: read("left"))`);
      expect(left).toMatchObject({ own: 'done left', output: 'done /output/left', 'same-run': 'done residue' });
      const next = await answers(`
for place in ("left", "/output/left", "/tmp/left", "/dev/shm/left", "/scratch/left", "/scratch/j1/left"):
    attempt(place, lambda: read(place))
attempt("own", lambda: os.listdir("."))
attempt("output", lambda: os.listdir("/output"))`);
      expect(next).toMatchObject({ own: 'done []', output: 'done []' });
      expectRefused(
        next,
        Object.keys(next).filter((name) => name !== 'own' && name !== 'output'),
      );
    },
    control: {
      does: 'the same run finds it',
      run: async (cage) => expect((await cage.answers('write("left", b"residue")\nattempt("again", lambda: read("left"))'))['again']).toBe('done residue'),
    },
  },
  {
    id: 'SBX-86',
    name: 'concurrent-peek',
    tries: 'watches the files and the process of a run beside it',
    walls: ['processes', 'landlock', 'closed root'],
    async attack({ runner }) {
      const holds = runner.run(
        programJob(
          hostileProgram('write("secret", b"of b")\nwrite("/output/secret", b"of b")\nattempt("own", lambda: read("secret"))\n__import__("time").sleep(1.5)'),
        ),
        programLimits,
      );
      const peeks = runner.run(
        programJob(
          hostileProgram(`
time = __import__("time")
seen = []
for _ in range(40):
    for place in ("/scratch", "/output", "/tmp", "/dev/shm", ".", "/proc"):
        try:
            seen += [name for name in os.listdir(place) if "secret" in name or name.isdigit()]
        except OSError:
            pass
    time.sleep(0.02)
attempt("seen", lambda: seen)
for number in range(1, 6):
    attempt(f"file-{number}", lambda: read(f"/scratch/j{number}/secret"))`),
        ),
        programLimits,
      );
      const [other, mine] = (await Promise.all([holds.outcome, peeks.outcome])).map((outcome) => answersOf(outcome));
      expect(other['own']).toBe('done of b');
      expect(mine['seen']).toBe('done []');
      expectRefused(
        mine,
        [1, 2, 3, 4, 5].map((number) => `file-${number}`),
      );
    },
    control: {
      does: 'the other run sees its own file',
      run: async (cage) => expect((await cage.answers('write("secret")\nattempt("own", lambda: os.listdir("."))'))['own']).toBe("done ['secret']"),
    },
  },
];
