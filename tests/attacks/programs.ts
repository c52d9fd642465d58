/** Programs for the tests: a small table with one text column, and sources around which an honest model stands. */
import type { ExecutionOutcome, JobLimits, ProgramJob, ProgramRunner } from '../../src/edges/sandbox/sandbox.ts';
import type { Table } from '../../src/domain/column.ts';

export const programLimits: JobLimits = { wallMs: 6_000, memoryBytes: 192 * 2 ** 20 };

/** Unique to the rows to learn from: a program may find it. */
export const TRAIN_CANARY = 0.618033988749;

function table(from: number, to: number): Table {
  const rows = Array.from({ length: to - from }, (_, index) => from + index);
  const kinds = ['low', 'high'];
  return {
    rowCount: rows.length,
    columns: new Map([
      ['size', { type: 'number', values: Float64Array.from(rows, (row) => (row === from ? TRAIN_CANARY : row % 2 === 0 ? -1 : 1)) }],
      ['kind', { type: 'text', codes: Int32Array.from(rows, (row) => (row % 7 === 0 ? -1 : row % 2)), levels: kinds }],
      ['flag', { type: 'boolean', values: Uint8Array.from(rows, (row) => (row % 5 === 0 ? 255 : row % 2)) }],
    ]),
  };
}

/** 40 rows to learn from, 10 to answer; a row's class is 1 where `kind` is "high". */
export function programJob(source: string): ProgramJob {
  const train = table(0, 40);
  return {
    id: 'a program',
    source,
    task: 'binary',
    classCount: 2,
    seed: 7,
    train: { table: train, target: Float64Array.from({ length: 40 }, (_, row) => row % 2) },
    score: { table: table(40, 50) },
  };
}

/** Learns the share of ones by the sign of `size`. */
export const honestModel = `
import numpy as np
class Model:
    claims = {}
    def fit(self, table, target):
        positive = table["size"] > 0
        self.high, self.low = target[positive].mean(), target[~positive].mean()
    def predict(self, table):
        share = np.where(table["size"] > 0, self.high, self.low)
        return np.column_stack([1 - share, share])
`;

/**
 * A hostile program. \`attempt\` prints \`reached NAME\` before an attempt is made and what came of it after, so that a test can tell a wall from a
 * probe that broke early. Modules come by \`__import__\`, past the lint of imports, which is no wall.
 */
export const hostileProgram = (body: string, model = honestModel) => `
os, sys, errno = __import__("os"), __import__("sys"), __import__("errno")

def say(*words):
    os.write(1, (" ".join(str(word) for word in words).replace("\\n", " ")[:600] + "\\n").encode("utf-8", "replace"))

def attempt(name, act):
    say("reached", name)
    try:
        detail = act()
    except OSError as error:
        say(name, "refused", errno.errorcode.get(error.errno or 0, "?"))
    except (RuntimeError, MemoryError, ValueError, AttributeError, ImportError) as error:
        say(name, "refused", type(error).__name__)
    else:
        say(name, "done", detail)

def read(path, count=400):
    with open(path, "rb") as file:
        return file.read(count).decode(errors="replace")

def write(path, data=b"x"):
    with open(path, "wb") as file:
        file.write(data)
    return path
${model}
${body}
say("over")
raise SystemExit(3)
`;

export const runProgram = (runner: ProgramRunner, source: string, limits = programLimits) => runner.run(programJob(source), limits).outcome;

/** What an attempt came to, by name; what was never reached is absent. */
export function answersOf(outcome: ExecutionOutcome<unknown>): Record<string, string> {
  const lines = (outcome.kind === 'failed' ? outcome.stderrTail : '').split('\n');
  const reached = lines.flatMap((line) => line.match(/^reached (\S+)/)?.[1] ?? []);
  return Object.fromEntries(reached.map((name) => [name, lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? 'no answer']));
}
