/** Starts a guest in a cage: bubblewrap's walls, then those of `harness/guest.py`, then Node. */
import { spawn } from 'node:child_process';
import { ModelwrightError } from '../../domain/error.ts';
import { FILE_DESCRIPTOR, type GuestFile } from '../guest/index.ts';
import { bubblewrapText, cannotStart, findRootFolders, nextUser } from './start-cage.ts';
import { guestArguments, guestCommand, startCommand, type TrainingEnvironment } from './cage-arguments.ts';
import { makeControlGroup } from './cgroup.ts';
import type { StartedGuest } from './guest-process.ts';
import { makeScratchFolder } from './guest-scratch.ts';
import { childrenOf, untilEnded } from './process-memory.ts';
import { architectureOf, assembleFilter } from './seccomp.ts';
import { handOver } from './unlinked-file.ts';

/** What a caged guest is made of; every folder can be read by every user. */
export type GuestCage = {
  environment: TrainingEnvironment;
  runtime: string;
  code: string;
  /** Scratch folders are made in it. */
  scratchParent: string;
};

export type GuestPlace = {
  /** The module that it runs, below our code. */
  entry: string;
  file: GuestFile | undefined;
  memoryBytes: number;
  heapBytes: number;
  fileBytes: number;
};

const MAX_PROCESSES = 128;
/** What Node and the libraries need beside the data, and what V8 keeps ready. */
const SLACK_BYTES = 1 << 30;

export function startCagedGuest(cage: GuestCage, { entry, file, memoryBytes, heapBytes, fileBytes }: GuestPlace): StartedGuest {
  const architecture = architectureOf(process.arch);
  if (!architecture) throw cannotStart(`no seccomp program was written for ${process.arch}`);
  const { environment, runtime, code, scratchParent } = cage;
  const uid = process.getuid?.() === 0 ? nextUser() : undefined;
  const scratch = makeScratchFolder(scratchParent, uid, file?.descriptor);
  const group = makeControlGroup({ memoryBytes, processes: MAX_PROCESSES, processors: null });
  const cageWords = guestArguments({ environment, rootFolders: findRootFolders(), runtime, code, scratchFolder: scratch.path });
  const command = guestCommand(environment, { entry, use: file?.use ?? 'none', memoryBytes: memoryBytes + SLACK_BYTES, heapBytes, fileBytes });
  const [program, ...words] = startCommand({ uid, cgroupFolders: group?.folders ?? [], command });
  const filters = [assembleFilter(architecture, 'guest-start'), assembleFilter(architecture, 'guest')];
  const child = handOver([bubblewrapText(cageWords), ...filters], scratchParent, ([argumentFile, startFilter, guestFilter]) =>
    spawn(program, words, {
      env: { PATH: '/usr/bin:/bin' },
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe', 'ignore', 'pipe', argumentFile, startFilter, file?.descriptor ?? 'ignore', guestFilter],
    }),
  );
  let processId: number | undefined;
  const findProcess = () => (processId ??= child.pid === undefined ? undefined : childrenOf(child.pid)[0]);
  return {
    child,
    filePath: `/proc/self/fd/${FILE_DESCRIPTOR}`,
    scratchPath: '/scratch',
    processId: findProcess,
    scratchUse: () => scratch.use(findProcess()),
    kill: () => {
      findProcess();
      child.kill('SIGKILL');
      group?.kill();
    },
    release: async () => {
      if (processId !== undefined) await untilEnded(processId);
      scratch.remove();
      await group?.remove();
    },
    explain: (said) => {
      const error = cannotStart(said);
      return error.code === 'MW3020' ? error : guestCannotStart(said);
    },
  };
}

/** The walls stood, and what runs behind them did not start. */
export const guestCannotStart = (said: string) =>
  new ModelwrightError({
    code: 'MW3041',
    message: `The process that reads files cannot be started: ${said.split('\n').at(-1) || 'it said nothing'}`,
    hint: 'Run the setup again; `modelwright doctor` shows what is missing.',
  });
