import { z } from 'zod';
import { ModelwrightError } from '../../domain/error.ts';
import type { StoreDatabase } from './database.ts';
import { checkRunId } from './home.ts';
import { isRunning, thisProcess, type ProcessIdentity } from './process-identity.ts';

/** Who works on which run. A lease needs no renewal: it ends with its process. */
export interface RunLeases {
  /** Takes the run for this process, also from a process that is gone. Throws MW2010 when a living one (this one included) has it. */
  takeLease(runId: string): Promise<void>;
  /** Gives the run back; nothing happens when this process does not hold it. */
  releaseLease(runId: string): Promise<void>;
  /** The number of the living process that holds the run. */
  findHolder(runId: string): Promise<number | undefined>;
}

const LeaseRow = z.object({ pid: z.int(), startedAt: z.string() });

export function openRunLeases(database: StoreDatabase): RunLeases {
  const selectLease = 'SELECT pid, started_at AS startedAt FROM leases WHERE run_id = ?';
  const livingHolder = (row: unknown): ProcessIdentity | undefined => {
    const lease = row === undefined ? undefined : LeaseRow.parse(row);
    return lease && isRunning(lease) ? lease : undefined;
  };
  return {
    async takeLease(runId) {
      checkRunId(runId);
      const { pid, startedAt } = thisProcess();
      database.write((sqlite) => {
        const holder = livingHolder(sqlite.prepare(selectLease).get(runId));
        if (holder) {
          throw new ModelwrightError({
            code: 'MW2010',
            message: `The run ${runId} is being worked on by ${holder.pid === pid ? 'this process' : `process ${holder.pid}`}.`,
            hint: 'Wait until it has ended, or end it; then try again.',
          });
        }
        sqlite.prepare('INSERT OR REPLACE INTO leases (run_id, pid, started_at) VALUES (?, ?, ?)').run(runId, pid, startedAt);
      });
    },
    async releaseLease(runId) {
      const { pid, startedAt } = thisProcess();
      database.write((sqlite) => sqlite.prepare('DELETE FROM leases WHERE run_id = ? AND pid = ? AND started_at = ?').run(runId, pid, startedAt));
    },
    async findHolder(runId) {
      return database.read((sqlite) => livingHolder(sqlite.prepare(selectLease).get(runId)))?.pid;
    },
  };
}
