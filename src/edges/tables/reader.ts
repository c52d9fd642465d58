/** The reader, a guest: holds DuckDB and one stranger's bytes. A fault in here ends this process and nothing else. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ReadingRule } from '../../domain/column.ts';
import { ModelwrightError, unreachable } from '../../domain/error.ts';
import { FILE_DESCRIPTOR, serveOwner, tellOwner } from '../guest/index.ts';
import { measureColumns } from './column-statistics.ts';
import { findTwins } from './find-twins.ts';
import { judgeOrder } from './judge-order.ts';
import { tooLargeForReader } from './load-limits.ts';
import { loadTable, lockDown, openDatabase, type LoadedTable } from './load-table.ts';
import { countDuplicates, readByDictionary, readPlainNumbers, readRowGroups } from './read-columns.ts';
import { MAX_ERROR_LENGTH, ReaderRequest, RequestNumber, type ReaderReply } from './reader-wire.ts';
import { copyToDescriptor, writeParquetFile } from './write-parquet.ts';

/** From so many rows on plain numbers are read by SQL; fewer cells cost less than its statements do. */
const NUMBERS_BY_SQL_ROWS = 5000;
/** Number columns read in one pass over the table. */
const NUMBER_COLUMNS_A_PASS = 16;

let table: LoadedTable | undefined;
let parser: Awaited<ReturnType<typeof openDatabase>> | undefined;

function getTable(): LoadedTable {
  if (!table) throw new Error('no file is open');
  return table;
}

async function answer(request: ReaderRequest, sendPart: (value: unknown) => void): Promise<unknown> {
  switch (request.ask) {
    case 'open': {
      table?.close();
      table = undefined;
      table = await loadTable(request.path, request.options, request.readAs);
      const { columns, rowCount, dialect, notes } = table;
      return { columns, rowCount, dialect, notes };
    }
    case 'statistics': {
      const { connection, columns, rowCount } = getTable();
      const measured = await judgeOrder(connection, await measureColumns(connection, columns, rowCount), rowCount);
      return {
        columns: measured,
        duplicateRowCount: await countDuplicates(connection, columns.length, rowCount),
        twins: await findTwins(connection, measured),
      };
    }
    case 'columns':
      await sendColumns(getTable(), request.requests, sendPart);
      return {};
    case 'row-groups': {
      const { connection, rowCount } = getTable();
      return { groups: await readRowGroups(connection, request.indices, rowCount) };
    }
    case 'write-parquet': {
      const written = join(request.options.tempDirectory, 'answers.parquet');
      await writeParquetFile(written, request.columns, request.options);
      copyToDescriptor(written, FILE_DESCRIPTOR);
      rmSync(written);
      return {};
    }
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

/** The serialised statement `SELECT text` of each text as JSON, or DuckDB's own error record where it cannot be parsed. Nothing is evaluated. */
async function parseExpressions(texts: string[]): Promise<string[]> {
  if (!parser) {
    parser = await openDatabase({ tempDirectory: '', memoryBytes: 256 << 20, threads: 1 });
    await lockDown(parser.connection);
  }
  const trees: string[] = [];
  for (const text of texts) {
    const result = await parser.connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)::VARCHAR', [`SELECT ${text}`]);
    trees.push(String(result.value(0, 0)));
  }
  return trees;
}

const send = (reply: ReaderReply) => tellOwner(reply);

type Described = Extract<ReaderReply, { kind: 'failed' }>['error'];

/** DuckDB quotes whole cells. */
const short = (described: Described): Described => ({ ...described, message: described.message.slice(0, MAX_ERROR_LENGTH) });

function describe(cause: unknown): Described {
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
    const { code, message: words, hint, place } = tooLargeForReader(undefined);
    return { code, message: words, hint, place };
  }
  return {
    code: 'MW9001',
    message: `The reader of tables failed: ${message.split('\n')[0]}`,
    hint: 'This is a bug in Modelwright, not in your data.',
    place: {},
  };
}

serveOwner(async (message) => {
  // A request that cannot be read is answered too: the file that is open stays so.
  const id = RequestNumber.safeParse(message).data?.id ?? 0;
  try {
    const request = ReaderRequest.parse(message);
    send({ kind: 'done', id, value: await answer(request, (value) => send({ kind: 'part', id, value })) });
  } catch (cause) {
    send({ kind: 'failed', id, error: short(describe(cause)) });
  }
});
