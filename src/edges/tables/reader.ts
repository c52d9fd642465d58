/** The reader process: holds DuckDB and the strangers' bytes. A fault in here ends this process and nothing else. */
import { z } from 'zod';
import type { ReadingRule } from '../../domain/column.ts';
import { ModelwrightError, unreachable } from '../../domain/error.ts';
import { measureColumns } from './column-statistics.ts';
import { findTwins } from './find-twins.ts';
import { judgeOrder } from './judge-order.ts';
import { loadTable, lockDown, openDatabase, type LoadedTable } from './load-table.ts';
import { countDuplicates, readByDictionary, readPlainNumbers, readRowGroups } from './read-columns.ts';
import { ReaderRequest, RequestNumber, type ReaderReply } from './reader-wire.ts';
import { writeParquetFile } from './write-parquet.ts';

/** From so many rows on plain numbers are read by SQL; fewer cells cost less than its statements do. */
const NUMBERS_BY_SQL_ROWS = 5000;
/** Number columns read in one pass over the table. */
const NUMBER_COLUMNS_A_PASS = 16;

const files = new Map<number, LoadedTable>();
let parser: Awaited<ReturnType<typeof openDatabase>> | undefined;

function getFile(file: number): LoadedTable {
  const table = files.get(file);
  if (!table) throw new Error(`the file ${file} is not open`);
  return table;
}

async function answer(request: ReaderRequest, sendPart: (value: unknown) => void): Promise<unknown> {
  switch (request.ask) {
    case 'open': {
      const table = await loadTable(request.path, request.options, request.readAs);
      files.set(request.file, table);
      const { columns, rowCount, sha256, sizeBytes, dialect, notes } = table;
      return { columns, rowCount, sha256, sizeBytes, dialect, notes };
    }
    case 'statistics': {
      const { connection, columns, rowCount } = getFile(request.file);
      const measured = await judgeOrder(connection, await measureColumns(connection, columns, rowCount), rowCount);
      return {
        columns: measured,
        duplicateRowCount: await countDuplicates(connection, columns.length, rowCount),
        twins: await findTwins(connection, measured),
      };
    }
    case 'columns':
      await sendColumns(getFile(request.file), request.requests, sendPart);
      return {};
    case 'row-groups': {
      const { connection, rowCount } = getFile(request.file);
      return { groups: await readRowGroups(connection, request.indices, rowCount) };
    }
    case 'close':
      files.get(request.file)?.close();
      files.delete(request.file);
      return {};
    case 'write-parquet':
      await writeParquetFile(request.path, request.columns, request.options);
      return {};
    case 'expressions':
      return { trees: await parseExpressions(request.texts) };
    default:
      return unreachable(request);
  }
}

type ColumnRequest = Extract<ReaderRequest, { ask: 'columns' }>['requests'][number];

async function sendColumns({ connection, rowCount }: LoadedTable, requests: ColumnRequest[], sendPart: (value: unknown) => void): Promise<void> {
  const plain: { at: number; index: number; missing: string[] }[] = [];
  const others: { at: number; index: number; rule: ReadingRule }[] = [];
  for (const [at, { index, rule }] of requests.entries()) {
    if (rowCount >= NUMBERS_BY_SQL_ROWS && rule.type === 'number' && rule.style === 'plain' && rule.decimal === undefined && rule.units === undefined)
      plain.push({ at, index, missing: rule.missing });
    else others.push({ at, index, rule });
  }
  await readByDictionary(connection, others, rowCount, (at, read) => sendPart({ at: others[at].at, ...read }));
  for (let from = 0; from < plain.length; from += NUMBER_COLUMNS_A_PASS) {
    const pass = plain.slice(from, from + NUMBER_COLUMNS_A_PASS);
    const reads = await readPlainNumbers(connection, pass, rowCount);
    for (const [i, read] of reads.entries()) sendPart({ at: pass[i].at, ...read });
  }
}

/** The serialised statement `SELECT text` of each text, or DuckDB's own error record where it cannot be parsed. Nothing is evaluated. */
async function parseExpressions(texts: string[]): Promise<unknown[]> {
  if (!parser) {
    parser = await openDatabase({ tempDirectory: '', memoryBytes: 256 << 20, threads: 1 });
    await lockDown(parser.connection);
  }
  const trees: unknown[] = [];
  for (const text of texts) {
    const result = await parser.connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)::VARCHAR', [`SELECT ${text}`]);
    trees.push(JSON.parse(String(result.value(0, 0))));
  }
  return trees;
}

function send(reply: ReaderReply): void {
  process.send?.(reply);
}

function describe(cause: unknown): Extract<ReaderReply, { kind: 'failed' }>['error'] {
  if (cause instanceof ModelwrightError) {
    const { code, message, hint, place } = cause;
    return { code, message, hint, place };
  }
  if (cause instanceof z.ZodError) {
    return {
      code: 'MW9001',
      message: `The reader of tables was asked in a way it does not know: ${z.prettifyError(cause).replaceAll(/\s+/g, ' ')}.`,
      hint: 'This is a bug in Modelwright, not in your data.',
      place: {},
    };
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/Out of Memory Error|No space left on device/i.test(message)) {
    return {
      code: 'MW1114',
      message: 'The table is too large for the memory and disk that the reader may use.',
      hint: 'Free disk space, give fewer columns or rows, or raise the memory limit.',
      place: {},
    };
  }
  return {
    code: 'MW9001',
    message: `The reader of tables failed: ${message.split('\n')[0]}`,
    hint: 'This is a bug in Modelwright, not in your data.',
    place: {},
  };
}

// One request after the other: each may use all memory and threads that the reader has.
let queue = Promise.resolve();
process.on('message', (message) => {
  queue = handle(message, queue);
});

async function handle(message: unknown, before: Promise<void>): Promise<void> {
  await before;
  // A request that cannot be read is answered too: the files that are open stay so.
  const id = RequestNumber.safeParse(message).data?.id ?? 0;
  try {
    const request = ReaderRequest.parse(message);
    send({ kind: 'done', id, value: await answer(request, (value) => send({ kind: 'part', id, value })) });
  } catch (cause) {
    send({ kind: 'failed', id, error: describe(cause) });
  }
}

// The owner is gone: nothing here is worth keeping.
process.on('disconnect', () => process.exit(0));
