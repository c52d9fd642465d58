/**
 * Raw little-endian arrays behind a JSON header: the one binary format that crosses the wall, holds the training matrix
 * and keeps an execution's result on disk. Plain data: nothing in it can be run.
 *
 *     "MWB1" · u32 header bytes · header JSON {meta, arrays: [{name, dtype, length, offset}]} · zero padding to 8 · arrays, each aligned to 8
 *
 * Offsets count from the first byte after the padded header; each array begins where the one before it ends. `harness/bundle.py` is its twin, held to it by golden files.
 */
import { z } from 'zod';

const constructors = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;

export type Dtype = keyof typeof constructors;
export type BundleArray = Float64Array | Float32Array | Int32Array | Uint8Array;
export type Bundle = { meta: unknown; arrays: Record<string, BundleArray> };

const MAGIC = 0x3142574d; // "MWB1"
const MAX_HEADER_BYTES = 4 << 20;

const Header = z.strictObject({
  meta: z.unknown(),
  arrays: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(64),
        dtype: z.enum(['float64', 'float32', 'int32', 'uint8']),
        length: z.int().min(0),
        offset: z.int().min(0),
      }),
    )
    .max(256),
});

const aligned = (bytes: number) => Math.ceil(bytes / 8) * 8;

const dtypeOf = (array: BundleArray): Dtype =>
  array instanceof Float64Array ? 'float64' : array instanceof Float32Array ? 'float32' : array instanceof Int32Array ? 'int32' : 'uint8';

/** Header bytes (padded) and the arrays in order, so that a writer can stream them without one large copy. */
export function encodeBundleParts({ meta, arrays }: Bundle): { head: Uint8Array; parts: Uint8Array[]; sizeBytes: number } {
  let offset = 0;
  const parts: Uint8Array[] = [];
  const described = Object.entries(arrays).map(([name, array]) => {
    const entry = { name, dtype: dtypeOf(array), length: array.length, offset };
    const padded = aligned(array.byteLength);
    parts.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    if (padded > array.byteLength) parts.push(new Uint8Array(padded - array.byteLength));
    offset += padded;
    return entry;
  });
  const json = new TextEncoder().encode(JSON.stringify({ meta, arrays: described }));
  const head = new Uint8Array(aligned(8 + json.length));
  const view = new DataView(head.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, json.length, true);
  head.set(json, 8);
  return { head, parts, sizeBytes: head.length + offset };
}

export function encodeBundle(bundle: Bundle): Uint8Array {
  const { head, parts, sizeBytes } = encodeBundleParts(bundle);
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const part of [head, ...parts]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Reads a bundle; throws `RangeError` naming the fault when the bytes are not one. Arrays are copies, aligned. */
export function decodeBundle(bytes: Uint8Array): Bundle {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== MAGIC) throw new RangeError('not a bundle: wrong first bytes');
  const headerLength = view.getUint32(4, true);
  if (headerLength > MAX_HEADER_BYTES || 8 + headerLength > bytes.length) throw new RangeError('not a bundle: the header is longer than allowed');
  let header: z.infer<typeof Header>;
  try {
    header = Header.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headerLength))));
  } catch (cause) {
    throw new RangeError('not a bundle: the header cannot be read', { cause });
  }
  let from = aligned(8 + headerLength);
  const arrays = new Map<string, BundleArray>();
  for (const { name, dtype, length, offset } of header.arrays) {
    const build = constructors[dtype];
    const sizeBytes = length * build.BYTES_PER_ELEMENT;
    // Arrays that lay over each other would be many times as large in memory as what was sent.
    if (offset !== from - aligned(8 + headerLength)) throw new RangeError(`not a bundle: array "${name}" does not lie behind the one before it`);
    if (from + sizeBytes > bytes.length) throw new RangeError(`not a bundle: array "${name}" lies outside it`);
    if (arrays.has(name)) throw new RangeError(`not a bundle: it holds two arrays "${name}"`);
    const copy = new build(length);
    new Uint8Array(copy.buffer).set(bytes.subarray(from, from + sizeBytes));
    arrays.set(name, copy);
    from += aligned(sizeBytes);
  }
  // From entries, so that an array called "__proto__" is an array like any other.
  return { meta: header.meta, arrays: Object.fromEntries(arrays) };
}
