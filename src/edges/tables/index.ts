export { isAddress } from './is-address.ts';
export type { ColumnStatistics, Dialect, Unreadable } from './reader-wire.ts';
export { openTables, readerEntry, type OpenedFile, type StartReader, type Tables, type TablesOptions, type TableStatistics } from './tables.ts';
