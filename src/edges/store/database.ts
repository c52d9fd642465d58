import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { HOME_FORMAT, newerFormat, type Home } from './home.ts';
import { storageError } from './storage-error.ts';

const BUSY_TIMEOUT_MS = 10_000;

// In order of age; a table is only ever added or widened, so that an older log stays readable.
const TABLES = `
  CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (run_id, number)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS leases (
    run_id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    started_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS claimed_versions (
    name TEXT PRIMARY KEY,
    newest INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS models (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    model_id TEXT NOT NULL,
    folder TEXT NOT NULL,
    run_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (name, version)
  ) STRICT;
`;

/** The one SQLite database of a home. Several processes may have it open at once. */
export type StoreDatabase = {
  read<T>(work: (database: DatabaseSync) => T): T;
  /** All of `work` or none of it, and on the disk before this returns. */
  write<T>(work: (database: DatabaseSync) => T): T;
  close(): void;
};

export function openDatabase(home: Home): StoreDatabase {
  const file = home.databaseFile;
  let database: DatabaseSync | undefined;
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw storageError(cause, file);
    }
  };
  try {
    // SQLite gives its side files the permissions of this one.
    closeSync(openSync(file, 'a', 0o600));
    const opened = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    database = opened;
    useWriteAheadLog(opened);
    // FULL: a commit returns when the log is on disk. The two others make that true on macOS as well.
    opened.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1');
    makeTables(opened, home);
    return {
      read: (work) => guarded(() => work(opened)),
      write: (work) => guarded(() => inTransaction(opened, () => work(opened))),
      close: () => {
        if (opened.isOpen) opened.close();
      },
    };
  } catch (cause) {
    if (database?.isOpen) database.close();
    throw storageError(cause, file);
  }
}

/** Changing the journal does not wait for other connections by itself, and two first commands may do it at once. */
function useWriteAheadLog(database: DatabaseSync): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; ; waitedMs += 20) {
    try {
      const { journal_mode: mode } = JournalMode.parse(database.prepare('PRAGMA journal_mode = WAL').get());
      if (mode === 'wal') return;
      throw Object.assign(new Error(`this file system has no room for a write-ahead log (journal "${mode}")`), { code: 'EIO' });
    } catch (cause) {
      const isBusy = cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY;
      if (!isBusy || waitedMs >= BUSY_TIMEOUT_MS) throw cause;
      Atomics.wait(pause, 0, 0, 20);
    }
  }
}

const SQLITE_BUSY = 5;
const JournalMode = z.object({ journal_mode: z.string() });
const UserVersion = z.object({ user_version: z.int() });

function makeTables(database: DatabaseSync, home: Home): void {
  const formatOf = () => UserVersion.parse(database.prepare('PRAGMA user_version').get()).user_version;
  if (formatOf() > HOME_FORMAT) throw newerFormat(home.folder, formatOf());
  if (formatOf() === HOME_FORMAT) return;
  inTransaction(database, () => database.exec(`${TABLES} PRAGMA user_version = ${HOME_FORMAT}`));
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  // IMMEDIATE takes the writer's place at once: a reader that turns writer could find its view outdated and fail.
  database.exec('BEGIN IMMEDIATE');
  try {
    const done = work();
    database.exec('COMMIT');
    return done;
  } catch (cause) {
    // A full disk has already rolled it back.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw cause;
  }
}
