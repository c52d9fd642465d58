/** Where guests come from: a cage for each where this machine can have one, its twin otherwise, which is told of. */
import { ModelwrightError } from '../../domain/error.ts';
import type { Guest, GuestFile } from '../guest/index.ts';
import { cannotStart } from './start-cage.ts';
import { startCagedGuest, type GuestCage } from './caged-guest.ts';
import { superviseGuest, type StartedGuest, type SupervisedGuest } from './guest-process.ts';
import { scratchRoom } from './guest-scratch.ts';
import { showFile } from './shown-file.ts';
import { startUncagedGuest } from './uncaged-guest.ts';

export type GuestOptions = {
  /** What a cage needs; or why there can be none. */
  cage: () => GuestCage | ModelwrightError;
  /** Our code as it lies here, for the twin. */
  codeRoot: URL;
  /** Of the twin; exists already. */
  scratchDirectory: string;
  /** Of one guest. */
  memoryBytes: number;
  /** Of one guest; half of what is free where it is left out. */
  scratchBytes?: number;
};

export interface Guests {
  /** The module below our code, such as `edges/tables/reader.js`, with the one file that it may see. Resolves when it is ready. */
  start(entry: string, file?: GuestFile): Promise<Guest>;
  /** Null until a guest has been started. `reason` says why there is no cage. */
  readonly state: { isCaged: true } | { isCaged: false; reason: ModelwrightError } | null;
  /** Ends every guest and waits until nothing of them is left. */
  close(): Promise<void>;
}

/** A text column may need as much in JavaScript as in DuckDB. */
const HEAP_SHARE = 0.5;
const MOST_HEAP_BYTES = 4 * 2 ** 30;

function getCage({ cage }: GuestOptions): GuestCage {
  const found = cage();
  if (found instanceof ModelwrightError) throw found;
  return found;
}

export function openGuests(options: GuestOptions): Guests {
  const { memoryBytes } = options;
  const alive = new Set<SupervisedGuest>();
  let state: Guests['state'] = null;

  async function launch(parent: string, begin: (fileBytes: number) => StartedGuest): Promise<Guest> {
    const scratchBytes = options.scratchBytes ?? scratchRoom(parent);
    const supervised = superviseGuest(begin(scratchBytes), { memoryBytes, scratchBytes, messageBytes: memoryBytes });
    alive.add(supervised);
    void supervised.ended.then(() => alive.delete(supervised));
    return supervised.ready;
  }

  return {
    get state() {
      return state;
    },
    async start(entry, file) {
      const place = { entry, heapBytes: Math.min(MOST_HEAP_BYTES, memoryBytes * HEAP_SHARE), memoryBytes };
      const { codeRoot, scratchDirectory } = options;
      if (state?.isCaged !== false) {
        const shown = await showFile(file, scratchDirectory);
        try {
          const cage = getCage(options);
          const script = entry.replace(/\.ts$/, '.js');
          const guest = await launch(cage.scratchParent, (fileBytes) => startCagedGuest(cage, { ...place, entry: script, fileBytes, file: shown.file }));
          state = { isCaged: true };
          return guest;
        } catch (error) {
          // Once a cage could be had, a guest that gets none is a fault, and no reason to go on without. Before, a stranger's bytes had no part in it.
          if (state?.isCaged) throw error;
          state = { isCaged: false, reason: error instanceof ModelwrightError ? error : cannotStart(String(error)) };
        } finally {
          shown.release();
        }
      }
      return launch(scratchDirectory, (fileBytes) => startUncagedGuest(codeRoot, scratchDirectory, { ...place, fileBytes, file }));
    },
    async close() {
      const all = [...alive];
      for (const guest of all) guest.kill();
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}
