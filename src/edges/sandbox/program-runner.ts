/** Runs programs: a fresh cage each, ended as soon as the host has taken what it left. */
import { collectOutput } from './collect-output.ts';
import { checkProgramJob, encodeProgramJob, programOutput, readProgramResult } from './program-wire.ts';
import type { Execution, JobLimits, ProgramJob, ProgramOutcome, ProgramResult, ProgramRunner } from './sandbox.ts';
import { SupervisedWorker, type WorkerProcess } from './training-worker.ts';
import { encodeJobFrame } from './wire.ts';

/** A program hands files over; on the result channel there is only the place where it failed. */
const TRACEBACK_BYTES = 64 << 10;

export function openProgramRunner(start: (memoryBytes: number) => WorkerProcess): ProgramRunner {
  const running = new Set<SupervisedWorker>();
  return {
    run(job: ProgramJob, limits: JobLimits): Execution<ProgramResult> {
      checkProgramJob(job);
      checkLimits(limits);
      const process = start(limits.memoryBytes + WORKER_BYTES);
      const cage = new SupervisedWorker(process, { threads: 1, memoryBytes: limits.memoryBytes });
      running.add(cage);
      const execution = cage.run<ProgramResult>(
        {
          encode: (number, rawLimits) => encodeJobFrame(number, encodeProgramJob(job), rawLimits),
          resultBytes: () => TRACEBACK_BYTES,
          read: () => readProgramResult(collectOutput(outputFolderOf(process), programOutput(job)), job),
        },
        limits,
      );
      // Where the cage cannot be started the execution says so itself.
      cage.begin().catch(() => {});
      const outcome: Promise<ProgramOutcome> = execution.outcome.finally(async () => {
        await cage.close();
        running.delete(cage);
      });
      outcome.catch(() => {});
      return { ...execution, outcome };
    },
    async close() {
      await Promise.all([...running].map((cage) => cage.close()));
    },
  };
}

/** No limit is a mistake and never means none. */
function checkLimits({ wallMs, memoryBytes }: JobLimits): void {
  for (const limit of [wallMs, memoryBytes]) if (!Number.isFinite(limit) || limit < 1) throw new RangeError(`${String(limit)} is no limit of a program`);
}

/** What the worker itself holds beside its job. */
const WORKER_BYTES = 128 << 20;

/** The folder inside the cage, through the root of its first process: the host's own mounts do not show it. */
function outputFolderOf(process: WorkerProcess): string {
  const processId = process.processId();
  if (processId === undefined) throw new RangeError('the cage ended before its output was taken');
  return `/proc/${processId}/root/output`;
}
