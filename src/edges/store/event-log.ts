/** An event with its place in its run: 1, 2, 3 … without a gap. */
export type NumberedEvent<E> = { number: number; event: E };

/** An event is null where it cannot be read: one run that a newer version wrote must not hide the others. */
export type RunSummary<E> = { runId: string; eventCount: number; first: E | null; last: E | null };

/**
 * What happened, run by run. An event is plain JSON data; it is on disk before `append` resolves, is never edited, and comes
 * back parsed. Several processes may use one log at once.
 */
export interface EventLog<E> {
  /** Resolves with the event's number in its run. */
  append(runId: string, event: E): Promise<number>;
  /** In order; empty for a run that is not known. */
  read(runId: string): Promise<NumberedEvent<E>[]>;
  /** Oldest run first. */
  listRuns(): Promise<RunSummary<E>[]>;
  /** False when there was none. */
  deleteRun(runId: string): Promise<boolean>;
}

/** Throws when the value is not an event. */
export type ParseEvent<E> = (value: unknown) => E;

/**
 * The text kept of an event. Read back once before it is written: what JSON cannot hold (NaN, a date, a class) must fail in the
 * hand of whoever wrote it, and not in a resume a week later.
 */
export function textOfEvent<E>(event: E, parseEvent: ParseEvent<E>): string {
  const text = JSON.stringify(event);
  parseEvent(JSON.parse(text));
  return text;
}
