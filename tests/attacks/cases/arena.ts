/** Where the attacks of the list take place: programs, each in a cage of its own, and outside a canary that everyone on this machine may read. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startCagedProgram } from '../../../src/edges/sandbox/bubblewrap.ts';
import { childrenOf } from '../../../src/edges/sandbox/process-memory.ts';
import { openProgramRunner } from '../../../src/edges/sandbox/program-runner.ts';
import type { JobLimits, ProgramOutcome, ProgramRunner } from '../../../src/edges/sandbox/sandbox.ts';
import { cageParts, type CageParts } from '../../../src/edges/sandbox/start-cage.ts';
import type { WorkerProcess } from '../../../src/edges/sandbox/training-worker.ts';
import { makeProbeHarness, type ProbeHarness } from '../probe-harness.ts';
import { answersOf, hostileProgram, programLimits, runProgram } from '../programs.ts';

/** What is taken from the product's policy: words and filters of the cage, lines of the harness that a job runs before anything of its own. */
export type Weakening = {
  parts?: (parts: CageParts, canaryFolder: string) => CageParts;
  harness?: readonly { file: 'harden.py' | 'worker.py'; line: string; instead: string }[];
  /** Limits that are higher than what a bounded attempt takes. */
  limits?: Partial<JobLimits>;
  /** What the host no longer looks at. */
  watch?: (process: WorkerProcess) => WorkerProcess;
};

export type Arena = {
  harness: ProbeHarness;
  runner: ProgramRunner;
  /** `home`: a folder as a person's home might be, with the canary in it; all of it open to everyone, so that only the cage keeps it shut. */
  canary: { home: string; path: string; text: string };
  /** Runs a program as it stands. */
  run(source: string, limits?: JobLimits): Promise<ProgramOutcome>;
  /** Runs a hostile body and tells what came of each attempt. */
  answers(body: string, limits?: JobLimits): Promise<Record<string, string>>;
  close(): Promise<void>;
};

export function openArena(weakening: Weakening = {}): Arena {
  const harness = makeProbeHarness();
  for (const { file, line, instead } of weakening.harness ?? []) {
    const path = join(harness.environment.harness, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(line)) throw new Error(`${file} has no line "${line}" to take away`);
    writeFileSync(path, text.replaceAll(line, instead));
  }
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  chmodSync(home, 0o755);
  const canary = { home, path: join(home, 'canary'), text: `canary-${crypto.randomUUID()}` };
  writeFileSync(canary.path, canary.text, { mode: 0o644 });
  mkdirSync(join(home, 'project-b'), { mode: 0o755 });
  writeFileSync(join(home, 'project-b', 'customers.csv'), canary.text, { mode: 0o644 });
  const makeParts: typeof cageParts = (request) => weakening.parts?.(cageParts(request), home) ?? cageParts(request);
  const runner = openProgramRunner((memoryBytes) => {
    const started = startCagedProgram(harness, memoryBytes, makeParts);
    return weakening.watch?.(started) ?? started;
  });
  const run: Arena['run'] = (source, limits = programLimits) => runProgram(runner, source, { ...limits, ...weakening.limits });
  return {
    harness,
    runner,
    canary,
    run,
    answers: async (body, limits) => {
      const outcome = await run(hostileProgram(body), limits);
      const answers = answersOf(outcome);
      if (outcome.kind !== 'failed' || Object.keys(answers).length === 0) {
        throw new Error(`no attempt was reached: ${JSON.stringify(outcome).slice(0, 600)}`);
      }
      return answers;
    },
    close: async () => {
      await runner.close();
      rmSync(home, { recursive: true, force: true });
      harness.remove();
    },
  };
}

/** After every attack: the canary is as it was, nothing was put beside it, and nothing is left of the cage. */
export function expectUntouched({ canary, harness }: Arena): void {
  expect(readFileSync(canary.path, 'utf8')).toBe(canary.text);
  expect(readdirSync(canary.home).toSorted()).toEqual(['canary', 'project-b']);
  expect(childrenOf(process.pid)).toEqual([]);
  expect(readdirSync(harness.scratchDirectory)).toEqual([]);
}

export const withoutWord = (words: readonly string[], word: string, more = 0) => {
  const at = words.indexOf(word);
  if (at < 0) throw new Error(`there is no ${word} to take away`);
  return words.toSpliced(at, 1 + more);
};

/** The positive control's place: throw-away name spaces of an ordinary user, limits in force, and none of the walls that the attacks are about. */
export const weakCage: Weakening = {
  parts: (parts, canaryFolder) => ({
    ...parts,
    cageWords: [...withoutWord(withoutWord(withoutWord(parts.cageWords, '--seccomp', 1), '--remount-ro', 1), '--remount-ro', 1)].concat(
      '--ro-bind',
      canaryFolder,
      canaryFolder,
      '--ro-bind',
      canaryFolder,
      '/etc',
      '--setenv',
      'MODELWRIGHT_CANARY',
      'seen',
    ),
  }),
  harness: [
    { file: 'harden.py', line: '    restrict_files((folder, *OUTPUT_FOLDERS[level]))\n', instead: '' },
    { file: 'harden.py', line: '    check(LIBC.syscall(SECCOMP_CALLS', instead: '    pass  # check(LIBC.syscall(SECCOMP_CALLS' },
    { file: 'harden.py', line: 'check(LIBC.prctl(PR_SET_DUMPABLE, int(is_dumpable), 0, 0, 0), "dumpable")', instead: 'pass' },
    { file: 'harden.py', line: 'os.sched_setaffinity(0, {processors[time.monotonic_ns() % len(processors)]})', instead: 'pass' },
  ],
};
