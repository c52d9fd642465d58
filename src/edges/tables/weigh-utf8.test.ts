import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weighUtf8 } from './weigh-utf8.ts';

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Bytes that are often nearly UTF-8. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 3 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom([0xe0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80], [0xf0, 0x9f], [0xc3], [0xe2, 0x82]),
    ),
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

describe('what speaks against UTF-8', () => {
  it('is counted as a decoder replaces it, however the bytes come in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyBytes.filter((bytes) => !Buffer.from(bytes).includes('\ufffd')),
        fc.integer({ min: 1, max: 5 }),
        async (bytes, size) => {
          const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
          const characters = [...text].filter((one) => one !== '\ufffd' && one.charCodeAt(0) > 127);
          expect(await weighUtf8(inPieces(bytes, size))).toMatchObject({ badCount: text.split('\ufffd').length - 1, characterCount: characters.length });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is found in its first line', async () => {
    expect(await weighUtf8(inPieces(Buffer.from('a,b\nä,1\n\xff,2\n\xff,2\n', 'latin1'), 3))).toEqual({ characterCount: 0, badCount: 3, firstLine: 2 });
  });
});
