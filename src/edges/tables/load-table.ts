import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { ModelwrightError } from '../../domain/error.ts';
import type { FileReading } from '../../domain/file-reading.ts';
import { cleanLine, inScratch, isTooLong, literalPath, selectCopy } from './clean-copy.ts';
import { encodingNotes } from './decode-text.ts';
import { checkWidth, rowTooLong, tooLarge, type LoadOptions } from './load-limits.ts';
import { nameColumns } from './name-columns.ts';
import { loadDelimited } from './read-delimited.ts';
import { findJsonColumns, looksLikeJson, nameOfKey, objectBatches } from './read-json.ts';
import { findParquetColumns } from './read-parquet.ts';
import { refuseChangedSince, scanFile, textPieces, type Scanned, type TextFile } from './scan-file.ts';
import { sqlText } from './query.ts';
import type { Dialect } from './reader-wire.ts';

/** A file as the table `raw` of a database of its own: columns c0, c1 …, all text, in file order. */
export type LoadedTable = {
  connection: DuckDBConnection;
  columns: string[];
  rowCount: number;
  dialect: Dialect;
  notes: string[];
  close(): void;
};

/** Reads the file into a database that can then reach nothing but what it holds. */
export async function loadTable(path: string, options: LoadOptions, readAs: FileReading = {}): Promise<LoadedTable> {
  const scanned = await scanFile(path, readAs.encoding);
  const database = await openDatabase(options);
  try {
    const { columns, dialect, notes } = await loadRaw(database.connection, path, scanned, options, readAs);
    await lockDown(database.connection);
    await refuseChangedSince(path, scanned.state);
    const rowCount = await countRows(database.connection);
    if (rowCount === 0) {
      throw new ModelwrightError({
        code: 'MW1107',
        message: `The file "${path}" has a header and no rows.`,
        hint: 'Give a table with at least one row.',
        place: { file: path },
      });
    }
    return { connection: database.connection, columns, rowCount, dialect, notes, close: database.close };
  } catch (cause) {
    database.close();
    throw tooLarge(path, cause) ?? cause;
  }
}

async function loadRaw(connection: DuckDBConnection, path: string, scanned: Scanned, options: LoadOptions, readAs: FileReading) {
  if (scanned.format === 'text') {
    // Who names a delimiter knows that it is no JSON.
    return readAs.delimiter === undefined && looksLikeJson(scanned.sample, scanned.isSampleWhole)
      ? loadJson(connection, path, scanned, options)
      : loadDelimited(connection, path, scanned, options, readAs);
  }
  if (!scanned.isGzip) return loadParquet(connection, path, path, options);
  return inScratch(options, async (unpacked) => {
    await pipeline(textPieces(path, true), createWriteStream(unpacked, { mode: 0o600 }));
    return loadParquet(connection, path, unpacked, options);
  });
}

/** An in-memory database with its limits set and no extension to be fetched. */
export async function openDatabase(options: Pick<LoadOptions, 'tempDirectory' | 'memoryBytes' | 'threads'>) {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(options.memoryBytes / 1024)}KiB`,
    threads: String(options.threads),
    temp_directory: options.tempDirectory,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** From here on no file can be opened and no setting changed. The order matters: limits, ingest, lock, then everything derived from the data. */
export async function lockDown(connection: DuckDBConnection): Promise<void> {
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

async function countRows(connection: DuckDBConnection): Promise<number> {
  const result = await connection.runAndReadAll('SELECT count(*)::DOUBLE FROM raw');
  return Number(result.value(0, 0));
}

/** @param path as the user named it @param source where the bytes lie, unpacked */
async function loadParquet(connection: DuckDBConnection, path: string, source: string, options: LoadOptions) {
  try {
    // A folder called year=2024 is a name, and no column.
    const file = sqlText(literalPath(source));
    const read = `read_parquet(${file}, hive_partitioning = false)`;
    const found = await findParquetColumns(connection, file, read);
    checkWidth(path, found.length, options);
    const selected = found.map(({ sql }, index) => `CAST(${sql} AS VARCHAR) AS c${index}`);
    await connection.run(`CREATE TABLE raw AS SELECT ${selected.join(', ')} FROM ${read}`);
    const { columns, notes } = nameColumns(found.map(({ name }) => name));
    return { columns, notes, dialect: { format: 'parquet', isGzip: source !== path } satisfies Dialect };
  } catch (cause) {
    if (cause instanceof ModelwrightError || tooLarge(path, cause)) throw cause;
    throw new ModelwrightError({
      code: 'MW1111',
      message: `The file "${path}" is damaged: it begins as Parquet and cannot be read.`,
      hint: 'Write or download it again.',
      place: { file: path },
      cause,
    });
  }
}

/** JSON objects as rows, through a clean copy. */
async function loadJson(connection: DuckDBConnection, path: string, file: TextFile, options: LoadOptions) {
  const found = await findJsonColumns(path, file, options.maxColumns);
  checkWidth(path, found.keys.length, options);
  await inScratch(options, async (copy) => {
    let row = 0;
    const asLine = (cells: ReadonlyMap<string, string>) => {
      row++;
      const line = cleanLine(found.keys.map((key) => cells.get(key) ?? ''));
      if (isTooLong(line)) throw rowTooLong(`row ${row} of "${path}"`, { file: path, row });
      return line;
    };
    async function* cleanText() {
      for await (const batch of objectBatches(path, file, found.isLines)) yield batch.map(asLine).join('');
    }
    await pipeline(cleanText, createWriteStream(copy, { mode: 0o600 }));
    await connection.run(`CREATE TABLE raw AS SELECT * FROM ${selectCopy(copy, found.keys.length)}`);
  });
  const { columns, notes } = nameColumns(found.keys.map(nameOfKey));
  const told = found.note === null ? [] : [found.note];
  return {
    columns,
    notes: [...told, ...notes, ...encodingNotes(file)],
    dialect: { format: 'json', isLines: found.isLines, isGzip: file.isGzip } satisfies Dialect,
  };
}
