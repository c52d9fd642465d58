import type { TextFile } from './scan-file.ts';

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
