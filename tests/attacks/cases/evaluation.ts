/** Ways to a better score that are no better model: SBX-76 to SBX-80. The host alone measures, on labels that no program was given. */
import { expect } from 'vitest';
import { measureMetric } from '../../../src/stages/evaluation/index.ts';
import { answersOf, hostileProgram, honestModel, programJob, programLimits, runProgram, TRAIN_CANARY } from '../programs.ts';
import type { Arena } from './arena.ts';
import { expectRefused, type AttackCase } from './case.ts';
import { memorySearch } from './memory-search.ts';

/** Of the rows to be scored; it is nowhere but here. */
export const LABELS = Int32Array.from({ length: 10 }, (_, row) => (row * 7 + 3) % 2);

/** What the host makes of a program's predictions. */
export async function scoreOf({ runner }: Pick<Arena, 'runner'>, source: string): Promise<number> {
  const outcome = await runProgram(runner, source);
  if (outcome.kind !== 'finished') throw new Error(`the program did not finish: ${JSON.stringify(outcome).slice(0, 400)}`);
  return measureMetric(
    'roc_auc',
    { kind: 'classes', codes: LABELS, classCount: 2 },
    { kind: 'classes', probabilities: outcome.result.predictions, classCount: 2, decided: new Int32Array(10) },
  );
}

const sameScore =
  (prelude: string): AttackCase['attack'] =>
  async (arena) => {
    const [honest, tampered] = [await scoreOf(arena, honestModel), await scoreOf(arena, `${prelude}\n${honestModel}`)];
    expect(honest).toBeGreaterThan(0);
    expect(honest).toBeLessThan(1);
    expect(tampered).toBe(honest);
  };
const betterModel: AttackCase['control'] = {
  does: 'other predictions do get another score',
  run: async (cage) => {
    const other = honestModel.replace(
      'share = np.where(table["size"] > 0, self.high, self.low)',
      'share = 1 - np.where(table["size"] > 0, self.high, self.low)',
    );
    expect(await scoreOf(cage, other)).not.toBe(await scoreOf(cage, honestModel));
  },
};

const halves = (value: number) => [pieces(value).slice(0, 4), pieces(value).slice(4)].map((bytes) => JSON.stringify(bytes));
const pieces = (value: number) => [...new Uint8Array(Float64Array.of(value).buffer)];
/** Unique to the rows to be scored. */
const HELD_BACK = 0.7312845561230987;

export const evaluationCases: AttackCase[] = [
  {
    id: 'SBX-76',
    name: 'score-forgery',
    tries: 'prints and writes a perfect score',
    walls: [],
    attack: sameScore('print("roc_auc: 1.0")\nwith open("/output/claims.json", "w") as file:\n    file.write(\'{"roc_auc": 1.0, "score": 1.0}\')'),
    control: betterModel,
  },
  {
    id: 'SBX-77',
    name: 'monkeypatch-metric',
    tries: "replaces the libraries' measures and clocks",
    walls: [],
    attack: sameScore(`
import sklearn.metrics, numpy
time = __import__("time")
for name in ("roc_auc_score", "accuracy_score", "log_loss"):
    setattr(sklearn.metrics, name, lambda *_, **__: 1.0)
time.time = time.monotonic = time.perf_counter = lambda: 0.0
numpy.mean = lambda values, *_, **__: 1.0`),
    control: betterModel,
  },
  {
    id: 'SBX-78',
    name: 'stack-peek',
    tries: 'looks through frames, objects and the whole of its memory for the answers',
    walls: [],
    async attack({ runner }) {
      const found = await searchFor(runner);
      expect(found).toMatchObject({ 'memory-held-back': 'done 0', 'objects-held-back': 'done 0' });
      // The same search finds what it was given.
      expect(Number(found['memory-train'].slice('done '.length))).toBeGreaterThan(0);
      expect(found['objects-train']).toBe('done True');
    },
    control: {
      does: 'the same search finds a value that the program holds itself',
      run: async ({ runner }) => expect(Number((await searchFor(runner, true))['memory-held-back'].slice('done '.length))).toBeGreaterThan(0),
    },
  },
  {
    id: 'SBX-79',
    name: 'find-test-labels',
    tries: 'searches every file that it can open for labels of rows to be scored',
    walls: [],
    async attack({ answers }) {
      const found = await answers(`
first, second = bytes(${halves(HELD_BACK)[0]}), bytes(${halves(HELD_BACK)[1]})
opened = hits = 0
for top in ("/scratch", "/output", "/tmp", "/dev/shm", "/cage/app", "/var", "/home", "/root", "/proc/1"):
    for folder, _, names in os.walk(top):
        for name in names:
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    data = file.read(1 << 20)
            except OSError:
                continue
            opened += 1
            hits += first + second in data
attempt("opened", lambda: opened > 3)
attempt("hits", lambda: hits)`);
      expect(found).toEqual({ opened: 'done True', hits: 'done 0' });
    },
    control: {
      does: 'the same search finds a file with the value',
      run: async (cage) => {
        const body = `
write("labels", bytes(${JSON.stringify(pieces(HELD_BACK))}))
attempt("hits", lambda: bytes(${JSON.stringify(pieces(HELD_BACK))}) in open("labels", "rb").read())`;
        expect((await cage.answers(body))['hits']).toBe('done True');
      },
    },
  },
  {
    id: 'SBX-80',
    name: 'clock-tamper',
    tries: 'sets the clock or the time zone, so that its time looks short',
    walls: ['worker filter', 'job filter'],
    async attack({ run, answers }) {
      const outcome = await run(`time = __import__("time")\ntime.clock_settime(time.CLOCK_REALTIME, 0)\n${honestModel}`);
      expect(outcome).toMatchObject({ kind: 'failed', exitCode: 159 });
      const found = await answers(`
time = __import__("time")
os.environ["TZ"] = "Asia/Tokyo"
time.tzset()
attempt("adjust", lambda: open("/etc/localtime", "rb"))
time.sleep(0.2)`);
      expectRefused(found, ['adjust']);
      const slept = await run(`time = __import__("time")\ntime.sleep(0.3)\ntime.time = time.monotonic = lambda: 0.0\n${honestModel}`);
      expect(slept.durationMs).toBeGreaterThan(290); // the host's clock
    },
    control: {
      does: 'the time can be read',
      run: async (cage) => expect((await cage.answers('time = __import__("time")\nattempt("read", lambda: time.time() > 1e9)'))['read']).toBe('done True'),
    },
  },
];

async function searchFor(runner: Arena['runner'], holdsIt = false): Promise<Record<string, string>> {
  const body = `
held = ${holdsIt ? `__import__("numpy").full(1000, ${HELD_BACK})` : 'None'}
${memorySearch}
class Model:
    def fit(self, table, target):
        numpy, gc = __import__("numpy"), __import__("gc")
        frames, frame = [], sys._getframe()
        while frame:
            frames.append(frame)
            frame = frame.f_back
        # Memory first: what is compared below puts the value together.
        attempt("memory-train", lambda: hits(bytes(${halves(TRAIN_CANARY)[0]}), bytes(${halves(TRAIN_CANARY)[1]})))
        attempt("memory-held-back", lambda: hits(bytes(${halves(HELD_BACK)[0]}), bytes(${halves(HELD_BACK)[1]})))
        found = [value for f in frames for value in f.f_locals.values()] + gc.get_objects()
        found += [value for each in found if type(each) is dict for value in list(each.values())]
        arrays = [value for value in found if isinstance(value, numpy.ndarray) and value.dtype == numpy.float64 and value.size > 1]
        attempt("objects-train", lambda: any((array == ${TRAIN_CANARY}).any() for array in arrays))
        attempt("objects-held-back", lambda: sum(int((array == ${HELD_BACK}).any()) for array in arrays))
        raise SystemExit(3)
    def predict(self, table):
        return None
`;
  const source = hostileProgram(body).replace('say("over")\nraise SystemExit(3)\n', '');
  const outcome = await runner.run(programJob(source), { ...programLimits, wallMs: 20_000 }).outcome;
  if (outcome.kind !== 'failed') throw new Error(`the search did not end by itself: ${JSON.stringify(outcome)}`);
  return answersOf(outcome);
}
