import type { z } from 'zod';
import type { Column, ReadingRule, Table } from '../../domain/column.ts';
import { ModelwrightError } from '../../domain/error.ts';
import type { FileReading } from '../../domain/file-reading.ts';
import { nameKey } from './name-columns.ts';
import type { ReaderProcess } from './reader-process.ts';
import { ColumnPart, ExpressionsReply, OpenedReply, ReaderReply, RowGroupsReply, StatisticsReply, WrittenReply } from './reader-wire.ts';
import type { ColumnStatistics, Dialect, Twin, Unreadable } from './reader-wire.ts';

export type TableStatistics = { columns: ColumnStatistics[]; duplicateRowCount: number; twins: Twin[] };

/** A file that the reader holds as a table of texts, in file order, until it is closed. */
export interface OpenedFile {
  /** Names as they stand in the header, no two of which look the same; a missing or repeated one is made up, a very long one is cut. */
  readonly columns: string[];
  readonly rowCount: number;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly dialect: Dialect;
  /** What the user should know of how the file was read, in sentences. */
  readonly notes: string[];
  /** The name in `columns` that this name means, spaces at its ends aside, whichever way its accents are written, cut as those are. */
  findColumn(name: string): string | undefined;
  statistics(): Promise<TableStatistics>;
  /**
   * Typed columns by their rules, under the names asked for; text levels are in byte order. Cells that a rule cannot read
   * are missing in the table and counted beside it.
   */
  readColumns(requests: { name: string; rule: ReadingRule }[]): Promise<{ table: Table; unreadable: Unreadable[] }>;
  /** For each row the index of the first row whose trimmed texts in these columns are the same. */
  rowGroups(columns: string[]): Promise<Int32Array>;
  close(): Promise<void>;
}

export interface Tables {
  /** `readAs`: how delimited text is read whatever it looks like; other files need no such word. */
  openFile(path: string, readAs?: FileReading): Promise<OpenedFile>;
  /** DuckDB's own tree of `SELECT text` for each text (`json_serialize_sql`), or its error record. Parses only. */
  parseExpressions(texts: string[]): Promise<unknown[]>;
  /** Writes a Parquet file of equally long columns, numbers or texts, rows in the order given. Replaces what is there. */
  writeParquet(path: string, columns: { name: string; values: Float64Array | string[] }[]): Promise<void>;
  close(): Promise<void>;
}

export type TablesOptions = {
  /** Exists already; takes what does not fit in memory. The reader empties what it made. */
  tempDirectory: string;
  memoryBytes?: number;
  threads?: number;
  /** For one request. A reader that is silent for longer is killed. */
  timeLimitMs?: number;
};

const DEFAULTS = { memoryBytes: 4 * 1024 ** 3, threads: 2, timeLimitMs: 600_000 };
const MAX_COLUMNS = 10_000;

/** The module that the reader process runs: beside this file, in its own language (sources in a clone, JavaScript in the package). */
export const readerEntry = new URL(import.meta.url.endsWith('.ts') ? './reader.ts' : './reader.js', import.meta.url);

/** Opens the edge. The process is started at the first request, and again after a crash; files opened before the crash are lost. */
export function openTables(startReader: () => ReaderProcess, options: TablesOptions): Tables {
  const { tempDirectory, memoryBytes, threads, timeLimitMs } = { ...DEFAULTS, ...options };
  let connection: ReaderConnection | undefined;
  let fileCount = 0;
  const connect = () => {
    if (!connection || connection.isOver) connection = new ReaderConnection(startReader(), timeLimitMs);
    return connection;
  };
  return {
    async openFile(path, readAs = {}) {
      const reader = connect();
      const file = ++fileCount;
      const opened = await reader.ask(
        { ask: 'open', file, path, readAs, options: { tempDirectory, memoryBytes, threads, maxColumns: MAX_COLUMNS } },
        OpenedReply,
      );
      return openedFile(reader, file, opened);
    },
    async parseExpressions(texts) {
      return (await connect().ask({ ask: 'expressions', texts }, ExpressionsReply)).trees;
    },
    async writeParquet(path, columns) {
      await connect().ask({ ask: 'write-parquet', path, columns, options: { tempDirectory, memoryBytes, threads } }, WrittenReply);
    },
    async close() {
      connection?.close();
      connection = undefined;
    },
  };
}

function openedFile(reader: ReaderConnection, file: number, opened: z.infer<typeof OpenedReply>): OpenedFile {
  const indexOf = new Map<string, number>();
  for (const [index, name] of opened.columns.entries()) indexOf.set(nameKey(name), index);
  const getIndex = (name: string) => {
    const index = indexOf.get(nameKey(name));
    if (index === undefined) throw new Error(`the table has no column "${name}"`);
    return index;
  };
  return {
    ...opened,
    findColumn: (name) => {
      const index = indexOf.get(nameKey(name));
      return index === undefined ? undefined : opened.columns[index];
    },
    statistics: () => reader.ask({ ask: 'statistics', file }, StatisticsReply),
    async readColumns(requests) {
      const columns: (Column | undefined)[] = requests.map(() => undefined);
      const unreadable: Unreadable[] = [];
      await reader.ask({ ask: 'columns', file, requests: requests.map(({ name, rule }) => ({ index: getIndex(name), rule })) }, null, (value) => {
        const part = ColumnPart.parse(value);
        const { column } = part;
        const length = column.type === 'text' ? column.codes.length : column.values.length;
        if (part.at >= requests.length || length !== opened.rowCount) throw new RangeError('the reader sent a column of the wrong length');
        columns[part.at] = column;
        if (part.unreadable) unreadable.push({ column: requests[part.at].name, ...part.unreadable });
      });
      const table: Table = { rowCount: opened.rowCount, columns: new Map() };
      for (const [at, { name }] of requests.entries()) {
        const column = columns[at];
        if (!column) throw new RangeError(`the reader did not send the column "${name}"`);
        table.columns.set(name, column);
      }
      return { table, unreadable };
    },
    async rowGroups(names) {
      return (await reader.ask({ ask: 'row-groups', file, indices: names.map(getIndex) }, RowGroupsReply)).groups;
    },
    async close() {
      if (!reader.isOver) await reader.ask({ ask: 'close', file }, null);
    },
  };
}

type Waiting = { resolve(value: unknown): void; reject(cause: unknown): void; onPart: ((value: unknown) => void) | undefined; timer: NodeJS.Timeout };

/** One reader process and the requests it has not answered yet. */
class ReaderConnection {
  isOver = false;
  readonly #process: ReaderProcess;
  readonly #timeLimitMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #requestCount = 0;

  constructor(process: ReaderProcess, timeLimitMs: number) {
    this.#process = process;
    this.#timeLimitMs = timeLimitMs;
    process.onMessage((message) => this.#receive(message));
    process.onExit((code, signal) => this.#end(readerEnded(code, signal)));
  }

  async ask<T>(request: { ask: string } & Record<string, unknown>, reply: z.ZodType<T>, onPart?: (value: unknown) => void): Promise<T>;
  async ask(request: { ask: string } & Record<string, unknown>, reply: null, onPart?: (value: unknown) => void): Promise<void>;
  async ask<T>(request: { ask: string } & Record<string, unknown>, reply: z.ZodType<T> | null, onPart?: (value: unknown) => void): Promise<T | void> {
    if (this.isOver) throw readerEnded(null, null);
    const id = ++this.#requestCount;
    const value = await new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => this.#end(readerSilent(this.#timeLimitMs)), this.#timeLimitMs);
      this.#waiting.set(id, { resolve, reject, onPart, timer });
      this.#process.send({ id, ...request });
    });
    return reply?.parse(value);
  }

  close(): void {
    this.#end(readerEnded(null, null));
  }

  #receive(message: unknown): void {
    const parsed = ReaderReply.safeParse(message);
    if (!parsed.success) return this.#end(parsed.error);
    const reply = parsed.data;
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    if (reply.kind === 'part') {
      try {
        waiting.onPart?.(reply.value);
      } catch (cause) {
        this.#end(cause);
      }
      return;
    }
    clearTimeout(waiting.timer);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'done') waiting.resolve(reply.value);
    else waiting.reject(asError(reply.error));
  }

  /** Nothing more comes from this process: whoever waits is told why. */
  #end(cause: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#process.kill();
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(cause);
    }
    this.#waiting.clear();
  }
}

function asError({ code, message, hint, place }: Extract<ReaderReply, { kind: 'failed' }>['error']): ModelwrightError {
  const { file, row, column } = place;
  return new ModelwrightError({
    code,
    message,
    hint,
    place: { ...(file !== undefined && { file }), ...(row !== undefined && { row }), ...(column !== undefined && { column }) },
  });
}

function readerEnded(code: number | null, signal: string | null): ModelwrightError {
  return new ModelwrightError({
    code: 'MW1112',
    message: `The process that reads tables ended before it answered${signal ? ` (signal ${signal})` : code === null ? '' : ` (exit code ${code})`}.`,
    hint: 'The file may be broken in a way the reader cannot bear, or the machine ran out of memory. Save the table as CSV anew and try again.',
  });
}

function readerSilent(timeLimitMs: number): ModelwrightError {
  return new ModelwrightError({
    code: 'MW1113',
    message: `The table was not read within ${Math.round(timeLimitMs / 1000)} s.`,
    hint: 'Give fewer rows or columns, or a Parquet file.',
  });
}
