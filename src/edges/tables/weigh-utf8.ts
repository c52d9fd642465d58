/** What speaks for a file being UTF-8 and what against it. `firstLine`: where the first byte stands that is none; counts from 1. */
export type Utf8Weight = { characterCount: number; badCount: number; firstLine: number };

/**
 * Counts the characters of several bytes, and the bytes or beginnings of a character that are none: as many as a decoder puts U+FFFD for
 * (the UTF-8 decoder of the WHATWG Encoding Standard). In text of another encoding whole characters come up by chance only.
 */
export async function weighUtf8(pieces: AsyncIterable<Uint8Array>): Promise<Utf8Weight> {
  let [characterCount, badCount, firstLine, line] = [0, 0, 0, 1];
  let [needed, lowest, highest] = [0, 0x80, 0xbf];
  const isBad = () => {
    if (badCount++ === 0) firstLine = line;
    needed = 0;
  };
  for await (const piece of pieces) {
    for (const byte of piece) {
      if (needed > 0) {
        if (byte >= lowest && byte <= highest) {
          [lowest, highest] = [0x80, 0xbf];
          if (--needed === 0) characterCount++;
          continue;
        }
        isBad();
      }
      if (byte < 0x80) {
        if (byte === 0x0a) line++;
        continue;
      }
      needed = byte >= 0xc2 && byte <= 0xdf ? 1 : byte >= 0xe0 && byte <= 0xef ? 2 : byte >= 0xf0 && byte <= 0xf4 ? 3 : 0;
      if (needed === 0) isBad();
      // No longer form than needed, no half of a UTF-16 pair, nothing beyond U+10FFFF.
      lowest = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
      highest = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    }
  }
  if (needed > 0) isBad();
  return { characterCount, badCount, firstLine };
}
