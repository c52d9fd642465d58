import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { ModelwrightError } from '../../domain/error.ts';

export type Encoding = 'utf-8' | 'windows-1252';

/** What one pass over all bytes of a file tells. `sample` is the start of its text. */
export type Scanned =
  | { format: 'text'; sha256: string; sizeBytes: number; isGzip: boolean; encoding: Encoding; hasMark: boolean; sample: string; isSampleWhole: boolean }
  | { format: 'parquet'; sha256: string; sizeBytes: number };

const SAMPLE_BYTES = 256 << 10;
const PIECE_BYTES = 1 << 20;
const SUPPORTED = 'Modelwright reads CSV and other delimited text (also gzipped) and Parquet.';

/** Reads every byte once: the hash, what kind of file it is, its encoding. Refuses what is no table of text. */
export async function scanFile(path: string): Promise<Scanned> {
  const facts = await lookAt(path);
  const magic = await firstBytes(path, 8);
  const sha256 = createHash('sha256');
  if (startsWith(magic, 'PAR1')) {
    for await (const piece of piecesOf(path)) sha256.update(piece);
    return { format: 'parquet', sha256: sha256.digest('hex'), sizeBytes: facts.size };
  }
  refuseKnownFormats(path, magic);
  const isGzip = magic[0] === 0x1f && magic[1] === 0x8b;
  const sampleParts: Buffer[] = [];
  let sampleBytes = 0;
  let textBytes = 0;
  let isUtf8SoFar = true;
  let carry = Buffer.alloc(0);
  for await (const piece of textPieces(path, isGzip, (raw) => sha256.update(raw))) {
    if (piece.includes(0)) throw binaryFile(path, 'it holds NUL bytes');
    textBytes += piece.length;
    if (sampleBytes < SAMPLE_BYTES) {
      const part = piece.subarray(0, SAMPLE_BYTES - sampleBytes);
      sampleParts.push(part);
      sampleBytes += part.length;
    }
    if (isUtf8SoFar) {
      const joined = carry.length > 0 ? Buffer.concat([carry, piece]) : piece;
      const cut = lastWholeCharacter(joined);
      isUtf8SoFar = isUtf8(joined.subarray(0, cut));
      carry = Buffer.from(joined.subarray(cut));
    }
  }
  const isUtf8File = isUtf8SoFar && carry.length === 0;
  const sampleBuffer = Buffer.concat(sampleParts);
  refuseControlBytes(path, sampleBuffer);
  const encoding: Encoding = isUtf8File ? 'utf-8' : 'windows-1252';
  const hasMark = isUtf8File && sampleBuffer[0] === 0xef && sampleBuffer[1] === 0xbb && sampleBuffer[2] === 0xbf;
  const isSampleWhole = textBytes <= SAMPLE_BYTES;
  const whole = isSampleWhole || !isUtf8File ? sampleBuffer : sampleBuffer.subarray(0, lastWholeCharacter(sampleBuffer));
  const sample = new TextDecoder(encoding).decode(whole);
  if (sample.trim() === '' && isSampleWhole) {
    throw new ModelwrightError({
      code: 'MW1106',
      message: `The file "${path}" is empty.`,
      hint: 'Give a table with a header line and at least one row.',
      place: { file: path },
    });
  }
  return { format: 'text', sha256: sha256.digest('hex'), sizeBytes: facts.size, isGzip, encoding, hasMark, sample, isSampleWhole };
}

/** The bytes of the text in pieces, unpacked where it is gzipped; `onRaw` sees the bytes as they lie in the file. */
export async function* textPieces(path: string, isGzip: boolean, onRaw: (piece: Buffer) => void = () => {}): AsyncGenerator<Buffer> {
  if (!isGzip) {
    for await (const piece of piecesOf(path)) {
      onRaw(piece);
      yield piece;
    }
    return;
  }
  const source = createReadStream(path, { highWaterMark: PIECE_BYTES });
  source.on('data', (piece) => onRaw(Buffer.from(piece)));
  const unpacked = source.pipe(createGunzip({ chunkSize: PIECE_BYTES }));
  source.on('error', (cause) => unpacked.destroy(cause));
  try {
    for await (const piece of unpacked) yield Buffer.from(piece);
  } catch (cause) {
    throw new ModelwrightError({
      code: 'MW1111',
      message: `The file "${path}" is damaged: it begins as gzip and cannot be unpacked to its end.`,
      hint: 'Copy or download it again; `gzip -t FILE` tells whether it is whole.',
      place: { file: path },
      cause,
    });
  } finally {
    source.destroy();
  }
}

async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) yield Buffer.from(piece);
}

async function lookAt(path: string) {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) {
      throw new ModelwrightError({
        code: 'MW1103',
        message: `"${path}" is ${facts.isDirectory() ? 'a folder' : 'not a plain file'}.`,
        hint: 'Name the file that holds the table.',
        place: { file: path },
      });
    }
    return facts;
  } catch (cause) {
    throw accessError(path, cause);
  }
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw accessError(path, cause);
  }
}

function accessError(path: string, cause: unknown): unknown {
  if (cause instanceof ModelwrightError || !(cause instanceof Error) || !('code' in cause)) return cause;
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
    return new ModelwrightError({
      code: 'MW1101',
      message: `There is no file "${path}".`,
      hint: 'Check the path; a relative one starts at the current folder.',
      place: { file: path },
      cause,
    });
  }
  return new ModelwrightError({
    code: 'MW1102',
    message: `The file "${path}" cannot be read (${String(cause.code)}).`,
    hint: 'Check that you may read it: `ls -l FILE`.',
    place: { file: path },
    cause,
  });
}

const startsWith = (bytes: Buffer, text: string) => bytes.subarray(0, text.length).toString('latin1') === text;

function refuseKnownFormats(path: string, magic: Buffer): void {
  const known = startsWith(magic, 'PK\x03\x04')
    ? 'an Excel workbook or another zip archive'
    : startsWith(magic, '\xd0\xcf\x11\xe0')
      ? 'an old Excel workbook'
      : startsWith(magic, 'SQLite f')
        ? 'an SQLite database'
        : startsWith(magic, '%PDF')
          ? 'a PDF document'
          : startsWith(magic, 'ARROW1')
            ? 'an Arrow file'
            : undefined;
  if (known) throw unsupportedFormat(path, known);
}

export function unsupportedFormat(path: string, what: string): ModelwrightError {
  return new ModelwrightError({
    code: 'MW1110',
    message: `The file "${path}" is ${what}, which Modelwright does not read.`,
    hint: `${SUPPORTED} Save the table as CSV and give that.`,
    place: { file: path },
  });
}

function binaryFile(path: string, reason: string): ModelwrightError {
  return new ModelwrightError({
    code: 'MW1109',
    message: `The file "${path}" is no table of text: ${reason}.`,
    hint: `${SUPPORTED} Save the table as CSV in UTF-8 and give that.`,
    place: { file: path },
  });
}

/** Text has hardly any control bytes beside tabs and line ends; a picture or a program has many. */
function refuseControlBytes(path: string, sample: Buffer): void {
  let controlCount = 0;
  for (const byte of sample) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12) controlCount++;
  if (controlCount > 0.01 * sample.length) throw binaryFile(path, 'too many of its bytes are control signs');
}

/** Where the last whole UTF-8 character ends, so that a piece is not judged by a character cut in two. */
function lastWholeCharacter(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return need > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
