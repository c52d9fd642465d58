import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { openTables, readerEntry, type Tables, type TablesOptions } from '../../src/edges/tables/index.ts';
import type { Guest, GuestFile } from '../../src/edges/guest/index.ts';
import { uncagedGuests } from './guests.ts';

const Answer = z.object({ kind: z.enum(['done', 'failed']) });

/**
 * The real readers, whose memory can be looked at. For tests and benchmarks only. `isShared`: one process reads file after file, by their names, as long
 * as none of them ends it: thousands of small files are then read in the time that some hundred starts would take.
 */
export function openReader({ tempDirectory, isShared = false, ...options }: TablesOptions & { tempDirectory: string; isShared?: boolean }) {
  const guests = uncagedGuests(tempDirectory);
  const readers: Guest[] = [];
  /** Of readers that are gone. */
  let peakBefore = 0;
  /** The most memory that a process has held, as the kernel counts it; Linux only. 0 where it has ended. */
  const peakOf = ({ processId }: Guest) => {
    try {
      return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1] ?? 0) * 1024;
    } catch {
      return 0;
    }
  };
  const end = (reader: Guest) => {
    peakBefore = Math.max(peakBefore, peakOf(reader));
    reader.kill();
  };
  const start = async (file?: GuestFile): Promise<Guest> => {
    const reader = await guests.start(readerEntry, file);
    readers.push(reader);
    return { ...seenThrough(reader), kill: () => end(reader) };
  };

  let shared: { reader: Guest; isOver: boolean } | undefined;
  const startShared = async (file?: GuestFile): Promise<Guest> => {
    if (file?.use === 'write') return start(file);
    if (!shared || shared.isOver) {
      const begun = { reader: await start(), isOver: false };
      begun.reader.onExit(() => (begun.isOver = true));
      shared = begun;
    }
    const { reader } = shared;
    let isOpen = true;
    let unanswered = 0;
    return {
      ...seenThrough(reader),
      filePath: file?.path ?? '',
      send: (message) => {
        unanswered += 1;
        reader.send(message);
      },
      onMessage: (listener) =>
        reader.onMessage((message) => {
          if (!isOpen) return;
          if (Answer.safeParse(message).success) unanswered -= 1;
          listener(message);
        }),
      kill: () => {
        if (isOpen && unanswered > 0) reader.kill();
        isOpen = false;
      },
    };
  };

  const tables: Tables = openTables(isShared ? startShared : start, options);
  return {
    tables: { ...tables, close: () => tables.close().then(() => guests.close()) },
    processId: () => readers.at(-1)?.processId,
    /** Ends the newest reader. */
    kill: () => readers.at(-1)?.kill(),
    /** The most memory that any of the readers has held, those that were killed included. */
    peakBytes: () => Math.max(peakBefore, ...readers.map(peakOf)),
  };
}

/** The same guest: its properties may be functions of the moment, which a copy would not be. */
const seenThrough = (reader: Guest): Guest => ({
  filePath: reader.filePath,
  scratchPath: reader.scratchPath,
  processId: reader.processId,
  send: (message) => reader.send(message),
  onMessage: (listener) => reader.onMessage(listener),
  onExit: (listener) => reader.onExit(listener),
  kill: () => reader.kill(),
});
