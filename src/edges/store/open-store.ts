import { openDatabase } from './database.ts';
import type { EventLog, ParseEvent } from './event-log.ts';
import { openFileStore, type FileStore } from './file-store.ts';
import { openHome, type Home } from './home.ts';
import { openKeys, type Keys } from './keys.ts';
import { openModelRegistry, type ModelRegistry } from './model-registry.ts';
import { openRunLeases, type RunLeases } from './run-leases.ts';
import { openSqliteEventLog } from './sqlite-event-log.ts';
import { sweepUnfinished } from './temporary-name.ts';

/** All that a home keeps. */
export type Store<E> = {
  home: Home;
  log: EventLog<E>;
  leases: RunLeases;
  models: ModelRegistry;
  files: FileStore;
  keys: Keys;
  /** What was put right on opening, in sentences for the user. */
  notices: string[];
  close(): void;
};

/** Opens a home, makes what is missing, and sweeps away what killed processes left unfinished. */
export async function openStore<E>(folder: string, parseEvent: ParseEvent<E>): Promise<Store<E>> {
  const home = openHome(folder);
  await Promise.all([home.folder, home.temporaryFolder, home.modelsFolder].map(sweepUnfinished));
  const keys = await openKeys(home);
  const database = openDatabase(home);
  return {
    home,
    log: openSqliteEventLog(database, parseEvent),
    leases: openRunLeases(database),
    models: openModelRegistry(database, home),
    files: openFileStore(home),
    keys,
    notices: [...home.notices, ...keys.notices],
    close: () => database.close(),
  };
}
