/** Slips in the binary formats: bundles, the worker's frames, and protobuf. */
import { z } from 'zod';
import type { Random } from '../../src/domain/random.ts';
import { garbage, lyingNumber, withSlips } from '../fixtures/mutate-bytes.ts';
import { mutatedJson } from './mutate-json.ts';

/** Any bytes: slips, lengths that lie, or garbage. */
export function mutatedBytes(random: Random, seeds: readonly Uint8Array[]): Buffer {
  if (random.next() < 0.05) return garbage(random);
  return withSlips(random, Buffer.from(seeds[random.below(seeds.length)]), seeds, lyingNumber(random));
}

/** A bundle whose header says something else, whose arrays hold something else, or that is none. */
export function mutatedBundle(random: Random, seeds: readonly Uint8Array[]): Buffer {
  if (random.next() < 0.3) return mutatedBytes(random, seeds);
  const seed = Buffer.from(seeds[random.below(seeds.length)]);
  const headerBytes = seed.readUInt32LE(4);
  const header = seed.subarray(8, 8 + headerBytes);
  let body = Buffer.from(seed.subarray(Math.ceil((8 + headerBytes) / 8) * 8));
  const isHeaderHit = random.next() < 0.6;
  for (let slips = isHeaderHit ? random.below(2) : 1 + random.below(3); slips > 0; slips--) body = Buffer.from(lyingNumber(random)(body));
  const text = isHeaderHit ? mutatedHeader(random, header) : header;
  const head = Buffer.alloc(Math.ceil((8 + text.length) / 8) * 8);
  head.write('MWB1');
  head.writeUInt32LE(random.next() < 0.95 ? text.length : random.below(2 ** 32 - 1), 4);
  text.copy(head, 8);
  return Buffer.concat([head, body]);
}

function mutatedHeader(random: Random, header: Buffer): Buffer {
  if (random.next() < 0.9) return mutatedJson(random, [header]);
  // The same stretch of bytes under hundreds of names: a small bundle that would be a large one in memory.
  const { meta, arrays } = Header.parse(JSON.parse(header.toString('utf8')));
  const array = arrays[random.below(arrays.length)];
  const copies = Array.from({ length: 1 + random.below(300) }, (_, at) => ({ ...array, name: random.next() < 0.9 ? `copy${at}` : '__proto__' }));
  return Buffer.from(JSON.stringify({ meta, arrays: random.next() < 0.5 ? copies : [...arrays, ...copies] }));
}

const Header = z.object({ meta: z.unknown(), arrays: z.array(z.looseObject({ name: z.string() })) });

const frameKinds = [1, 2, 3, 4, 101, 102, 103, 104, 105, 106, 107, 0, 2 ** 32 - 1];
const frameNumbers = [0, 1, 2, 3, 4, 9, 86, 256, 2 ** 31, 2 ** 32 - 1];

/** What a worker could send that means harm: frames of every kind in any order, with sizes that lie, then perhaps slips. */
export function mutatedStream(random: Random, seeds: readonly Uint8Array[]): Buffer {
  if (random.next() < 0.4) return mutatedBytes(random, seeds);
  const frames = Array.from({ length: 1 + random.below(12) }, () => {
    const payload = random.next() < 0.6 ? Buffer.alloc(4 * random.below(6)) : garbage(random);
    for (let at = 0; at + 4 <= payload.length; at += 4) payload.writeUInt32LE(frameNumbers[random.below(frameNumbers.length)], at);
    const head = Buffer.alloc(16);
    head.writeUInt32LE(frameKinds[random.below(frameKinds.length)], 0);
    head.writeUInt32LE(frameNumbers[random.below(frameNumbers.length)], 4);
    head.writeUInt32LE(random.next() < 0.9 ? payload.length : random.below(2 ** 19), 8);
    head.writeUInt32LE(random.next() < 0.95 ? 0 : 1, 12);
    return Buffer.concat([head, payload]);
  });
  const stream = Buffer.concat(frames);
  return random.next() < 0.3 ? withSlips(random, stream, seeds, lyingNumber(random)) : stream;
}

type Part = { field: number; wire: 0 | 1 | 2 | 5; value: bigint | Buffer };

/** A protobuf whose parts, at any depth, are left out, repeated, moved, renumbered or filled with something else. */
export function mutatedProtobuf(random: Random, seeds: readonly Uint8Array[]): Buffer {
  if (random.next() < 0.2) return mutatedBytes(random, seeds);
  let message: Buffer = Buffer.from(seeds[random.below(seeds.length)]);
  for (let slips = 1 + random.below(3); slips > 0; slips--) message = slipMessage(random, message, 0);
  return message;
}

/** How deep the messages of a graph are nested, and one more. */
const MAX_DEPTH = 5;
const oddVarints = [0n, 1n, 2n, 6n, 7n, 11n, 127n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

function slipMessage(random: Random, bytes: Buffer, depth: number): Buffer {
  const parts = partsOf(bytes);
  if (parts === undefined || parts.length === 0) return withSlips(random, Buffer.from(bytes), [bytes], lyingNumber(random));
  const at = random.below(parts.length);
  const part = parts[at];
  if (typeof part.value !== 'bigint' && part.wire === 2 && depth < MAX_DEPTH && random.next() < 0.75) {
    parts[at] = { ...part, value: slipMessage(random, part.value, depth + 1) };
    return messageOf(parts);
  }
  switch (random.below(7)) {
    case 0:
      parts.splice(at, 1);
      break;
    case 1:
      parts.splice(at, 0, ...Array.from({ length: 1 + random.below(random.next() < 0.1 ? 2000 : 3) }, () => part));
      break;
    case 2:
      parts.push(...parts.splice(at, 1));
      break;
    case 3:
      parts[at] = { ...part, field: 1 + random.below(30) };
      break;
    case 4:
      parts[at] = { field: part.field, wire: 0, value: oddVarints[random.below(oddVarints.length)] };
      break;
    case 5:
      parts[at] = { field: part.field, wire: 2, value: typeof part.value === 'bigint' ? garbage(random) : lyingNumber(random)(part.value) };
      break;
    default:
      parts[at] = { ...part, value: parts[random.below(parts.length)].value };
      if (typeof parts[at].value === 'bigint') parts[at].wire = 0;
      else parts[at].wire = 2;
  }
  return messageOf(parts);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>= 7n) {
    if (left < 128n) return Buffer.from([...bytes, Number(left)]);
    bytes.push(Number(left & 127n) | 128);
  }
}

function messageOf(parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.flatMap(({ field, wire, value }) => [
      varint(BigInt(field * 8 + wire)),
      ...(typeof value === 'bigint' ? [varint(value)] : wire === 2 ? [varint(BigInt(value.length)), value] : [value]),
    ]),
  );
}

/** The parts of a message; undefined where the bytes are no message but text or numbers. */
function partsOf(bytes: Buffer): Part[] | undefined {
  const parts: Part[] = [];
  let at = 0;
  const number = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n && at < bytes.length; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const key = number();
    if (key === undefined || key < 8n || key > 800n) return undefined;
    const [field, wire] = [Number(key >> 3n), Number(key & 7n)];
    if (wire === 0) {
      const value = number();
      if (value === undefined) return undefined;
      parts.push({ field, wire, value });
    } else if (wire === 1 || wire === 2 || wire === 5) {
      const length = wire === 2 ? number() : BigInt(wire === 1 ? 8 : 4);
      if (length === undefined || length > BigInt(bytes.length - at)) return undefined;
      parts.push({ field, wire, value: Buffer.from(bytes.subarray(at, at + Number(length))) });
      at += Number(length);
    } else return undefined;
  }
  return parts;
}
