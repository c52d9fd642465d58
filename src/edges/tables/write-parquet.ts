import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { DOUBLE, DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import { cannotWrite } from './cannot-write.ts';
import type { LoadOptions } from './load-limits.ts';
import { openDatabase } from './load-table.ts';
import { sqlText } from './query.ts';

/** A column to be written; all of a file are equally long. */
export type WrittenColumn = { name: string; values: Float64Array | string[] };

/** Rows that DuckDB takes at a time. */
const CHUNK_ROWS = 2048;
const PIECE_BYTES = 1 << 20;

/** Writes a new Parquet file, rows in the order given, through a database that knows nothing else. */
export async function writeParquetFile(
  path: string,
  columns: WrittenColumn[],
  options: Pick<LoadOptions, 'tempDirectory' | 'memoryBytes' | 'threads'>,
): Promise<void> {
  const database = await openDatabase(options);
  try {
    const { connection } = database;
    // Names are given on the way out alone: two that differ in capitals only cannot stand in one table of DuckDB (in the file the second gets a number).
    const types = columns.map(({ values }) => (values instanceof Float64Array ? DOUBLE : VARCHAR));
    await connection.run(`CREATE TABLE answers (${types.map((type, index) => `c${index} ${type}`).join(', ')})`);
    const appender = await connection.createAppender('answers');
    const rowCount = columns[0].values.length;
    for (let start = 0; start < rowCount; start += CHUNK_ROWS) {
      const chunk = DuckDBDataChunk.create(types);
      chunk.setColumns(columns.map(({ values }) => Array.from<number | string>(values.slice(start, start + CHUNK_ROWS))));
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    await copyOut(connection, path, columns);
  } finally {
    database.close();
  }
}

/** Into a file that the owner has opened, from its start. */
export function copyToDescriptor(path: string, descriptor: number): void {
  const source = openSync(path, 'r');
  try {
    const piece = Buffer.alloc(PIECE_BYTES);
    for (let count = readSync(source, piece); count > 0; count = readSync(source, piece)) {
      for (let at = 0; at < count;) at += writeSync(descriptor, piece, at, count - at);
    }
  } catch (cause) {
    throw cannotWrite(cause);
  } finally {
    closeSync(source);
  }
}

async function copyOut(connection: Awaited<ReturnType<typeof openDatabase>>['connection'], path: string, columns: WrittenColumn[]): Promise<void> {
  const selected = columns.map(({ name }, index) => `c${index} AS "${name.replaceAll('"', '""')}"`);
  try {
    await connection.run(`COPY (SELECT ${selected.join(', ')} FROM answers) TO ${sqlText(path)} (FORMAT parquet)`);
  } catch (cause) {
    throw cannotWrite(cause);
  }
}
