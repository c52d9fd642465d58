import { z } from 'zod';
import { ModelwrightError } from '../../domain/error.ts';
import type { StoreDatabase } from './database.ts';
import { textOfEvent, type EventLog, type ParseEvent } from './event-log.ts';
import { checkRunId } from './home.ts';

const AppendedRow = z.object({ number: z.int() });
const EventRow = z.object({ number: z.int(), body: z.string() });
const RunRow = z.object({ runId: z.string(), eventCount: z.int(), first: z.string(), last: z.string() });

/** The event log in the home's database. */
export function openSqliteEventLog<E>(database: StoreDatabase, parseEvent: ParseEvent<E>): EventLog<E> {
  const parseBody = (runId: string, body: string): E => {
    try {
      return parseEvent(JSON.parse(body));
    } catch (cause) {
      throw new ModelwrightError({
        code: 'MW3014',
        message: `An event of the run ${runId} cannot be read.`,
        hint: `A newer version may have written it: use that one. Or remove the run with \`modelwright rm ${runId}\`.`,
        cause,
      });
    }
  };
  const findEvent = (body: string): E | null => {
    try {
      return parseEvent(JSON.parse(body));
    } catch {
      return null; // `read` of that run says what is wrong
    }
  };
  return {
    async append(runId, event) {
      const body = textOfEvent(event, parseEvent);
      checkRunId(runId);
      return database.write((sqlite) => {
        const insert = sqlite.prepare(
          'INSERT INTO events (run_id, number, body) SELECT :runId, coalesce(max(number), 0) + 1, :body FROM events WHERE run_id = :runId RETURNING number',
        );
        return AppendedRow.parse(insert.get({ runId, body })).number;
      });
    },
    async read(runId) {
      const rows = database.read((sqlite) =>
        z.array(EventRow).parse(sqlite.prepare('SELECT number, body FROM events WHERE run_id = ? ORDER BY number').all(runId)),
      );
      return rows.map(({ number, body }) => ({ number, event: parseBody(runId, body) }));
    },
    async listRuns() {
      const rows = database.read((sqlite) =>
        z.array(RunRow).parse(
          sqlite
            .prepare(
              `SELECT run_id AS runId, eventCount, first.body AS first, last.body AS last
               FROM (SELECT run_id, count(*) AS eventCount, min(number) AS low, max(number) AS high, min(id) AS since FROM events GROUP BY run_id)
               JOIN events AS first USING (run_id) JOIN events AS last USING (run_id)
               WHERE first.number = low AND last.number = high ORDER BY since`,
            )
            .all(),
        ),
      );
      return rows.map(({ runId, eventCount, first, last }) => ({ runId, eventCount, first: findEvent(first), last: findEvent(last) }));
    },
    async deleteRun(runId) {
      return database.write((sqlite) => Number(sqlite.prepare('DELETE FROM events WHERE run_id = ?').run(runId).changes) > 0);
    },
  };
}
