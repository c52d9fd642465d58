/** Slips in the messages of guests: in their frames, their JSON and their arrays. */
import type { Random } from '../../src/domain/random.ts';
import { encodeMessage } from '../../src/edges/guest/index.ts';
import { garbage, lyingNumber, withSlips } from '../fixtures/mutate-bytes.ts';
import { mutatedJson } from './mutate-json.ts';

const HEAD_BYTES = 16;

type Frame = { json: Uint8Array; arrays: Uint8Array };

/** Messages one after the other, as they stand on the wire. */
export const streamOf = (messages: readonly unknown[]): Uint8Array => Buffer.concat(messages.flatMap((message) => encodeMessage(message)));

function framesOf(stream: Uint8Array): Frame[] {
  const bytes = Buffer.from(stream);
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const jsonEnd = at + HEAD_BYTES + bytes.readUInt32LE(at + 4);
    const end = jsonEnd + Number(bytes.readBigUInt64LE(at + 8));
    frames.push({ json: bytes.subarray(at + HEAD_BYTES, jsonEnd), arrays: bytes.subarray(jsonEnd, end) });
    at = end;
  }
  return frames;
}

function bytesOf({ json, arrays }: Frame, random: Random): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write('MWG1');
  const isLie = random.next() < 0.03;
  head.writeUInt32LE(isLie && random.next() < 0.5 ? random.below(2 ** 32 - 1) : json.length, 4);
  head.writeBigUInt64LE(isLie && random.next() < 0.5 ? 2n ** BigInt(random.below(64)) : BigInt(arrays.length), 8);
  return Buffer.concat([head, json, arrays]);
}

/** What only this format can say: places of arrays and numbers that are none, the same array in hundreds of places. */
const oddPlaces = [
  '{"$array":0}',
  '{"$array":1}',
  '{"$array":-1}',
  '{"$array":0.5}',
  '{"$array":{"valueOf":1,"toString":1}}',
  '{"$array":"0"}',
  '{"$number":"NaN"}',
  '{"$number":"-0"}',
  '{"$number":{"valueOf":1,"toString":1}}',
  '{"$number":[[[["1"]]]]}',
  '{"$texts":[0,1]}',
  '{"$texts":[1,0]}',
  '{"$texts":[0,0]}',
  '{"$texts":[]}',
  `[${'{"$array":0},'.repeat(3000)}0]`,
  `[${'{"$texts":[0,1]},'.repeat(3000)}0]`,
  `[${'{},'.repeat(30_000)}0]`,
  `{"$number":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
];

function slipFrame(random: Random, frame: Frame, others: readonly Frame[]): Frame {
  const jsons = others.map(({ json }) => json);
  switch (random.below(6)) {
    case 0:
      return { ...frame, arrays: lyingNumber(random)(Buffer.from(frame.arrays)) };
    case 1:
      return {
        ...frame,
        arrays: withSlips(
          random,
          Buffer.from(frame.arrays),
          others.map(({ arrays }) => arrays),
          lyingNumber(random),
        ),
      };
    case 2: {
      // A value of the text gives way to an odd place.
      const text = Buffer.from(frame.json).toString('utf8');
      const values = [...text.matchAll(/(?<=[:[,])(?:-?[0-9.]+|"(?:[^"\\]|\\.)*"|true|false|null|\{"\$\w+":[^{}]*\})(?=[,\]}])/g)];
      const value = values[random.below(Math.max(1, values.length))];
      if (!value) return { ...frame, json: garbage(random) };
      return {
        ...frame,
        json: Buffer.from(text.slice(0, value.index) + oddPlaces[random.below(oddPlaces.length)] + text.slice(value.index + value[0].length)),
      };
    }
    default:
      return { ...frame, json: mutatedJson(random, [frame.json, ...jsons.slice(0, 3)]) };
  }
}

/** One to three messages with slips, or lost, sent twice, out of order, of another stream; now and then bytes of the whole turned as well. */
export function mutatedMessages(random: Random, seeds: readonly Uint8Array[]): Uint8Array {
  const seed = seeds[random.below(seeds.length)];
  const frames = framesOf(seed);
  const others = framesOf(seeds[random.below(seeds.length)]);
  // Slips of JSON are made in its tree: what has one is JSON no more.
  const whole = new Set([...frames, ...others]);
  for (let slips = 1 + random.below(3); slips > 0 && frames.length > 0; slips--) {
    const at = random.below(frames.length);
    const kind = random.below(10);
    if (kind === 0) frames.splice(at, 1);
    else if (kind === 1) frames.splice(at, 0, frames[at]);
    else if (kind === 2) frames.splice(at, 1, others[random.below(others.length)]);
    else if (kind === 3) frames.push(...frames.splice(at, 1));
    else if (whole.has(frames[at])) frames[at] = slipFrame(random, frames[at], others);
  }
  const stream = Buffer.concat(frames.map((frame) => bytesOf(frame, random)));
  return random.next() < 0.1 ? withSlips(random, stream, seeds, lyingNumber(random)) : stream;
}
