import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBundle, encodeBundle, encodeBundleParts, type BundleArray } from './bundle.ts';

const anArray: fc.Arbitrary<BundleArray> = fc.oneof(
  fc.array(fc.double()).map((values) => Float64Array.from(values)),
  fc.array(fc.float()).map((values) => Float32Array.from(values)),
  fc.array(fc.integer()).map((values) => Int32Array.from(values)),
  fc.uint8Array().map((values) => Uint8Array.from(values)),
);
const aBundle = fc.record({
  meta: fc.jsonValue(),
  arrays: fc.dictionary(fc.stringMatching(/^[a-z][a-z.]{0,20}$/), anArray, { maxKeys: 6, noNullPrototype: true }),
});
const bytesOf = (array: BundleArray) => [...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)];
const encoded = () => encodeBundle({ meta: { a: 1 }, arrays: { first: Float64Array.of(1, 2), second: Uint8Array.of(3) } });

/** A bundle whose header says this of its arrays. */
function withArrays(arrays: object[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify({ meta: null, arrays }));
  const bytes = new Uint8Array(Math.ceil((8 + json.length) / 8) * 8 + 64);
  new DataView(bytes.buffer).setUint32(0, 0x3142574d, true);
  new DataView(bytes.buffer).setUint32(4, json.length, true);
  bytes.set(json, 8);
  return bytes;
}
const array = (name: string, offset: number) => ({ name, dtype: 'uint8', length: 8, offset });

describe('a bundle', () => {
  it('is read as it was written, bit for bit', () => {
    fc.assert(
      fc.property(aBundle, ({ meta, arrays }) => {
        const again = decodeBundle(encodeBundle({ meta, arrays }));
        expect(again.meta).toEqual(JSON.parse(JSON.stringify(meta)));
        expect(Object.keys(again.arrays)).toEqual(Object.keys(arrays));
        for (const [name, array] of Object.entries(arrays)) {
          expect(again.arrays[name].constructor).toBe(array.constructor);
          expect(bytesOf(again.arrays[name])).toEqual(bytesOf(array));
        }
      }),
    );
  });

  it('is the same bytes in parts as in one piece, wherever its arrays lie in memory', () => {
    const shifted = new Uint8Array(20).subarray(3, 10).fill(7);
    const bundle = { meta: null, arrays: { shifted, numbers: new Float64Array(4).subarray(1, 3).fill(0.5) } };
    const { head, parts, sizeBytes } = encodeBundleParts(bundle);
    const inParts = [head, ...parts].flatMap((part) => [...part]);
    expect(inParts).toEqual([...encodeBundle(bundle)]);
    expect(sizeBytes).toBe(inParts.length);
    expect(decodeBundle(Uint8Array.from(inParts)).arrays['shifted']).toEqual(Uint8Array.from(shifted));
  });

  it('that was cut off or changed is refused or read as other numbers, and never an array past its end', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), fc.nat(), (at, value, cut) => {
        const bytes = encoded();
        bytes[at % bytes.length] = value;
        try {
          decodeBundle(bytes.subarray(0, bytes.length - (cut % bytes.length)));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, Uint8Array]>([
    ['no bytes', new Uint8Array(0)],
    ['other first bytes', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
    ['a header longer than the bytes', Uint8Array.of(0x4d, 0x57, 0x42, 0x31, 0xff, 0xff, 0xff, 0x00)],
    ['arrays that lie over each other', withArrays([array('a', 0), array('b', 0)])],
    ['a gap between its arrays', withArrays([array('a', 0), array('b', 16)])],
    ['two arrays of one name', withArrays([array('a', 0), array('a', 8)])],
    ['a missing end', encoded().subarray(0, encoded().length - 8)],
  ])('is refused with %s', (_, bytes) => expect(() => decodeBundle(bytes)).toThrow(RangeError));

  it('keeps an array whatever it is called', () => {
    const { arrays } = decodeBundle(withArrays([array('__proto__', 0)]));
    expect(Object.keys(arrays)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(arrays)).toBe(Object.prototype);
  });
});
