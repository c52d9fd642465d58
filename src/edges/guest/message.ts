/**
 * A value as bytes between us and a guest: plain data with typed arrays in it. Nothing in it can be run, and nothing is believed: whoever
 * takes a message parses it by a schema.
 *
 *     u32 "MWG1" · u32 bytes of JSON · u64 bytes of arrays · JSON {value, arrays: [[type, length]]} · the arrays, little-endian, one after the other
 *
 * In `value` a long list of texts stands as {"$texts": [their bytes, their lengths]}, an array as {"$array": its number}, and a number that JSON does not know as {"$number": "NaN"}.
 */
import { z } from 'zod';

const constructors = { float64: Float64Array, float32: Float32Array, int32: Int32Array, uint8: Uint8Array } as const;
type MessageArray = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

const MAGIC = 0x3147574d; // "MWG1"
const HEAD_BYTES = 16;
const MAX_ARRAYS = 100_000;
const PLACE = '$array';
const NUMBER = '$number';
const TEXTS = '$texts';
/** Shorter lists stay in the JSON. */
const FEW_TEXTS = 64;
/** What JSON becomes in memory is many times as large, whatever a guest makes of it; what may be long is no JSON. */
const MAX_JSON_BYTES = 128 << 20;
const [QUOTE, BACKSLASH, OPENS_LIST, CLOSES_LIST, OPENS_OBJECT, CLOSES_OBJECT] = new TextEncoder().encode('"\\[]{}');
/** What we send lies flat. A value is walked by functions that call themselves, so its depth has to be known before. */
const MAX_DEPTH = 64;
/** Lists and objects: a few bytes of JSON each, and a hundred in memory. The statistics of the widest table are below three million. */
const MAX_HOLDERS = 4_000_000;
/** Numbers that JSON does not know, by the words that stand for them. */
const oddNumbers: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

const Body = z.strictObject({
  value: z.unknown(),
  // Counted before they are looked at: each that is wrong would be told of.
  arrays: z
    .array(z.unknown())
    .max(MAX_ARRAYS)
    .pipe(z.array(z.tuple([z.enum(['float64', 'float32', 'int32', 'uint8']), z.int().min(0)]))),
});

const isArray = (value: unknown): value is MessageArray => Object.values(constructors).some((build) => value instanceof build);
const typeOf = (array: MessageArray) =>
  array instanceof Float64Array ? 'float64' : array instanceof Float32Array ? 'float32' : array instanceof Int32Array ? 'int32' : 'uint8';

/** The pieces of a message in order; the arrays are not copied. Throws RangeError when it is too long to be sent. */
export function encodeMessage(value: unknown): Uint8Array[] {
  const arrays: MessageArray[] = [];
  const described = placed(value, arrays);
  const json = new TextEncoder().encode(stringify({ value: described, arrays: arrays.map((array) => [typeOf(array), array.length]) }));
  if (json.length > MAX_JSON_BYTES) throw tooLong();
  const pieces = arrays.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  head.setUint32(0, MAGIC, true);
  head.setUint32(4, json.length, true);
  head.setBigUint64(8, BigInt(pieces.reduce((sum, { length }) => sum + length, 0)), true);
  return [new Uint8Array(head.buffer), json, ...pieces.filter(({ length }) => length > 0)];
}

const tooLong = (cause?: unknown) => new RangeError('the message is too long', { cause });

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLong(cause);
    throw cause;
  }
}

/** JSON knows neither of these numbers. */
const isOddNumber = (value: unknown): value is number => typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0));

/** The value with its arrays taken out. Lists of texts or plain numbers, which may be long, stay as they are. */
function placed(value: unknown, arrays: MessageArray[]): unknown {
  if (isOddNumber(value)) return { [NUMBER]: Object.is(value, -0) ? '-0' : String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return { [PLACE]: arrays.push(value) - 1 };
  if (Array.isArray(value)) {
    if (value.length >= FEW_TEXTS && value.every((part) => typeof part === 'string')) return placedTexts(value, arrays);
    return value.some((part) => typeof part === 'object' || isOddNumber(part)) ? value.map((part) => placed(part, arrays)) : value;
  }
  // The statistics of a wide table are a million objects of a text and a count.
  if (isFlat(value) && !Object.values(value).some(isOddNumber)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, placed(part, arrays)]));
}

const isFlat = (value: object) => Object.values(value).every((part) => typeof part !== 'object');

function placedTexts(texts: string[], arrays: MessageArray[]): unknown {
  try {
    const bytes = new TextEncoder().encode(texts.join(''));
    const lengths = Int32Array.from(texts, ({ length }) => length);
    return { [TEXTS]: [arrays.push(bytes) - 1, arrays.push(lengths) - 1] };
  } catch (cause) {
    throw tooLong(cause); // longer than a text can be
  }
}

function restoredTexts(bytes: unknown, lengths: unknown): string[] {
  if (!(bytes instanceof Uint8Array) || !(lengths instanceof Int32Array)) throw new RangeError('not a message: a list of texts without its parts');
  const whole = decode(bytes);
  let at = 0;
  const texts = Array.from(lengths, (length) => {
    if (length < 0 || at + length > whole.length) throw new RangeError('not a message: a text lies outside its list');
    at += length;
    return whole.slice(at - length, at);
  });
  if (at !== whole.length) throw new RangeError('not a message: a text that is in no list');
  return texts;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new RangeError('not a message: its text cannot be read', { cause });
  }
}

/**
 * Takes bytes as they come and gives whole messages. Memory is taken for bytes that are there, never for a length that is only claimed;
 * what breaks the format, or is longer than allowed, throws RangeError.
 */
export class MessageReader {
  readonly #maxBytes: number;
  #pieces: Uint8Array[] = [];
  #heldBytes = 0;
  /** Length of the message that is coming, once its head is there. */
  #expected: { json: number; arrays: number } | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *read(chunk: Uint8Array): Generator<unknown> {
    this.#pieces.push(chunk);
    this.#heldBytes += chunk.length;
    for (;;) {
      if (!this.#expected) {
        if (this.#heldBytes < HEAD_BYTES) return;
        this.#expected = this.#readHead(this.#take(HEAD_BYTES));
      }
      const { json, arrays } = this.#expected;
      if (this.#heldBytes < json + arrays) return;
      this.#expected = undefined;
      yield decodeBody(this.#take(json), this.#take(arrays));
    }
  }

  #readHead(head: Uint8Array<ArrayBuffer>): { json: number; arrays: number } {
    const view = new DataView(head.buffer, head.byteOffset, HEAD_BYTES);
    if (view.getUint32(0, true) !== MAGIC) throw new RangeError('not a message: wrong first bytes');
    const [json, arrays] = [view.getUint32(4, true), Number(view.getBigUint64(8, true))];
    if (json > MAX_JSON_BYTES || json + arrays > this.#maxBytes) throw new RangeError('a message longer than is allowed');
    return { json, arrays };
  }

  /** The next bytes, in memory of their own. */
  #take(count: number): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(count);
    let at = 0;
    let used = 0;
    while (at < count) {
      const piece = this.#pieces[used];
      const part = piece.subarray(0, count - at);
      taken.set(part, at);
      at += part.length;
      if (part.length === piece.length) used += 1;
      else this.#pieces[used] = piece.subarray(part.length);
    }
    this.#pieces.splice(0, used);
    this.#heldBytes -= count;
    return taken;
  }
}

function decodeBody(json: Uint8Array, bytes: Uint8Array<ArrayBuffer>): unknown {
  checkHolders(json);
  let body: z.infer<typeof Body>;
  try {
    body = Body.parse(JSON.parse(decode(json)));
  } catch (cause) {
    throw new RangeError('not a message: its text cannot be read', { cause });
  }
  let at = 0;
  const arrays = body.arrays.map(([type, length]): MessageArray | undefined => {
    const build = constructors[type];
    const sizeBytes = length * build.BYTES_PER_ELEMENT;
    if (at + sizeBytes > bytes.length) throw new RangeError('not a message: an array lies outside it');
    // In memory of its own, which is aligned.
    const array = new build(bytes.slice(at, at + sizeBytes).buffer);
    at += sizeBytes;
    return array;
  });
  if (at !== bytes.length) throw new RangeError('not a message: bytes that belong to no array');
  return restored(body.value, (index) => {
    const array = typeof index === 'number' ? arrays[index] : undefined;
    if (typeof index !== 'number' || !array) throw new RangeError('not a message: it names an array that it does not bring, or one twice');
    // Each is sent once for each place: a small message cannot become a large value.
    arrays[index] = undefined;
    return array;
  });
}

/** Counts what JSON opens, texts left out, before anything is made of it. */
function checkHolders(json: Uint8Array): void {
  let isInText = false;
  let depth = 0;
  let count = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (isInText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isInText = false;
    } else if (byte === QUOTE) isInText = true;
    else if (byte === OPENS_LIST || byte === OPENS_OBJECT) {
      if (++depth > MAX_DEPTH) throw new RangeError('not a message: it is nested too deep');
      if (++count > MAX_HOLDERS) throw new RangeError('not a message: it has too many parts');
    } else if (byte === CLOSES_LIST || byte === CLOSES_OBJECT) depth--;
  }
}

/** Puts the arrays back in their places. */
function restored(value: unknown, take: (index: unknown) => MessageArray): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.some((part) => typeof part === 'object') ? value.map((part) => restored(part, take)) : value;
  const entries = Object.entries(value);
  if (entries.length === 1) {
    const [key, part] = entries[0];
    if (key === NUMBER) {
      const number = oddNumbers.get(part);
      if (number === undefined) throw new RangeError('not a message: a number that is none');
      return number;
    }
    if (key === PLACE) return take(part);
    if (key === TEXTS && Array.isArray(part)) return restoredTexts(take(part[0]), take(part[1]));
  }
  if (isFlat(value)) return value;
  return Object.fromEntries(entries.map(([key, part]) => [key, restored(part, take)]));
}
