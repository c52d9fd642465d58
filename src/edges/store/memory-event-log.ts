import { textOfEvent, type EventLog, type ParseEvent } from './event-log.ts';
import { checkRunId } from './home.ts';

/** An event log that lives as long as the process: for tests and trials. Keeps text, so that nobody can edit an event afterwards. */
export function openMemoryEventLog<E>(parseEvent: ParseEvent<E>): EventLog<E> {
  const runs = new Map<string, string[]>();
  const parse = (text: string): E => parseEvent(JSON.parse(text));
  return {
    async append(runId, event) {
      const text = textOfEvent(event, parseEvent);
      const texts = runs.get(checkRunId(runId)) ?? [];
      runs.set(runId, texts);
      return texts.push(text);
    },
    async read(runId) {
      return (runs.get(runId) ?? []).map((text, index) => ({ number: index + 1, event: parse(text) }));
    },
    async listRuns() {
      return [...runs].map(([runId, texts]) => ({ runId, eventCount: texts.length, first: parse(texts[0]), last: parse(texts[texts.length - 1]) }));
    },
    async deleteRun(runId) {
      return runs.delete(runId);
    },
  };
}
