/** Control-Z, which old programs write behind the last line. */
const END_OF_FILE = '\x1a';

/** The decoder takes away one mark of the encoding; a file that was put together or written twice has another. */
export const withoutMarks = (text: string) => text.replace(/^\ufeff+/, '');

export function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === END_OF_FILE) end--;
  return text.slice(0, end);
}
