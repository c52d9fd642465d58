import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMessage, MessageReader } from './message.ts';

const MOST_BYTES = 16 << 20;
const bytesOf = (value: unknown) => new Uint8Array(Buffer.concat(encodeMessage(value)));
const readAll = (...chunks: Uint8Array[]) => {
  const reader = new MessageReader(MOST_BYTES);
  return chunks.flatMap((chunk) => [...reader.read(chunk)]);
};
const head = (json: number, arrays: bigint) => {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(0, 0x3147574d, true);
  view.setUint32(4, json, true);
  view.setBigUint64(8, arrays, true);
  return new Uint8Array(view.buffer);
};
const framed = (json: string, arrays = new Uint8Array(0)) => {
  const text = new TextEncoder().encode(json);
  return new Uint8Array(Buffer.concat([head(text.length, BigInt(arrays.length)), text, arrays]));
};

describe('a message', () => {
  it.each([
    ['plain data', { a: [1, 'x', null, true], b: {} }],
    ['numbers that JSON does not know', [NaN, Infinity, -Infinity, -0, { deep: [[-0]] }]],
    ['arrays wherever they stand', { f: Float64Array.of(NaN, -0), all: [{ i: Int32Array.of(-1) }, Float32Array.of(0.5)], u: Uint8Array.of(255) }],
    ['many texts of every kind', { texts: Array.from({ length: 300 }, (_, i) => ['', '\ufeffmark', '\0', '😀', 'ä', '"'][i % 6] + i) }],
    ['no arrays in arrays', { empty: new Float64Array(0), none: [] }],
  ])('comes back as it was: %s', (_, value) => {
    expect(readAll(bytesOf(value))).toEqual([value]);
  });

  it('comes back whole however its bytes are cut, and several in their order', () => {
    const values = [{ a: Float64Array.of(1, 2, 3) }, 'second', { texts: Array.from({ length: 100 }, (_, i) => `t${i}`) }];
    const bytes = new Uint8Array(Buffer.concat(values.flatMap(encodeMessage)));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 }), (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = ends.map((end, at) => bytes.slice(at === 0 ? 0 : ends[at - 1], end));
        expect(readAll(...chunks)).toEqual(values);
      }),
    );
  });

  it('takes no memory for a length that is only claimed', () => {
    const before = process.memoryUsage().arrayBuffers;
    const reader = new MessageReader(2 ** 40);
    expect([...reader.read(head(16, 2n ** 39n))]).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
  });
});

describe('what is no message', () => {
  it.each<[string, Uint8Array]>([
    ['wrong first bytes', Uint8Array.from({ length: 16 }, (_, i) => i)],
    ['more than is allowed', head(16, BigInt(MOST_BYTES))],
    ['a length beyond all numbers', head(16, 2n ** 64n - 1n)],
    ['a longer text than is allowed', head(2 ** 32 - 1, 0n)],
    ['text that is no JSON', framed('{"value":')],
    ['text that is no UTF-8', new Uint8Array([...head(2, 0n), 0xff, 0xfe])],
    ['JSON of another form', framed('[1]')],
    ['a type that is none', framed('{"value":1,"arrays":[["code",1]]}', new Uint8Array(8))],
    ['an array longer than its bytes', framed('{"value":1,"arrays":[["float64",2]]}', new Uint8Array(8))],
    ['bytes that belong to no array', framed('{"value":1,"arrays":[]}', new Uint8Array(8))],
    ['a number that is an object', framed('{"value":{"$number":{"valueOf":1,"toString":1}},"arrays":[]}')],
    ['an array twice', framed('{"value":[{"$array":0},{"$array":0}],"arrays":[["uint8",1]]}', new Uint8Array(1))],
    ['more lists than are allowed', framed(`{"value":[${'[],'.repeat(4_000_000)}0],"arrays":[]}`)],
    ['an array that it does not bring', framed('{"value":{"$array":0},"arrays":[]}')],
    ['texts without their parts', framed('{"value":{"$texts":[0,1]},"arrays":[]}')],
    ['texts that lie outside', framed('{"value":{"$texts":[0,1]},"arrays":[["uint8",1],["int32",1]]}', Uint8Array.of(97, 2, 0, 0, 0))],
    ['texts of a length below nothing', framed('{"value":{"$texts":[0,1]},"arrays":[["uint8",1],["int32",1]]}', Uint8Array.of(97, 255, 255, 255, 255))],
    ['a value nested beyond all depth', framed(`{"value":${'['.repeat(100_000)}${']'.repeat(100_000)},"arrays":[]}`)],
  ])('is refused by RangeError: %s', (_, bytes) => {
    expect(() => readAll(bytes)).toThrow(RangeError);
  });

  it('makes no prototype of what a guest calls one', () => {
    const [value] = readAll(framed('{"value":{"__proto__":{"isOwner":true}},"arrays":[]}'));
    expect(Reflect.get({}, 'isOwner')).toBeUndefined();
    expect(Reflect.get(Object(value), 'isOwner')).toBeUndefined();
  });
});
