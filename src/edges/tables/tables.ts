import { open } from 'node:fs/promises';
import type { z } from 'zod';
import type { Column, ReadingRule, Table } from '../../domain/column.ts';
import { ModelwrightError } from '../../domain/error.ts';
import type { FileReading } from '../../domain/file-reading.ts';
import type { Guest, GuestFile } from '../guest/index.ts';
import { cannotWrite } from './cannot-write.ts';
import { nameKey } from './name-columns.ts';
import { checkColumn, checkGroups, checkOpened, checkStatistics, readTrees } from './check-reply.ts';
import { identityOf, openToRead, type FileIdentity } from './open-file.ts';
import { asError, endingError, readerEnded, readerNonsense, readerSilent } from './reader-errors.ts';
import { ColumnPart, DoneReply, ExpressionsReply, MAX_COLUMNS, OpenedReply, ReaderReply, RowGroupsReply, StatisticsReply } from './reader-wire.ts';
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
  /** Of DuckDB in one reader. */
  memoryBytes?: number;
  threads?: number;
  /** For one request. A reader that is silent for longer is killed. */
  timeLimitMs?: number;
};

const DEFAULTS = { memoryBytes: 4 * 1024 ** 3, threads: 2, timeLimitMs: 600_000 };

/** The module that a reader runs, below our code: in its own language (sources in a clone, JavaScript in the package). */
export const readerEntry = `edges/tables/reader${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;

/** Starts a guest that runs `readerEntry` with the one file that it gets. */
export type StartReader = (file?: GuestFile) => Promise<Guest>;

/**
 * Opens the edge. Each file has a reader of its own, which sees no other file and ends when it is closed; expressions have one without a file,
 * started at the first and again after a crash.
 */
export function openTables(startReader: StartReader, options: TablesOptions = {}): Tables {
  const { memoryBytes, threads, timeLimitMs } = { ...DEFAULTS, ...options };
  const opened = new Set<ReaderConnection>();
  let parser: Promise<ReaderConnection> | undefined;
  const connect = async (file?: GuestFile) => {
    const reader = new ReaderConnection(await startReader(file), file?.path, timeLimitMs);
    opened.add(reader);
    return reader;
  };
  const optionsOf = ({ scratchPath }: ReaderConnection) => ({ tempDirectory: scratchPath, memoryBytes, threads });
  const drop = (reader: ReaderConnection) => {
    opened.delete(reader);
    reader.close();
  };
  return {
    async openFile(path, readAs = {}) {
      await using source = await openToRead(path);
      // Ours to say: a file may be made so that its reader lies about it.
      const identity = identityOf(source, path);
      identity.catch(() => {}); // where the reader refuses the file first
      const reader = await connect({ descriptor: source.fd, use: 'read', path });
      try {
        const request = { ask: 'open', path: reader.filePath, readAs, options: { ...optionsOf(reader), maxColumns: MAX_COLUMNS } };
        const opened = await reader.ask(request, (value) => checkOpened(OpenedReply.parse(value)));
        return openedFile(reader, { ...opened, ...(await identity) }, () => drop(reader));
      } catch (error) {
        drop(reader);
        throw error;
      }
    },
    async parseExpressions(texts) {
      if (!parser || (await parser.catch(() => null))?.isOver !== false) parser = connect();
      return (await parser).ask({ ask: 'expressions', texts }, (value) => readTrees(ExpressionsReply.parse(value).trees, texts.length));
    },
    async writeParquet(path, columns) {
      const target = await open(path, 'w').catch((cause: unknown) => {
        throw cannotWrite(cause);
      });
      try {
        const reader = await connect({ descriptor: target.fd, use: 'write', path });
        try {
          await reader.ask({ ask: 'write-parquet', columns, options: optionsOf(reader) }, (value) => DoneReply.parse(value));
        } finally {
          drop(reader);
        }
      } finally {
        await target.close();
      }
    },
    async close() {
      for (const reader of opened) drop(reader);
      parser = undefined;
    },
  };
}

function openedFile(reader: ReaderConnection, opened: z.infer<typeof OpenedReply> & FileIdentity, close: () => void): OpenedFile {
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
    statistics: () => reader.ask({ ask: 'statistics' }, (value) => checkStatistics(StatisticsReply.parse(value), opened)),
    async readColumns(requests) {
      const columns: (Column | undefined)[] = requests.map(() => undefined);
      const unreadable: Unreadable[] = [];
      const table: Table = { rowCount: opened.rowCount, columns: new Map() };
      const takePart = (value: unknown) => {
        const part = ColumnPart.parse(value);
        if (part.at >= requests.length || columns[part.at]) throw readerNonsense('a column that was not asked for');
        const { name, rule } = requests[part.at];
        checkColumn(part, rule.type, opened.rowCount);
        columns[part.at] = part.column;
        if (part.unreadable) unreadable.push({ column: name, ...part.unreadable });
      };
      const finish = (value: unknown) => {
        DoneReply.parse(value);
        for (const [at, { name }] of requests.entries()) {
          const column = columns[at];
          if (!column) throw readerNonsense(`not the column "${name}"`);
          table.columns.set(name, column);
        }
        return { table, unreadable };
      };
      return reader.ask({ ask: 'columns', requests: requests.map(({ name, rule }) => ({ index: getIndex(name), rule })) }, finish, takePart);
    },
    rowGroups: (names) =>
      reader.ask({ ask: 'row-groups', indices: names.map(getIndex) }, (value) => checkGroups(RowGroupsReply.parse(value).groups, opened.rowCount)),
    close: () => Promise.resolve(close()),
  };
}

type Waiting = { resolve(value: unknown): void; reject(cause: unknown): void; onPart: ((value: unknown) => void) | undefined; timer: NodeJS.Timeout };

/** One reader and the requests it has not answered yet. */
class ReaderConnection {
  isOver = false;
  readonly filePath: string;
  readonly scratchPath: string;
  readonly #guest: Guest;
  readonly #userPath: string | undefined;
  readonly #timeLimitMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #requestCount = 0;

  constructor(guest: Guest, userPath: string | undefined, timeLimitMs: number) {
    this.filePath = guest.filePath;
    this.scratchPath = guest.scratchPath;
    this.#guest = guest;
    this.#userPath = userPath;
    this.#timeLimitMs = timeLimitMs;
    guest.onMessage((message) => this.#receive(message));
    guest.onExit((ending) => this.#end(endingError(ending, userPath)));
  }

  /** `take` makes of the value that is answered what the caller wants, or throws: then the reader is ended. */
  async ask<T>(request: { ask: string } & Record<string, unknown>, take: (value: unknown) => T, onPart?: (value: unknown) => void): Promise<T> {
    if (this.isOver) throw readerEnded(null, null);
    const id = ++this.#requestCount;
    const value = await new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => this.#end(readerSilent(this.#timeLimitMs)), this.#timeLimitMs);
      this.#waiting.set(id, { resolve, reject, onPart, timer });
      this.#guest.send({ id, ...request });
    });
    try {
      return take(value);
    } catch (cause) {
      const error = cause instanceof ModelwrightError ? cause : readerNonsense('an answer of another form', cause);
      this.#end(error);
      throw error;
    }
  }

  close(): void {
    this.#end(readerEnded(null, null));
  }

  #receive(message: unknown): void {
    if (this.isOver) return;
    const parsed = ReaderReply.safeParse(message);
    if (!parsed.success) return this.#end(readerNonsense('no reply', parsed.error));
    const reply = parsed.data;
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return this.#end(readerNonsense('a reply that was not asked for'));
    if (reply.kind === 'part') {
      if (!waiting.onPart) return this.#end(readerNonsense('a part of what comes whole'));
      try {
        waiting.onPart(reply.value);
      } catch (cause) {
        this.#end(cause instanceof ModelwrightError ? cause : readerNonsense('a column of another form', cause));
      }
      return;
    }
    clearTimeout(waiting.timer);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'done') waiting.resolve(reply.value);
    else waiting.reject(asError(reply.error, (text) => this.#withUserPath(text)));
  }

  /** The reader knows its file by a descriptor; who reads the message knows it by its name. */
  #withUserPath(text: string): string {
    return this.#userPath === undefined ? text : text.replaceAll(this.filePath, () => this.#userPath ?? '');
  }

  /** Nothing more comes from this process: whoever waits is told why. */
  #end(cause: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#guest.kill();
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(cause);
    }
    this.#waiting.clear();
  }
}
