import { stripVTControlCharacters, styleText } from 'node:util';

export type Format = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/** Where words go. On a terminal one live line is rewritten in place; otherwise every line is plain and stays. */
export type Terminal = {
  isInteractive: boolean;
  /** A line that stays. */
  line(text: string): void;
  /** A line that stays; on a terminal its words go on below the column `indent` where they do not fit. */
  wrapped(text: string, indent: number): void;
  /** Replaces the live line; dropped where there is none. */
  live(text: string): void;
  /** Takes the live line away. */
  endLive(): void;
  style(format: Format, text: string): string;
};

type Stream = { write(text: string): unknown; isTTY?: boolean; columns?: number };

const LEAST_COLUMNS = 40;

export function openTerminal(stream: Stream, environment: { NO_COLOR?: string | undefined; TERM?: string | undefined }): Terminal {
  const isInteractive = stream.isTTY === true && environment.TERM !== 'dumb';
  const hasColour = isInteractive && !environment.NO_COLOR;
  const columns = () => Math.max(LEAST_COLUMNS, stream.columns || 80);
  let isLiveShown = false;
  const endLive = () => {
    if (isLiveShown) stream.write('\r\u001b[2K');
    isLiveShown = false;
  };
  const line = (text: string) => {
    endLive();
    stream.write(`${text}\n`);
  };
  return {
    isInteractive,
    line,
    wrapped: (text, indent) => line(isInteractive ? wrap(text, columns(), indent) : text),
    live(text) {
      if (!isInteractive) return;
      endLive();
      stream.write(text.slice(0, columns() - 1));
      isLiveShown = true;
    },
    endLive,
    style: (format, text) => (hasColour ? styleText(format, text, { validateStream: false }) : text),
  };
}

/** Lines of at most `columns` characters, the second and later ones indented; a word longer than a line is left whole. */
export function wrap(text: string, columns: number, indent: number): string {
  const lines: string[] = [];
  // Gaps of several spaces are layout and stay with the word before them.
  let line = '';
  for (const word of text.match(/^\s*\S+\s*|\S+\s*/g) ?? []) {
    if (line.trim() !== '' && stripVTControlCharacters(line + word.trimEnd()).length > columns) {
      lines.push(line.trimEnd());
      line = ' '.repeat(indent);
    }
    line += word;
  }
  return [...lines, line.trimEnd()].join('\n');
}

/** Text of a stranger (column names, class names) made harmless for a terminal: control characters are shown as a question mark. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');
}

/** Rows under a head, each column as wide as its widest cell. */
export function aligned(head: string[], rows: string[][]): string[] {
  const all = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}
