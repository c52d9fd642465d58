import { withoutEnd, withoutMarks } from './odd-ends.ts';
import { textPieces, type TextFile } from './scan-file.ts';

/** The text of a file in pieces: without marks of the encoding at its start, and without what some programs leave at its end. */
export async function* decodedText(path: string, { encoding, isGzip }: Pick<TextFile, 'encoding' | 'isGzip'>): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  let isStart = true;
  let held = '';
  for await (const piece of textPieces(path, isGzip)) {
    const text = held + decoder.decode(piece, { stream: true });
    const whole = isStart ? withoutMarks(text) : text;
    isStart &&= text === '';
    const kept = withoutEnd(whole);
    held = whole.slice(kept.length);
    yield kept;
  }
  const rest = decoder.decode();
  // Of a UTF-16 file of an odd length the last half of a sign is nothing.
  if (rest !== '' && !encoding.startsWith('utf-16')) yield held + rest;
}

/** How the bytes were taken for text, where that is not plain UTF-8. */
export function encodingNotes({ encoding, replaced }: TextFile): string[] {
  if (encoding === 'windows-1252') return ['The bytes are not UTF-8: read as Latin-1 (Windows-1252).'];
  if (encoding !== 'utf-8') return ['The bytes are UTF-16.'];
  if (!replaced) return [];
  const { count, firstLine } = replaced;
  return [
    `The text is UTF-8 but for ${count === 1 ? `one place in line ${firstLine}` : `${count} places, the first in line ${firstLine}`}: read as "\ufffd" there.`,
  ];
}
