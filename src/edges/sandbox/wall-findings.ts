/** What is met inside a cage, and what this machine sees of it from outside: facts, not verdicts. `judge-walls.ts` decides what they mean. */
import { z } from 'zod';

const word = z.string().max(200);
const numbers = z.array(z.int()).max(1100);
const words = z.array(word).max(200);

const SeenByWorker = z.strictObject({
  descriptors: numbers,
  capabilities: words,
  noNewPrivileges: word,
  filterMode: word,
  namespaces: z.record(word, word),
  processes: numbers,
  writable: words,
  devices: words,
  folderBytes: z.record(word, z.number()),
  interfaces: words,
  socketFamilies: numbers,
  areSettingsReadOnly: z.boolean(),
  writableSettings: words,
  variables: words,
  reopened: word,
  nestedNamespace: word,
  attackCall: word,
  unknownCall: word,
  landlockAbi: z.int(),
  hasLibraries: z.boolean(),
  hasOpenMp: z.boolean(),
});

const SeenByJob = z.strictObject({
  filterMode: word,
  filterCount: word.nullable(),
  fork: word,
  exec: word,
  lock: word,
  listProcesses: word,
  readProcess: word,
  signal: word,
  writable: words,
  link: word,
  ownFile: word,
  isDumpable: z.boolean(),
  limits: z.record(word, z.tuple([z.int(), z.int()])),
  memory: word,
  threads: z.int(),
  endedBySignal: z.int(),
});

/** What `harness/check_walls.py` says: facts, not verdicts. */
export const Findings = z.strictObject({
  worker: SeenByWorker,
  job: z.union([SeenByJob, z.strictObject({ failed: z.string(), endedBySignal: z.int() })]),
});
export type Findings = z.infer<typeof Findings>;
export type SeenByWorker = z.infer<typeof SeenByWorker>;
export type SeenByJob = z.infer<typeof SeenByJob>;

/** The same cage as this machine sees it. */
export type SeenFromOutside = {
  /** Whether we are root, who must have been left; and who the worker is on this machine. */
  isHostRoot: boolean;
  userOutside: number;
  /** Links of `/proc/self/ns` of our own process. */
  namespaces: Record<string, string>;
  /** Who holds the memory and the processes of the whole cage together; undefined where nothing does. */
  memoryKeeper: 'control group' | 'watch' | undefined;
  processKeeper: 'control group' | 'rlimit' | undefined;
};
