/** All that may pass between the reader process and its owner. Both ends ship together. */
import { z } from 'zod';
import { ReadingRule } from '../../domain/column.ts';
import { errorCodes, type ErrorCode } from '../../domain/error-codes.ts';
import { FileReading, TextEncoding } from '../../domain/file-reading.ts';
import { NumberSummary } from '../../domain/profile.ts';

/** Of a table that is read at all. */
export const MAX_COLUMNS = 10_000;

/** Frequent texts that are kept of a column. */
export const TOP_VALUES = 200;

const Count = z.int().min(0);
/** As long as a plan takes; the reader cuts what is longer. */
const Name = z.string().max(1024);

/** What an answer is sent back under. */
export const RequestNumber = z.object({ id: z.int() });

const DatabaseOptions = z.strictObject({ tempDirectory: z.string(), memoryBytes: z.int().positive(), threads: z.int().positive() });

/** A reader has one file at most, which it is started with; one that is to write answers has that. */
export const ReaderRequest = z.intersection(
  RequestNumber,
  z.discriminatedUnion('ask', [
    z.object({
      ask: z.literal('open'),
      path: z.string(),
      readAs: FileReading,
      options: DatabaseOptions.extend({ maxColumns: z.int().positive() }),
    }),
    z.object({ ask: z.literal('statistics') }),
    z.object({ ask: z.literal('columns'), requests: z.array(z.strictObject({ index: z.int().min(0), rule: ReadingRule })) }),
    z.object({ ask: z.literal('row-groups'), indices: z.array(z.int().min(0)).min(1) }),
    z.object({
      ask: z.literal('write-parquet'),
      columns: z.array(z.strictObject({ name: z.string().max(65_536), values: z.union([z.instanceof(Float64Array), z.array(z.string())]) })).min(1),
      options: DatabaseOptions,
    }),
    z.object({ ask: z.literal('expressions'), texts: z.array(z.string().max(65_536)).max(10_000) }),
  ]),
);
export type ReaderRequest = z.infer<typeof ReaderRequest>;

/** How a file was read. */
export const Dialect = z.discriminatedUnion('format', [
  z.strictObject({
    format: z.literal('delimited'),
    delimiter: z.string().length(1),
    quote: z.enum(['"', "'", '']),
    encoding: TextEncoding,
    isGzip: z.boolean(),
    hasHeader: z.boolean(),
  }),
  z.strictObject({ format: z.literal('json'), isLines: z.boolean(), isGzip: z.boolean() }),
  z.strictObject({ format: z.literal('parquet'), isGzip: z.boolean() }),
]);
export type Dialect = z.infer<typeof Dialect>;

export const OpenedReply = z.strictObject({
  columns: z.array(Name).max(MAX_COLUMNS),
  rowCount: Count,
  sha256: z.string().length(64),
  sizeBytes: Count,
  dialect: Dialect,
  notes: z.array(z.string()),
});

const TextCount = z.strictObject({ text: z.string(), count: Count });

const StyleCounts = z.strictObject({ plain: Count, grouped: Count, currency: Count, percent: Count, scaled: Count, time: Count, duration: Count });

const Numbers = NumberSummary.extend({
  distinctCount: Count,
  /** The first thousand distinct ones rise by one from row to row, as a running number does. */
  isSteadyCount: z.boolean(),
});
export type Numbers = z.infer<typeof Numbers>;

/** What is counted of cells that are numbers. */
const numberFacts = {
  /** Cells by the narrowest number style that reads them where a point parts the decimals, and where a comma does. */
  numberCounts: StyleCounts,
  commaCounts: StyleCounts,
  /** Over all cells that are numbers in any style, read with a point; and read with a comma. Null when there is none. */
  numbers: Numbers.nullable(),
  commaNumbers: Numbers.nullable(),
  /**
   * Cells that are one number where a point parts the decimals and another where a comma does: 1.100 and 1,234. None is counted of a column
   * of plain numbers of which some leave no doubt.
   */
  openCount: Count,
  /** Cells that are a number by one of the marks only: 12.50 and 12,50. */
  onlyCounts: z.strictObject({ point: Count, comma: Count }),
};

/** Facts about the trimmed texts of one column; counts are of rows. What they mean is decided at intake. */
export const ColumnStatistics = z.strictObject({
  name: Name,
  rowCount: Count,
  emptyCount: Count,
  /** Different texts, the empty one not counted. */
  distinctCount: Count,
  /** Texts that often mean "no value", as they occur. */
  markers: z.array(TextCount),
  /** The most frequent texts, markers among them. */
  top: z.array(TextCount).max(TOP_VALUES),
  meanLength: z.number(),
  maxLength: Count,
  /** Of the cells that are not empty; words are parted by spaces. */
  meanWords: z.number(),
  ...numberFacts,
  /** The same of the numbers without the text that stands behind half of them at least (12 kg); `texts`: its spellings, the longest first. */
  unit: z.strictObject({ texts: z.array(z.string()).min(1), ...numberFacts }).nullable(),
  /** Whole numbers that begin with a zero: 007, 01234. */
  zeroLedCount: Count,
  /** Different whole numbers too long for a double that are the same as another one once they are read as doubles. */
  mergedCount: Count,
  /** Cells that each date format reads, with the first and last time in microseconds since 1970. `swappedCount`: those that are another day with day and month the other way round. `isInOrder`: the rows stand in the order of the date, or in its reverse; judged over the rows, once the texts are counted. */
  dates: z.array(z.strictObject({ format: z.string(), count: Count, first: z.number(), last: z.number(), swappedCount: Count, isInOrder: z.boolean() })),
  /** Cells that look like something of one person. */
  personalCounts: z.strictObject({
    email: Count,
    phone: Count,
    name: Count,
    address: Count,
    'national-id': Count,
    'card-number': Count,
    'bank-account': Count,
    'ip-address': Count,
  }),
  /** The counts of numbers, dates and persons are scaled up from a sample of the distinct texts. */
  isSampled: z.boolean(),
});
export type ColumnStatistics = z.infer<typeof ColumnStatistics>;

/** The places of a column and of the earlier one that holds the same in every row. */
const Twin = z.strictObject({ index: z.int().min(0), of: z.int().min(0) });
export type Twin = z.infer<typeof Twin>;

export const StatisticsReply = z.strictObject({ columns: z.array(ColumnStatistics), duplicateRowCount: Count, twins: z.array(Twin) });

/** Cells of a column that are there and that its rule cannot read. Rows count from 1, the header not counted. */
export const Unreadable = z.strictObject({ column: Name, count: Count, firstRow: z.int().min(1), example: z.string() });
export type Unreadable = z.infer<typeof Unreadable>;

const Column = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('number'), values: z.instanceof(Float64Array) }),
  z.strictObject({ type: z.literal('boolean'), values: z.instanceof(Uint8Array) }),
  z.strictObject({ type: z.literal('text'), codes: z.instanceof(Int32Array), levels: z.array(z.string()) }),
  z.strictObject({ type: z.literal('timestamp'), values: z.instanceof(Float64Array) }),
]);

/** One column of a `columns` request, sent as soon as it is read so that few are in memory twice. */
export const ColumnPart = z.strictObject({ at: z.int().min(0), column: Column, unreadable: Unreadable.omit({ column: true }).nullable() });

export const RowGroupsReply = z.strictObject({ groups: z.instanceof(Int32Array) });
export const WrittenReply = z.strictObject({});
export const ExpressionsReply = z.strictObject({ trees: z.array(z.unknown()) });

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code);

export const ReaderReply = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('part'), id: z.int(), value: z.unknown() }),
  z.strictObject({ kind: z.literal('done'), id: z.int(), value: z.unknown() }),
  z.strictObject({
    kind: z.literal('failed'),
    id: z.int(),
    error: z.strictObject({
      code: z.string().refine(isErrorCode),
      message: z.string(),
      hint: z.string(),
      place: z.object({ file: z.string().optional(), row: z.number().optional(), column: z.string().optional() }),
    }),
  }),
]);
export type ReaderReply = z.infer<typeof ReaderReply>;
