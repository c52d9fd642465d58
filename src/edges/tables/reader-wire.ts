/** All that may pass between the reader process and its owner. Both ends ship together. */
import { z } from 'zod';
import { ReadingRule } from '../../domain/column.ts';
import { errorCodes, type ErrorCode } from '../../domain/error-codes.ts';
import { FileReading, TextEncoding } from '../../domain/file-reading.ts';
import { NumberSummary } from '../../domain/profile.ts';
import { DATE_FORMATS, isDateFormat } from '../../domain/read-timestamp.ts';

/** Of a table that is read at all. */
export const MAX_COLUMNS = 10_000;

/** Frequent texts that are kept of a column. */
export const TOP_VALUES = 200;

/** Distinct markers and spellings of a unit that are told of a column; more than there can be. */
const MAX_WORDS = 400;
/** A note tells of one column or of the whole file. */
const MAX_NOTES = 4 * MAX_COLUMNS;
const MAX_NOTE_LENGTH = 10_000;
/** A hundred characters, each of which may be two of JavaScript's. */
const MAX_EXAMPLE_LENGTH = 200;
/** As much as an error takes. */
export const MAX_ERROR_LENGTH = 4096;
/** JSON of the tree of one expression, which is itself below a thousandth of it. */
const MAX_TREE_LENGTH = 16 << 20;
/** What JavaScript takes for a time, in microseconds. */
export const MAX_TIME = 8.64e18;

const Count = z.int().min(0);
const Time = z.number().min(-MAX_TIME).max(MAX_TIME);

/** Counted before its parts are looked at: each part that is wrong would be told of. */
const listOf = <T extends z.ZodType>(part: T, most: number) => z.array(z.unknown()).max(most).pipe(z.array(part));

/** As `listOf`, for parts that may have many faults each: it stops at the first that has one. */
const listOfLarge = <T>(part: z.ZodType<T>, most: number) =>
  z
    .array(z.unknown())
    .max(most)
    .transform((values, context): T[] => {
      const parts: T[] = [];
      for (const [at, value] of values.entries()) {
        const parsed = part.safeParse(value);
        if (!parsed.success) {
          context.addIssue({ code: 'custom', message: z.prettifyError(parsed.error).slice(0, MAX_ERROR_LENGTH), path: [at] });
          return z.NEVER;
        }
        parts.push(parsed.data);
      }
      return parts;
    });

/** Millions, of which one that is no text is one fault. */
const Texts = z.custom<string[]>((value) => Array.isArray(value) && value.every((part) => typeof part === 'string'));
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
  columns: listOf(Name, MAX_COLUMNS),
  rowCount: Count,
  dialect: Dialect,
  notes: listOf(z.string().max(MAX_NOTE_LENGTH), MAX_NOTES),
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
  markers: listOf(TextCount, MAX_WORDS),
  /** The most frequent texts, markers among them. */
  top: listOf(TextCount, TOP_VALUES),
  meanLength: z.number().min(0),
  maxLength: Count,
  /** Of the cells that are not empty; words are parted by spaces. */
  meanWords: z.number().min(0),
  ...numberFacts,
  /** The same of the numbers without the text that stands behind half of them at least (12 kg); `texts`: its spellings, the longest first. */
  unit: z.strictObject({ texts: listOf(z.string().min(1), MAX_WORDS).refine(({ length }) => length > 0), ...numberFacts }).nullable(),
  /** Whole numbers that begin with a zero: 007, 01234. */
  zeroLedCount: Count,
  /** Different whole numbers too long for a double that are the same as another one once they are read as doubles. */
  mergedCount: Count,
  /** Cells that each date format reads, with the first and last time in microseconds since 1970. `swappedCount`: those that are another day with day and month the other way round. `isInOrder`: the rows stand in the order of the date, or in its reverse; judged over the rows, once the texts are counted. */
  dates: listOf(
    z.strictObject({ format: z.string().refine(isDateFormat), count: Count, first: Time, last: Time, swappedCount: Count, isInOrder: z.boolean() }),
    DATE_FORMATS.length,
  ),
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

export const StatisticsReply = z.strictObject({
  columns: listOfLarge(ColumnStatistics, MAX_COLUMNS),
  duplicateRowCount: Count,
  twins: listOf(Twin, MAX_COLUMNS),
});

/** Cells of a column that are there and that its rule cannot read. Rows count from 1, the header not counted. */
export const Unreadable = z.strictObject({ column: Name, count: Count, firstRow: z.int().min(1), example: z.string().max(MAX_EXAMPLE_LENGTH) });
export type Unreadable = z.infer<typeof Unreadable>;

const Column = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('number'), values: z.instanceof(Float64Array) }),
  z.strictObject({ type: z.literal('boolean'), values: z.instanceof(Uint8Array) }),
  z.strictObject({ type: z.literal('text'), codes: z.instanceof(Int32Array), levels: Texts }),
  z.strictObject({ type: z.literal('timestamp'), values: z.instanceof(Float64Array) }),
]);

/** One column of a `columns` request, sent as soon as it is read so that few are in memory twice. */
export const ColumnPart = z.strictObject({ at: z.int().min(0), column: Column, unreadable: Unreadable.omit({ column: true }).nullable() });

export const RowGroupsReply = z.strictObject({ groups: z.instanceof(Int32Array) });
/** Nothing but that it is done. */
export const DoneReply = z.strictObject({});
/** Each tree as JSON, which may be nested deeper than a message. */
export const ExpressionsReply = z.strictObject({ trees: Texts.refine((trees) => trees.every(({ length }) => length <= MAX_TREE_LENGTH)) });

/** What reading and writing can end with: of a key, a budget or a run the reader knows nothing. */
const isReaderCode = (code: string): code is ErrorCode =>
  Object.hasOwn(errorCodes, code) && (code.startsWith('MW11') || code === 'MW3019' || code === 'MW9001');

export const ReaderReply = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('part'), id: z.int(), value: z.unknown() }),
  z.strictObject({ kind: z.literal('done'), id: z.int(), value: z.unknown() }),
  z.strictObject({
    kind: z.literal('failed'),
    id: z.int(),
    error: z.strictObject({
      code: z.string().refine(isReaderCode),
      message: z.string().min(1).max(MAX_ERROR_LENGTH),
      hint: z.string().min(1).max(MAX_ERROR_LENGTH),
      place: z.strictObject({ file: z.string().max(MAX_ERROR_LENGTH).optional(), row: z.int().min(1).optional(), column: Name.optional() }),
    }),
  }),
]);
export type ReaderReply = z.infer<typeof ReaderReply>;
