import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { ModelwrightError } from '../../domain/error.ts';
import { fileChanged } from '../../domain/file-changed.ts';
import type { FileReading } from '../../domain/file-reading.ts';
import { accessError, lookAt } from './open-file.ts';
import { withoutEnd, withoutMarks } from './odd-ends.ts';
import { binaryFile, MAGIC_BYTES, refuseKnownFormats } from './refuse-formats.ts';
import { weighUtf8, type Utf8Weight } from './weigh-utf8.ts';

export type Encoding = NonNullable<FileReading['encoding']>;

/** How a file was when it was first looked at; another size or time later means that someone writes to it. */
export type FileState = { sizeBytes: number; changedMs: number };

/** What all bytes of a file tell. `sample` is the start of its text; `replaced` are the bytes of UTF-8 that are none and come as U+FFFD, with the line of the first. `hasOddEnds`: a second mark of the encoding at the start, or Control-Z at the end. */
export type Scanned = { isGzip: boolean; state: FileState } & (({ format: 'text' } & ScannedText) | { format: 'parquet' });
export type TextFile = Extract<Scanned, { format: 'text' }>;
type ScannedText = {
  encoding: Encoding;
  sample: string;
  isSampleWhole: boolean;
  replaced: { count: number; firstLine: number } | null;
  hasOddEnds: boolean;
};

const SAMPLE_BYTES = 256 << 10;
const PIECE_BYTES = 1 << 20;
/** A file that unpacks to more than this is refused if it also grows that much: no table of numbers and texts does. */
const MAX_UNPACKED_BYTES = 256 << 20;
const MAX_GROWTH = 400;

/**
 * Reads every byte: what kind of file it is, its encoding. Refuses what is no table of text.
 * @param named the encoding as the user says it, whatever the bytes look like
 */
export async function scanFile(path: string, named?: Encoding): Promise<Scanned> {
  const facts = await lookAt(path);
  const state: FileState = { sizeBytes: facts.size, changedMs: facts.mtimeMs };
  const magic = await firstBytes(path, MAGIC_BYTES);
  const isGzip = magic[0] === 0x1f && magic[1] === 0x8b;
  if (startsWith(magic, 'PAR1')) return { format: 'parquet', isGzip, state };
  refuseKnownFormats(path, magic, false);
  const text = new TextScan(path, named);
  let rawBytes = 0;
  let isParquet = false;
  const onRaw = (raw: Buffer) => {
    rawBytes += raw.length;
  };
  for await (const piece of textPieces(path, isGzip, onRaw)) {
    if (text.byteCount === 0 && isGzip) {
      if (startsWith(piece, 'PAR1')) isParquet = true;
      else refuseKnownFormats(path, piece, true);
    }
    if (!isParquet) text.take(piece);
  }
  if (rawBytes !== facts.size) throw fileChanged(path);
  if (isParquet) return { format: 'parquet', isGzip, state };
  // A second look, for the few files that need one.
  const weight = text.isDoubtful ? await weighUtf8(textPieces(path, isGzip)) : null;
  return { format: 'text', ...text.finish(weight), isGzip, state };
}

/** What the bytes of a text tell while they pass. */
class TextScan {
  byteCount = 0;
  readonly #path: string;
  readonly #named: Encoding | undefined;
  readonly #sampleParts: Buffer[] = [];
  #sampleBytes = 0;
  #wide: 'utf-16le' | 'utf-16be' | null = null;
  #isUtf8 = true;
  #carry = Buffer.alloc(0);
  #lastByte = 0;

  constructor(path: string, named: Encoding | undefined) {
    this.#path = path;
    this.#named = named;
  }

  take(piece: Buffer): void {
    if (this.byteCount === 0) this.#wide = this.#named === undefined ? wideEncoding(piece) : wideOf(this.#named);
    if (this.#wide === null && piece.includes(0)) throw binaryFile(this.#path, 'it holds NUL bytes');
    this.byteCount += piece.length;
    this.#lastByte = piece[piece.length - 1];
    if (this.#sampleBytes < SAMPLE_BYTES) {
      const part = piece.subarray(0, SAMPLE_BYTES - this.#sampleBytes);
      this.#sampleParts.push(part);
      this.#sampleBytes += part.length;
    }
    if (this.#wide !== null || !this.#isUtf8) return;
    const joined = this.#carry.length > 0 ? Buffer.concat([this.#carry, piece]) : piece;
    const cut = lastWholeCharacter(joined);
    this.#isUtf8 = isUtf8(joined.subarray(0, cut));
    this.#carry = Buffer.from(joined.subarray(cut));
  }

  /** Neither UTF-16 nor wholly UTF-8. */
  get isDoubtful(): boolean {
    return this.#wide === null && this.#named !== 'windows-1252' && !(this.#isUtf8 && this.#carry.length === 0);
  }

  /** @param weight of a doubtful file, how much of it is UTF-8 */
  finish(weight: Utf8Weight | null): ScannedText {
    const bytes = Buffer.concat(this.#sampleParts);
    const hasMark = startsWith(bytes, '\xef\xbb\xbf');
    // One slip, or a file cut in its last character, makes no other encoding of it.
    const looksUtf8 = weight === null || hasMark || weight.characterCount > weight.badCount;
    const isUtf8File = this.#wide === null && (this.#named === undefined ? looksUtf8 : this.#named === 'utf-8');
    const encoding: Encoding = this.#wide ?? (isUtf8File ? 'utf-8' : 'windows-1252');
    const isSampleWhole = this.byteCount <= SAMPLE_BYTES;
    const whole = isSampleWhole ? bytes : bytes.subarray(0, isUtf8File ? lastWholeCharacter(bytes) : bytes.length - (bytes.length % 2));
    const decoded = new TextDecoder(encoding).decode(whole, { stream: true });
    const sample = isSampleWhole ? withoutEnd(withoutMarks(decoded)) : withoutMarks(decoded);
    const hasOddEnds = decoded.startsWith('\ufeff') || this.#lastByte === 0x1a;
    if (this.#wide !== null && sample.includes('\0')) throw binaryFile(this.#path, 'it holds NUL signs');
    refuseControlSigns(this.#path, sample);
    if (sample.trim() === '' && isSampleWhole) {
      throw new ModelwrightError({
        code: 'MW1106',
        message: `The file "${this.#path}" is empty.`,
        hint: 'Give a table with a header line and at least one row.',
        place: { file: this.#path },
      });
    }
    return { encoding, sample, isSampleWhole, replaced: isUtf8File && weight ? { count: weight.badCount, firstLine: weight.firstLine } : null, hasOddEnds };
  }
}

const wideOf = (encoding: Encoding) => (encoding === 'utf-16le' || encoding === 'utf-16be' ? encoding : null);

/** UTF-16 by its mark, or without one by every second byte being NUL, as it is in any European text. */
function wideEncoding(start: Buffer): 'utf-16le' | 'utf-16be' | null {
  if (start[0] === 0xff && start[1] === 0xfe && !(start[2] === 0 && start[3] === 0)) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  const looked = start.subarray(0, 4096);
  const nulls = [0, 0];
  looked.forEach((byte, at) => {
    if (byte === 0) nulls[at % 2]++;
  });
  const half = looked.length / 2;
  if (half < 4) return null;
  if (nulls[1] > 0.6 * half && nulls[0] < 0.02 * half) return 'utf-16le';
  return nulls[0] > 0.6 * half && nulls[1] < 0.02 * half ? 'utf-16be' : null;
}

/** Throws MW1121 when the file is no longer as it was. */
export async function refuseChangedSince(path: string, state: FileState): Promise<void> {
  const facts = await lookAt(path);
  if (facts.size !== state.sizeBytes || facts.mtimeMs !== state.changedMs) throw fileChanged(path);
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
  let [rawBytes, textBytes] = [0, 0];
  const source = createReadStream(path, { highWaterMark: PIECE_BYTES });
  source.on('data', (piece) => {
    rawBytes += piece.length;
    onRaw(Buffer.from(piece));
  });
  const unpacked = source.pipe(createGunzip({ chunkSize: PIECE_BYTES }));
  source.on('error', (cause) => unpacked.destroy(cause));
  try {
    for await (const piece of unpacked) {
      textBytes += piece.length;
      if (textBytes > MAX_UNPACKED_BYTES && textBytes > MAX_GROWTH * rawBytes) throw tooMuchUnpacked(path);
      yield Buffer.from(piece);
    }
  } catch (cause) {
    if (cause instanceof ModelwrightError) throw cause;
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

const tooMuchUnpacked = (path: string) =>
  new ModelwrightError({
    code: 'MW1114',
    message: `The file "${path}" unpacks to more than ${MAX_GROWTH} times its size, which no table does.`,
    hint: 'If it is a table all the same, unpack it yourself and give that.',
    place: { file: path },
  });

async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) yield Buffer.from(piece);
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

const startsWith = (bytes: Buffer, text: string) => bytes.subarray(0, text.length).toString('latin1') === text;

/** Text has hardly any control signs beside tabs and line ends; a picture or a program has many. */
function refuseControlSigns(path: string, sample: string): void {
  let controlCount = 0;
  for (let at = 0; at < sample.length; at++) {
    const code = sample.charCodeAt(at);
    if (code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 12) controlCount++;
  }
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
