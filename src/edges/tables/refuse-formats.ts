import { ModelwrightError } from '../../domain/error.ts';

const SUPPORTED = 'Modelwright reads CSV and other delimited text, JSON lines (each also gzipped) and Parquet.';
const AS_CSV = `${SUPPORTED} Save the table as CSV and give that.`;
const AS_PARQUET = `${SUPPORTED} Save the table as Parquet and give that.`;
const UNPACK = `${SUPPORTED} Unpack it, and give the table.`;

/** Formats by their first bytes, written as Latin-1, which stand at the start or `at` a place behind it. */
const magics: { starts: string[]; at?: number; what: string; hint: string }[] = [
  { starts: ['PK\x03\x04'], what: 'an Excel workbook or another zip archive', hint: AS_CSV },
  { starts: ['\xd0\xcf\x11\xe0'], what: 'an old Excel workbook', hint: AS_CSV },
  { starts: ['SQLite format 3'], what: 'an SQLite database', hint: AS_CSV },
  { starts: ['%PDF-'], what: 'a PDF document', hint: AS_CSV },
  { starts: ['ARROW1'], what: 'an Arrow file', hint: AS_PARQUET },
  { starts: ['Obj\x01'], what: 'a table in Avro', hint: AS_PARQUET },
  { starts: ['\x89HDF\r\n'], what: 'an HDF5 file', hint: AS_CSV },
  { starts: ['\x93NUMPY', '\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'], what: 'data of Python (NumPy or pickle)', hint: AS_CSV },
  { starts: ['RDX2\n', 'RDX3\n', 'RDA2\n', 'RDA3\n', '$FL2@', '$FL3@', '<stata_dta>'], what: 'data of a statistics program (R, SPSS or Stata)', hint: AS_CSV },
  {
    starts: ['\x89PNG', '\xff\xd8\xff', 'GIF87a', 'GIF89a', 'II*\0', 'MM\0*'],
    what: 'a picture',
    hint: 'Give the numbers of the table that it shows, as CSV.',
  },
  { starts: ['WEBP'], at: 8, what: 'a picture', hint: 'Give the numbers of the table that it shows, as CSV.' },
  { starts: ['1AY&SY'], at: 4, what: 'packed with bzip2', hint: UNPACK },
  { starts: ['\xfd7zXZ'], what: 'packed with xz', hint: UNPACK },
  { starts: ['\x28\xb5\x2f\xfd'], what: 'packed with zstd', hint: UNPACK },
  { starts: ['\x04\x22\x4d\x18'], what: 'packed with lz4', hint: UNPACK },
  { starts: ['7z\xbc\xaf\x27\x1c', 'Rar!\x1a'], what: 'a 7-Zip or RAR archive', hint: UNPACK },
  { starts: ['ustar'], at: 257, what: 'a tar archive', hint: UNPACK },
  { starts: ['\xff\xfe\0\0', '\0\0\xfe\xff'], what: 'text in UTF-32', hint: `${SUPPORTED} Save it in UTF-8 and give that.` },
];
/** First bytes that tell the format: a tar archive says what it is behind the name of its first file. */
export const MAGIC_BYTES = 300;

/** Throws MW1110 where the bytes are those of a format that is known and not read. `isUnpacked`: they come out of gzip. */
export function refuseKnownFormats(path: string, start: Buffer, isUnpacked: boolean): void {
  const text = start.subarray(0, MAGIC_BYTES).toString('latin1');
  const known = magics.find(({ starts, at = 0 }) => starts.some((magic) => text.startsWith(magic, at)));
  if (known) throw unsupportedFormat(path, known.what, known.hint);
  if (isUnpacked && text.startsWith('\x1f\x8b'))
    throw unsupportedFormat(path, 'packed with gzip twice', 'Unpack it once (`gunzip FILE`), and give what comes out.');
}

/** Texts that are no table, by how they begin. */
const texts: [start: RegExp, what: string, hint: string][] = [
  [
    /^version https:\/\/git-lfs\.github\.com\//,
    'a pointer of Git LFS',
    'The table itself lies elsewhere: fetch it with `git lfs pull`, or download it, and give that.',
  ],
  [/^<(?:!doctype html|html|head|body|table|script|style|meta|div|title)\b/i, 'an HTML page', AS_CSV],
  [/^(?:<\?xml|<![a-z-]|<[a-z][\w:-]*(?:\s[^>]*)?>)/i, 'XML', AS_CSV],
  [/^MIME-Version:/i, 'a web page in MIME (MHTML), as Excel saves one', AS_CSV],
  [/^\{\\rtf/, 'a text document (RTF)', AS_CSV],
  [
    /^(?:create (?:temporary )?table|insert into|drop table|begin transaction)\b/i,
    'an SQL script',
    'Run it in a database, and save the table as CSV from there.',
  ],
];

/** A page or a script saved under the name of a table. `firstRow` as it would be cut. */
export function refuseOtherTexts(path: string, sample: string, firstRow: string[]): void {
  const start = sample.replace(/^(?:\s|\ufeff|<!--[^]*?-->|\/\*[^]*?\*\/|--[^\r\n]*[\r\n])+/, '').slice(0, 300);
  // <TICKER>,<DATE>,<TIME>: names in brackets, as programs of the stock exchange write them.
  if (firstRow.length > 1 && firstRow.every((cell) => /^\s*<[^<>]+>\s*$/.test(cell))) return;
  const known = texts.find(([pattern]) => pattern.test(start));
  if (known) throw unsupportedFormat(path, known[1], known[2]);
}

export function unsupportedFormat(path: string, what: string, hint: string): ModelwrightError {
  return new ModelwrightError({
    code: 'MW1110',
    message: `The file "${path}" is ${what}, which Modelwright does not read.`,
    hint,
    place: { file: path },
  });
}

export function binaryFile(path: string, reason: string): ModelwrightError {
  return new ModelwrightError({
    code: 'MW1109',
    message: `The file "${path}" is no table of text: ${reason}.`,
    hint: `${SUPPORTED} Save the table as CSV in UTF-8 and give that.`,
    place: { file: path },
  });
}
