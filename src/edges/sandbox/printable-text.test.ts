import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { printableText, Tail } from './printable-text.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

it('takes whole terminal sequences out and leaves the words', () => {
  expect(printableText(bytesOf('\u001b[1;31mred\u001b[0m and \u001b]0;a title\u0007plain'))).toBe('red and plain');
});

it('leaves no control character and no mark that reorders text, whatever comes in', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      // eslint-disable-next-line no-control-regex
      expect(printableText(bytes)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
    }),
  );
});

it('cuts a line that has no end', () => {
  expect(printableText(bytesOf('x'.repeat(100_000))).length).toBeLessThan(600);
});

it('keeps the last bytes, however they come', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 30 })), (pieces) => {
      const tail = new Tail(20);
      for (const piece of pieces) tail.add(bytesOf(piece));
      expect(Buffer.from(tail.bytes)).toEqual(Buffer.concat(pieces.map(bytesOf)).subarray(-20));
    }),
  );
});
